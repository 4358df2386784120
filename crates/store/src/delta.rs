use autochain_primitives::{
    Account, B256, Bytes, U256,
    map::{AddressMap, B256Map, HashMap},
};
use autochain_trie::{BranchNode, Nibbles};
use std::collections::BTreeMap;

use crate::HashedAccount;

/// The net change of the current state, plain, hashed and trie, relative to what the database holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateDelta {
    /// Accounts after the change; `None`: gone.
    pub accounts: AddressMap<Option<Account>>,
    /// Storage of accounts.
    pub storage: AddressMap<StorageDelta>,
    /// New code by its hash.
    pub code: B256Map<Bytes>,
    /// Leaves of the account trie by hashed address; `None`: gone.
    pub hashed_accounts: BTreeMap<B256, Option<HashedAccount>>,
    /// Leaves of the storage tries by hashed address.
    pub hashed_storage: B256Map<HashedStorageDelta>,
    /// Branch nodes of the account trie; `None`: gone.
    pub account_nodes: BTreeMap<Nibbles, Option<BranchNode>>,
    /// Branch nodes of the storage tries by hashed address.
    pub storage_nodes: B256Map<StorageNodesDelta>,
}

/// The change of one account's storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageDelta {
    /// Everything that the database holds for the account goes first.
    pub wiped: bool,
    /// Slots after the change; 0: removed.
    pub slots: HashMap<U256, U256>,
}

/// The change of the leaves of one account's storage trie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HashedStorageDelta {
    /// Everything that the database holds for the account goes first.
    pub wiped: bool,
    /// Values by hashed slot; 0: removed.
    pub slots: BTreeMap<B256, U256>,
}

/// The change of the branch nodes of one account's storage trie.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StorageNodesDelta {
    /// Everything that the database holds for the account goes first.
    pub wiped: bool,
    /// Nodes by path; `None`: gone.
    pub nodes: BTreeMap<Nibbles, Option<BranchNode>>,
}

impl StateDelta {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
            && self.storage.is_empty()
            && self.code.is_empty()
            && self.hashed_accounts.is_empty()
            && self.hashed_storage.is_empty()
            && self.account_nodes.is_empty()
            && self.storage_nodes.is_empty()
    }
}
