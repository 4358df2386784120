use super::{CodeQuery, Request};
use core::fmt;

/// A diagnostic trouble code (SAE J2012-DA).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// System and number: two bits for P, C, B or U, then the digits.
    pub number: u16,
    /// How it failed, from cars that speak UDS; 0 otherwise.
    pub failure_type: u8,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let system = match self.number >> 14 {
            0 => 'P',
            1 => 'C',
            2 => 'B',
            _ => 'U',
        };
        write!(f, "{system}{:04X}", self.number & 0x3fff)?;
        match self.failure_type {
            0 => Ok(()),
            kind => write!(f, "-{kind:02X}"),
        }
    }
}

/// Why a code is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// Confirmed: the fault was seen often enough.
    Confirmed,
    /// Seen in this or the last driving cycle.
    Pending,
    /// The car itself has to see that it is mended; no tool clears it.
    Permanent,
}

impl CodeKind {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::Pending, Self::Permanent];
}

/// The codes of one kind of one unit: the first [`CodeList::MAX`], and how many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeList {
    codes: [Code; Self::MAX],
    total: u16,
}

impl CodeList {
    /// How many are kept.
    pub const MAX: usize = 16;

    /// Out of the data of an answer to `request`; none when it makes no sense, or the request is not for codes.
    pub fn from_answer(request: Request, data: &[u8]) -> Option<Self> {
        match request {
            Request::ConfirmedCodes | Request::PendingCodes | Request::PermanentCodes => {
                Self::from_j1979(data)
            }
            // Availability of status and of severity, format; then severity, code and status of each.
            Request::Codes(CodeQuery::Status(mask)) => {
                Self::from_records(data.get(3..)?, |[_, b2, b1, b0, status]| {
                    (status & mask != 0).then_some([b2, b1, b0])
                })
            }
            // Availability of status, format; then code and status of each.
            Request::Codes(CodeQuery::Permanent) => {
                Self::from_records(data.get(2..)?, |[b2, b1, b0, _]| Some([b2, b1, b0]))
            }
            Request::Current(_) | Request::Frozen { .. } | Request::Info(_) | Request::Data(_) => None,
        }
    }

    /// A count, then two bytes each.
    fn from_j1979(data: &[u8]) -> Option<Self> {
        let (count, codes) = data.split_first()?;
        let whole = codes.len() == usize::from(*count).saturating_mul(2);
        whole.then(|| Self::from_records(codes, |[high, low]| Some([high, low, 0])))?
    }

    /// The codes that were kept.
    pub fn codes(&self) -> &[Code] {
        self.codes.get(..usize::from(self.total).min(Self::MAX)).unwrap_or(&self.codes)
    }

    /// How many the unit reported.
    pub const fn total(&self) -> u16 {
        self.total
    }

    fn from_records<const N: usize>(
        records: &[u8],
        code: impl Fn([u8; N]) -> Option<[u8; 3]>,
    ) -> Option<Self> {
        let mut list = Self::default();
        let mut chunks = records.chunks_exact(N);
        for record in &mut chunks {
            if let Some([high, low, failure_type]) = code(*record.first_chunk()?) {
                list.push(Code { number: u16::from_be_bytes([high, low]), failure_type });
            }
        }
        chunks.remainder().is_empty().then_some(list)
    }

    /// Zero is filling, not a code.
    fn push(&mut self, code: Code) {
        if code == Code::default() {
            return;
        }
        if let Some(place) = self.codes.get_mut(usize::from(self.total)) {
            *place = code;
        }
        self.total = self.total.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec::Vec;

    fn names(list: CodeList) -> Vec<std::string::String> {
        list.codes().iter().map(ToString::to_string).collect()
    }

    fn j1979(data: &[u8]) -> Option<CodeList> {
        CodeList::from_answer(Request::ConfirmedCodes, data)
    }

    fn permanent(data: &[u8]) -> Option<CodeList> {
        CodeList::from_answer(Request::Codes(CodeQuery::Permanent), data)
    }

    #[test]
    fn codes_have_the_names_on_the_workshop_sheet() {
        let list = j1979(&[4, 0x01, 0x33, 0xc1, 0x00, 0x52, 0x34, 0x9a, 0xbc]).unwrap();
        assert_eq!(names(list), ["P0133", "U0100", "C1234", "B1ABC"]);
        let two = [0xff, 0xff, 4, 0x20, 0x01, 0x33, 0x1f, 0x08, 0x20, 0x01, 0x34, 0x00, 0x04];
        let confirmed = CodeList::from_answer(Request::Codes(CodeQuery::CONFIRMED), &two).unwrap();
        assert_eq!(names(confirmed), ["P0133-1F"]);
        assert_eq!(names(permanent(&[0xff, 4, 0x01, 0x33, 0x00, 0x08]).unwrap()), ["P0133"]);
    }

    #[test]
    fn counts_that_lie_and_halves_are_refused() {
        assert_eq!(j1979(&[]), None);
        assert_eq!(j1979(&[2, 0x01, 0x33]), None);
        assert_eq!(j1979(&[1, 0x01]), None);
        assert_eq!(permanent(&[0xff, 4, 1, 2, 3]), None);
        assert_eq!(permanent(&[0xff]), None);
        assert_eq!(j1979(&[0]).unwrap().total(), 0);
        assert_eq!(j1979(&[1, 0, 0]).unwrap().total(), 0, "filling");
    }

    #[test]
    fn more_codes_than_room_are_counted() {
        let mut data = [1; 81];
        data[0] = 40;
        let list = j1979(&data).unwrap();
        assert_eq!((list.codes().len(), list.total()), (16, 40));
    }
}
