use super::{ClearWatch, Odometer};
use crate::bytes::{Pack, Unpack};
use crate::obd::Vin;

/// What a car is remembered by from trip to trip, to see what happened to it in between: an odometer turned
/// back, codes cleared. It belongs to one vehicle and is forgotten when the dongle meets another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    vin: Option<Vin>,
    pub(super) odometer: Odometer,
    pub(super) cleared: ClearWatch,
}

impl Memory {
    /// The length of [`Memory::to_bytes`].
    pub const LEN: usize = 1 + Vin::LEN + Odometer::LEN + ClearWatch::LEN;
    /// Of the layout: version 1.
    const VERSION: u8 = 1;

    /// What is stored before the dongle sleeps.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let vin = self.vin.as_ref().map_or([0; Vin::LEN], |vin| *vin.as_bytes());
        let pack = Pack::new().put(&[Self::VERSION]).put(&vin);
        self.cleared.put(self.odometer.put(pack)).finish()
    }

    /// The inverse of [`Memory::to_bytes`]; nothing is remembered of another layout.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let mut fields = Unpack::new(bytes);
        if fields.byte() != Self::VERSION {
            return Self::default();
        }
        let vin = Vin::from_answer(&fields.take::<{ Vin::LEN }>());
        Self { vin, odometer: Odometer::read(&mut fields), cleared: ClearWatch::read(&mut fields) }
    }

    /// The distance driven.
    pub const fn odometer(&self) -> &Odometer {
        &self.odometer
    }

    /// This is the car with this number.
    pub(super) fn meet(&mut self, vin: Vin) {
        if self.vin.replace(vin).is_some_and(|known| known != vin) {
            *self = Self { vin: Some(vin), ..Self::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obd::{Ecu, Pid};
    use crate::poll::{OdometerSource, Verdict};
    use embedded_can::{ExtendedId, Id};

    fn vin(last: u8) -> Vin {
        let mut bytes = *b"LSVAU0330E2119384";
        bytes[16] = last;
        Vin::from_answer(&bytes).unwrap()
    }

    fn unit() -> Ecu {
        Ecu::from_reply(Id::Extended(ExtendedId::new(0x18da_f110).unwrap())).unwrap()
    }

    fn car() -> Memory {
        let mut memory = Memory::default();
        memory.meet(vin(b'4'));
        memory.odometer.counted(OdometerSource::Pid, 1_234_567);
        memory.cleared.observe(unit(), Pid::WARM_UPS, 41);
        memory
    }

    #[test]
    fn what_happened_while_asleep_is_seen() {
        let mut memory = Memory::from_bytes(&car().to_bytes());
        memory.meet(vin(b'4'));
        assert_eq!(memory, car());
        let reading = memory.odometer.counted(OdometerSource::Pid, 900_000);
        assert_eq!(reading.verdict, Verdict::Fell { before: 1_234_567 });
        let cleared = memory.cleared.observe(unit(), Pid::WARM_UPS, 0).unwrap();
        assert_eq!((cleared.before, cleared.after), (41, 0));
    }

    #[test]
    fn another_car_is_not_compared() {
        let mut memory = Memory::from_bytes(&car().to_bytes());
        memory.meet(vin(b'5'));
        assert_eq!(memory.odometer.counted(OdometerSource::Pid, 900_000).verdict, Verdict::First);
        assert_eq!(memory.cleared.observe(unit(), Pid::WARM_UPS, 0), None);
    }

    #[test]
    fn foreign_bytes_are_nothing() {
        assert_eq!(Memory::from_bytes(&[0; Memory::LEN]), Memory::default());
        assert_eq!(Memory::from_bytes(&[0xff; Memory::LEN]), Memory::default());
        assert_eq!(Memory::from_bytes(&Memory::default().to_bytes()), Memory::default());
    }
}
