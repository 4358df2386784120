//! Reading a snapshot: blocks in `blocks`, the state at the head in `state`, older state in `history`, trie records in
//! `trie`.

mod blocks;
mod history;
mod state;
mod trie;

use crate::{
    StoreError, StoredGenesis, genesis,
    tables::{Meta, MetaKey},
};
use autochain_db::{Access, ReadTx, Tx};
use autochain_primitives::{B256, keccak256};

/// A snapshot of the chain: every answer belongs to one head. `Send`, not `Sync`.
///
/// While it lives, pages that it can see are not reused; take one for each request.
#[derive(Debug)]
pub struct Reader {
    tx: ReadTx,
}

impl Reader {
    pub(crate) const fn new(tx: ReadTx) -> Self {
        Self { tx }
    }

    /// Number and hash of the last canonical block.
    ///
    /// # Errors
    /// [`StoreError::NoGenesis`], or the database's error.
    pub fn head(&self) -> Result<(u64, B256), StoreError> {
        head(&self.tx)?.ok_or(StoreError::NoGenesis)
    }

    /// What the database says of its chain.
    ///
    /// # Errors
    /// [`StoreError::NoGenesis`], or the database's error.
    pub fn genesis(&self) -> Result<StoredGenesis, StoreError> {
        genesis::read(&self.tx)?.ok_or(StoreError::NoGenesis)
    }

    /// Visits the stored bytes of a table in key order.
    ///
    /// # Errors
    /// The database's error, [`DbError::UnknownTable`](crate::DbError::UnknownTable) among them.
    pub fn for_each_raw(&self, table: &str, visit: impl FnMut(&[u8], &[u8])) -> Result<(), StoreError> {
        Ok(self.tx.for_each_raw(table, visit)?)
    }

    /// Keccak-256 over all records of a table: equal tables have equal digests.
    ///
    /// # Errors
    /// As [`for_each_raw`](Self::for_each_raw).
    pub fn table_digest(&self, table: &str) -> Result<B256, StoreError> {
        let mut digest = B256::ZERO;
        let mut bytes = Vec::new();
        self.for_each_raw(table, |key, value| {
            bytes.clear();
            bytes.extend_from_slice(digest.as_slice());
            for part in [key, value] {
                bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
                bytes.extend_from_slice(part);
            }
            digest = keccak256(&bytes);
        })?;
        Ok(digest)
    }
}

/// Number and hash of the last canonical block, `None` in an empty database.
pub(crate) fn head<A: Access>(tx: &Tx<A>) -> Result<Option<(u64, B256)>, StoreError> {
    let Some(bytes) = tx.get::<Meta>(&MetaKey::Head)? else { return Ok(None) };
    let parts = bytes
        .split_first_chunk::<8>()
        .and_then(|(number, hash)| Some((u64::from_be_bytes(*number), B256::try_from(hash).ok()?)));
    match parts {
        Some(head) => Ok(Some(head)),
        None => Err(StoreError::Inconsistent { what: "the head has not 40 bytes".to_owned() }),
    }
}
