use crate::{Duration, Instant};

/// When the radio may be switched on. While the car drives, a failure costs nothing but time; in a parked car
/// every try costs charge, so there are few, and then none before the next trip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Radio {
    failures: u8,
    tries_parked: u8,
    not_before: Instant,
}

impl Radio {
    /// When power comes: a car is plugged into to be driven.
    pub const fn new() -> Self {
        Self { failures: 0, tries_parked: 0, not_before: Instant::from_micros(0) }
    }

    /// After a wake-up, until the car is driven: this parking has had its tries.
    pub const fn resting() -> Self {
        Self { tries_parked: Self::MAX_PARKED, ..Self::new() }
    }

    /// Whether a parked car gets no more tries.
    pub const fn is_spent(&self) -> bool {
        self.tries_parked >= Self::MAX_PARKED
    }

    /// After the first failure; twice as long after each next one …
    pub const FIRST_PAUSE: Duration = Duration::from_secs(15);
    /// … up to this many doublings: 16 minutes.
    const MAX_DOUBLINGS: u8 = 6;
    /// Tries, successful or not, in one parking.
    pub const MAX_PARKED: u8 = 3;
    /// How long a try may take.
    pub const TRY: Duration = Duration::from_secs(60);

    /// Whether to try now. A yes is a try and is counted.
    pub fn may_try(&mut self, now: Instant, parked: bool) -> bool {
        if !parked {
            self.tries_parked = 0;
        }
        if parked && self.tries_parked == 0 {
            // It has just arrived, perhaps at home, whatever failed on the way.
            (self.failures, self.not_before) = (0, now);
        }
        if now < self.not_before || parked && self.is_spent() {
            return false;
        }
        if parked {
            self.tries_parked = self.tries_parked.saturating_add(1);
        }
        self.not_before = now.after(Self::TRY);
        true
    }

    /// The try worked.
    pub const fn succeeded(&mut self, now: Instant) {
        self.failures = 0;
        self.not_before = now;
    }

    /// It did not: no network, no route, or the far side is down. `jitter` is a random number, so that a
    /// thousand dongles in one garage do not come back in the same second.
    pub fn failed(&mut self, now: Instant, jitter: u8) {
        let pause = Self::FIRST_PAUSE.times(1_u64.wrapping_shl(self.failures.into()));
        let jitter = Duration::from_micros(pause.as_micros() / 512).times(jitter);
        self.failures = self.failures.saturating_add(1).min(Self::MAX_DOUBLINGS);
        self.not_before = now.after(pause).after(jitter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tries in `seconds` when each fails after 30 s.
    fn tries(radio: &mut Radio, seconds: u64, parked: bool) -> usize {
        let mut count = 0;
        for at in 0..seconds {
            let now = Instant::from_millis(at * 1_000);
            if radio.may_try(now, parked) {
                radio.failed(now.after(Duration::from_secs(30)), 128);
                count += 1;
            }
        }
        count
    }

    #[test]
    fn a_parked_car_pays_for_three_tries() {
        let mut radio = Radio::default();
        assert_eq!(tries(&mut radio, 86_400, true), usize::from(Radio::MAX_PARKED));
        assert!(radio.is_spent());
        assert_eq!(tries(&mut Radio::resting(), 86_400, true), 0);
        assert!(Radio::resting().may_try(Instant::default(), false), "driven again");
    }

    #[test]
    fn an_arrival_is_tried_at_once() {
        let mut radio = Radio::default();
        tries(&mut radio, 7_200, false);
        assert!(!radio.may_try(Instant::from_millis(7_200_000), false));
        assert!(radio.may_try(Instant::from_millis(7_200_000), true));
        radio.failed(Instant::from_millis(7_230_000), 0);
        assert!(!radio.may_try(Instant::from_millis(7_244_000), true));
        assert!(radio.may_try(Instant::from_millis(7_245_000), true));
    }

    #[test]
    fn a_driven_car_goes_on_trying_ever_more_seldom() {
        let mut radio = Radio::default();
        assert!((10..=12).contains(&tries(&mut radio, 7_200, false)));
        radio.succeeded(Instant::from_millis(7_200_000));
        assert!(radio.may_try(Instant::from_millis(7_200_000), false));
    }
}
