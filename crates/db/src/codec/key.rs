use crate::{CodecError, MAX_KEY_SIZE};
use autochain_primitives::{Address, B256, U256};

/// What can be a key: its bytes sort as it should.
pub trait Key: Sized {
    /// Writes the bytes.
    fn write_key(&self, out: &mut KeyBuf);

    /// Reads them.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are not such a key.
    fn read_key(bytes: &[u8]) -> Result<Self, CodecError>;
}

/// A key's bytes on the stack. Longer than the longest key by one byte, so that a key that is too long stays so.
#[derive(Clone, Copy, Debug)]
pub struct KeyBuf {
    bytes: [u8; MAX_KEY_SIZE + 1],
    len: usize,
}

impl KeyBuf {
    /// An empty key.
    pub const fn new() -> Self {
        Self { bytes: [0; MAX_KEY_SIZE + 1], len: 0 }
    }

    /// The bytes of a key.
    pub fn of<K: Key>(key: &K) -> Self {
        let mut buffer = Self::new();
        key.write_key(&mut buffer);
        buffer
    }

    /// A key of these bytes.
    pub fn from_slice(bytes: &[u8]) -> Self {
        let mut buffer = Self::new();
        buffer.push(bytes);
        buffer
    }

    /// Adds bytes. What exceeds [`MAX_KEY_SIZE`] by more than one byte is cut: such a key is refused anyway.
    pub fn push(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len()).min(self.bytes.len());
        let room = end.saturating_sub(self.len);
        if let (Some(target), Some(source)) = (self.bytes.get_mut(self.len..end), bytes.get(..room)) {
            target.copy_from_slice(source);
            self.len = end;
        }
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Default for KeyBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl Key for u64 {
    fn write_key(&self, out: &mut KeyBuf) {
        out.push(&self.to_be_bytes());
    }

    fn read_key(bytes: &[u8]) -> Result<Self, CodecError> {
        array(bytes, "8").map(Self::from_be_bytes)
    }
}

impl Key for B256 {
    fn write_key(&self, out: &mut KeyBuf) {
        out.push(self.as_slice());
    }

    fn read_key(bytes: &[u8]) -> Result<Self, CodecError> {
        array(bytes, "32").map(Self::new)
    }
}

impl Key for Address {
    fn write_key(&self, out: &mut KeyBuf) {
        out.push(self.as_slice());
    }

    fn read_key(bytes: &[u8]) -> Result<Self, CodecError> {
        array(bytes, "20").map(Self::new)
    }
}

impl Key for U256 {
    fn write_key(&self, out: &mut KeyBuf) {
        out.push(&self.to_be_bytes::<32>());
    }

    fn read_key(bytes: &[u8]) -> Result<Self, CodecError> {
        array(bytes, "32").map(Self::from_be_bytes::<32>)
    }
}

/// Compound keys are plain concatenations of parts of fixed length.
macro_rules! compound_key {
    ($($part:ident $type:ty : $len:literal),+ => $total:literal) => {
        impl Key for ($($type,)+) {
            fn write_key(&self, out: &mut KeyBuf) {
                let ($($part,)+) = self;
                $($part.write_key(out);)+
            }

            fn read_key(bytes: &[u8]) -> Result<Self, CodecError> {
                let wrong = || CodecError::Length { got: bytes.len(), expected: $total };
                let rest = bytes;
                $(
                    let ($part, rest) = rest.split_at_checked($len).ok_or_else(wrong)?;
                    let $part = <$type as Key>::read_key($part)?;
                )+
                if rest.is_empty() { Ok(($($part,)+)) } else { Err(wrong()) }
            }
        }
    };
}

compound_key!(a Address: 20, b U256: 32 => "52");
compound_key!(a Address: 20, b u64: 8 => "28");
compound_key!(a u64: 8, b Address: 20 => "28");
compound_key!(a B256: 32, b B256: 32 => "64");
compound_key!(a Address: 20, b U256: 32, c u64: 8 => "60");
compound_key!(a u64: 8, b Address: 20, c U256: 32 => "60");

pub(crate) fn array<const N: usize>(bytes: &[u8], expected: &'static str) -> Result<[u8; N], CodecError> {
    bytes.try_into().map_err(|_| CodecError::Length { got: bytes.len(), expected })
}
