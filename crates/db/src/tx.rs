use crate::{
    Cursor, DbError, Entries, KeyBuf, MAX_KEY_SIZE, MAX_VALUE_SIZE, Table, Value as _, database::Inner,
};
use signet_libmdbx::{
    Database as Handle, MdbxError, Ro, Rw, TransactionKind, TxUnsync, WriteFlags,
    tx::{PtrUnsync, SyncKind},
};
use std::{borrow::Cow, cell::RefCell, fmt, sync::Arc};

/// Whether a transaction may write; implemented by [`ReadAccess`] and [`WriteAccess`] only.
pub trait Access: TransactionKind + SyncKind<Access = PtrUnsync> {}

/// A snapshot.
pub type ReadAccess = Ro;
/// The writer.
pub type WriteAccess = Rw;

impl Access for Ro {}
impl Access for Rw {}

/// A snapshot of the database: what was committed when it was taken.
pub type ReadTx = Tx<ReadAccess>;
/// The one write transaction; sees its own changes.
pub type WriteTx = Tx<WriteAccess>;

/// A transaction. It keeps the database open.
pub struct Tx<A: Access> {
    // Dropped in this order: the transaction ends before the environment is closed.
    tx: TxUnsync<A>,
    inner: Arc<Inner>,
    scratch: RefCell<Vec<u8>>,
}

impl<A: Access> fmt::Debug for Tx<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}

impl<A: Access> Tx<A> {
    pub(crate) fn new(tx: TxUnsync<A>, inner: Arc<Inner>) -> Self {
        Self { tx, inner, scratch: RefCell::default() }
    }

    /// The value of a key.
    ///
    /// # Errors
    /// [`DbError::Codec`], or the engine's error.
    pub fn get<T: Table>(&self, key: &T::Key) -> Result<Option<T::Value>, DbError> {
        self.get_with::<T, _>(key, T::Value::read_value)
    }

    /// Reads the stored bytes of a key without decoding all of them.
    ///
    /// # Errors
    /// [`DbError::Codec`] with the error of `read`, or the engine's error.
    pub fn get_with<T: Table, R>(
        &self,
        key: &T::Key,
        read: impl FnOnce(&[u8]) -> Result<R, crate::CodecError>,
    ) -> Result<Option<R>, DbError> {
        let key = KeyBuf::of(key);
        let bytes: Option<Cow<'_, [u8]>> =
            self.tx.get(self.inner.table::<T>()?.dbi(), check_key(T::NAME, key.as_slice())?)?;
        let codec = |source| DbError::Codec { table: T::NAME, source };
        bytes.map(|bytes| read(&bytes).map_err(codec)).transpose()
    }

    /// Whether there is a record with this key.
    ///
    /// # Errors
    /// The engine's error.
    pub fn contains<T: Table>(&self, key: &T::Key) -> Result<bool, DbError> {
        Ok(self.get_with::<T, _>(key, |_| Ok(()))?.is_some())
    }

    /// A cursor, not yet on any record. Cheap: closed cursors are used again within the transaction.
    ///
    /// # Errors
    /// The engine's error.
    pub fn cursor<T: Table>(&self) -> Result<Cursor<'_, T, A>, DbError> {
        Ok(Cursor::new(self.tx.cursor(self.inner.table::<T>()?)?))
    }

    /// All records whose key begins with the bytes `prefix`, in key order.
    ///
    /// # Errors
    /// The engine's error.
    pub fn entries<T: Table>(&self, prefix: &[u8]) -> Result<Entries<'_, T, A>, DbError> {
        Ok(Entries::new(self.cursor()?, prefix))
    }

    /// All records from the one at or after the bytes `start` to the end of the table, in key order.
    ///
    /// # Errors
    /// The engine's error.
    pub fn entries_from<T: Table>(&self, start: &[u8]) -> Result<Entries<'_, T, A>, DbError> {
        Ok(Entries::starting_at(self.cursor()?, start))
    }

    /// Number of records in a table.
    ///
    /// # Errors
    /// The engine's error.
    pub fn count<T: Table>(&self) -> Result<u64, DbError> {
        Ok(self.tx.db_stat(&self.inner.table::<T>()?)?.entries() as u64)
    }

    /// Visits the stored bytes of a table in key order.
    ///
    /// # Errors
    /// [`DbError::UnknownTable`], or the engine's error.
    pub fn for_each_raw(&self, table: &str, mut visit: impl FnMut(&[u8], &[u8])) -> Result<(), DbError> {
        let (_, handle) = self.inner.table_named(table)?;
        let mut cursor = self.tx.cursor(handle)?;
        let mut record = cursor.first::<Cow<'_, [u8]>, Cow<'_, [u8]>>()?;
        while let Some((key, value)) = record {
            visit(&key, &value);
            record = cursor.next()?;
        }
        Ok(())
    }
}

