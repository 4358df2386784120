use crate::abi::word;
use crate::{Address, Hash, keccak256};

/// keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
const DOMAIN_TYPEHASH: Hash = [
    0x8b, 0x73, 0xc3, 0xc6, 0x9b, 0xb8, 0xfe, 0x3d, 0x51, 0x2e, 0xcc, 0x4c, 0xf7, 0x59, 0xcc, 0x79, 0x23,
    0x9f, 0x7b, 0x17, 0x9b, 0x0f, 0xfa, 0xca, 0xa9, 0xa7, 0x5d, 0x52, 0x2b, 0x39, 0x40, 0x0f,
];

/// The EIP-712 domain of the vehicle registry: what binds a signature to one contract on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    separator: Hash,
}

impl Domain {
    /// Computed once, at provisioning or at start. Both values are pinned, never asked of a node.
    pub fn new(chain_id: u64, registry: Address) -> Self {
        Self::named(b"Autochain Vehicle", chain_id, registry)
    }

    /// The domain of another contract, or of a device that verifies as if it were one.
    pub(crate) fn named(name: &[u8], chain_id: u64, verifier: Address) -> Self {
        let words = [
            DOMAIN_TYPEHASH,
            keccak256(name),
            keccak256(b"1"),
            word(chain_id.to_be_bytes()),
            word(verifier.0),
        ];
        Self { separator: keccak256(words.as_flattened()) }
    }

    pub(crate) fn digest(&self, struct_hash: Hash) -> Digest {
        let mut bytes = [0; 66];
        let parts = b"\x19\x01".iter().chain(&self.separator).chain(&struct_hash);
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = *from;
        }
        Digest(keccak256(&bytes))
    }
}

/// A hash that may be signed. Only the statements of this crate make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub(crate) Hash);

impl Digest {
    /// The 32 bytes, to check or to show.
    pub const fn as_bytes(&self) -> &Hash {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_hash_is_of_the_type_string() {
        let of = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
        assert_eq!(keccak256(of), DOMAIN_TYPEHASH);
    }
}
