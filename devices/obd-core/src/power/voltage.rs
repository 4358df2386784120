use crate::{Duration, Instant};

/// The battery's voltage with its noise taken out, and whether it is on the way up or down: a quick and a slow
/// average, whose difference is the slope.
#[derive(Clone, Copy, Debug)]
pub struct Voltage {
    /// In 1/256 mV.
    quick: i32,
    slow: i32,
    at: Instant,
}

impl Voltage {
    /// A rise or a fall of the quick average against the slow one, in millivolts.
    pub const SLOPE: i32 = 200;
    /// Averages move once in this time.
    const STEP: Duration = Duration::from_secs(1);
    /// Steps that are caught up at most: then both averages are where the voltage is.
    const MAX_STEPS: u16 = 512;

    /// Nothing is known but the present voltage.
    pub fn new(now: Instant, millivolts: u16) -> Self {
        let level = fine(millivolts);
        Self { quick: level, slow: level, at: now }
    }

    /// Takes a measurement in.
    pub fn measure(&mut self, now: Instant, millivolts: u16) {
        let level = fine(millivolts);
        for _ in 0..Self::MAX_STEPS {
            if now.since(self.at) < Self::STEP {
                return;
            }
            self.at = self.at.after(Self::STEP);
            self.quick = approach(self.quick, level, 4);
            self.slow = approach(self.slow, level, 64);
        }
        self.at = now;
    }

    /// The voltage of the last minute, in millivolts.
    pub const fn level(&self) -> i32 {
        self.slow >> 8
    }

    /// It rises: an alternator or a charger has begun.
    pub const fn is_rising(&self) -> bool {
        self.slope() >= Self::SLOPE
    }

    /// It falls: what charged has stopped.
    pub const fn is_falling(&self) -> bool {
        self.slope() <= -Self::SLOPE
    }

    const fn slope(&self) -> i32 {
        self.quick.saturating_sub(self.slow) >> 8
    }
}

fn fine(millivolts: u16) -> i32 {
    i32::from(millivolts).saturating_mul(256)
}

const fn approach(average: i32, level: i32, part: i32) -> i32 {
    match level.saturating_sub(average).checked_div(part) {
        Some(step) => average.saturating_add(step),
        None => level,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(at: u64) -> Instant {
        Instant::from_millis(at * 1_000)
    }

    #[test]
    fn an_alternator_is_a_rise_and_its_end_a_fall() {
        let mut voltage = Voltage::new(second(0), 12_600);
        assert!(!voltage.is_rising() && !voltage.is_falling());
        (1..10).for_each(|at| voltage.measure(second(at), 14_200));
        assert!(voltage.is_rising());
        (10..600).for_each(|at| voltage.measure(second(at), 14_200));
        assert!(!voltage.is_rising() && (14_150..=14_200).contains(&voltage.level()));
        (600..610).for_each(|at| voltage.measure(second(at), 12_800));
        assert!(voltage.is_falling());
    }

    #[test]
    fn noise_and_a_long_gap_are_no_slope() {
        let mut voltage = Voltage::new(second(0), 12_600);
        (1..300).for_each(|at| voltage.measure(second(at), if at % 2 == 0 { 12_450 } else { 12_750 }));
        assert!(!voltage.is_rising() && !voltage.is_falling());
        voltage.measure(second(1_000_000), 12_000);
        assert!(!voltage.is_rising() && !voltage.is_falling(), "an old average is no slope");
    }
}
