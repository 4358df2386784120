use super::{DataKey, EpochKeys, LEN, MalformedRecord, Period, Record, Scope};
use crate::bytes::{Pack, Unpack};
use crate::{Address, Chain, ChainError, Flags, Hash, Reading, keccak256};
use thiserror::Error;
use zeroize::Zeroize as _;

/// The length of every encrypted record as it is stored and sent, in bytes.
pub const SEALED_LEN: usize = LABEL_LEN + BODY_LEN;

/// The part that is not hashed: what the registry has anyway.
pub(super) const LABEL_LEN: usize = 51;
/// The part that is hashed.
const BODY_LEN: usize = 1 + 4 + 8 + 32 + TEXT_LEN;
/// Salt and record.
pub(super) const TEXT_LEN: usize = SALT_LEN + LEN;
const SALT_LEN: usize = 16;
const VERSION: u8 = 1;
/// The block whose keystream is never used as such.
const SALT_BLOCK: u32 = u32::MAX;

/// An encrypted record, as it is stored and sent to its owner: a label, and the body that the contracts know
/// as a sealed record (`SealedRecord.sol`). The body's keccak256 is the reading's `hash`.
///
/// ```text
/// label   0  version   u8     9  epoch          u32    17  flags          u16
///         1  vehicle   u64   13  odometer, km   u32    19  previous hash
/// body   51  scope     u8    56  counter        u64    96  ciphertext, 128 bytes
///        52  period    u32   64  plaintext hash
/// ```
///
/// The plaintext is a salt of 16 bytes and the record; it is XORed with keccak256(key ‖ nonce), nonce being
/// device ‖ counter u64 ‖ block u32. Counters rise strictly over the life of a device, so no nonce is used
/// twice. A contract that is shown the key and the body decrypts, hashes, and so sees whether the key opens
/// what the device signed.
///
/// The salt is the start of keccak256(key ‖ nonce of block 2^32 − 1 ‖ label): nobody without the key can
/// guess plaintexts by their hash, and with the key the hash is a MAC of record and label (a keccak of a
/// secret prefix: keccak, unlike SHA-2, has no length extension). All of this is the same work for every
/// secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    bytes: [u8; SEALED_LEN],
}

impl SealedRecord {
    /// Numbers, chains and encrypts a record. The reading goes to the registry, the sealed record to
    /// storage, with `chain` as it is then: a counter that was used must not be used again.
    ///
    /// `period` is the record's own where its clock is set ([`Period::of`]), else [`Period::UNTIMED`].
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
        let label = head.label();
        let salt = salt(&key, keys.device(), head.counter, &label);
        let mut text: [u8; TEXT_LEN] = Pack::new().put(&salt).put(&record.to_bytes()).finish();
        let text_hash = keccak256(&text);
        apply_stream(&mut text, &key, keys.device(), head.counter);
        let bytes = Pack::new()
            .put(&label)
            .put(&[head.scope.id()])
            .put(&period.0.to_be_bytes())
            .put(&head.counter.to_be_bytes())
            .put(&text_hash)
            .put(&text);
        let sealed = Self { bytes: bytes.finish() };
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

    /// What is hashed, and what a dispute on chain takes.
    pub fn body(&self) -> &[u8] {
        self.bytes.get(LABEL_LEN..).unwrap_or_default()
    }

    /// keccak256 of the body: the reading's `hash`.
    pub fn hash(&self) -> Hash {
        keccak256(self.body())
    }

    /// The part in clear. Believe it only once the record is opened, or found on chain.
    pub fn head(&self) -> Result<Head, OpenError> {
        let mut fields = Unpack::new(&self.bytes);
        let version = fields.byte();
        if version != VERSION {
            return Err(OpenError::Version(version));
        }
        let vehicle = u64::from_be_bytes(fields.take());
        let epoch = u32::from_be_bytes(fields.take());
        let odometer_km = u32::from_be_bytes(fields.take());
        let flags = u16::from_be_bytes(fields.take());
        let flags = Flags::try_from(flags).map_err(|_| MalformedRecord::Flags(flags))?;
        let prev_hash = fields.take();
        let scope = fields.byte();
        let scope = Scope::from_id(scope).ok_or(OpenError::Scope(scope))?;
        let period = Period(u32::from_be_bytes(fields.take()));
        let counter = u64::from_be_bytes(fields.take());
        Ok(Head { scope, vehicle, epoch, period, counter, odometer_km, flags, prev_hash })
    }

    /// Checks and decrypts what `device` sealed under `key`.
    pub fn open(&self, key: &DataKey, device: Address) -> Result<(Head, Record), OpenError> {
        let mut text = self.plaintext(key, device)?;
        let opened = self.read(&text);
        text.zeroize();
        opened
    }

    /// Opens with the owner's root: the data key follows from the head.
    pub fn open_with(&self, keys: &EpochKeys) -> Result<(Head, Record), OpenError> {
        self.open(&self.data_key(keys)?, keys.device())
    }

