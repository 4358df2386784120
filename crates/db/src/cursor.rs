use crate::{
    Access, CodecError, DbError, Key as _, KeyBuf, Table, Value as _, WriteAccess,
    tx::{append_error, check_key, check_record},
};
use signet_libmdbx::{Cursor as EngineCursor, WriteFlags};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// Key and value of a record.
pub type Record<T> = (<T as Table>::Key, <T as Table>::Value);

/// A record as bytes of the file.
type Raw<'tx> = (Cow<'tx, [u8]>, Cow<'tx, [u8]>);

/// A place in a table.
pub struct Cursor<'tx, T: Table, A: Access> {
    cursor: EngineCursor<'tx, A>,
    scratch: Vec<u8>,
    table: PhantomData<T>,
}

impl<T: Table, A: Access> fmt::Debug for Cursor<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("table", &T::NAME).finish_non_exhaustive()
    }
}

impl<'tx, T: Table, A: Access> Cursor<'tx, T, A> {
    pub(crate) fn new(cursor: EngineCursor<'tx, A>) -> Self {
        Self { cursor, scratch: Vec::new(), table: PhantomData }
    }

    /// Goes to the first record.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    pub fn first(&mut self) -> Result<Option<Record<T>>, DbError> {
        decode::<T>(self.cursor.first()?)
    }

    /// Goes to the last record.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    pub fn last(&mut self) -> Result<Option<Record<T>>, DbError> {
        decode::<T>(self.cursor.last()?)
    }

    /// Goes to the next record; to the first one when the cursor is on none.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Record<T>>, DbError> {
        decode::<T>(self.cursor.next()?)
    }

    /// Goes to the record before; to the last one when the cursor is on none.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    pub fn prev(&mut self) -> Result<Option<Record<T>>, DbError> {
        decode::<T>(self.cursor.prev()?)
    }

    /// Goes to the record at or after `key`.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    pub fn seek(&mut self, key: &T::Key) -> Result<Option<Record<T>>, DbError> {
        self.seek_raw(KeyBuf::of(key).as_slice())
    }

    /// Goes to the record at or after the bytes `key`.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    pub fn seek_raw(&mut self, key: &[u8]) -> Result<Option<Record<T>>, DbError> {
        decode::<T>(self.bytes_at(key)?)
    }

    /// Goes to the record at or after the bytes `start`, and gives it when its key begins with `prefix`.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    pub fn seek_within(&mut self, start: &[u8], prefix: &[u8]) -> Result<Option<Record<T>>, DbError> {
        decode::<T>(self.bytes_at(start)?.filter(|(key, _)| key.starts_with(prefix)))
    }

    /// As [`seek_within`](Self::seek_within), but reads the stored bytes of the value without decoding all of them.
    ///
    /// # Errors
    /// [`DbError::Codec`] with the error of `read`, or the engine's error.
    pub fn seek_within_with<R>(
        &mut self,
        start: &[u8],
        prefix: &[u8],
        read: impl FnOnce(&[u8]) -> Result<R, CodecError>,
    ) -> Result<Option<R>, DbError> {
        let record = self.bytes_at(start)?.filter(|(key, _)| key.starts_with(prefix));
        let codec = |source| DbError::Codec { table: T::NAME, source };
        record.map(|(_, value)| read(&value).map_err(codec)).transpose()
    }

    /// Goes to the record of `key`, if there is one.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    pub fn get(&mut self, key: &T::Key) -> Result<Option<T::Value>, DbError> {
        let key = KeyBuf::of(key);
        let bytes: Option<Cow<'_, [u8]>> = self.cursor.set(check_key(T::NAME, key.as_slice())?)?;
        let codec = |source| DbError::Codec { table: T::NAME, source };
        bytes.map(|bytes| T::Value::read_value(&bytes).map_err(codec)).transpose()
    }

    fn bytes_at(&mut self, key: &[u8]) -> Result<Option<Raw<'tx>>, DbError> {
        Ok(self.cursor.set_range(check_key(T::NAME, key)?)?)
    }

    fn next_bytes(&mut self) -> Result<Option<Raw<'tx>>, DbError> {
        Ok(self.cursor.next()?)
    }
}

