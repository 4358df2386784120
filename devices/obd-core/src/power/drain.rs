use crate::{Duration, Instant};

/// Whether a parked device stays awake for what waits in its queue: the trip that has just ended is on chain
/// minutes later, not after the next one. Half an hour with the radio on takes about a thousandth of a battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drain {
    until: Instant,
    acknowledged: u64,
    stalls_at: Instant,
}

impl Drain {
    /// No longer than this, whatever waits: what a day away from the network left goes out in several parkings.
    pub const MAX: Duration = Duration::from_secs(1_800);
    /// An upload that takes longer does not get through: it is mined and deep within half of it.
    pub const STALL: Duration = Duration::from_secs(480);

    /// Parked now, with everything up to the number `acknowledged` on chain.
    pub fn new(now: Instant, acknowledged: u64) -> Self {
        Self { until: now.after(Self::MAX), acknowledged, stalls_at: now.after(Self::STALL) }
    }

    /// Whether to stay awake: `waits` tells whether the queue holds anything to upload, `reachable` whether the
    /// network is there or may still be tried.
    pub fn goes_on(&mut self, now: Instant, acknowledged: u64, waits: bool, reachable: bool) -> bool {
        if acknowledged != self.acknowledged {
            self.acknowledged = acknowledged;
            self.stalls_at = now.after(Self::STALL);
        }
        waits && reachable && now < self.until && now < self.stalls_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many seconds it stays awake when something is acknowledged every `every` seconds up to `last`.
    fn awake(every: u64, last: u64, unreachable_at: u64) -> u64 {
        let second = |at: u64| Instant::from_millis(at * 1_000);
        let mut drain = Drain::new(second(5), 7);
        let goes_on = |at: &u64| {
            let acknowledged = 7 + at / every;
            drain.goes_on(second(5 + at), acknowledged, acknowledged < last, *at < unreachable_at)
        };
        (0..).take_while(goes_on).count() as u64
    }

    #[test]
    fn a_queue_is_drained_within_bounds() {
        assert_eq!(awake(200, 7, 9_999), 0, "nothing waits");
        assert_eq!(awake(200, 10, 9_999), 600);
        assert_eq!(awake(200, 100, 9_999), 1_800);
        assert_eq!(awake(10_000, 10, 9_999), 480, "nothing gets through");
        assert_eq!(awake(10_000, 10, 60), 60, "no network");
    }
}
