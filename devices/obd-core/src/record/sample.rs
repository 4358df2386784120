use crate::bytes::{Pack, Unpack};
use thiserror::Error;

/// How many samples a record holds.
pub const MAX_SAMPLES: usize = 15;

/// One value as the car gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What was measured; fixes the unit.
    pub signal: Signal,
    /// How far the value can be trusted.
    pub quality: SampleQuality,
    /// In steps of [`Signal::unit`] and [`Signal::decimals`]; bits and codes as they are.
    pub value: i32,
}

impl Sample {
    const LEN: usize = 6;

    /// A value that the car answered with, in time and in range.
    pub const fn good(signal: Signal, value: i32) -> Self {
        Self { signal, quality: SampleQuality::Good, value }
    }

    /// Raw bits or a code as a value.
    pub const fn bits(signal: Signal, bits: u32) -> Self {
        Self::good(signal, i32::from_be_bytes(bits.to_be_bytes()))
    }

    fn to_bytes(self) -> [u8; Self::LEN] {
        Pack::new().put(&[self.signal.id(), self.quality.id()]).put(&self.value.to_be_bytes()).finish()
    }

    fn read(fields: &mut Unpack<'_>) -> Option<Self> {
        let (signal, quality, value) = (fields.byte(), fields.byte(), i32::from_be_bytes(fields.take()));
        Some(Self { signal: Signal::from_id(signal)?, quality: SampleQuality::from_id(quality)?, value })
    }
}

/// How far a value can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleQuality {
    /// Answered in time and in range.
    Good,
    /// The last good value; the car did not answer this time.
    Stale,
    /// Outside what the signal can be, kept as it came.
    Implausible,
}

impl SampleQuality {
    const fn id(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Stale => 1,
            Self::Implausible => 2,
        }
    }

    const fn from_id(id: u8) -> Option<Self> {
        match id {
            0 => Some(Self::Good),
            1 => Some(Self::Stale),
            2 => Some(Self::Implausible),
            _ => None,
        }
    }
}

/// Up to [`MAX_SAMPLES`] samples in the order in which they were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    items: [Option<Sample>; MAX_SAMPLES],
}

impl Samples {
    pub(crate) const LEN: usize = 1 + MAX_SAMPLES * Sample::LEN;

    /// None yet.
    pub const fn new() -> Self {
        Self { items: [None; MAX_SAMPLES] }
    }

    /// One more.
    pub fn push(&mut self, sample: Sample) -> Result<(), TooManySamples> {
        let room = self.items.iter_mut().find(|item| item.is_none()).ok_or(TooManySamples)?;
        *room = Some(sample);
        Ok(())
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = Sample> + '_ {
        self.items.iter().copied().flatten()
    }

    /// The last value of a signal.
    pub fn get(&self, signal: Signal) -> Option<Sample> {
        self.iter().filter(|sample| sample.signal == signal).last()
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let count = u8::try_from(self.iter().count()).unwrap_or(u8::MAX);
        self.iter().fold(Pack::new().put(&[count]), |pack, sample| pack.put(&sample.to_bytes())).finish()
    }

    /// `None` when the count or a sample makes no sense.
    pub(crate) fn read(fields: &mut Unpack<'_>) -> Option<Self> {
        let count = usize::from(fields.byte());
        let mut samples = Self::new();
        for _ in 0..count {
            samples.push(Sample::read(fields)?).ok()?;
        }
        Some(samples)
    }
}

/// The record is full; the sample belongs into the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a record holds {MAX_SAMPLES} samples")]
pub struct TooManySamples;

/// The unit of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Revolutions per minute.
    Rpm,
    /// Kilometres per hour.
    KilometresPerHour,
    /// Kilometres.
    Kilometres,
    /// Degrees Celsius.
    Celsius,
    /// Per cent.
    Percent,
    /// Volts.
    Volts,
    /// Kilopascals, absolute.
    Kilopascals,
    /// Grams per second.
    GramsPerSecond,
    /// Litres per hour.
    LitresPerHour,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// A number of things.
    Count,
    /// Bits as the car gave them.
    Bits,
    /// A fault code: SAE J2012's two bytes, or ISO 14229's three.
    Code,
}

