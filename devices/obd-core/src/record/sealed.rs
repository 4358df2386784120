use super::{DataKey, EpochKeys, LEN, MalformedRecord, Period, Record, Scope};
use crate::bytes::{Pack, Unpack};
use crate::{Chain, ChainError, Flags, Hash, Reading, keccak256};
use thiserror::Error;
use zeroize::Zeroize as _;

/// The length of every encrypted record, in bytes: head, ciphertext and MAC.
pub const SEALED_LEN: usize = Head::LEN + LEN + TAG_LEN;

const TAG_LEN: usize = 32;
const VERSION: u8 = 1;

/// An encrypted record, as it is stored and sent to its owner. Its keccak256 is the reading's `hash`.
///
/// ```text
///   0  head, in clear: what the registry sees, and which key opens the rest
///  64  ciphertext: the record XOR keccak256(key ‖ i), i = counter · 2^8 + block, as a 32-byte word
/// 192  MAC: keccak256(key ‖ head ‖ ciphertext)
/// ```
///
/// The key is that of the head's scope and period ([`EpochKeys::data_key`]). Counters rise strictly over
/// the life of a device, so no word of the keystream is used twice. Inputs of keystream (64 bytes) and MAC
/// (224 bytes) differ in length, and keccak, unlike SHA-2, has no length extension. A MAC of 32 bytes also
/// commits to the key: with the hash on chain, a contract that is shown the key and these bytes sees for
/// itself whether the key opens them. Encryption and MAC are the same work for every secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    bytes: [u8; SEALED_LEN],
}

impl SealedRecord {
    /// Numbers, chains and encrypts a record. The reading goes to the registry, the sealed record to
    /// storage, with `chain` as it is then: a counter that was used must not be used again.
    ///
    /// `period` is the record's own where its clock is set ([`Period::of`]), else the last one known.
    pub fn seal(
        record: &Record,
        period: Period,
        keys: &EpochKeys,
        chain: &mut Chain,
    ) -> Result<(Self, Reading), ChainError> {
        let head = Head {
            scope: record.content.scope(),
            vehicle: keys.vehicle(),
            epoch: keys.epoch(),
            period,
            counter: chain.next_counter()?,
            odometer_km: record.odometer_km(),
            flags: record.flags,
            prev_hash: chain.hash(),
        };
        let key = keys.data_key(head.scope, period);
        let mut text = record.to_bytes();
        apply_stream(&mut text, &key, head.counter);
        let head_bytes = head.to_bytes();
        let tag = tag(&key, &head_bytes, &text);
        let sealed = Self { bytes: Pack::new().put(&head_bytes).put(&text).put(&tag).finish() };
        let reading = chain.append(head.vehicle, head.odometer_km, head.flags, sealed.hash())?;
        Ok((sealed, reading))
    }

    /// Bytes that came from storage. Nothing is checked before [`SealedRecord::open`].
    pub const fn from_bytes(bytes: [u8; SEALED_LEN]) -> Self {
        Self { bytes }
    }

    /// What is stored.
    pub const fn as_bytes(&self) -> &[u8; SEALED_LEN] {
        &self.bytes
    }

    /// keccak256 of all bytes: the reading's `hash`, and the leaf in a batch.
    pub fn hash(&self) -> Hash {
        keccak256(&self.bytes)
    }

    /// The part in clear. Believe it only once the record is opened, or its hash found on chain.
    pub fn head(&self) -> Result<Head, OpenError> {
        Head::read(&mut Unpack::new(&self.bytes))
    }

    /// Checks the MAC and decrypts.
    pub fn open(&self, key: &DataKey) -> Result<(Head, Record), OpenError> {
        let head = self.head()?;
        let mut fields = Unpack::new(&self.bytes);
        let (head_bytes, mut text, theirs) = (fields.take(), fields.take(), fields.take());
        if !equal(&tag(key, &head_bytes, &text), &theirs) {
            return Err(OpenError::Mac);
        }
        apply_stream(&mut text, key, head.counter);
        let record = Record::from_bytes(&text, head.scope);
        text.zeroize();
        let record = record?;
        // The device copies these; another program with the key may not.
        if record.flags != head.flags || record.odometer_km() != head.odometer_km {
            return Err(OpenError::Contradiction);
        }
        Ok((head, record))
    }

