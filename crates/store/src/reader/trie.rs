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

    /// The first leaf of the account trie under `prefix`.
    pub fn first_hashed_account(
        &self,
        prefix: &Nibbles,
    ) -> Result<Option<(B256, HashedAccount)>, StoreError> {
        let start = first_key(prefix);
        let leaf = self.tx.cursor::<HashedAccounts>()?.seek_raw(start.as_slice())?;
        Ok(leaf.filter(|(account, _)| is_under(account, &start, prefix)))
    }

    /// The first leaf of an account's storage trie under `prefix`.
    pub fn first_hashed_storage(
        &self,
        account: &B256,
        prefix: &Nibbles,
    ) -> Result<Option<(B256, U256)>, StoreError> {
        let start = first_key(prefix);
        let mut key = KeyBuf::of(account);
        key.push(start.as_slice());
        let leaf = self.tx.cursor::<HashedStorage>()?.seek_within(key.as_slice(), account.as_slice())?;
        Ok(leaf.map(|((_, slot), value)| (slot, value)).filter(|(slot, _)| is_under(slot, &start, prefix)))
    }

    /// The branch node of the account trie with the smallest path under `prefix`: the topmost one there.
    pub fn first_account_node(&self, prefix: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, StoreError> {
        let key = KeyBuf::of(&NodePath(*prefix));
        let node = self.tx.cursor::<AccountNodes>()?.seek_within(key.as_slice(), key.as_slice())?;
        Ok(node.map(|(path, node)| (path.0, node.0)))
    }

    /// The branch node of an account's storage trie with the smallest path under `prefix`.
    pub fn first_storage_node(
        &self,
        account: &B256,
        prefix: &Nibbles,
    ) -> Result<Option<(Nibbles, BranchNode)>, StoreError> {
        let key = KeyBuf::of(&StorageNodePath(*account, *prefix));
        let node = self.tx.cursor::<StorageNodes>()?.seek_within(key.as_slice(), key.as_slice())?;
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

/// The smallest key under `prefix`.
fn first_key(prefix: &Nibbles) -> B256 {
    let mut key = B256::ZERO;
    prefix.pack_to(key.as_mut_slice());
    key
}

/// Whether `key`, at or above `start`, the smallest key under `prefix`, is under it.
fn is_under(key: &B256, start: &B256, prefix: &Nibbles) -> bool {
    let (whole, odd) = (prefix.len() / 2, prefix.len() % 2 == 1);
    let half = |key: &B256| key.get(whole).map(|byte| byte >> 4);
    key.get(..whole) == start.get(..whole) && (!odd || half(key) == half(start))
}
