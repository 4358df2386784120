use super::MAX_UNITS;
use crate::obd::{Ecu, Pid};

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
