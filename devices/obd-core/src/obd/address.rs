use embedded_can::{ExtendedId, Id, StandardId};

/// The two sets of identifiers of ISO 15765-4, and the place of a request to all units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// 11 bits: requests to all on 0x7DF, to unit n on 0x7E0 + n, replies on 0x7E8 + n.
    Standard,
    /// 29 bits, normal fixed: requests to all on 0x18DB33F1, to unit n on 0x18DAnnF1, replies on 0x18DAF1nn.
    Extended,
}

impl Addressing {
    /// The identifier that every emission-related unit listens to.
    pub const fn functional_id(self) -> Id {
        match self {
            Self::Standard => standard(0x7df),
            Self::Extended => extended(0x18db_33f1),
        }
    }
}

/// An electronic control unit that answered, known by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ecu {
    extended: bool,
    number: u8,
}

impl Ecu {
    /// By its number; none when there is no such unit.
    pub fn new(addressing: Addressing, number: u8) -> Option<Self> {
        let extended = addressing == Addressing::Extended;
        (extended || number < 8).then_some(Self { extended, number })
    }

    /// The unit whose reply came with `id`; none when the identifier is not a reply's.
    pub fn from_reply(id: Id) -> Option<Self> {
        match id {
            Id::Standard(id) => {
                let number = id.as_raw().checked_sub(0x7e8).filter(|number| *number < 8)?;
                Some(Self { extended: false, number: u8::try_from(number).ok()? })
            }
            Id::Extended(id) => {
                let number = id.as_raw().checked_sub(0x18da_f100)?;
                Some(Self { extended: true, number: u8::try_from(number).ok()? })
            }
        }
    }

    /// 0 to 7 with 11-bit identifiers, the unit's 8-bit source address with 29.
    pub const fn number(self) -> u8 {
        self.number
    }

    /// The set of identifiers that this unit uses.
    pub const fn addressing(self) -> Addressing {
        if self.extended { Addressing::Extended } else { Addressing::Standard }
    }

    /// The identifier on which this unit alone is asked.
    pub fn request_id(self) -> Id {
        if self.extended {
            extended(0x18da_00f1 | u32::from(self.number) << 8)
        } else {
            standard(0x7e0 | u16::from(self.number & 7))
        }
    }

    /// The identifier with which this unit replies.
    pub fn reply_id(self) -> Id {
        if self.extended {
            extended(0x18da_f100 | u32::from(self.number))
        } else {
            standard(0x7e8 | u16::from(self.number & 7))
        }
    }
}

/// Callers give numbers that fit; a number that does not loses its upper bits.
const fn standard(raw: u16) -> Id {
    match StandardId::new(raw & 0x7ff) {
        Some(id) => Id::Standard(id),
        None => Id::Standard(StandardId::MAX),
    }
}

/// As [`standard`].
const fn extended(raw: u32) -> Id {
    match ExtendedId::new(raw & 0x1fff_ffff) {
        Some(id) => Id::Extended(id),
        None => Id::Extended(ExtendedId::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_found_again_from_its_reply() {
        let found: [usize; 2] = [
            (0..=0x7ff).filter_map(|raw| Ecu::from_reply(standard(raw))).count(),
            (0x18da_f000..0x18da_f300).filter_map(|raw| Ecu::from_reply(extended(raw))).count(),
        ];
        assert_eq!(found, [8, 256]);
        for id in [standard(0x7e8), standard(0x7ef), extended(0x18da_f110), extended(0x18da_f1ff)] {
            let unit = Ecu::from_reply(id).unwrap();
            assert_eq!(unit.reply_id(), id);
        }
    }

    #[test]
    fn a_unit_is_asked_on_its_own_identifier() {
        let engine = Ecu::from_reply(standard(0x7e8)).unwrap();
        assert_eq!(engine.request_id(), standard(0x7e0));
        let gearbox = Ecu::from_reply(extended(0x18da_f118)).unwrap();
        assert_eq!(gearbox.request_id(), extended(0x18da_18f1));
    }
}
