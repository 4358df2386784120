use super::{DataKey, EpochKeys};
use crate::bytes::{Pack, Unpack};
use crate::{Address, Hash, Key, KeyError, PublicKey, keccak256};
use thiserror::Error;
use zeroize::Zeroize as _;

/// The length of [`WrappedRoot`], in bytes.
pub const WRAPPED_LEN: usize = HEAD_LEN + 32 + 32;

const HEAD_LEN: usize = 1 + 8 + 4 + 20 + 33;
const VERSION: u8 = 1;
/// What keeps a root's wrapping apart from every other use of a shared point.
const WRAP: &[u8; 32] = b"autochain epoch root, v1\0\0\0\0\0\0\0\0";
/// As in the contracts' `KeyWrap.sol`.
const HAND_OVER: &[u8; 18] = b"autochain data key";

/// The root of a vehicle's key epoch, encrypted to the owner's key (ECIES over secp256k1). Anyone may carry
/// and keep it; the owner alone opens it, and with it every record of the epoch.
///
/// ```text
///  0  version  u8     9  epoch   u32    33  ephemeral point, compressed    98  MAC
///  1  vehicle  u64   13  device         66  root XOR keccak256(key ‖ 0)
/// ```
///
/// key = keccak256(tag ‖ x of the shared point ‖ ephemeral ‖ owner's point, compressed); the MAC is
/// keccak256(key ‖ the 98 bytes before it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrappedRoot {
    bytes: [u8; WRAPPED_LEN],
}

impl WrappedRoot {
    /// Wraps a root for `owner`. `ephemeral` is a key out of a true random source, used this once.
    pub fn wrap(keys: &EpochKeys, owner: &PublicKey, ephemeral: &Key) -> Self {
        let head: [u8; HEAD_LEN] = Pack::new()
            .put(&[VERSION])
            .put(&keys.vehicle().to_be_bytes())
            .put(&keys.epoch().to_be_bytes())
            .put(&keys.device().0)
            .put(&ephemeral.public_key().to_compressed())
            .finish();
        let mut key = derive(WRAP, ephemeral.agree(owner), &ephemeral.public_key(), owner);
        let mut root = *keys.root();
        apply_stream(&mut root, &key);
        let mac = mac(&key, &head, &root);
        key.zeroize();
        Self { bytes: Pack::new().put(&head).put(&root).put(&mac).finish() }
    }

    /// The owner's half: the root, with the vehicle, epoch and device that the MAC vouches for. Whether it
    /// was this device that wrapped it is for the records to show, whose hashes it signed.
    pub fn unwrap(&self, owner: &Key) -> Result<EpochKeys, UnwrapError> {
        let mut fields = Unpack::new(&self.bytes);
        let head: [u8; HEAD_LEN] = fields.take();
        let (mut root, theirs): ([u8; 32], Hash) = (fields.take(), fields.take());
        let mut fields = Unpack::new(&head);
        let version = fields.byte();
        if version != VERSION {
            return Err(UnwrapError::Version(version));
        }
        let (vehicle, epoch) = (u64::from_be_bytes(fields.take()), u32::from_be_bytes(fields.take()));
        let device = Address(fields.take());
        let ephemeral = PublicKey::from_compressed(&fields.take())?;
        let mut key = derive(WRAP, owner.agree(&ephemeral), &ephemeral, &owner.public_key());
        let right = mac(&key, &head, &root) == theirs;
        apply_stream(&mut root, &key);
        key.zeroize();
        let keys = EpochKeys::new(vehicle, epoch, device, root);
        root.zeroize();
        if right { Ok(keys) } else { Err(UnwrapError::Mac) }
    }

    /// Bytes that came from storage. Nothing is checked before [`WrappedRoot::unwrap`].
    pub const fn from_bytes(bytes: [u8; WRAPPED_LEN]) -> Self {
        Self { bytes }
    }

    /// What is stored.
    pub const fn as_bytes(&self) -> &[u8; WRAPPED_LEN] {
        &self.bytes
    }
}

/// A data key on its way to somebody whom the owner lets read one scope and period, in the form in which
/// the data market can check it (`KeyWrap.sol`): key XOR keccak256(x of the shared point ‖
/// "autochain data key").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandedKey {
    /// The seller's point, R.
    pub ephemeral: PublicKey,
    /// The wrapped data key.
    pub wrapped: [u8; 32],
}

