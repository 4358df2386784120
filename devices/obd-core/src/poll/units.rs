use super::{Item, MAX_UNITS};
use crate::obd::{Ecu, Pid, Supported};

/// The units of a car that answered, and which parameters each has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units([Option<(Ecu, Supported)>; MAX_UNITS]);

impl Units {
    /// Each unit with what it has.
    pub fn iter(&self) -> impl Iterator<Item = (Ecu, Supported)> + '_ {
        self.0.iter().copied().flatten()
    }

    /// How many units have parameter `pid`.
    pub fn count(&self, pid: Pid) -> usize {
        self.iter().filter(|(_, supported)| supported.has(pid.0)).count()
    }

    /// The unit with the lowest address that has `pid`: where several count for themselves, this one is
    /// followed.
    pub(super) fn first(&self, pid: Pid) -> Option<Ecu> {
        self.iter().filter(|(_, supported)| supported.has(pid.0)).map(|(ecu, _)| ecu).min()
    }

    /// How many units will answer for `item`; 0 when that is not known.
    pub(super) fn expected(&self, item: Item) -> usize {
        match item {
            Item::Value(pid) => self.count(pid),
            Item::OdometerDid | Item::Codes(_) | Item::Info(_) => 0,
        }
    }

    /// Whether it makes sense to ask for `item`. What the bit fields do not tell is tried.
    pub(super) fn exists(&self, item: Item) -> bool {
        match item {
            Item::Value(pid) => self.count(pid) > 0,
            Item::OdometerDid => self.count(Pid::ODOMETER) == 0,
            Item::Codes(_) | Item::Info(_) => true,
        }
    }

    /// Takes in a bit field. None when it makes no sense.
    pub(super) fn insert(&mut self, ecu: Ecu, page: u8, bits: &[u8]) -> Option<()> {
        if bits.len() != 4 {
            return None;
        }
        let unit = self.0.iter_mut().find(|unit| unit.is_none_or(|(known, _)| known == ecu))?;
        unit.get_or_insert((ecu, Supported::default())).1.insert(page, bits);
        Some(())
    }
}
