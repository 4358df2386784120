use crate::bytes::{Pack, Unpack};
use crate::{Duration, Instant};

/// Decides when a sleeping dongle wakes up. To be asked every ten seconds or so, and when the bus moves; it is
/// small enough to outlive a deep sleep in the chip's slow memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sleeper {
    /// What the voltage is compared with, in millivolts.
    baseline: u16,
    checked_at: Instant,
    /// The voltage was high at the last look, so it is no flicker.
    risen: bool,
    /// The battery was low: the bus does not count.
    cut_off: bool,
    /// Times in a row that the dongle woke up and the car was not driven.
    false_alarms: u8,
    /// Small signs are not believed before.
    deaf_until: Instant,
}

/// Why to wake up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WakeUp {
    /// The voltage rose: engine or charger.
    Voltage,
    /// The bus speaks.
    Bus,
}

impl Sleeper {
    /// The length of [`Self::to_bytes`].
    pub const LEN: usize = 24;
    /// A rise by so many millivolts is a sign …
    pub const RISE: u16 = 300;
    /// … and by so many a sure one, which no false alarm can hide.
    pub const SURE_RISE: u16 = 900;
    /// How fast the baseline follows a voltage that rises by itself, as a battery's does when its load is
    /// gone: millivolts in a minute.
    const DRIFT: u64 = 60;
    /// After a false alarm small signs are not believed for so long, and twice as long after each next one …
    pub const DEAF: Duration = Duration::from_secs(120);
    /// … up to this many doublings: about an hour.
    const MAX_DOUBLINGS: u8 = 5;

    /// Falls asleep. `driven` tells whether the car was driven since the last wake-up, `before` what the last
    /// sleep was.
    pub fn new(now: Instant, millivolts: u16, cut_off: bool, driven: bool, before: Option<Self>) -> Self {
        let alarms = before.map_or(0, |sleeper| sleeper.false_alarms.saturating_add(1));
        let false_alarms = if driven { 0 } else { alarms.min(Self::MAX_DOUBLINGS.saturating_add(1)) };
        let deaf = match false_alarms.checked_sub(1) {
            None => Duration::ZERO,
            Some(doublings) => Self::DEAF.times(1_u64.wrapping_shl(doublings.into())),
        };
        Self {
            baseline: millivolts,
            checked_at: now,
            risen: false,
            cut_off,
            false_alarms,
            deaf_until: now.after(deaf),
        }
    }

    /// As it outlives a deep sleep.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        Pack::new()
            .put(&self.checked_at.as_micros().to_be_bytes())
            .put(&self.deaf_until.as_micros().to_be_bytes())
            .put(&self.baseline.to_be_bytes())
            .put(&[u8::from(self.risen), u8::from(self.cut_off), self.false_alarms])
            .finish()
    }

    /// The inverse of [`Self::to_bytes`]; the two times are of a clock that goes on through the sleep.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let mut fields = Unpack::new(bytes);
        let [checked_at, deaf_until] =
            [(); 2].map(|()| Instant::from_micros(u64::from_be_bytes(fields.take())));
        let baseline = u16::from_be_bytes(fields.take());
        let [risen, cut_off] = [(); 2].map(|()| fields.byte() != 0);
        Self { baseline, checked_at, risen, cut_off, false_alarms: fields.byte(), deaf_until }
    }

    /// Looks at the voltage, and whether the bus has moved since the last look.
    pub fn check(&mut self, now: Instant, millivolts: u16, bus_moved: bool) -> Option<WakeUp> {
        let rise = millivolts.saturating_sub(self.baseline);
        let risen = core::mem::replace(&mut self.risen, rise >= Self::RISE);
        let minutes_by_drift = now.since(self.checked_at).times(Self::DRIFT).as_micros() / 60_000_000;
        let drift = u16::try_from(minutes_by_drift).unwrap_or(u16::MAX).min(rise);
        // A fall is followed at once: the next start is a rise from there.
        self.baseline = millivolts.min(self.baseline.saturating_add(drift));
        self.checked_at = now;
        let awake = now >= self.deaf_until;
        if risen && (rise >= Self::SURE_RISE || rise >= Self::RISE && awake) {
            Some(WakeUp::Voltage)
        } else if bus_moved && awake && !self.cut_off {
            Some(WakeUp::Bus)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(at: u64) -> Instant {
        Instant::from_millis(at * 1_000)
    }

    fn asleep(cut_off: bool) -> Sleeper {
        Sleeper::new(second(0), 12_400, cut_off, true, None)
    }

    #[test]
    fn an_engine_start_wakes() {
        let mut sleeper = asleep(false);
        assert_eq!(sleeper.check(second(10), 12_400, false), None);
        assert_eq!(sleeper.check(second(20), 14_100, false), None, "one look may be a flicker");
        assert_eq!(sleeper.check(second(21), 14_100, false), Some(WakeUp::Voltage));
    }

    #[test]
    fn it_outlives_a_deep_sleep() {
        let mut sleeper = Sleeper::new(second(5), 12_345, true, false, Some(asleep(false)));
        sleeper.check(second(10), 12_800, false);
        assert_eq!(Sleeper::from_bytes(&sleeper.to_bytes()), sleeper);
        assert_eq!(Sleeper::from_bytes(&asleep(false).to_bytes()), asleep(false));
    }

    #[test]
    fn a_battery_that_recovers_does_not() {
        let mut sleeper = asleep(false);
        for at in 1..=360 {
            let recovered = 12_400 + u16::try_from(at * 2).unwrap();
            assert_eq!(sleeper.check(second(at * 10), recovered, false), None, "{at}");
        }
    }

    #[test]
    fn after_a_cut_off_only_the_voltage_counts() {
        let mut sleeper = asleep(true);
        assert_eq!(sleeper.check(second(10), 12_400, true), None);
        sleeper.check(second(20), 13_600, true);
        assert_eq!(sleeper.check(second(30), 13_600, true), Some(WakeUp::Voltage));
        assert_eq!(asleep(false).check(second(10), 12_400, true), Some(WakeUp::Bus));
    }

    #[test]
    fn false_alarms_make_deaf_but_not_to_an_engine() {
        let mut sleeper = asleep(false);
        let mut waits = std::vec::Vec::new();
        for _ in 0..8 {
            sleeper = Sleeper::new(second(0), 12_400, false, false, Some(sleeper));
            let mut trial = sleeper;
            waits.push((0..).find(|at| trial.check(second(*at), 12_400, true).is_some()).unwrap());
        }
        assert_eq!(waits, [120, 240, 480, 960, 1_920, 3_840, 3_840, 3_840]);
        sleeper.check(second(10), 14_000, false);
        assert_eq!(sleeper.check(second(20), 14_000, false), Some(WakeUp::Voltage));
    }
}
