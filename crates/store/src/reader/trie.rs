use super::Reader;
use crate::{
    HashedAccount, StoreError,
    tables::{AccountNodes, HashedAccounts, HashedStorage, NodePath, StorageNodePath, StorageNodes},
};
use autochain_db::KeyBuf;
use autochain_primitives::{B256, U256};
use autochain_trie::{BranchNode, Nibbles};

/// The records of the state trie and the storage tries at the head. All errors are the database's.
impl Reader {
    /// A leaf of the account trie.
    pub fn hashed_account(&self, account: &B256) -> Result<Option<HashedAccount>, StoreError> {
        Ok(self.tx.get::<HashedAccounts>(account)?)
    }

    /// A leaf of an account's storage trie; 0 when there is none.
    pub fn hashed_storage(&self, account: &B256, slot: &B256) -> Result<U256, StoreError> {
        Ok(self.tx.get::<HashedStorage>(&(*account, *slot))?.unwrap_or_default())
    }

    /// The first leaf of the account trie at or after `start`.
    pub fn hashed_account_from(&self, start: &B256) -> Result<Option<(B256, HashedAccount)>, StoreError> {
        Ok(self.tx.cursor::<HashedAccounts>()?.seek(start)?)
    }

    /// The first leaf of an account's storage trie at or after `start`.
    pub fn hashed_storage_from(
        &self,
        account: &B256,
        start: &B256,
    ) -> Result<Option<(B256, U256)>, StoreError> {
        let key = KeyBuf::of(&(*account, *start));
        let leaf = self.tx.cursor::<HashedStorage>()?.seek_within(key.as_slice(), account.as_slice())?;
        Ok(leaf.map(|((_, slot), value)| (slot, value)))
    }

    /// The first branch node of the account trie whose path is at or after `start`: under a prefix, the topmost.
    pub fn account_node_from(&self, start: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, StoreError> {
        let node = self.tx.cursor::<AccountNodes>()?.seek(&NodePath(*start))?;
        Ok(node.map(|(path, node)| (path.0, node.0)))
    }

    /// The first branch node of an account's storage trie whose path is at or after `start`.
    pub fn storage_node_from(
        &self,
        account: &B256,
        start: &Nibbles,
    ) -> Result<Option<(Nibbles, BranchNode)>, StoreError> {
        let key = KeyBuf::of(&StorageNodePath(*account, *start));
        let node = self.tx.cursor::<StorageNodes>()?.seek_within(key.as_slice(), account.as_slice())?;
        Ok(node.map(|(path, node)| (path.1, node.0)))
    }

    /// All leaves of the account trie from `start` on, by hashed address.
    pub fn hashed_accounts(
        &self,
        start: B256,
    ) -> Result<impl Iterator<Item = Result<(B256, HashedAccount), StoreError>> + '_, StoreError> {
        Ok(self.tx.entries_from::<HashedAccounts>(start.as_slice())?.map(|record| record.map_err(Into::into)))
    }

    /// All leaves of an account's storage trie, by hashed slot.
    pub fn hashed_storage_entries(
        &self,
        account: &B256,
    ) -> Result<impl Iterator<Item = Result<(B256, U256), StoreError>> + '_, StoreError> {
        let entries = self.tx.entries::<HashedStorage>(account.as_slice())?;
        Ok(entries.map(|record| {
            let ((_, slot), value) = record?;
            Ok((slot, value))
        }))
    }

    /// All branch nodes of the account trie, by path.
    pub fn account_nodes(
        &self,
    ) -> Result<impl Iterator<Item = Result<(Nibbles, BranchNode), StoreError>> + '_, StoreError> {
        Ok(self.tx.entries::<AccountNodes>(&[])?.map(|record| {
            let (path, node) = record?;
            Ok((path.0, node.0))
        }))
    }

    /// All branch nodes of an account's storage trie, by path.
    pub fn storage_nodes(
        &self,
        account: &B256,
    ) -> Result<impl Iterator<Item = Result<(Nibbles, BranchNode), StoreError>> + '_, StoreError> {
        Ok(self.tx.entries::<StorageNodes>(account.as_slice())?.map(|record| {
            let (path, node) = record?;
            Ok((path.1, node.0))
        }))
    }
}
