use thiserror::Error;

/// The bits that belong to the registry.
const REGISTRY_BITS: u16 = 0xc000;
const SOURCE_MASK: u16 = 0x0007;

/// The 16 flag bits of a reading, as `ReadingFlags.sol` lays them out: bits 0–2 the [`Source`] of the
/// odometer, bits 3–13 [`Quality`], bits 14 and 15 the registry's own and never set here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
    /// Only a source.
    pub const fn new(source: Source) -> Self {
        Self(source.bits())
    }

    /// With one more quality flag.
    #[must_use]
    pub const fn with(self, quality: Quality) -> Self {
        Self(self.0 | quality.bits())
    }

    /// As the registry takes them.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Where the odometer value came from.
    pub const fn source(self) -> Source {
        match self.0 & SOURCE_MASK {
            1 => Source::Obd,
            2 => Source::Maker,
            3 => Source::Estimate,
            4 => Source::Manual,
            _ => Source::None,
        }
    }
}

impl TryFrom<u16> for Flags {
    type Error = FlagsError;

    fn try_from(bits: u16) -> Result<Self, FlagsError> {
        if bits & REGISTRY_BITS != 0 {
            return Err(FlagsError::RegistryBits(bits));
        }
        if bits & SOURCE_MASK > Source::Manual.bits() {
            return Err(FlagsError::UnknownSource(bits & SOURCE_MASK));
        }
        Ok(Self(bits))
    }
}

/// Where the odometer value of a reading came from. Only equal sources are comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The car gave no odometer; the value means nothing.
    None,
    /// SAE J1979 service 01, PID 0xA6.
    Obd,
    /// A maker-specific request, for example UDS service 0x22.
    Maker,
    /// Estimated by the device from speed or position.
    Estimate,
    /// Typed in by a person from the dashboard.
    Manual,
}

impl Source {
    const fn bits(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Obd => 1,
            Self::Maker => 2,
            Self::Estimate => 3,
            Self::Manual => 4,
        }
    }
}

/// What the device knows against its own reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// The clock was not set when the record was taken.
    ClockUnset,
    /// Records were lost between the previous one and this one.
    RecordsLost,
    /// The device lost power or was unplugged since the previous record.
    PowerLost,
    /// The car answered some requests late, badly or not at all.
    Partial,
    /// The device sits in another car than the one that it was paired in.
    OtherVehicle,
}

impl Quality {
    const fn bits(self) -> u16 {
        match self {
            Self::ClockUnset => 1 << 3,
            Self::RecordsLost => 1 << 4,
            Self::PowerLost => 1 << 5,
            Self::Partial => 1 << 6,
            Self::OtherVehicle => 1 << 7,
        }
    }
}

/// Bits that are not a device's flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FlagsError {
    /// Bit 14 or 15 is set; the registry sets these.
    #[error("flags {0:#06x}: bits 14 and 15 belong to the registry")]
    RegistryBits(u16),
    /// The odometer source is above the last one defined.
    #[error("odometer source {0} is not defined: 0 none, 1 obd, 2 maker, 3 estimate, 4 manual")]
    UnknownSource(u16),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_where_the_registry_reads_them() {
        assert_eq!(Flags::new(Source::None).bits(), 0);
        assert_eq!(Flags::new(Source::Manual).bits(), 4);
        let all = [
            Quality::ClockUnset,
            Quality::RecordsLost,
            Quality::PowerLost,
            Quality::Partial,
            Quality::OtherVehicle,
        ];
        let flags = all.into_iter().fold(Flags::new(Source::Obd), Flags::with);
        assert_eq!(flags.bits(), 0b1111_1001);
        assert_eq!(flags.source(), Source::Obd);
    }

    #[test]
    fn every_number_is_flags_or_refused() {
        for bits in 0..=u16::MAX {
            match Flags::try_from(bits) {
                Ok(flags) => {
                    assert_eq!(flags.bits(), bits);
                    assert_eq!(flags.source().bits(), bits & SOURCE_MASK);
                }
                Err(FlagsError::RegistryBits(_)) => assert!(bits >= 1 << 14),
                Err(FlagsError::UnknownSource(source)) => assert!((5..8).contains(&source)),
            }
        }
    }
}
