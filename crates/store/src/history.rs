//! Which blocks changed a key: sorted block numbers in shards.
//!
//! ```text
//! (key, 1042)  [7, 8, 31, … 1042]   full: SHARD_SIZE numbers, under the last of them
//! (key, 2999)  [1050, …     2999]   full
//! (key, 2⁶⁴−1) [3001, 3007]         open: one to SHARD_SIZE numbers
//! ```
//!
//! A shard is closed only when a number beyond its size comes, so the shards are a function of the numbers alone,
//! however many commits and unwinds brought them there.

use crate::{
    StoreError,
    tables::{AccountHistory, StorageHistory},
};
use autochain_db::{
    Access, CodecError, Cursor, KeyBuf, Table, Tx, Value, WriteAccess, WriteTx, read_varint, write_varint,
};
use autochain_primitives::{Address, U256};

/// Most block numbers in a shard.
pub const SHARD_SIZE: usize = if cfg!(test) { 7 } else { 1000 };

/// The open shard stands under this number.
const OPEN: u64 = u64::MAX;

/// Rising block numbers, as LEB128: the first, then the differences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shard {
    bytes: Vec<u8>,
    len: usize,
    last: u64,
}

impl Shard {
    /// Adds a number above the last one.
    fn push(&mut self, number: u64) {
        write_varint(number.saturating_sub(self.last), &mut self.bytes);
        self.len = self.len.saturating_add(1);
        self.last = number;
    }

    /// The numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        // Every shard was checked when it was read.
        numbers(&self.bytes).map_while(Result::ok)
    }

    /// Drops the numbers above `to`. Returns whether there were any.
    fn truncate(&mut self, to: u64) -> bool {
        if self.last <= to {
            return false;
        }
        let mut kept = Self::default();
        self.iter().take_while(|number| *number <= to).for_each(|number| kept.push(number));
        *self = kept;
        true
    }
}

impl Value for Shard {
    fn write_value(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.bytes);
    }

    fn read_value(bytes: &[u8]) -> Result<Self, CodecError> {
        let (mut rest, mut len, mut last) = (bytes, 0usize, 0u64);
        while !rest.is_empty() {
            let step = read_varint(&mut rest)?;
            let rising = (step > 0 || len == 0).then_some(()).and_then(|()| last.checked_add(step));
            last = rising.ok_or_else(|| CodecError::Other("block numbers do not rise".to_owned()))?;
            len = len.saturating_add(1);
        }
        Ok(Self { bytes: bytes.to_vec(), len, last })
    }
}

/// A history table: a subject, then the last block of a shard.
pub(crate) trait History: Table<Value = Shard> {
    /// What changed.
    type Subject: Copy + Ord;
    /// The key of a shard.
    fn key(subject: &Self::Subject, last: u64) -> Self::Key;
    /// Name of the subject, for errors.
    fn describe(subject: &Self::Subject) -> String;
}

impl History for AccountHistory {
    type Subject = Address;

    fn key(subject: &Address, last: u64) -> (Address, u64) {
        (*subject, last)
    }

    fn describe(subject: &Address) -> String {
        format!("account {subject}")
    }
}

impl History for StorageHistory {
    type Subject = (Address, U256);

    fn key((address, slot): &(Address, U256), last: u64) -> (Address, U256, u64) {
        (*address, *slot, last)
    }

    fn describe((address, slot): &(Address, U256)) -> String {
        format!("slot {slot} of account {address}")
    }
}

/// The first block above `number` that changed the subject.
pub(crate) fn first_above<H: History, A: Access>(
    tx: &Tx<A>,
    subject: &H::Subject,
    number: u64,
) -> Result<Option<u64>, StoreError> {
    let Some(next) = number.checked_add(1) else { return Ok(None) };
    let start = KeyBuf::of(&H::key(subject, next));
    let mut cursor = tx.cursor::<H>()?;
    let found = cursor.seek_within_with(start.as_slice(), prefix(start.as_slice()), |bytes| {
        numbers(bytes).find(|block| block.as_ref().map_or(true, |block| *block > number)).transpose()
    })?;
    Ok(found.flatten())
}

/// Adds changes, sorted by subject and block.
pub(crate) fn add<H: History>(tx: &WriteTx, changes: &[(H::Subject, u64)]) -> Result<(), StoreError> {
    let mut cursor = tx.cursor::<H>()?;
    for group in changes.chunk_by(|a, b| a.0 == b.0) {
        let Some((subject, _)) = group.first() else { continue };
        let mut shard = cursor.get(&H::key(subject, OPEN))?.unwrap_or_default();
        for (_, block) in group {
            if shard.len > 0 && *block <= shard.last {
                return Err(StoreError::Inconsistent {
                    what: format!(
                        "block {block} changes {}, whose history goes up to block {}",
                        H::describe(subject),
                        shard.last
                    ),
                });
            }
            if shard.len >= SHARD_SIZE {
                cursor.put(&H::key(subject, shard.last), &shard)?;
                shard = Shard::default();
            }
            shard.push(*block);
        }
        cursor.put(&H::key(subject, OPEN), &shard)?;
    }
    Ok(())
}

/// Drops the blocks above `to` from the histories of `subjects`: the inverse of [`add`].
pub(crate) fn truncate<H: History>(
    tx: &WriteTx,
    subjects: impl IntoIterator<Item = H::Subject>,
    to: u64,
) -> Result<(), StoreError> {
    let mut cursor = tx.cursor::<H>()?;
    for subject in subjects {
        let open = H::key(&subject, OPEN);
        let mut shard = cursor.get(&open)?;
        // When the open shard is emptied, the one before it is open again.
        while let Some(mut numbers) = shard {
            let changed = numbers.truncate(to);
            if numbers.len > 0 {
                if changed {
                    cursor.put(&open, &numbers)?;
                }
                break;
            }
            cursor.delete(&open)?;
            shard = take_last_closed(&mut cursor, &open)?;
            if let Some(closed) = &shard {
                cursor.put(&open, closed)?;
            }
        }
    }
    Ok(())
}

/// Deletes and returns the last closed shard of the subject of `open`, whose open shard is gone.
fn take_last_closed<H: History>(
    cursor: &mut Cursor<'_, H, WriteAccess>,
    open: &H::Key,
) -> Result<Option<Shard>, StoreError> {
    let open = KeyBuf::of(open);
    let before = match cursor.seek_raw(open.as_slice())? {
        Some(_) => cursor.prev()?,
        None => cursor.last()?,
    };
    let Some((key, shard)) = before else { return Ok(None) };
    if prefix(KeyBuf::of(&key).as_slice()) != prefix(open.as_slice()) {
        return Ok(None);
    }
    cursor.delete(&key)?;
    Ok(Some(shard))
}

/// The numbers of a shard from its bytes.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = Result<u64, CodecError>> + '_ {
    let (mut rest, mut last) = (bytes, 0u64);
    std::iter::from_fn(move || {
        (!rest.is_empty()).then(|| {
            last = last.saturating_add(read_varint(&mut rest)?);
            Ok(last)
        })
    })
}

/// The subject's part of a key.
fn prefix(key: &[u8]) -> &[u8] {
    key.get(..key.len().saturating_sub(8)).unwrap_or_default()
}
