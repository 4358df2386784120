use crate::abi::word;
use crate::{Address, Digest, Domain, Hash, keccak256};

/// The agreement that a device speaks for a vehicle. The device and the vehicle's owner sign the same
/// digest, and anyone carries the two signatures to the registry's `pair(...)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// The vehicle's id in the registry, from 1.
    pub vehicle: u64,
    /// The vehicle's owner, who signs too.
    pub owner: Address,
    /// The registry's `nonces(device)`.
    pub nonce: u64,
    /// The last second since the epoch at which the signature is good.
    pub deadline: u64,
}

impl Pairing {
    /// The EIP-712 digest for `device`.
    pub fn digest(&self, domain: &Domain, device: Address) -> Digest {
        let words = [
            PAIR_TYPEHASH,
            word(device.0),
            word(self.vehicle.to_be_bytes()),
            word(self.owner.0),
            word(self.nonce.to_be_bytes()),
            word(self.deadline.to_be_bytes()),
        ];
        domain.digest(keccak256(words.as_flattened()))
    }
}

/// The agreement that a device is somebody's, before it speaks for any vehicle. The device and its holder sign
/// the same digest, and anyone carries the two signatures to `claim(...)` of the register of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who will hold the device, and signs too.
    pub owner: Address,
    /// The registry's `nonces(device)`.
    pub nonce: u64,
    /// The last second since the epoch at which the signature is good.
    pub deadline: u64,
}

impl Claim {
    /// The EIP-712 digest for `device`.
    pub fn digest(&self, domain: &Domain, device: Address) -> Digest {
        let words = [
            CLAIM_TYPEHASH,
            word(device.0),
            word(self.owner.0),
            word(self.nonce.to_be_bytes()),
            word(self.deadline.to_be_bytes()),
        ];
        domain.digest(keccak256(words.as_flattened()))
    }
}

/// keccak256("Pair(address device,uint256 vehicle,address owner,uint256 nonce,uint256 deadline)")
const PAIR_TYPEHASH: Hash = [
    0xc1, 0x05, 0x65, 0x26, 0x6e, 0x2b, 0xb1, 0x21, 0x9a, 0x3c, 0xc6, 0xb5, 0xc1, 0x27, 0x2e, 0xbc, 0x69,
    0xc7, 0x17, 0x30, 0x1a, 0x02, 0x2c, 0xcf, 0xb7, 0x44, 0x5b, 0xd8, 0xd5, 0x8e, 0xc6, 0x39,
];

/// keccak256("Claim(address device,address owner,uint256 nonce,uint256 deadline)")
const CLAIM_TYPEHASH: Hash = [
    0x82, 0x68, 0xe7, 0xb8, 0x89, 0x54, 0x28, 0x75, 0x1d, 0x5c, 0x29, 0xef, 0x51, 0xcb, 0xcb, 0xcb, 0xb6,
    0xbb, 0x6d, 0x88, 0x82, 0xd6, 0xfa, 0x5f, 0xee, 0x65, 0x5f, 0x7c, 0xf7, 0x84, 0x31, 0x46,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_hashes_are_of_the_type_strings() {
        let of = b"Pair(address device,uint256 vehicle,address owner,uint256 nonce,uint256 deadline)";
        assert_eq!(keccak256(of), PAIR_TYPEHASH);
        let of = b"Claim(address device,address owner,uint256 nonce,uint256 deadline)";
        assert_eq!(keccak256(of), CLAIM_TYPEHASH);
    }
}
