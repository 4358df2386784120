use crate::abi::{call, word};
use crate::{Digest, Domain, Flags, Hash, keccak256};

/// The length of [`Reading::calldata`], in bytes: a selector and six words.
pub const RECORD_CALL_LEN: usize = 196;

/// The first four bytes of keccak256("record(uint256,uint64,uint32,uint16,bytes32,bytes32)").
const RECORD_SELECTOR: [u8; 4] = [0xbd, 0xb5, 0xa5, 0x33];

/// keccak256("Reading(uint256 vehicle,uint32 epoch,uint64 counter,uint32 odometerKm,uint16 flags,
/// bytes32 prevHash,bytes32 hash)")
const READING_TYPEHASH: Hash = [
    0x96, 0xd2, 0xef, 0x45, 0x38, 0x2f, 0xe5, 0x7f, 0xe7, 0xf6, 0xa8, 0x7b, 0x04, 0x83, 0xaf, 0xca, 0x06,
    0xf7, 0xd1, 0xc5, 0x4f, 0x07, 0xfe, 0x4f, 0xac, 0x5f, 0x6f, 0xaa, 0xf5, 0x3c, 0x20, 0xf3,
];

/// The public part of a record: all that the registry, and so the world, ever sees. Everything else of
/// the record is encrypted, kept elsewhere, and stands here only as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The vehicle's id in the registry, from 1.
    pub vehicle: u64,
    /// Rises strictly over the whole life of the device.
    pub counter: u64,
    /// Whole kilometres, meaningful as the source in `flags` says.
    pub odometer_km: u32,
    /// The odometer's source and the reading's quality.
    pub flags: Flags,
    /// `hash` of the vehicle's previous reading; zero for the first.
    pub prev_hash: Hash,
    /// keccak256 of the record's ciphertext.
    pub hash: Hash,
}

impl Reading {
    /// The call of `record(...)`, which the device's own account sends.
    pub fn calldata(&self) -> [u8; RECORD_CALL_LEN] {
        call(RECORD_SELECTOR, &self.words())
    }

    /// What the device signs for `recordFor(...)`, which anyone sends: the EIP-712 digest, good only in the
    /// vehicle's key epoch `epoch`.
    pub fn digest(&self, domain: &Domain, epoch: u32) -> Digest {
        let [vehicle, counter, odometer, flags, prev_hash, hash] = self.words();
        let epoch = word(epoch.to_be_bytes());
        let words = [READING_TYPEHASH, vehicle, epoch, counter, odometer, flags, prev_hash, hash];
        domain.digest(keccak256(words.as_flattened()))
    }

    fn words(&self) -> [Hash; 6] {
        [
            word(self.vehicle.to_be_bytes()),
            word(self.counter.to_be_bytes()),
            word(self.odometer_km.to_be_bytes()),
            word(self.flags.bits().to_be_bytes()),
            self.prev_hash,
            self.hash,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_of_the_registry_signatures() {
        let record = keccak256(b"record(uint256,uint64,uint32,uint16,bytes32,bytes32)");
        assert_eq!(record[..4], RECORD_SELECTOR);
        let reading = keccak256(
            b"Reading(uint256 vehicle,uint32 epoch,uint64 counter,uint32 odometerKm,uint16 flags,\
              bytes32 prevHash,bytes32 hash)",
        );
        assert_eq!(reading, READING_TYPEHASH);
    }
}
