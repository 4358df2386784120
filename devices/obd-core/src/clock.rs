use crate::bytes::{Pack, Unpack};
use crate::record::{Time, TimeSource};
use crate::{Duration, Instant};

/// The date, as far as nodes told it: a stamp of a block sets it, the device's own time carries it on.
///
/// A node may lie, so that after the first stamp no other makes the clock run at less than half or more than
/// twice its speed, and it never goes back. Two nodes that agree move it forward at once: the first one was
/// behind. A wrong first stamp stays until the device loses its power.
///
/// All instants are of one clock of the device that rises from when it got power, through every sleep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    set: Option<Set>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Set {
    /// What the clock showed at `at`, in milliseconds since the Unix epoch.
    ms: u64,
    at: Instant,
    /// It shows nothing earlier, in milliseconds since the Unix epoch.
    floor: u64,
    source: TimeSource,
    /// The day that was given last, in days since the Unix epoch, and when it began.
    day: u32,
    day_at: Instant,
}

impl Clock {
    /// The length of [`Self::to_bytes`].
    pub const LEN: usize = 37;
    /// A new day comes no sooner after the last one, by the device's own time: what a day may cost is spent
    /// once in it, however fast a node lets the days pass.
    pub const DAY: Duration = Duration::from_secs(20 * 3_600);
    /// No stamp is later, in seconds since the Unix epoch: the year 2242.
    pub const LAST: u64 = 1 << 33;

    /// Never set.
    pub const fn new() -> Self {
        Self { set: None }
    }

    /// Takes in the stamp of the newest block, in seconds since the Unix epoch, that so many nodes agree on.
    pub fn set(&mut self, now: Instant, stamp: u64, nodes: u8) {
        if stamp > Self::LAST {
            return;
        }
        let stamp = stamp.saturating_mul(1_000);
        let source = TimeSource::Block;
        self.set = Some(match self.set {
            None => Set { ms: stamp, at: now, floor: stamp, source, day: day(stamp), day_at: now },
            Some(set) => {
                let own = millis(now.since(set.at));
                let least = set.ms.saturating_add(own >> 1);
                let most = set.ms.saturating_add(own.saturating_mul(2));
                let ms = if nodes > 1 { stamp.max(least) } else { stamp.clamp(least, most) };
                Set { ms, at: now, floor: set.show(now), source, ..set }
            }
        });
    }

    /// The time; counted from when the device got power while no stamp is known.
    pub fn time(&self, now: Instant) -> Time {
        match self.set {
            None => Time { ms: millis(now.since(Instant::default())), source: TimeSource::Unset },
            Some(set) => Time { ms: set.show(now), source: set.source },
        }
    }

    /// The day that what is spent counts for, in days since the Unix epoch.
    pub fn day(&mut self, now: Instant) -> Option<u32> {
        let set = self.set.as_mut()?;
        let today = day(set.show(now));
        if today > set.day && now.since(set.day_at) >= Self::DAY {
            (set.day, set.day_at) = (today, now);
        }
        Some(set.day)
    }

    /// As it outlives a deep sleep.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let Some(set) = self.set else { return [0; Self::LEN] };
        Pack::new()
            .put(&[1])
            .put(&set.ms.to_be_bytes())
            .put(&set.at.as_micros().to_be_bytes())
            .put(&set.floor.to_be_bytes())
            .put(&set.day.to_be_bytes())
            .put(&set.day_at.as_micros().to_be_bytes())
            .finish()
    }

    /// The inverse of [`Self::to_bytes`], after a sleep through which the instants went on. What it shows is
    /// held, no longer fresh.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let mut fields = Unpack::new(bytes);
        if fields.byte() == 0 {
            return Self::new();
        }
        let ms = u64::from_be_bytes(fields.take());
        let at = Instant::from_micros(u64::from_be_bytes(fields.take()));
        let floor = u64::from_be_bytes(fields.take());
        let day = u32::from_be_bytes(fields.take());
        let day_at = Instant::from_micros(u64::from_be_bytes(fields.take()));
        Self { set: Some(Set { ms, at, floor, source: TimeSource::Held, day, day_at }) }
    }
}

impl Set {
    /// In milliseconds since the Unix epoch.
    fn show(&self, now: Instant) -> u64 {
        self.ms.saturating_add(millis(now.since(self.at))).max(self.floor)
    }
}

/// The day of a time in milliseconds since the Unix epoch.
fn day(ms: u64) -> u32 {
    u32::try_from(ms / 86_400_000).unwrap_or(u32::MAX)
}