impl<T: Table> Cursor<'_, T, WriteAccess> {
    /// Inserts or replaces a record and goes there. Fast for keys in order.
    ///
    /// # Errors
    /// [`DbError::KeyTooLong`], [`DbError::ValueTooLong`], [`DbError::DiskFull`], or the engine's error.
    pub fn put(&mut self, key: &T::Key, value: &T::Value) -> Result<(), DbError> {
        self.put_with(key, |out| value.write_value(out))
    }

    /// [`put`](Self::put) of the bytes that `write` adds: the table's value, without having one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn put_with(&mut self, key: &T::Key, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), DbError> {
        let key = KeyBuf::of(key);
        self.scratch.clear();
        write(&mut self.scratch);
        check_record(T::NAME, key.as_slice(), &self.scratch)?;
        Ok(self.cursor.put(key.as_slice(), &self.scratch, WriteFlags::UPSERT)?)
    }

    /// Adds a record at the end of the table; pages are filled to the brim.
    ///
    /// # Errors
    /// [`DbError::AppendOrder`] when the key is not above the last one, [`DbError::KeyTooLong`],
    /// [`DbError::ValueTooLong`], [`DbError::DiskFull`], or the engine's error.
    pub fn append(&mut self, key: &T::Key, value: &T::Value) -> Result<(), DbError> {
        self.append_with(key, |out| value.write_value(out))
    }

    /// [`append`](Self::append) of the bytes that `write` adds: the table's value, without having one.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_with(&mut self, key: &T::Key, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), DbError> {
        let key = KeyBuf::of(key);
        self.scratch.clear();
        write(&mut self.scratch);
        check_record(T::NAME, key.as_slice(), &self.scratch)?;
        // Alone, APPEND would overwrite the last record when the key is its key.
        let flags = WriteFlags::APPEND | WriteFlags::NO_OVERWRITE;
        self.cursor.put(key.as_slice(), &self.scratch, flags).map_err(|error| append_error(T::NAME, error))
    }

    /// Deletes the record of `key`. Returns whether there was one.
    ///
    /// # Errors
    /// The engine's error.
    pub fn delete(&mut self, key: &T::Key) -> Result<bool, DbError> {
        let key = KeyBuf::of(key);
        let found: Option<()> = self.cursor.set(check_key(T::NAME, key.as_slice())?)?;
        if found.is_some() {
            self.cursor.del()?;
        }
        Ok(found.is_some())
    }

    /// Deletes all records whose key begins with the bytes `prefix`. Returns how many there were.
    ///
    /// # Errors
    /// The engine's error.
    pub fn delete_prefix(&mut self, prefix: &[u8]) -> Result<u64, DbError> {
        let mut count = 0u64;
        while self.bytes_at(prefix)?.is_some_and(|(key, _)| key.starts_with(prefix)) {
            self.cursor.del()?;
            count = count.saturating_add(1);
        }
        Ok(count)
    }
}

/// Records of a table in key order. Ends after the first error.
pub struct Entries<'tx, T: Table, A: Access> {
    cursor: Cursor<'tx, T, A>,
    start: Option<KeyBuf>,
    prefix: KeyBuf,
    done: bool,
}

impl<T: Table, A: Access> fmt::Debug for Entries<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("table", &T::NAME).finish_non_exhaustive()
    }
}

impl<'tx, T: Table, A: Access> Entries<'tx, T, A> {
    pub(crate) fn new(cursor: Cursor<'tx, T, A>, prefix: &[u8]) -> Self {
        let prefix = KeyBuf::from_slice(prefix);
        Self { cursor, start: Some(prefix), prefix, done: false }
    }

    pub(crate) fn starting_at(cursor: Cursor<'tx, T, A>, start: &[u8]) -> Self {
        Self { cursor, start: Some(KeyBuf::from_slice(start)), prefix: KeyBuf::from_slice(&[]), done: false }
    }

    fn advance(&mut self) -> Result<Option<Record<T>>, DbError> {
        let bytes = match self.start.take() {
            Some(start) => self.cursor.bytes_at(start.as_slice())?,
            None => self.cursor.next_bytes()?,
        };
        decode::<T>(bytes.filter(|(key, _)| key.starts_with(self.prefix.as_slice())))
    }
}

impl<T: Table, A: Access> Iterator for Entries<'_, T, A> {
    type Item = Result<Record<T>, DbError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let record = self.advance().transpose();
        self.done = !matches!(record, Some(Ok(_)));
        record
    }
}

fn decode<T: Table>(record: Option<Raw<'_>>) -> Result<Option<Record<T>>, DbError> {
    let codec = |source| DbError::Codec { table: T::NAME, source };
    record
        .map(|(key, value)| {
            Ok((T::Key::read_key(&key).map_err(codec)?, T::Value::read_value(&value).map_err(codec)?))
        })
        .transpose()
}