    /// The key that this record is sealed under.
    pub(super) fn data_key(&self, keys: &EpochKeys) -> Result<DataKey, OpenError> {
        let head = self.head()?;
        if (head.vehicle, head.epoch) != (keys.vehicle(), keys.epoch()) {
            return Err(OpenError::OtherEpoch { vehicle: head.vehicle, epoch: head.epoch });
        }
        Ok(keys.data_key(head.scope, head.period))
    }

    /// Salt and record in clear, once the salt shows that `device` sealed them under `key` and this label.
    /// [`SealedRecord::read`] compares the hash.
    pub(super) fn plaintext(&self, key: &DataKey, device: Address) -> Result<[u8; TEXT_LEN], OpenError> {
        let head = self.head()?;
        let mut text: [u8; TEXT_LEN] = self.fields().1;
        apply_stream(&mut text, key, device, head.counter);
        let theirs: [u8; SALT_LEN] = Unpack::new(&text).take();
        if theirs != salt(key, device, head.counter, &head.label()) {
            text.zeroize();
            return Err(OpenError::Mac);
        }
        Ok(text)
    }

    /// Reads a plaintext, if it is the one whose hash the body holds.
    pub(super) fn read(&self, text: &[u8; TEXT_LEN]) -> Result<(Head, Record), OpenError> {
        let head = self.head()?;
        if keccak256(text) != self.fields().0 {
            return Err(OpenError::Mac);
        }
        let mut fields = Unpack::new(text);
        fields.take::<SALT_LEN>();
        let record = Record::from_bytes(&fields.take(), head.scope)?;
        // The device copies these; another program with the key may not.
        if record.flags != head.flags || record.odometer_km() != head.odometer_km {
            return Err(OpenError::Contradiction);
        }
        Ok((head, record))
    }

    /// Plaintext hash and ciphertext.
    fn fields(&self) -> (Hash, [u8; TEXT_LEN]) {
        let mut body = Unpack::new(self.body());
        body.take::<13>();
        (body.take(), body.take())
    }
}