    /// Opens with the owner's root: the data key follows from the head.
    pub fn open_with(&self, keys: &EpochKeys) -> Result<(Head, Record), OpenError> {
        let head = self.head()?;
        if (head.vehicle, head.epoch) != (keys.vehicle(), keys.epoch()) {
            return Err(OpenError::OtherEpoch { vehicle: head.vehicle, epoch: head.epoch });
        }
        self.open(&keys.data_key(head.scope, head.period))
    }
}

/// The part of a sealed record that is in clear.
///
/// ```text
///  0  version  u8     10  epoch   u32     26  odometer, km  u32
///  1  scope    u8     14  period  u32     30  flags         u16
///  2  vehicle  u64    18  counter u64     32  previous hash
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which permission opens the record.
    pub scope: Scope,
    /// The vehicle's id in the registry.
    pub vehicle: u64,
    /// The vehicle's key epoch.
    pub epoch: u32,
    /// The period of the data key.
    pub period: Period,
    /// As in the reading.
    pub counter: u64,
    /// As in the reading.
    pub odometer_km: u32,
    /// As in the reading.
    pub flags: Flags,
    /// `hash` of the vehicle's previous record.
    pub prev_hash: Hash,
}

impl Head {
    const LEN: usize = 64;

    /// The reading that belongs to a sealed record with this head and that hash.
    pub const fn reading(&self, hash: Hash) -> Reading {
        let Self { vehicle, counter, odometer_km, flags, prev_hash, .. } = *self;
        Reading { vehicle, counter, odometer_km, flags, prev_hash, hash }
    }

    fn to_bytes(self) -> [u8; Self::LEN] {
        Pack::new()
            .put(&[VERSION, self.scope.id()])
            .put(&self.vehicle.to_be_bytes())
            .put(&self.epoch.to_be_bytes())
            .put(&self.period.0.to_be_bytes())
            .put(&self.counter.to_be_bytes())
            .put(&self.odometer_km.to_be_bytes())
            .put(&self.flags.bits().to_be_bytes())
            .put(&self.prev_hash)
            .finish()
    }

    fn read(fields: &mut Unpack<'_>) -> Result<Self, OpenError> {
        let version = fields.byte();
        if version != VERSION {
            return Err(OpenError::Version(version));
        }
        let scope = fields.byte();
        let scope = Scope::from_id(scope).ok_or(OpenError::Scope(scope))?;
        let vehicle = u64::from_be_bytes(fields.take());
        let epoch = u32::from_be_bytes(fields.take());
        let period = Period(u32::from_be_bytes(fields.take()));
        let counter = u64::from_be_bytes(fields.take());
        let odometer_km = u32::from_be_bytes(fields.take());
        let flags = u16::from_be_bytes(fields.take());
        let flags = Flags::try_from(flags).map_err(|_| MalformedRecord::Flags(flags))?;
        let prev_hash = fields.take();
        Ok(Self { scope, vehicle, epoch, period, counter, odometer_km, flags, prev_hash })
    }
}

/// Why a sealed record does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// Made by another version of this format.
    #[error("the record is of version {0}; version {VERSION} can be read")]
    Version(u8),
    /// A scope of which this version knows nothing.
    #[error("the record's scope {0} is unknown")]
    Scope(u8),
    /// The root is that of another vehicle or epoch.
    #[error("the record belongs to vehicle {vehicle}, key epoch {epoch}; the key does not")]
    OtherEpoch {
        /// The record's.
        vehicle: u64,
        /// The record's.
        epoch: u32,
    },
    /// The key is not this record's, or the bytes were changed.
    #[error("the record's MAC is wrong: another key, or changed bytes")]
    Mac,
    /// The head in clear is not that of the encrypted record.
    #[error("the record's head contradicts its content")]
    Contradiction,
    /// Decrypted, but no record.
    #[error(transparent)]
    Malformed(#[from] MalformedRecord),
}