const fn millis(span: Duration) -> u64 {
    span.as_micros() / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon of a day, in seconds since the Unix epoch.
    const NOON: u64 = 20_000 * 86_400 + 43_200;
    const HOUR: u64 = 3_600;

    fn second(at: u64) -> Instant {
        Instant::from_millis(at * 1_000)
    }

    fn set_at_noon() -> Clock {
        let mut clock = Clock::new();
        clock.set(second(100), NOON, 1);
        clock
    }

    /// In seconds since the Unix epoch.
    fn shown(clock: &Clock, at: u64) -> u64 {
        let time = clock.time(second(at));
        assert_eq!(time.source, TimeSource::Block);
        time.ms / 1_000
    }

    #[test]
    fn it_counts_from_the_start_and_then_from_a_stamp() {
        let mut clock = Clock::new();
        assert_eq!(clock.time(second(7)), Time { ms: 7_000, source: TimeSource::Unset });
        assert_eq!(clock.day(second(7)), None);
        clock = set_at_noon();
        assert_eq!(shown(&clock, 100), NOON);
        assert_eq!(shown(&clock, 160), NOON + 60);
        assert_eq!(clock.day(second(160)), Some(20_000));
    }

    #[test]
    fn later_stamps_correct_it_and_it_never_goes_back() {
        let mut clock = set_at_noon();
        // It ran slow by a minute in an hour, then fast by one.
        clock.set(second(100 + HOUR), NOON + HOUR + 60, 1);
        assert_eq!(shown(&clock, 100 + HOUR), NOON + HOUR + 60);
        clock.set(second(100 + 2 * HOUR), NOON + 2 * HOUR, 1);
        assert_eq!(shown(&clock, 100 + 2 * HOUR), NOON + 2 * HOUR + 60, "it stands still until it is right");
        assert_eq!(shown(&clock, 160 + 2 * HOUR), NOON + 2 * HOUR + 60);
        assert_eq!(shown(&clock, 170 + 2 * HOUR), NOON + 2 * HOUR + 70);
    }

    #[test]
    fn no_lie_makes_it_run_at_less_than_half_or_more_than_twice_its_speed() {
        for (lie, factor) in [(0, 1), (1, 1), (NOON - 86_400, 1), (NOON + 9_999_999, 4), (Clock::LAST, 4)] {
            let mut clock = set_at_noon();
            let mut before = NOON;
            for at in 1..=HOUR {
                clock.set(second(100 + at), lie, 1);
                let now = shown(&clock, 100 + at);
                assert!(now >= before, "it went back");
                before = now;
            }
            assert!(before.abs_diff(NOON + HOUR * factor / 2) <= 2, "{lie}: {}", before - NOON);
        }
        let mut clock = set_at_noon();
        for absurd in [Clock::LAST + 1, u64::MAX] {
            clock.set(second(200), absurd, 3);
            assert_eq!(shown(&clock, 200), NOON + 100);
        }
    }

    /// The first one was still loading the chain.
    #[test]
    fn two_nodes_that_agree_move_it_forward_at_once_and_never_back() {
        let mut clock = set_at_noon();
        clock.set(second(200), NOON + 9_999_999, 2);
        assert_eq!(shown(&clock, 200), NOON + 9_999_999);
        clock.set(second(201), NOON, 2);
        assert_eq!(shown(&clock, 201), NOON + 10_000_000);
    }

    /// Days pass at twice the speed at most, and a new one comes after 20 hours at the soonest.
    #[test]
    fn days_are_at_least_twenty_hours_apart() {
        let mut clock = set_at_noon();
        let mut days = std::vec::Vec::new();
        for at in 0..10 * 24 * HOUR / 60 {
            let now = second(100 + at * 60);
            clock.set(now, Clock::LAST, 2);
            days.extend(clock.day(now));
        }
        days.dedup();
        assert!(days.len() <= 1 + 240 / 20, "{days:?}");
        // An honest one lets each day begin after midnight.
        let mut clock = set_at_noon();
        assert_eq!(clock.day(second(100)), Some(20_000));
        for (hours, day) in
            [(11, 20_000), (21, 20_001), (35, 20_001), (42, 20_002), (61, 20_002), (62, 20_003)]
        {
            assert_eq!(clock.day(second(100 + hours * HOUR)), Some(day), "{hours}");
        }
    }

    #[test]
    fn it_outlives_a_deep_sleep() {
        let mut clock = set_at_noon();
        clock.day(second(100));
        let woken = Clock::from_bytes(&clock.to_bytes());
        assert_eq!(woken.time(second(700)), Time { ms: (NOON + 600) * 1_000, source: TimeSource::Held });
        let mut again = Clock::from_bytes(&woken.to_bytes());
        assert_eq!(again, woken);
        again.set(second(800), NOON + 700, 1);
        assert_eq!(shown(&again, 800), NOON + 700);
        assert_eq!(Clock::from_bytes(&Clock::new().to_bytes()), Clock::new());
    }
}
