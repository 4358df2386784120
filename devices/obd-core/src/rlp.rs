//! Recursive Length Prefix (Yellow Paper, appendix B), written into a fixed buffer.
//!
//! A list needs the length of its payload before its first byte: [`uint_len`], [`bytes_len`] and
//! [`list_len`] give it. Lengths saturate, so that an absurd one ends as [`BufferTooSmall`].

use thiserror::Error;

/// The buffer cannot hold what was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the buffer has {got} bytes, {needed} are needed")]
pub struct BufferTooSmall {
    /// The bytes that there are.
    pub got: usize,
    /// The bytes that there should be, at least.
    pub needed: usize,
}

/// Writes items one after the other.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl<'a> Writer<'a> {
    /// Writes from the start of `out`.
    pub const fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    /// Bytes as they are, without a prefix.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), BufferTooSmall> {
        let needed = self.len.saturating_add(bytes.len());
        let got = self.out.len();
        let room = self.out.get_mut(self.len..needed).ok_or(BufferTooSmall { got, needed })?;
        room.copy_from_slice(bytes);
        self.len = needed;
        Ok(())
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), BufferTooSmall> {
        match bytes {
            [byte] if *byte < 0x80 => self.raw(bytes),
            _ => {
                self.prefix(0x80, bytes.len())?;
                self.raw(bytes)
            }
        }
    }

    /// A number.
    pub fn uint(&mut self, value: u128) -> Result<(), BufferTooSmall> {
        self.big_endian(&value.to_be_bytes())
    }

    /// A number given as big-endian bytes; leading zeros are left out, as RLP wants it.
    pub fn big_endian(&mut self, number: &[u8]) -> Result<(), BufferTooSmall> {
        self.bytes(without_leading_zeros(number))
    }

    /// The head of a list whose items take `payload` bytes; the items follow.
    pub fn list(&mut self, payload: usize) -> Result<(), BufferTooSmall> {
        self.prefix(0xc0, payload)
    }

    /// What was written.
    pub fn finish(self) -> &'a [u8] {
        let Self { out, len } = self;
        out.get(..len).unwrap_or_default()
    }

    fn prefix(&mut self, offset: u8, len: usize) -> Result<(), BufferTooSmall> {
        match u8::try_from(len) {
            Ok(short @ ..56) => self.raw(&[offset.wrapping_add(short)]),
            _ => {
                let bytes = len.to_be_bytes();
                let digits = without_leading_zeros(&bytes);
                // At most 8 digits, so that this stays below the next offset.
                let count = u8::try_from(digits.len()).unwrap_or(u8::MAX);
                self.raw(&[offset.wrapping_add(55).wrapping_add(count)])?;
                self.raw(digits)
            }
        }
    }
}

/// The encoded length of a number, in bytes.
pub fn uint_len(value: u128) -> usize {
    big_endian_len(&value.to_be_bytes())
}

/// The encoded length of a number given as big-endian bytes.
pub fn big_endian_len(number: &[u8]) -> usize {
    bytes_len(without_leading_zeros(number))
}

/// The encoded length of a byte string.
pub fn bytes_len(bytes: &[u8]) -> usize {
    match bytes {
        [byte] if *byte < 0x80 => 1,
        _ => list_len(bytes.len()),
    }
}

/// The encoded length of a list, head and payload; of a string of two bytes or more as well.
pub fn list_len(payload: usize) -> usize {
    let prefix =
        if payload < 56 { 1 } else { without_leading_zeros(&payload.to_be_bytes()).len().saturating_add(1) };
    payload.saturating_add(prefix)
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(out: &mut [u8], write: impl FnOnce(&mut Writer<'_>) -> Result<(), BufferTooSmall>) -> &[u8] {
        let mut writer = Writer::new(out);
        write(&mut writer).unwrap();
        writer.finish()
    }

    #[test]
    fn numbers_of_the_public_vectors() {
        let cases: [(u128, &[u8]); 7] = [
            (0, &[0x80]),
            (1, &[0x01]),
            (127, &[0x7f]),
            (128, &[0x81, 0x80]),
            (1000, &[0x82, 0x03, 0xe8]),
            (100_000, &[0x83, 0x01, 0x86, 0xa0]),
            (
                0x0102_0304_0506_0708_090a_0b0c_0d0e_0f00,
                &[0x90, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0],
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(written(&mut [0; 32], |w| w.uint(value)), expected);
            assert_eq!(uint_len(value), expected.len());
        }
    }

    #[test]
    fn strings_and_lists_of_the_public_vectors() {
        assert_eq!(written(&mut [0; 8], |w| w.bytes(b"")), [0x80]);
        assert_eq!(written(&mut [0; 8], |w| w.bytes(b"\0")), [0]);
        assert_eq!(written(&mut [0; 8], |w| w.bytes(b"dog")), *b"\x83dog");
        let lorem = b"Lorem ipsum dolor sit amet, consectetur adipisicing elit";
        assert_eq!(lorem.len(), 56);
        let mut out = [0; 64];
        let long = written(&mut out, |w| w.bytes(lorem));
        assert_eq!(long[..2], [0xb8, 0x38]);
        assert_eq!(long[2..], *lorem);
        assert_eq!(written(&mut [0; 8], |w| w.list(0)), [0xc0]);
        assert_eq!(written(&mut [0; 8], |w| w.list(55)), [0xf7]);
        assert_eq!(written(&mut [0; 8], |w| w.list(56)), [0xf8, 56]);
        assert_eq!(written(&mut [0; 8], |w| w.list(1024)), [0xf9, 4, 0]);
    }

    #[test]
    fn a_full_buffer_is_an_error_that_says_how_much() {
        let mut out = [0; 3];
        let mut writer = Writer::new(&mut out);
        assert_eq!(writer.bytes(b"dog"), Err(BufferTooSmall { got: 3, needed: 4 }));
        let mut writer = Writer::new(&mut []);
        assert_eq!(writer.uint(0), Err(BufferTooSmall { got: 0, needed: 1 }));
        assert_eq!(list_len(usize::MAX), usize::MAX);
    }
}