fn apply_stream(text: &mut [u8; LEN], key: &DataKey, counter: u64) {
    for (block, bytes) in (0_u128..).zip(text.chunks_mut(32)) {
        let mut stream = key.stream(u128::from(counter) << 8 | block);
        for (byte, mask) in bytes.iter_mut().zip(&stream) {
            *byte ^= mask;
        }
        stream.zeroize();
    }
}

fn tag(key: &DataKey, head: &[u8; Head::LEN], text: &[u8; LEN]) -> Hash {
    let mut input = Pack::<{ 32 + Head::LEN + LEN }>::new().put(key.expose()).put(head).put(text).finish();
    let tag = keccak256(&input);
    input.zeroize();
    tag
}

/// In the same time wherever the two differ.
fn equal(a: &Hash, b: &Hash) -> bool {
    a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Content, Event, Sample, Samples, Signal, Time, TimeSource};
    use crate::{Quality, Source};

    const ROOT: [u8; 32] = [0x5a; 32];
    const PERIOD: Period = Period(2959);

    fn record() -> Record {
        let mut samples = Samples::new();
        samples.push(Sample::good(Signal::VehicleSpeed, 60)).unwrap();
        samples.push(Sample::good(Signal::EngineSpeed, 172_600)).unwrap();
        Record {
            time: Time { ms: 1_790_000_000_000, source: TimeSource::Block },
            event: Event::Periodic,
            flags: Flags::new(Source::Obd).with(Quality::Partial),
            start: 1,
            odometer: 1_234_567,
            content: Content::Trip(samples),
        }
    }

    #[test]
    fn the_owner_opens_what_the_device_sealed() {
        let keys = EpochKeys::new(3, 2, ROOT);
        let mut chain = Chain::resume(41, [9; 32]);
        let (sealed, reading) = SealedRecord::seal(&record(), PERIOD, &keys, &mut chain).unwrap();
        let (head, opened) = sealed.open_with(&keys).unwrap();
        assert_eq!(opened, record());
        assert_eq!(head.reading(sealed.hash()), reading);
        assert_eq!((reading.counter, reading.odometer_km, reading.prev_hash), (42, 123_456, [9; 32]));
        assert_eq!((head.epoch, head.period, head.scope), (2, PERIOD, Scope::Trip));
        assert_eq!(chain, Chain::resume(42, sealed.hash()));
    }

    #[test]
    fn no_other_key_opens_it() {
        let keys = EpochKeys::new(3, 2, ROOT);
        let (sealed, _) = SealedRecord::seal(&record(), PERIOD, &keys, &mut Chain::default()).unwrap();
        assert!(sealed.open(&keys.data_key(Scope::Trip, PERIOD)).is_ok());
        for key in [keys.data_key(Scope::Health, PERIOD), keys.data_key(Scope::Trip, Period(2960))] {
            assert_eq!(sealed.open(&key), Err(OpenError::Mac));
        }
        let next = EpochKeys::new(3, 3, ROOT);
        assert_eq!(sealed.open_with(&next), Err(OpenError::OtherEpoch { vehicle: 3, epoch: 2 }));
        assert_eq!(sealed.open_with(&EpochKeys::new(3, 2, [0; 32])), Err(OpenError::Mac));
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let keys = EpochKeys::new(3, 2, ROOT);
        let (sealed, _) = SealedRecord::seal(&record(), PERIOD, &keys, &mut Chain::default()).unwrap();
        for bit in 0..SEALED_LEN * 8 {
            let mut bytes = *sealed.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(SealedRecord::from_bytes(bytes).open_with(&keys).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn nothing_of_a_record_shows_twice() {
        let keys = EpochKeys::new(3, 2, ROOT);
        let mut chain = Chain::default();
        let mut text = || {
            let (sealed, _) = SealedRecord::seal(&record(), PERIOD, &keys, &mut chain).unwrap();
            let mut blocks = [[0; 32]; 4];
            for (to, from) in blocks.iter_mut().zip(sealed.as_bytes()[64..192].chunks(32)) {
                to.copy_from_slice(from);
            }
            blocks
        };
        let all = [text(), text()];
        let all = all.as_flattened();
        for (i, a) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|b| a != b));
        }
    }
}
