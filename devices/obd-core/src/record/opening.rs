use super::sealed::TEXT_LEN;
use super::wrap::{apply_stream, derive};
use super::{EpochKeys, Head, OpenError, Record, SEALED_LEN, SealedRecord};
use crate::bytes::{Pack, Unpack};
use crate::{Hash, Key, KeyError, PublicKey, keccak256};
use thiserror::Error;
use zeroize::Zeroize as _;

/// The length of [`Opening`], in bytes.
pub const OPENING_LEN: usize = HEAD_LEN + TEXT_LEN + 32;

const HEAD_LEN: usize = 1 + 33;
const VERSION: u8 = 1;
/// What keeps an opening's encryption apart from every other use of a shared point.
const SHARE: &[u8; 32] = b"autochain record opening, v1\0\0\0\0";

/// What opens one sealed record to one reader: its plaintext, encrypted to the reader's key (ECIES over
/// secp256k1). It holds no key, so that it opens no other record, neither an older nor a newer one.
///
/// ```text
///  0  version    u8    34  plaintext XOR stream, 128 bytes
///  1  ephemeral point, compressed    162  MAC
/// ```
///
/// key = keccak256(tag ‖ x of the shared point ‖ ephemeral ‖ reader's point, compressed); block i of the
/// stream is keccak256(key ‖ i), i in 32 bytes; the MAC is keccak256(key ‖ sealed record ‖ the 162 bytes
/// before it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    bytes: [u8; OPENING_LEN],
}

impl Opening {
    /// Opens a record with the owner's root, for `reader`. `ephemeral` is a key out of a true random source,
    /// used this once.
    pub fn make(
        sealed: &SealedRecord,
        keys: &EpochKeys,
        reader: &PublicKey,
        ephemeral: &Key,
    ) -> Result<Self, OpenError> {
        let mut text = sealed.plaintext(&sealed.data_key(keys)?, keys.device())?;
        let readable = sealed.read(&text);
        let point = ephemeral.public_key();
        let head: [u8; HEAD_LEN] = Pack::new().put(&[VERSION]).put(&point.to_compressed()).finish();
        let mut key = derive(SHARE, ephemeral.agree(reader), &point, reader);
        apply_stream(&mut text, &key);
        let mac = mac(&key, sealed, &head, &text);
        key.zeroize();
        readable.map(|_| Self { bytes: Pack::new().put(&head).put(&text).put(&mac).finish() })
    }

    /// The reader's half. The record is what stands behind the plaintext hash, and so behind
    /// [`SealedRecord::hash`]: believe it once that is found under a root that the device signed. The head's
    /// vehicle, epoch and previous hash are not in that hash; they are what the owner says, and the chain.
    pub fn open(&self, sealed: &SealedRecord, reader: &Key) -> Result<(Head, Record), OpeningError> {
        let mut fields = Unpack::new(&self.bytes);
        let head: [u8; HEAD_LEN] = fields.take();
        let (mut text, theirs): ([u8; TEXT_LEN], Hash) = (fields.take(), fields.take());
        let mut fields = Unpack::new(&head);
        let version = fields.byte();
        if version != VERSION {
            return Err(OpeningError::Version(version));
        }
        let point = PublicKey::from_compressed(&fields.take())?;
        let mut key = derive(SHARE, reader.agree(&point), &point, &reader.public_key());
        let right = mac(&key, sealed, &head, &text) == theirs;
        apply_stream(&mut text, &key);
        key.zeroize();
        let opened = sealed.read(&text);
        text.zeroize();
        if right { Ok(opened?) } else { Err(OpeningError::Mac) }
    }

    /// Bytes that came from somewhere. Nothing is checked before [`Opening::open`].
    pub const fn from_bytes(bytes: [u8; OPENING_LEN]) -> Self {
        Self { bytes }
    }

    /// What is sent.
    pub const fn as_bytes(&self) -> &[u8; OPENING_LEN] {
        &self.bytes
    }
}

