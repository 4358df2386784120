use super::MAX_UNITS;
use crate::bytes::{Pack, Unpack};
use crate::obd::{Addressing, Ecu, Pid};

/// Watches for trouble codes that were cleared: warm-ups (PID 30) and distance (PID 31) since then only rise
/// otherwise. Each unit counts for itself and is compared with itself only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClearWatch {
    units: [Option<Counters>; MAX_UNITS],
}

/// The last values of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counters {
    ecu: Ecu,
    warm_ups: Option<i32>,
    distance: Option<i32>,
}

impl Counters {
    /// The unit's identifiers and number, then each counter with what tells whether it is known.
    const LEN: usize = 2 + 5 + 5;

    fn put<const N: usize>(&self, pack: Pack<N>) -> Pack<N> {
        let addressing = match self.ecu.addressing() {
            Addressing::Standard => 1,
            Addressing::Extended => 2,
        };
        let pack = pack.put(&[addressing, self.ecu.number()]);
        [self.warm_ups, self.distance].into_iter().fold(pack, |pack, last| {
            pack.put(&[u8::from(last.is_some())]).put(&last.unwrap_or(0).to_be_bytes())
        })
    }

    fn read(fields: &mut Unpack<'_>) -> Option<Self> {
        let (addressing, number) = (fields.byte(), fields.byte());
        let mut last = || {
            let known = fields.byte() == 1;
            Some(i32::from_be_bytes(fields.take())).filter(|_| known)
        };
        let (warm_ups, distance) = (last(), last());
        let addressing = match addressing {
            1 => Addressing::Standard,
            2 => Addressing::Extended,
            _ => return None,
        };
        Some(Self { ecu: Ecu::new(addressing, number)?, warm_ups, distance })
    }
}

/// Somebody cleared the codes of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleared {
    /// Which unit.
    pub ecu: Ecu,
    /// The counter that fell: [`Pid::WARM_UPS`] or [`Pid::DISTANCE_SINCE_CLEARED`].
    pub pid: Pid,
    /// Its value before.
    pub before: i32,
    /// Its value now.
    pub after: i32,
}

impl ClearWatch {
    /// The length of what is stored of it.
    pub(super) const LEN: usize = Counters::LEN.saturating_mul(MAX_UNITS);

    pub(super) fn put<const N: usize>(&self, pack: Pack<N>) -> Pack<N> {
        self.units.iter().fold(pack, |pack, unit| match unit {
            Some(counters) => counters.put(pack),
            None => pack.put(&[0; Counters::LEN]),
        })
    }

    /// The inverse of [`ClearWatch::put`].
    pub(super) fn read(fields: &mut Unpack<'_>) -> Self {
        Self { units: core::array::from_fn(|_| Counters::read(fields)) }
    }

    /// A unit gave one of its counters. One clearing lets both fall and is reported once: what the other
    /// counter was is forgotten with it.
    pub fn observe(&mut self, ecu: Ecu, pid: Pid, after: i32) -> Option<Cleared> {
        let known = |unit: &&mut Option<Counters>| unit.is_none_or(|unit| unit.ecu == ecu);
        let unit = self.units.iter_mut().find(known)?;
        let counters = unit.get_or_insert(Counters { ecu, warm_ups: None, distance: None });
        let last = match pid {
            Pid::WARM_UPS => &mut counters.warm_ups,
            Pid::DISTANCE_SINCE_CLEARED => &mut counters.distance,
            _ => return None,
        };
        let before = last.replace(after).filter(|before| after < *before)?;
        match pid {
            Pid::WARM_UPS => counters.distance = None,
            _ => counters.warm_ups = None,
        }
        Some(Cleared { ecu, pid, before, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_can::{Id, StandardId};

    fn unit(number: u16) -> Ecu {
        Ecu::from_reply(Id::Standard(StandardId::new(0x7e8 + number).unwrap())).unwrap()
    }

    #[test]
    fn a_clearing_is_one_event() {
        let mut watch = ClearWatch::default();
        let (warm_ups, distance) = (Pid::WARM_UPS, Pid::DISTANCE_SINCE_CLEARED);
        for (pid, value) in [(warm_ups, 40), (distance, 900), (warm_ups, 41), (distance, 901)] {
            assert_eq!(watch.observe(unit(0), pid, value), None);
        }
        let cleared = Cleared { ecu: unit(0), pid: warm_ups, before: 41, after: 0 };
        assert_eq!(watch.observe(unit(0), warm_ups, 0), Some(cleared));
        assert_eq!(watch.observe(unit(0), distance, 0), None, "the same clearing");
        assert_eq!(watch.observe(unit(0), distance, 1), None);
    }

    #[test]
    fn units_count_for_themselves() {
        let mut watch = ClearWatch::default();
        for (number, value) in [(0, 900), (1, 20), (2, 500), (0, 900), (1, 21)] {
            assert_eq!(watch.observe(unit(number), Pid::DISTANCE_SINCE_CLEARED, value), None);
        }
        assert!(watch.observe(unit(1), Pid::DISTANCE_SINCE_CLEARED, 0).is_some());
    }
}