impl WriteTx {
    /// Inserts or replaces a record.
    ///
    /// # Errors
    /// [`DbError::KeyTooLong`], [`DbError::ValueTooLong`], [`DbError::DiskFull`], or the engine's error.
    pub fn put<T: Table>(&self, key: &T::Key, value: &T::Value) -> Result<(), DbError> {
        let key = KeyBuf::of(key);
        let mut scratch = self.scratch.borrow_mut();
        scratch.clear();
        value.write_value(&mut scratch);
        self.put_bytes(self.inner.table::<T>()?, T::NAME, key.as_slice(), &scratch)
    }

    /// Inserts or replaces a record given as bytes.
    ///
    /// # Errors
    /// [`DbError::UnknownTable`], [`DbError::KeyTooLong`], [`DbError::ValueTooLong`], [`DbError::DiskFull`], or the
    /// engine's error.
    pub fn put_raw(&self, table: &str, key: &[u8], value: &[u8]) -> Result<(), DbError> {
        let (name, handle) = self.inner.table_named(table)?;
        self.put_bytes(handle, name, key, value)
    }

    /// Deletes a record. Returns whether there was one.
    ///
    /// # Errors
    /// The engine's error.
    pub fn delete<T: Table>(&self, key: &T::Key) -> Result<bool, DbError> {
        let key = KeyBuf::of(key);
        Ok(self.tx.del(self.inner.table::<T>()?, check_key(T::NAME, key.as_slice())?, None)?)
    }

    /// Deletes all records of a table.
    ///
    /// # Errors
    /// The engine's error.
    pub fn clear<T: Table>(&self) -> Result<(), DbError> {
        Ok(self.tx.clear_db(self.inner.table::<T>()?)?)
    }

    /// Makes all changes visible and, with [`SyncMode::Durable`](crate::SyncMode::Durable), durable: when it
    /// returns, a power cut does not undo them. When it fails, none is made.
    ///
    /// # Errors
    /// [`DbError::DiskFull`], or the engine's error.
    pub fn commit(self) -> Result<(), DbError> {
        self.commit_then(|| ())
    }

    /// As [`commit`](Self::commit). When it succeeds, `then` runs once the changes are durable and before any snapshot
    /// shows them; it must not take a snapshot.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn commit_then(self, then: impl FnOnce()) -> Result<(), DbError> {
        let Self { tx, inner, .. } = self;
        let _closed = inner.gate.close(tx.id()?);
        tx.commit()?;
        then();
        Ok(())
    }

    fn put_bytes(
        &self,
        handle: Handle,
        table: &'static str,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), DbError> {
        check_record(table, key, value)?;
        Ok(self.tx.put(handle, key, value, WriteFlags::UPSERT)?)
    }
}

/// Refuses a key that the engine would end the process for.
pub(crate) fn check_key<'k>(table: &'static str, key: &'k [u8]) -> Result<&'k [u8], DbError> {
    if key.len() > MAX_KEY_SIZE {
        return Err(DbError::KeyTooLong { table, got: key.len() });
    }
    Ok(key)
}

/// Refuses a record that the engine would end the process for.
pub(crate) fn check_record(table: &'static str, key: &[u8], value: &[u8]) -> Result<(), DbError> {
    check_key(table, key)?;
    if value.len() > MAX_VALUE_SIZE {
        return Err(DbError::ValueTooLong { table, got: value.len() });
    }
    Ok(())
}

/// The engine's error of an append.
pub(crate) fn append_error(table: &'static str, error: MdbxError) -> DbError {
    match error {
        MdbxError::KeyMismatch | MdbxError::KeyExist => DbError::AppendOrder { table },
        other => other.into(),
    }
}
