use super::Time;
use core::fmt;

/// A period has 30 days, as the contracts count them, in seconds.
pub const PERIOD_SECONDS: u64 = 2_592_000;

/// So long after its end a period is closed, as the contracts count it (`Periods.sol`), in seconds. The
/// clock of a device may be off by as much.
pub const PERIOD_GRACE_SECONDS: u64 = 604_800;

/// A part of a car's life that its owner can open to others apart from the rest, with the contracts' numbers
/// (`Scopes.sol`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// How it moves: speed, engine speed, distance, fuel.
    Trip,
    /// How it is: fault codes, readiness, temperatures.
    Health,
    /// Voltages and charge, traction battery included.
    Energy,
    /// Who the car is: VIN and calibration.
    Identity,
}

impl Scope {
    /// The number that stands in a record's head and in a key's derivation.
    pub const fn id(self) -> u8 {
        match self {
            Self::Trip => 1,
            Self::Health => 2,
            Self::Energy => 3,
            Self::Identity => 4,
        }
    }

    /// The inverse of [`Scope::id`].
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::Trip),
            2 => Some(Self::Health),
            3 => Some(Self::Energy),
            4 => Some(Self::Identity),
            _ => None,
        }
    }
}

/// The span of time that one data key covers: [`PERIOD_SECONDS`], numbered from the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(pub u32);

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Period {
    /// The one of records that are made while no clock is set. No clock tells when the last of them is made:
    /// it is never closed.
    pub const UNTIMED: Self = Self(0);

    /// The period of `time`; `None` when its clock was never set.
    pub fn of(time: Time) -> Option<Self> {
        let seconds = time.unix_ms()?.checked_div(1000)?;
        u32::try_from(seconds.checked_div(PERIOD_SECONDS)?).ok().map(Self)
    }

    /// Whether no record of it is made any more. `now` is in seconds since the Unix epoch.
    pub fn is_closed(self, now: u64) -> bool {
        let end = u64::from(self.0).saturating_add(1).saturating_mul(PERIOD_SECONDS);
        self != Self::UNTIMED && now >= end.saturating_add(PERIOD_GRACE_SECONDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TimeSource;

    #[test]
    fn ids_are_unique_and_come_back() {
        let known = (0..=u8::MAX).filter_map(Scope::from_id);
        assert!(known.clone().all(|scope| Scope::from_id(scope.id()) == Some(scope)));
        assert_eq!(known.count(), 4);
    }

    #[test]
    fn a_period_is_thirty_days_of_a_clock_that_is_set() {
        let at = |ms| Period::of(Time { ms, source: TimeSource::Network });
        assert_eq!(at(2_591_999_999), Some(Period(0)));
        assert_eq!(at(2_592_000_000), Some(Period(1)));
        assert_eq!(at(u64::MAX), None);
        assert_eq!(Period::of(Time { ms: 2_592_000_000, source: TimeSource::Unset }), None);
    }

    #[test]
    fn a_period_is_closed_a_week_after_its_end() {
        let closed = 691 * PERIOD_SECONDS + 7 * 86_400;
        assert!(!Period(690).is_closed(closed - 1));
        assert!(Period(690).is_closed(closed));
        assert!(!Period(u32::MAX).is_closed(closed));
        assert!(!Period::UNTIMED.is_closed(u64::MAX));
    }
}
