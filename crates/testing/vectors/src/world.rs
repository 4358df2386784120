use crate::json::Alloc;
use alloy_trie::TrieAccount;
use autochain_evm::{InMemoryState, StateChanges};
use autochain_primitives::{Account, Address, B256, EMPTY_ROOT_HASH, U256, keccak256, rlp};
use autochain_trie::{Change, MemoryTrie};
use std::{collections::HashMap, sync::Arc};

/// A state with its tries: what the node keeps in its database, in maps.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) state: InMemoryState,
    accounts: MemoryTrie,
    storage: HashMap<Address, (B256, Arc<MemoryTrie>)>,
    root: B256,
}

impl World {
    /// A pre state.
    pub(crate) fn new(alloc: &Alloc) -> Result<Self, String> {
        let mut state = InMemoryState::default();
        let mut storage = HashMap::new();
        let mut leaves = Vec::with_capacity(alloc.len());
        for (address, account) in alloc {
            let slots = account.storage.iter().map(|(slot, value)| (slot.0, value.0));
            let nonce = account.nonce.u64()?;
            state.insert_account(*address, nonce, account.balance.0, account.code.clone(), slots.clone());
            let mut changes: Vec<Change> = slots
                .filter(|(_, value)| !value.is_zero())
                .map(|(slot, value)| (keccak256(B256::from(slot)), Some(rlp::encode(value))))
                .collect();
            changes.sort_unstable();
            let mut storage_root = EMPTY_ROOT_HASH;
            if !changes.is_empty() {
                let mut trie = MemoryTrie::default();
                storage_root = trie.update(&changes).map_err(|error| error.to_string())?.root;
                storage.insert(*address, (storage_root, Arc::new(trie)));
            }
            // The hash of no bytes is the empty code hash.
            let code_hash = keccak256(&account.code);
            let account = Account { nonce, balance: account.balance.0, code_hash };
            leaves.push((keccak256(address), Some(leaf(&account, storage_root))));
        }
        leaves.sort_unstable();
        let mut accounts = MemoryTrie::default();
        let root = accounts.update(&leaves).map_err(|error| error.to_string())?.root;
        Ok(Self { state, accounts, storage, root })
    }

    /// The state root.
    pub(crate) const fn root(&self) -> B256 {
        self.root
    }

    /// Applies the changes of a block or a transaction and gives the new root.
    pub(crate) fn apply(&mut self, changes: &StateChanges) -> Result<B256, String> {
        self.state.apply(changes);
        let mut leaves: Vec<Change> = Vec::with_capacity(changes.accounts.len());
        for (address, change) in &changes.accounts {
            let Some(after) = change.after else {
                self.storage.remove(address);
                leaves.push((keccak256(address), None));
                continue;
            };
            let (mut root, mut trie) = match self.storage.remove(address) {
                Some(entry) if !change.wiped => entry,
                _ => (EMPTY_ROOT_HASH, Arc::default()),
            };
            let mut slots: Vec<Change> = change
                .storage
                .iter()
                .map(|(slot, value)| {
                    let value = (!value.after.is_zero()).then(|| rlp::encode(value.after));
                    (keccak256(B256::from(*slot)), value)
                })
                .collect();
            if !slots.is_empty() {
                slots.sort_unstable();
                let update = Arc::make_mut(&mut trie).update(&slots).map_err(|error| error.to_string())?;
                root = update.root;
            }
            if root != EMPTY_ROOT_HASH {
                self.storage.insert(*address, (root, trie));
            }
            leaves.push((keccak256(address), Some(leaf(&after, root))));
        }
        leaves.sort_unstable();
        self.root = self.accounts.update(&leaves).map_err(|error| error.to_string())?.root;
        Ok(self.root)
    }

    /// Compares with a full post state and names the first difference.
    pub(crate) fn compare(&self, want: &Alloc) -> Result<(), String> {
        let accounts = self.state.accounts();
        if let Some(address) = accounts.keys().find(|address| !want.contains_key(*address)) {
            return Err(format!("account {address} should not exist"));
        }
        for (address, account) in want {
            let got = accounts.get(address).ok_or_else(|| format!("account {address} is missing"))?;
            let wanted = (account.nonce.u64()?, account.balance.0);
            if (got.nonce, got.balance) != wanted {
                let got = (got.nonce, got.balance);
                return Err(format!("account {address}: nonce and balance {got:?}, expected {wanted:?}"));
            }
            if self.state.code_of(address) != account.code {
                return Err(format!("account {address} has other code"));
            }
            let slots = self.state.slots(address);
            let wanted: std::collections::BTreeMap<U256, U256> = account
                .storage
                .iter()
                .filter(|(_, value)| !value.0.is_zero())
                .map(|(slot, value)| (slot.0, value.0))
                .collect();
            if slots != wanted {
                return Err(format!("account {address}: storage {slots:?}, expected {wanted:?}"));
            }
        }
        Ok(())
    }
}

/// An account's value in the state trie (Yellow Paper §4.1).
fn leaf(account: &Account, storage_root: B256) -> Vec<u8> {
    rlp::encode(TrieAccount {
        nonce: account.nonce,
        balance: account.balance,
        storage_root,
        code_hash: account.code_hash,
    })
}