macro_rules! signals {
    ($($(#[$doc:meta])+ $name:ident = $id:literal, $unit:ident, $decimals:literal;)+) => {
        /// What a sample measures. Numbers are stable: a new signal gets a new one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Signal { $($(#[$doc])+ $name,)+ }

        impl Signal {
            /// Every signal.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The number that stands in a record.
            pub const fn id(self) -> u8 {
                match self { $(Self::$name => $id,)+ }
            }

            /// The inverse of [`Signal::id`].
            pub const fn from_id(id: u8) -> Option<Self> {
                match id { $($id => Some(Self::$name),)+ _ => None }
            }

            /// The unit of the value.
            pub const fn unit(self) -> Unit {
                match self { $(Self::$name => Unit::$unit,)+ }
            }

            /// How many decimals of the unit the value carries: 2 means hundredths.
            pub const fn decimals(self) -> u8 {
                match self { $(Self::$name => $decimals,)+ }
            }
        }
    };
}

signals! {
    /// J1979 PID 0C.
    EngineSpeed = 1, Rpm, 2;
    /// PID 0D.
    VehicleSpeed = 2, KilometresPerHour, 0;
    /// PID 1F: since the engine was started.
    RunTime = 3, Seconds, 0;
    /// PID 04.
    EngineLoad = 4, Percent, 1;
    /// PID 11.
    Throttle = 5, Percent, 1;
    /// PID 2F.
    FuelLevel = 6, Percent, 1;
    /// PID 5E.
    FuelRate = 7, LitresPerHour, 2;
    /// PID 10.
    AirFlow = 8, GramsPerSecond, 2;
    /// PID 0B.
    IntakePressure = 9, Kilopascals, 0;
    /// PID 33.
    BarometricPressure = 10, Kilopascals, 0;
    /// PID 05.
    CoolantTemperature = 16, Celsius, 0;
    /// PID 0F.
    IntakeTemperature = 17, Celsius, 0;
    /// PID 46.
    AmbientTemperature = 18, Celsius, 0;
    /// PID 5C.
    OilTemperature = 19, Celsius, 0;
    /// PID 42.
    ModuleVoltage = 24, Volts, 3;
    /// At the plug, by the device's own converter.
    PlugVoltage = 25, Volts, 3;
    /// PID 5B: what is left in the traction battery.
    BatteryCharge = 26, Percent, 1;
    /// PID 01, all four bytes: lamp, number of codes, readiness.
    MonitorStatus = 32, Bits, 0;
    /// PID 21: driven with the lamp on.
    DistanceWithLamp = 33, Kilometres, 0;
    /// PID 30: warm-ups since the codes were cleared.
    WarmUpsSinceCleared = 34, Count, 0;
    /// PID 31: driven since the codes were cleared.
    DistanceSinceCleared = 35, Kilometres, 0;
    /// PID 4D: run with the lamp on.
    TimeWithLamp = 36, Minutes, 0;
    /// PID 4E: since the codes were cleared.
    TimeSinceCleared = 37, Minutes, 0;
    /// Service 03: a confirmed code.
    StoredCode = 40, Code, 0;
    /// Service 07: a code of this or the last driving cycle.
    PendingCode = 41, Code, 0;
    /// Service 0A: a code that clearing does not remove.
    PermanentCode = 42, Code, 0;
    /// PID A6 or DID F4A6: the odometer as the car shows it.
    Odometer = 48, Kilometres, 1;
    /// Integrated from PID 0D since the device was fitted.
    IntegratedDistance = 49, Kilometres, 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signal_numbers_are_unique_and_come_back() {
        for signal in Signal::ALL {
            assert_eq!(Signal::from_id(signal.id()), Some(*signal));
        }
        assert_eq!((0..=u8::MAX).filter_map(Signal::from_id).count(), Signal::ALL.len());
    }

    #[test]
    fn a_full_record_refuses_one_more() {
        let mut samples = Samples::new();
        for value in 0..15 {
            samples.push(Sample::good(Signal::VehicleSpeed, value)).unwrap();
        }
        assert_eq!(samples.push(Sample::good(Signal::VehicleSpeed, 15)), Err(TooManySamples));
        assert_eq!(samples.get(Signal::VehicleSpeed), Some(Sample::good(Signal::VehicleSpeed, 14)));
        assert_eq!(samples.get(Signal::Odometer), None);
        let bytes = samples.to_bytes();
        assert_eq!(Samples::read(&mut Unpack::new(&bytes)), Some(samples));
    }

    #[test]
    fn nonsense_is_no_samples() {
        assert_eq!(Samples::read(&mut Unpack::new(&[18; 200])), None);
        assert_eq!(Samples::read(&mut Unpack::new(&[1, 255, 0, 0, 0, 0, 0])), None);
        assert_eq!(Samples::read(&mut Unpack::new(&[1, 1, 3, 0, 0, 0, 0])), None);
    }
}