/// The part of a sealed record that is in clear.
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
    /// The reading that belongs to a sealed record with this head and that hash.
    pub const fn reading(&self, hash: Hash) -> Reading {
        let Self { vehicle, counter, odometer_km, flags, prev_hash, .. } = *self;
        Reading { vehicle, counter, odometer_km, flags, prev_hash, hash }
    }

    fn label(&self) -> [u8; LABEL_LEN] {
        Pack::new()
            .put(&[VERSION])
            .put(&self.vehicle.to_be_bytes())
            .put(&self.epoch.to_be_bytes())
            .put(&self.odometer_km.to_be_bytes())
            .put(&self.flags.bits().to_be_bytes())
            .put(&self.prev_hash)
            .finish()
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
    #[error("the record's MAC is wrong: another key or device, or changed bytes")]
    Mac,
    /// The head in clear is not that of the encrypted record.
    #[error("the record's head contradicts its content")]
    Contradiction,
    /// Decrypted, but no record.
    #[error(transparent)]
    Malformed(#[from] MalformedRecord),
}

fn nonce(device: Address, counter: u64, block: u32) -> [u8; 32] {
    Pack::new().put(&device.0).put(&counter.to_be_bytes()).put(&block.to_be_bytes()).finish()
}

fn apply_stream(text: &mut [u8; TEXT_LEN], key: &DataKey, device: Address, counter: u64) {
    for (block, bytes) in (0..).zip(text.chunks_mut(32)) {
        let mut stream = key.stream(&nonce(device, counter, block));
        for (byte, mask) in bytes.iter_mut().zip(&stream) {
            *byte ^= mask;
        }
        stream.zeroize();
    }
}

fn salt(key: &DataKey, device: Address, counter: u64, label: &[u8; LABEL_LEN]) -> [u8; SALT_LEN] {
    Unpack::new(&key.hash_label(&nonce(device, counter, SALT_BLOCK), label)).take()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Content, Event, Sample, Samples, Signal, Time, TimeSource};
    use crate::{Quality, Source};

    const ROOT: [u8; 32] = [0x5a; 32];
    const DEVICE: Address = Address([0xde; 20]);
    const PERIOD: Period = Period(690);

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

    fn keys() -> EpochKeys {
        EpochKeys::new(3, 2, DEVICE, ROOT)
    }

    #[test]
    fn the_owner_opens_what_the_device_sealed() {
        let keys = keys();
        let mut chain = Chain::resume(41, [9; 32]);
        let (sealed, reading) = SealedRecord::seal(&record(), PERIOD, &keys, &mut chain).unwrap();
        let (head, opened) = sealed.open_with(&keys).unwrap();
        assert_eq!(opened, record());
        assert_eq!(head.reading(sealed.hash()), reading);
        assert_eq!((reading.counter, reading.odometer_km, reading.prev_hash), (42, 123_456, [9; 32]));
        assert_eq!((head.epoch, head.period, head.scope), (2, PERIOD, Scope::Trip));
        assert_eq!(chain, Chain::resume(42, sealed.hash()));
    }

    /// The dispute, step by step as `SealedRecord.sol` goes about it, from the body and the key alone.
    #[test]
    fn a_contract_opens_the_body_with_the_key() {
        let keys = keys();
        let (sealed, reading) =
            SealedRecord::seal(&record(), PERIOD, &keys, &mut Chain::resume(41, [0; 32])).unwrap();
        let body = sealed.body();
        assert_eq!(body.len(), 173);
        assert_eq!(keccak256(body), reading.hash);
        assert_eq!(body[..13], [1, 0, 0, 2, 178, 0, 0, 0, 0, 0, 0, 0, 42]);
        let opens = |key: &[u8; 32]| {
            let mut text = [0; 128];
            for (block, (to, from)) in text.chunks_mut(32).zip(body[45..].chunks(32)).enumerate() {
                let mut input = [0; 64];
                input[..32].copy_from_slice(key);
                input[32..52].copy_from_slice(&DEVICE.0);
                input[52..60].copy_from_slice(&body[5..13]);
                input[63] = u8::try_from(block).unwrap();
                let stream = keccak256(&input);
                for ((to, from), mask) in to.iter_mut().zip(from).zip(stream) {
                    *to = from ^ mask;
                }
            }
            (keccak256(&text) == body[13..45]).then_some(text)
        };
        let text = opens(keys.data_key(Scope::Trip, PERIOD).expose()).unwrap();
        assert_eq!(text[16..], record().to_bytes());
        assert_eq!(opens(keys.data_key(Scope::Health, PERIOD).expose()), None);
    }

    /// A record whose body and key the contracts' `SealedRecord.sol` was given, and opened.
    #[test]
    fn the_format_is_the_one_that_the_contract_has_opened() {
        let mut samples = Samples::new();
        samples.push(Sample::good(Signal::VehicleSpeed, 60)).unwrap();
        let record = Record { flags: Flags::new(Source::Obd), content: Content::Trip(samples), ..record() };
        let key = keys().data_key(Scope::Trip, PERIOD);
        assert_eq!(
            *key.expose(),
            [
                0x13, 0xc2, 0x5f, 0x16, 0x67, 0x31, 0x57, 0x9f, 0x7b, 0x17, 0x85, 0xcc, 0xff, 0x7b, 0x81,
                0x65, 0xe1, 0xbd, 0xfc, 0xa3, 0x4f, 0xeb, 0xe6, 0x21, 0xa5, 0x51, 0xf9, 0xf8, 0x99, 0x49,
                0x96, 0xbc
            ]
        );
        let (_, reading) =
            SealedRecord::seal(&record, PERIOD, &keys(), &mut Chain::resume(41, [0; 32])).unwrap();
        assert_eq!(
            reading.hash,
            [
                0xe2, 0x06, 0x2d, 0xbc, 0x2a, 0x7e, 0x24, 0x42, 0x36, 0x2f, 0x37, 0x90, 0x5f, 0x39, 0x3c,
                0xfc, 0x31, 0x36, 0x91, 0xbc, 0x7e, 0x0a, 0x51, 0x3f, 0xff, 0x67, 0xb4, 0xd2, 0xdb, 0x17,
                0x81, 0x1b
            ]
        );
    }

    #[test]
    fn no_other_key_opens_it() {
        let keys = keys();
        let (sealed, _) = SealedRecord::seal(&record(), PERIOD, &keys, &mut Chain::default()).unwrap();
        let key = keys.data_key(Scope::Trip, PERIOD);
        assert!(sealed.open(&key, DEVICE).is_ok());
        assert_eq!(sealed.open(&key, Address([0; 20])), Err(OpenError::Mac));
        for key in [keys.data_key(Scope::Health, PERIOD), keys.data_key(Scope::Trip, Period(691))] {
            assert_eq!(sealed.open(&key, DEVICE), Err(OpenError::Mac));
        }
        let next = EpochKeys::new(3, 3, DEVICE, ROOT);
        assert_eq!(sealed.open_with(&next), Err(OpenError::OtherEpoch { vehicle: 3, epoch: 2 }));
        assert_eq!(sealed.open_with(&EpochKeys::new(3, 2, DEVICE, [0; 32])), Err(OpenError::Mac));
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let keys = keys();
        let (sealed, _) = SealedRecord::seal(&record(), PERIOD, &keys, &mut Chain::default()).unwrap();
        for bit in 0..SEALED_LEN * 8 {
            let mut bytes = *sealed.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(SealedRecord::from_bytes(bytes).open_with(&keys).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn nothing_of_a_record_shows_twice() {
        let keys = keys();
        let mut chain = Chain::default();
        let mut text = || {
            let (sealed, _) = SealedRecord::seal(&record(), PERIOD, &keys, &mut chain).unwrap();
            let mut blocks = [[0; 32]; 5];
            for (to, from) in blocks.iter_mut().zip(sealed.as_bytes()[64..].chunks(32)) {
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
