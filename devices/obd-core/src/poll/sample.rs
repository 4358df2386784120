use super::{Event, OdometerSource};
use crate::obd::{Code, CodeKind, Pid};
use crate::record::{Sample, Signal};

impl Event {
    /// What of this event goes into a record, in the order in which it was learnt.
    pub fn samples(&self) -> impl Iterator<Item = Sample> + '_ {
        let one = match self {
            Self::Value { pid, value, .. } => signal(*pid).map(|signal| Sample::good(signal, *value)),
            Self::Readiness { bits, .. } => Some(Sample::bits(Signal::MonitorStatus, *bits)),
            Self::Odometer(reading) if reading.source == OdometerSource::Integrated => {
                i32::try_from(reading.tenths).ok().map(|km| Sample::good(Signal::IntegratedDistance, km))
            }
            // The value of PID A6 has been told by itself.
            Self::Odometer(reading) if reading.source == OdometerSource::Did => {
                i32::try_from(reading.tenths).ok().map(|km| Sample::good(Signal::Odometer, km))
            }
            _ => None,
        };
        let (signal, codes) = match self {
            Self::Codes { kind: CodeKind::Confirmed, codes, .. } => (Signal::StoredCode, codes.codes()),
            Self::Codes { kind: CodeKind::Pending, codes, .. } => (Signal::PendingCode, codes.codes()),
            Self::Codes { kind: CodeKind::Permanent, codes, .. } => (Signal::PermanentCode, codes.codes()),
            _ => (Signal::StoredCode, &[][..]),
        };
        one.into_iter().chain(codes.iter().map(move |code| Sample::bits(signal, bits(*code))))
    }
}

/// The two bytes of SAE J2012, or the three of ISO 14229 where the car gives a failure type.
const fn bits(code: Code) -> u32 {
    let [high, low] = code.number.to_be_bytes();
    match code.failure_type {
        0 => u32::from_be_bytes([0, 0, high, low]),
        failure => u32::from_be_bytes([0, high, low, failure]),
    }
}

/// The signal of a record that `pid` is; its value has the same decimals.
pub const fn signal(pid: Pid) -> Option<Signal> {
    Some(match pid.0 {
        0x04 => Signal::EngineLoad,
        0x05 => Signal::CoolantTemperature,
        0x0b => Signal::IntakePressure,
        0x0c => Signal::EngineSpeed,
        0x0d => Signal::VehicleSpeed,
        0x0f => Signal::IntakeTemperature,
        0x10 => Signal::AirFlow,
        0x11 => Signal::Throttle,
        0x1f => Signal::RunTime,
        0x21 => Signal::DistanceWithLamp,
        0x2f => Signal::FuelLevel,
        0x30 => Signal::WarmUpsSinceCleared,
        0x31 => Signal::DistanceSinceCleared,
        0x33 => Signal::BarometricPressure,
        0x42 => Signal::ModuleVoltage,
        0x46 => Signal::AmbientTemperature,
        0x4d => Signal::TimeWithLamp,
        0x4e => Signal::TimeSinceCleared,
        0x5b => Signal::BatteryCharge,
        0x5c => Signal::OilTemperature,
        0x5e => Signal::FuelRate,
        0xa6 => Signal::Odometer,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obd::{CodeList, Ecu, Request};
    use std::vec::Vec;

    #[test]
    fn records_and_parameters_have_the_same_decimals() {
        let both = (0..=u8::MAX).filter_map(|pid| Some((signal(Pid(pid))?, Pid(pid).quantity()?)));
        let both: Vec<_> = both.collect();
        assert_eq!(both.len(), 22);
        for (signal, quantity) in both {
            assert_eq!(signal.decimals(), quantity.decimals, "{signal:?}");
        }
    }

    #[test]
    fn each_code_is_a_sample() {
        let id = embedded_can::Id::Standard(embedded_can::StandardId::new(0x7e8).unwrap());
        let codes = CodeList::from_answer(Request::PendingCodes, &[2, 0x01, 0x33, 0xc1, 0x00]).unwrap();
        let event = Event::Codes { ecu: Ecu::from_reply(id).unwrap(), kind: CodeKind::Pending, codes };
        let expected = [0x0133, 0xc100].map(|code| Sample::bits(Signal::PendingCode, code));
        assert_eq!(event.samples().collect::<Vec<_>>(), expected);
    }
}
