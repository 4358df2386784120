use crate::Hash;
use sha3::{Digest as _, Keccak256};

/// Keccak-256 as Ethereum uses it (Keccak's original padding, not SHA-3's).
pub fn keccak256(bytes: &[u8]) -> Hash {
    Keccak256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::keccak256;

    #[test]
    fn empty_input_has_the_well_known_hash() {
        assert_eq!(keccak256(b"")[..6], [0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7]);
        assert_eq!(keccak256(b"")[26..], [0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70]);
    }
}
