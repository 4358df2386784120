use super::Timing;
use crate::{Duration, Instant};

/// How an endpoint has done lately.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Health {
    failures: u32,
    retry_at: Instant,
}

/// A lie weighs as much as so many failures in a row.
const LIE: u32 = 8;

impl Health {
    pub(super) const fn retry_at(&self) -> Instant {
        self.retry_at
    }

    pub(super) const fn good(&mut self) {
        self.failures = 0;
    }

    pub(super) fn failed(&mut self, now: Instant, timing: &Timing, random: &mut Random, lied: bool) {
        self.failures = self.failures.saturating_add(1).max(if lied { LIE } else { 0 });
        self.retry_at = now.after(pause(self.failures, timing, random));
    }
}

/// Twice as long with each failure up to the cap, of which a random half is left out: a thousand dongles
/// that lost the same node must not come back in the same second.
fn pause(failures: u32, timing: &Timing, random: &mut Random) -> Duration {
    let doublings = failures.saturating_sub(1).min(32);
    let cap = timing.backoff_cap.as_micros();
    let full = timing.backoff.as_micros().saturating_mul(1 << doublings).min(cap);
    let half = full >> 1;
    let part = random.next().checked_rem(half.saturating_add(1)).unwrap_or_default();
    Duration::from_micros(half.saturating_add(part))
}

/// Marsaglia's xorshift64: good enough to spread devices in time, and for nothing else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    #[test]
    fn pauses_double_spread_and_end_at_the_cap() {
        let timing = Timing::DEFAULT;
        let mut random = Random::new(7);
        for failures in 1..=200 {
            let full = (1_000_000_u64 << (failures - 1).min(30)).min(600_000_000);
            let pauses: std::vec::Vec<u64> =
                (0..50).map(|_| pause(failures, &timing, &mut random).as_micros()).collect();
            assert!(pauses.iter().all(|pause| (full / 2..=full).contains(pause)), "{failures}: {pauses:?}");
            assert!(pauses.iter().any(|pause| *pause > full * 3 / 4));
            assert!(pauses.iter().any(|pause| *pause < full * 3 / 4));
        }
    }
}