impl HandedKey {
    /// Wraps a key for `reader`. `ephemeral` is a key out of a true random source, used this once.
    pub fn wrap(key: &DataKey, reader: &PublicKey, ephemeral: &Key) -> Self {
        let mut wrapped = *key.expose();
        mask(&mut wrapped, ephemeral.agree(reader));
        Self { ephemeral: ephemeral.public_key(), wrapped }
    }

    /// The reader's half. A wrong key shows when it opens no record.
    pub fn unwrap(&self, reader: &Key) -> DataKey {
        let mut key = self.wrapped;
        mask(&mut key, reader.agree(&self.ephemeral));
        let data_key = DataKey::from_bytes(key);
        key.zeroize();
        data_key
    }
}

/// Why a wrapped root does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnwrapError {
    /// Made by another version of this format.
    #[error("the wrapped key is of version {0}; version {VERSION} can be read")]
    Version(u8),
    /// Not the key that it was wrapped for, or changed bytes.
    #[error("the wrapped key's MAC is wrong: another owner's key, or changed bytes")]
    Mac,
    /// The ephemeral point is none.
    #[error(transparent)]
    Point(#[from] KeyError),
}

/// keccak256(tag ‖ x of the shared point ‖ ephemeral ‖ receiver's point, compressed)
pub(super) fn derive(tag: &[u8; 32], mut shared: Hash, ephemeral: &PublicKey, receiver: &PublicKey) -> Hash {
    let mut input = Pack::<130>::new()
        .put(tag)
        .put(&shared)
        .put(&ephemeral.to_compressed())
        .put(&receiver.to_compressed())
        .finish();
    let key = keccak256(&input);
    input.zeroize();
    shared.zeroize();
    key
}

/// Block i of the stream is keccak256(key ‖ i), i in 32 bytes. Each key is for one text.
pub(super) fn apply_stream(text: &mut [u8], key: &Hash) {
    for (block, bytes) in (0_u64..).zip(text.chunks_mut(32)) {
        let mut input = Pack::<64>::new().put(key).put(&[0; 24]).put(&block.to_be_bytes()).finish();
        xor(bytes, keccak256(&input));
        input.zeroize();
    }
}

fn mac(key: &Hash, head: &[u8; HEAD_LEN], root: &[u8; 32]) -> Hash {
    keccak256(&Pack::<{ 32 + HEAD_LEN + 32 }>::new().put(key).put(head).put(root).finish())
}

fn mask(key: &mut [u8; 32], shared: Hash) {
    xor(key, keccak256(&Pack::<50>::new().put(&shared).put(HAND_OVER).finish()));
}

fn xor(bytes: &mut [u8], mut mask: Hash) {
    for (byte, mask) in bytes.iter_mut().zip(&mask) {
        *byte ^= mask;
    }
    mask.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Period, Scope};

    const DEVICE: Address = Address([0xde; 20]);

    fn key(byte: u8) -> Key {
        Key::from_bytes(&[byte; 32]).unwrap()
    }

    fn wrapped() -> WrappedRoot {
        WrappedRoot::wrap(&EpochKeys::new(3, 2, DEVICE, [0x5a; 32]), &key(1).public_key(), &key(2))
    }

    #[test]
    fn the_owner_gets_every_key_of_the_epoch() {
        let keys = wrapped().unwrap(&key(1)).unwrap();
        assert_eq!((keys.vehicle(), keys.epoch(), keys.device()), (3, 2, DEVICE));
        let device = EpochKeys::new(3, 2, DEVICE, [0x5a; 32]);
        let (scope, period) = (Scope::Trip, Period(690));
        assert_eq!(keys.data_key(scope, period).expose(), device.data_key(scope, period).expose());
        assert_eq!(WrappedRoot::from_bytes(*wrapped().as_bytes()), wrapped());
    }

    #[test]
    fn a_stranger_gets_nothing() {
        assert_eq!(wrapped().unwrap(&key(3)).unwrap_err(), UnwrapError::Mac);
        // The root does not stand in what anyone sees.
        assert!(wrapped().as_bytes().windows(8).all(|bytes| bytes != [0x5a; 8]));
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        for bit in 0..WRAPPED_LEN * 8 {
            let mut bytes = *wrapped().as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(WrappedRoot::from_bytes(bytes).unwrap(&key(1)).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_reader_gets_the_one_key() {
        let data_key = DataKey::from_bytes([0x77; 32]);
        let handed = HandedKey::wrap(&data_key, &key(4).public_key(), &key(5));
        assert_eq!(handed.unwrap(&key(4)).expose(), data_key.expose());
        assert_ne!(handed.unwrap(&key(6)).expose(), data_key.expose());
        assert_ne!(&handed.wrapped, data_key.expose());
    }
}