/// Why an opening does not open a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpeningError {
    /// Made by another version of this format.
    #[error("the opening is of version {0}; version {VERSION} can be read")]
    Version(u8),
    /// Of another record, for another reader, or changed bytes.
    #[error("the opening's MAC is wrong: another record, another reader's key, or changed bytes")]
    Mac,
    /// The ephemeral point is none.
    #[error(transparent)]
    Point(#[from] KeyError),
    /// It decrypts, but not to what the device sealed.
    #[error(transparent)]
    Record(#[from] OpenError),
}

fn mac(key: &Hash, sealed: &SealedRecord, head: &[u8; HEAD_LEN], text: &[u8; TEXT_LEN]) -> Hash {
    const LEN: usize = 32 + SEALED_LEN + HEAD_LEN + TEXT_LEN;
    keccak256(&Pack::<LEN>::new().put(key).put(sealed.as_bytes()).put(head).put(text).finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Content, Event, Period, Sample, Samples, Scope, Signal, Time, TimeSource};
    use crate::{Address, Chain, Flags, Source};

    const DEVICE: Address = Address([0xde; 20]);

    fn key(byte: u8) -> Key {
        Key::from_bytes(&[byte; 32]).unwrap()
    }

    fn keys() -> EpochKeys {
        EpochKeys::new(3, 2, DEVICE, [0x5a; 32])
    }

    fn record() -> Record {
        let mut samples = Samples::new();
        samples.push(Sample::good(Signal::VehicleSpeed, 60)).unwrap();
        Record {
            time: Time { ms: 1_790_000_000_000, source: TimeSource::Network },
            event: Event::Periodic,
            flags: Flags::new(Source::Obd),
            start: 1,
            odometer: 1_234_567,
            content: Content::Trip(samples),
        }
    }

    /// Two records that say the same.
    fn sealed() -> [SealedRecord; 2] {
        let mut chain = Chain::default();
        [(); 2].map(|()| SealedRecord::seal(&record(), Period(690), &keys(), &mut chain).unwrap().0)
    }

    fn opening(of: &SealedRecord) -> Opening {
        Opening::make(of, &keys(), &key(4).public_key(), &key(5)).unwrap()
    }

    #[test]
    fn the_reader_sees_the_one_record() {
        let [this, other] = sealed();
        let opened = opening(&this).open(&this, &key(4)).unwrap();
        assert_eq!(opened, this.open_with(&keys()).unwrap());
        assert_eq!(opened.1, record());
        assert_eq!(opening(&this).open(&other, &key(4)), Err(OpeningError::Mac));
        assert_eq!(Opening::from_bytes(*opening(&this).as_bytes()), opening(&this));
    }

    #[test]
    fn another_reader_sees_nothing() {
        let [this, _] = sealed();
        assert_eq!(opening(&this).open(&this, &key(6)), Err(OpeningError::Mac));
        // The plaintext does not stand in what anyone sees.
        let text = this.plaintext(&keys().data_key(Scope::Trip, Period(690)), DEVICE).unwrap();
        for block in text.chunks(8) {
            assert!(opening(&this).as_bytes().windows(8).all(|bytes| bytes != block));
        }
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let [this, _] = sealed();
        for bit in 0..OPENING_LEN * 8 {
            let mut bytes = *opening(&this).as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Opening::from_bytes(bytes).open(&this, &key(4)).is_err(), "bit {bit} of the opening");
        }
        let opening = opening(&this);
        for bit in 0..SEALED_LEN * 8 {
            let mut bytes = *this.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let changed = SealedRecord::from_bytes(bytes);
            assert!(opening.open(&changed, &key(4)).is_err(), "bit {bit} of the record");
        }
    }

    /// Whoever makes an opening can make up a text, but not one with the hash that the device signed.
    #[test]
    fn a_text_that_was_made_up_is_seen() {
        let [this, other] = sealed();
        let text = other.plaintext(&keys().data_key(Scope::Trip, Period(690)), DEVICE).unwrap();
        let (reader, ephemeral) = (key(4).public_key(), key(5));
        let head = Pack::new().put(&[VERSION]).put(&ephemeral.public_key().to_compressed()).finish();
        let shared = derive(SHARE, ephemeral.agree(&reader), &ephemeral.public_key(), &reader);
        let mut text = text;
        apply_stream(&mut text, &shared);
        let mac = mac(&shared, &this, &head, &text);
        let forged = Opening::from_bytes(Pack::new().put(&head).put(&text).put(&mac).finish());
        assert_eq!(forged.open(&this, &key(4)), Err(OpeningError::Record(OpenError::Mac)));
    }

    #[test]
    fn only_the_owner_of_the_epoch_makes_one() {
        let [this, _] = sealed();
        let make = |keys: &EpochKeys| Opening::make(&this, keys, &key(4).public_key(), &key(5));
        let other = OpenError::OtherEpoch { vehicle: 3, epoch: 2 };
        assert_eq!(make(&EpochKeys::new(3, 3, DEVICE, [0x5a; 32])), Err(other));
        assert_eq!(make(&EpochKeys::new(3, 2, DEVICE, [0; 32])), Err(OpenError::Mac));
    }
}
