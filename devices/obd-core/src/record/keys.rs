use super::{Period, Scope};
use crate::bytes::Pack;
use crate::{Hash, keccak256};
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
    root: [u8; 32],
}

impl EpochKeys {
    /// From 32 bytes of a true random source, or unwrapped; the caller wipes its own copy.
    pub const fn new(vehicle: u64, epoch: u32, root: [u8; 32]) -> Self {
        Self { vehicle, epoch, root }
    }

    /// The vehicle's id in the registry.
    pub const fn vehicle(&self) -> u64 {
        self.vehicle
    }

    /// The vehicle's key epoch.
    pub const fn epoch(&self) -> u32 {
        self.epoch
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

    /// Block `i` of the keystream: keccak256(key ‖ i), with i as a 32-byte word.
    pub(super) fn stream(&self, i: u128) -> Hash {
        let mut input = Pack::<64>::new().put(&self.0).put(&[0; 16]).put(&i.to_be_bytes()).finish();
        let block = keccak256(&input);
        input.zeroize();
        block
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
    extern crate std;

    #[test]
    fn a_key_is_of_all_that_it_is_derived_from() {
        let root = [7; 32];
        let key = |vehicle, epoch, root, scope, period| {
            *EpochKeys::new(vehicle, epoch, root).data_key(scope, Period(period)).expose()
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
        let keys = EpochKeys::new(1, 2, [0xab; 32]);
        let shown = std::format!("{keys:?} {:?}", DataKey::from_bytes([0xab; 32]));
        assert_eq!(shown, "EpochKeys { vehicle: 1, epoch: 2, .. } DataKey(..)");
    }
}
