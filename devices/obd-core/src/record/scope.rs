use super::Time;

/// A period has 30 days, as the contracts count them, in seconds.
pub const PERIOD_SECONDS: u64 = 2_592_000;

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

impl Period {
    /// The period of `time`; `None` when its clock was never set.
    pub fn of(time: Time) -> Option<Self> {
        let seconds = time.unix_ms()?.checked_div(1000)?;
        u32::try_from(seconds.checked_div(PERIOD_SECONDS)?).ok().map(Self)
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
}
