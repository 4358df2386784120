use super::sealed::LABEL_LEN;
use super::{Period, Scope};
use crate::bytes::Pack;
use crate::{Address, Hash, keccak256};
use core::fmt;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

/// What keeps the derivation of data keys apart from every other use of a root.
const DERIVE: &[u8; 32] = b"autochain record data key, v1\0\0\0";

/// The secret that all data keys of one vehicle in one key epoch come from. It is drawn on the device at
/// pairing, leaves it only wrapped to the owner's key, and is wiped with the epoch.
#[derive(ZeroizeOnDrop)]
pub struct EpochKeys {
    #[zeroize(skip)]
    vehicle: u64,
    #[zeroize(skip)]
    epoch: u32,
    #[zeroize(skip)]
    device: Address,
    root: [u8; 32],
}

impl EpochKeys {
    /// From 32 bytes of a true random source, or unwrapped; the caller wipes its own copy.
    pub const fn new(vehicle: u64, epoch: u32, device: Address, root: [u8; 32]) -> Self {
        Self { vehicle, epoch, device, root }
    }

    /// The vehicle's id in the registry.
    pub const fn vehicle(&self) -> u64 {
        self.vehicle
    }

    /// The vehicle's key epoch.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The device that draws the root and seals under its keys.
    pub const fn device(&self) -> Address {
        self.device
    }

    pub(super) const fn root(&self) -> &[u8; 32] {
        &self.root
    }

    /// The key of one scope and period: what a permission hands over. It says nothing about any other.
    ///
    /// keccak256(tag ‖ root ‖ vehicle u64 ‖ epoch u32 ‖ scope u8 ‖ period u32)
    pub fn data_key(&self, scope: Scope, period: Period) -> DataKey {
        let mut input = Pack::<81>::new()
            .put(DERIVE)
            .put(&self.root)
            .put(&self.vehicle.to_be_bytes())
            .put(&self.epoch.to_be_bytes())
            .put(&[scope.id()])
            .put(&period.0.to_be_bytes())
            .finish();
        let key = DataKey(keccak256(&input));
        input.zeroize();
        key
    }
}

/// Never the root.
impl fmt::Debug for EpochKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { vehicle, epoch, .. } = self;
        f.debug_struct("EpochKeys").field("vehicle", vehicle).field("epoch", epoch).finish_non_exhaustive()
    }
}

/// The key of one vehicle, epoch, scope and period. Opens the records of that scope and period, and no
/// others.
#[derive(ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

impl DataKey {
    /// A key that was handed over; the caller wipes its own copy.
    pub const fn from_bytes(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The 32 bytes, to hand over.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// keccak256(key ‖ nonce): a block of keystream.
    pub(super) fn stream(&self, nonce: &[u8; 32]) -> Hash {
        Self::hash(Pack::<64>::new().put(&self.0).put(nonce).finish())
    }

    /// keccak256(key ‖ nonce ‖ label): known to holders of the key only, and another for every label.
    pub(super) fn hash_label(&self, nonce: &[u8; 32], label: &[u8; LABEL_LEN]) -> Hash {
        Self::hash(Pack::<{ 64 + LABEL_LEN }>::new().put(&self.0).put(nonce).put(label).finish())
    }

    /// Of an input that holds the key, which is wiped.
    fn hash<const N: usize>(mut input: [u8; N]) -> Hash {
        let hash = keccak256(&input);
        input.zeroize();
        hash
    }
}

/// Never the key.
impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: Address = Address([0xde; 20]);

    #[test]
    fn a_key_is_of_all_that_it_is_derived_from() {
        let root = [7; 32];
        let key = |vehicle, epoch, root, scope, period| {
            *EpochKeys::new(vehicle, epoch, DEVICE, root).data_key(scope, Period(period)).expose()
        };
        let base = key(1, 1, root, Scope::Trip, 1);
        assert_eq!(base, key(1, 1, root, Scope::Trip, 1));
        for other in [
            key(2, 1, root, Scope::Trip, 1),
            key(1, 2, root, Scope::Trip, 1),
            key(1, 1, [8; 32], Scope::Trip, 1),
            key(1, 1, root, Scope::Health, 1),
            key(1, 1, root, Scope::Trip, 2),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn debug_output_keeps_the_secrets() {
        let keys = EpochKeys::new(1, 2, DEVICE, [0xab; 32]);
        let shown = std::format!("{keys:?} {:?}", DataKey::from_bytes([0xab; 32]));
        assert_eq!(shown, "EpochKeys { vehicle: 1, epoch: 2, .. } DataKey(..)");
    }
}
