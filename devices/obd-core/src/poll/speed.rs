use crate::{Duration, Instant};

/// The last speed that the car gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Speed(Option<(Instant, u8)>);

impl Speed {
    /// Up to here, in km/h, a car is hardly driven.
    const WALKING: u8 = 6;
    const FRESH: Duration = Duration::from_secs(5);

    pub(super) const fn set(&mut self, now: Instant, speed: u8) {
        self.0 = Some((now, speed));
    }

    /// The car was faster than a person walks when it was last asked.
    pub(super) fn is_moving(self) -> bool {
        self.0.is_some_and(|(_, speed)| speed > Self::WALKING)
    }

    /// Nobody can say that the car stands: it moved, or has not told for a while, or never.
    pub(super) fn may_be_moving(self, now: Instant) -> bool {
        self.0.is_none_or(|(at, speed)| speed > Self::WALKING || now.since(at) > Self::FRESH)
    }
}
