use super::{Identity, Samples, Scope, Time, TimeSource};
use crate::Flags;
use crate::bytes::{Pack, Unpack};
use thiserror::Error;

/// The length of every record before encryption, in bytes.
pub const LEN: usize = 112;

/// One record of a car, in clear.
///
/// ```text
///  0  time, ms      u64      12  flags, as the registry's  u16
///  8  time source   u8       14  start of the device       u16
///  9  event         u8       16  odometer, 100 m           u32
/// 10  zero          u16      20  content: Identity (49 bytes) or Samples (91 bytes); zeros to 112
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub time: Time,
    /// Why it was taken.
    pub event: Event,
    /// The odometer's source and the reading's quality; public.
    pub flags: Flags,
    /// Which start of the device this was, counted modulo 2^16: tells a reset from a gap.
    pub start: u16,
    /// In 100 m, meaningful as the source in `flags` says; its whole kilometres are public.
    pub odometer: u32,
    /// What was read.
    pub content: Content,
}

impl Record {
    /// Whole kilometres: all of the odometer that is public.
    pub const fn odometer_km(&self) -> u32 {
        self.odometer / 10
    }

    /// The record's layout.
    pub fn to_bytes(&self) -> [u8; LEN] {
        let pack = Pack::new()
            .put(&self.time.ms.to_be_bytes())
            .put(&[self.time.source.id(), self.event.id(), 0, 0])
            .put(&self.flags.bits().to_be_bytes())
            .put(&self.start.to_be_bytes())
            .put(&self.odometer.to_be_bytes());
        match self.content {
            Content::Identity(identity) => pack.put(&identity.to_bytes()),
            Content::Trip(samples) | Content::Health(samples) | Content::Energy(samples) => {
                pack.put(&samples.to_bytes())
            }
        }
        .finish()
    }

    /// The inverse of [`Record::to_bytes`], for a record of `scope`.
    pub fn from_bytes(bytes: &[u8; LEN], scope: Scope) -> Result<Self, MalformedRecord> {
        let mut fields = Unpack::new(bytes);
        let ms = u64::from_be_bytes(fields.take());
        let source = TimeSource::from_id(fields.byte()).ok_or(MalformedRecord::TimeSource)?;
        let event = Event::from_id(fields.byte()).ok_or(MalformedRecord::Event)?;
        fields.take::<2>();
        let flags = u16::from_be_bytes(fields.take());
        let flags = Flags::try_from(flags).map_err(|_| MalformedRecord::Flags(flags))?;
        let start = u16::from_be_bytes(fields.take());
        let odometer = u32::from_be_bytes(fields.take());
        let content = match scope {
            Scope::Identity => Some(Content::Identity(Identity::read(&mut fields))),
            Scope::Trip => Samples::read(&mut fields).map(Content::Trip),
            Scope::Health => Samples::read(&mut fields).map(Content::Health),
            Scope::Energy => Samples::read(&mut fields).map(Content::Energy),
        }
        .ok_or(MalformedRecord::Samples)?;
        Ok(Self { time: Time { ms, source }, event, flags, start, odometer, content })
    }
}

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Who the car says it is.
    Identity(Identity),
    /// How it moves.
    Trip(Samples),
    /// How it is.
    Health(Samples),
    /// Voltages and charge.
    Energy(Samples),
}

impl Content {
    /// The permission that opens it.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Identity(_) => Scope::Identity,
            Self::Trip(_) => Scope::Trip,
            Self::Health(_) => Scope::Health,
            Self::Energy(_) => Scope::Energy,
        }
    }
}

/// Why a record was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its time had come.
    Periodic,
    /// The ignition went on.
    IgnitionOn,
    /// The ignition went off.
    IgnitionOff,
    /// The set of fault codes changed.
    CodesChanged,
    /// Distance or warm-ups since clearing fell: somebody cleared the codes.
    CodesCleared,
    /// The car's VIN is not the one that the device was paired with.
    OtherVehicle,
    /// The supply is about to fail, or the device was told to stop.
    PowerDown,
}

impl Event {
    const fn id(self) -> u8 {
        match self {
            Self::Periodic => 0,
            Self::IgnitionOn => 1,
            Self::IgnitionOff => 2,
            Self::CodesChanged => 3,
            Self::CodesCleared => 4,
            Self::OtherVehicle => 5,
            Self::PowerDown => 6,
        }
    }

    const fn from_id(id: u8) -> Option<Self> {
        match id {
            0 => Some(Self::Periodic),
            1 => Some(Self::IgnitionOn),
            2 => Some(Self::IgnitionOff),
            3 => Some(Self::CodesChanged),
            4 => Some(Self::CodesCleared),
            5 => Some(Self::OtherVehicle),
            6 => Some(Self::PowerDown),
            _ => None,
        }
    }
}

/// Bytes that are no record, although their MAC may be right: a newer version, or another scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MalformedRecord {
    /// A clock of which this version knows nothing.
    #[error("the record's time source is unknown")]
    TimeSource,
    /// An event of which this version knows nothing.
    #[error("the record's event is unknown")]
    Event,
    /// Flags that no device sets.
    #[error("the record's flags {0:#06x} are none that a device sets")]
    Flags(u16),
    /// Too many samples, or one of an unknown signal.
    #[error("the record's samples are malformed")]
    Samples,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;
    use crate::record::{Sample, Signal};

    fn record(content: Content) -> Record {
        Record {
            time: Time { ms: 1_790_000_000_123, source: TimeSource::Network },
            event: Event::CodesCleared,
            flags: Flags::new(Source::Obd),
            start: 7,
            odometer: 1_234_567,
            content,
        }
    }

    #[test]
    fn every_content_comes_back_from_its_bytes() {
        let mut samples = Samples::new();
        for (signal, value) in Signal::ALL.iter().zip([i32::MIN, -1, 0, 1, i32::MAX]) {
            samples.push(Sample::good(*signal, value)).unwrap();
        }
        let vin = *b"LSVAU0330E2119384";
        let identity = Identity { vin, cvn: [1, 2, 3, 4, 5, 6, 7, u32::MAX] };
        for content in [
            Content::Identity(identity),
            Content::Trip(samples),
            Content::Health(samples),
            Content::Energy(Samples::new()),
        ] {
            let record = record(content);
            assert_eq!(Record::from_bytes(&record.to_bytes(), content.scope()), Ok(record));
        }
        assert_eq!(record(Content::Trip(samples)).odometer_km(), 123_456);
    }

    #[test]
    fn the_contents_fit() {
        const { assert!(20 + Samples::LEN <= LEN && 20 + Identity::LEN <= LEN) };
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let bytes = record(Content::Trip(Samples::new())).to_bytes();
        let with = |at: usize, byte| {
            let mut bytes = bytes;
            bytes[at] = byte;
            Record::from_bytes(&bytes, Scope::Trip).unwrap_err()
        };
        assert_eq!(with(8, 5), MalformedRecord::TimeSource);
        assert_eq!(with(9, 7), MalformedRecord::Event);
        assert_eq!(with(12, 0x80), MalformedRecord::Flags(0x8001));
        assert_eq!(with(20, 18), MalformedRecord::Samples);
    }
}
