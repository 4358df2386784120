//! How keys and values stand in the file.
//!
//! Keys keep their order as bytes: integers are big-endian and of full width. Values are compact: integers without
//! leading zeros where their length is known from outside, accounts behind a byte of flags, blocks as RLP.

mod key;
mod value;

pub use key::{Key, KeyBuf};
pub use value::{StoredHeader, Value, read_varint, write_varint};

/// Why stored bytes do not decode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Too few or too many bytes.
    #[error("{got} bytes, expected {expected}")]
    Length {
        /// Bytes found.
        got: usize,
        /// What the type needs.
        expected: &'static str,
    },
    /// A byte with a value that is not used.
    #[error("unexpected byte {got:#04x} in {place}")]
    Byte {
        /// The byte.
        got: u8,
        /// Where it stands.
        place: &'static str,
    },
    /// Malformed RLP.
    #[error("malformed RLP: {0}")]
    Rlp(#[from] autochain_primitives::rlp::Error),
    /// Any other type's own complaint.
    #[error("{0}")]
    Other(String),
}
