use core::fmt;

/// A vehicle identification number (ISO 3779): 17 capital letters and digits without I, O and Q.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vin([u8; Self::LEN]);

impl Vin {
    /// Its length.
    pub const LEN: usize = 17;

    /// From the data of an answer to service 09 item 02, which begins with a count of 1, or to data identifier
    /// 0xF802, which may leave it out. Filling before the number is skipped.
    pub fn from_answer(data: &[u8]) -> Option<Self> {
        let (head, vin) = data.split_last_chunk()?;
        let filled = head.iter().all(|byte| matches!(byte, 0 | 1));
        let valid = vin.iter().all(|byte| {
            byte.is_ascii_digit() || byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O' | b'Q')
        });
        (filled && valid).then_some(Self(*vin))
    }

    /// The characters.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| fmt::Write::write_char(f, char::from(*byte)))
    }
}

/// The four-byte calibration verification numbers in the data of an answer to service 09 item 06 or data
/// identifier 0xF806: one for each piece of software, so that a changed calibration shows.
pub fn verification_numbers(data: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    let counted =
        data.split_first().filter(|(count, rest)| rest.len() == usize::from(**count).saturating_mul(4));
    let numbers = match counted {
        Some((_, rest)) => rest,
        None if data.len().is_multiple_of(4) => data,
        None => &[],
    };
    numbers.chunks_exact(4).filter_map(|number| number.try_into().ok())
}

/// Which parameters or items exist: what the bit fields of 0x00, 0x20, 0x40 … said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supported([u32; 8]);

impl Supported {
    /// Takes in the four bytes of an answer for `base`, a multiple of 0x20. The next base, if there is one.
    pub fn insert(&mut self, base: u8, data: &[u8]) -> Option<u8> {
        let bits = u32::from_be_bytes(data.try_into().ok()?);
        let place = self.0.get_mut(usize::from(base >> 5)).filter(|_| base & 0x1f == 0)?;
        *place |= bits;
        base.checked_add(0x20).filter(|_| bits & 1 != 0)
    }

    /// Whether item `number` exists.
    pub fn has(&self, number: u8) -> bool {
        let Some(index) = number.checked_sub(1) else { return !self.is_empty() };
        let bits = self.0.get(usize::from(index >> 5)).copied().unwrap_or(0);
        bits.rotate_left(u32::from(index & 0x1f)) >> 31 != 0
    }

    /// Nothing exists.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 8]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_vin_is_seventeen_good_characters() {
        for data in [&b"\x01LSVAU0330E2119384"[..], b"LSVAU0330E2119384", b"\x01\0\0\0LSVAU0330E2119384"] {
            assert_eq!(std::format!("{}", Vin::from_answer(data).unwrap()), "LSVAU0330E2119384");
        }
        for data in
            [&b"\x01LSVAU0330E211938"[..], b"\x01ISVAU0330E2119384", b"\x01lsvau0330e2119384", b"", &[0; 18]]
        {
            assert_eq!(Vin::from_answer(data), None);
        }
    }

    #[test]
    fn bits_name_the_items() {
        let mut supported = Supported::default();
        assert_eq!(supported.insert(0x00, &[0x80, 0, 0, 0x01]), Some(0x20));
        assert_eq!(supported.insert(0x20, &[0, 0, 0, 0x02]), None);
        let found: Vec<u8> = (0..=u8::MAX).filter(|number| supported.has(*number)).collect();
        assert_eq!(found, [0x00, 0x01, 0x20, 0x3f]);
        assert_eq!(supported.insert(0x21, &[0xff; 4]), None);
        assert_eq!(supported.insert(0xe0, &[0xff; 4]), None, "there is no page after the last");
        assert!(supported.has(0xff));
        assert_eq!(supported.insert(0x40, &[0xff; 3]), None);
        assert!(!supported.has(0x41));
    }

    #[test]
    fn numbers_come_with_and_without_a_count() {
        let with = [2, 1, 2, 3, 4, 5, 6, 7, 8];
        let all: Vec<_> = verification_numbers(&with).collect();
        assert_eq!(all, [[1, 2, 3, 4], [5, 6, 7, 8]]);
        assert_eq!(verification_numbers(&with[1..]).count(), 2);
        assert_eq!(verification_numbers(&with[..7]).count(), 0);
    }
}
