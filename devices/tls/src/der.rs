//! DER (X.690), as far as certificates and signatures need it.

pub(crate) const BOOLEAN: u8 = 1;
pub(crate) const INTEGER: u8 = 2;
pub(crate) const BIT_STRING: u8 = 3;
pub(crate) const OCTET_STRING: u8 = 4;
pub(crate) const OBJECT: u8 = 6;
pub(crate) const SEQUENCE: u8 = 0x30;

/// The tag of an explicit, constructed field with this number.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The tag of an implicit, primitive field with this number.
pub(crate) const fn implicit(number: u8) -> u8 {
    0x80 | number
}

/// What is left to read.
#[derive(Clone, Copy)]
pub(crate) struct Der<'a>(pub(crate) &'a [u8]);

impl<'a> Der<'a> {
    /// The next value and its tag; `None` at the end, and for what is no DER.
    pub(crate) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        // The shortest form only; nothing here is longer than 64 KB.
        let (len, rest) = match (first, rest) {
            (0..=0x7f, rest) => (usize::from(*first), rest),
            (0x81, [len @ 0x80..=0xff, rest @ ..]) => (usize::from(*len), rest),
            (0x82, [high @ 1..=0xff, low, rest @ ..]) => {
                (usize::from(u16::from_be_bytes([*high, *low])), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some((*tag, value))
    }

    /// The next value, which has this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, value)| value)
    }

    /// The next value, which has this tag, with its tag and length, and without.
    pub(crate) fn take_whole(&mut self, tag: u8) -> Option<(&'a [u8], &'a [u8])> {
        let before = self.0;
        let value = self.take(tag)?;
        Some((before.get(..before.len().checked_sub(self.0.len())?)?, value))
    }

    /// The next value if it has this tag; the outer `None` for what is no DER.
    pub(crate) fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        if self.0.first() == Some(&tag) { self.take(tag).map(Some) } else { Some(None) }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing is left.
    pub(crate) fn end(&self) -> Option<()> {
        self.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_form() {
        let long = [&[OCTET_STRING, 0x81, 0x80][..], &[7; 0x80]].concat();
        assert_eq!(Der(&long).take(OCTET_STRING), Some(&[7; 0x80][..]));
        let longer = [&[OCTET_STRING, 0x82, 1, 0][..], &[7; 0x100]].concat();
        assert_eq!(Der(&longer).take(OCTET_STRING), Some(&[7; 0x100][..]));
        for wrong in [
            &[OCTET_STRING][..],
            &[OCTET_STRING, 1],
            &[OCTET_STRING, 0x80, 0, 0],
            &[OCTET_STRING, 0x81, 1, 7],
            &[OCTET_STRING, 0x82, 0, 1, 7],
            &[OCTET_STRING, 0x84, 0, 0, 0, 1, 7],
            &[OCTET_STRING, 0xff, 7],
            &long[..long.len() - 1],
        ] {
            assert_eq!(Der(wrong).any(), None, "{wrong:x?}");
        }
    }
}
