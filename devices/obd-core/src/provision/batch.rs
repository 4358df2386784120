use crate::bytes::Pack;
use crate::{Address, Digest, Hash, keccak256};

/// A device as its maker vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchEntry {
    /// The device's account.
    pub device: Address,
    /// The chip's base MAC address.
    pub chip: [u8; 6],
    /// Whether the key is sealed under eFuses.
    pub hardware: bool,
}

/// What a maker signs for a batch of devices: a chain of hashes over the entries in their order, so that a
/// batch of any length takes no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    hash: Hash,
    count: u32,
}

impl Batch {
    /// Without devices.
    pub fn new() -> Self {
        Self { hash: keccak256(b"autochain batch v1"), count: 0 }
    }

    /// Adds a device.
    pub fn add(&mut self, entry: &BatchEntry) {
        let bytes = Pack::<59>::new()
            .put(&self.hash)
            .put(&entry.device.0)
            .put(&entry.chip)
            .put(&[u8::from(entry.hardware)])
            .finish();
        self.hash = keccak256(&bytes);
        self.count = self.count.saturating_add(1);
    }

    /// What is signed.
    pub fn digest(&self) -> Digest {
        Digest(keccak256(&Pack::<36>::new().put(&self.hash).put(&self.count.to_be_bytes()).finish()))
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_the_order_count() {
        let entry = BatchEntry { device: Address([1; 20]), chip: [2; 6], hardware: false };
        let other = BatchEntry { device: Address([3; 20]), ..entry };
        let digest = |entries: &[BatchEntry]| {
            let mut batch = Batch::new();
            entries.iter().for_each(|entry| batch.add(entry));
            batch.digest()
        };
        let digests = [
            digest(&[]),
            digest(&[entry]),
            digest(&[BatchEntry { chip: [4; 6], ..entry }]),
            digest(&[BatchEntry { hardware: true, ..entry }]),
            digest(&[entry, other]),
            digest(&[other, entry]),
        ];
        for (at, one) in digests.iter().enumerate() {
            assert!(digests[..at].iter().all(|two| two != one), "{at}");
        }
    }
}
