use crate::{
    StateError, StateView,
    source::{AccountTrie, StorageTrie, account_leaf, hashed_account},
};
use autochain_evm::{AccountChange, StateChanges};
use autochain_primitives::{Account, B256, EMPTY_ROOT_HASH, U256, keccak256, rlp};
use autochain_store::{HashedAccount, StateDelta};
use std::collections::BTreeMap;

/// Adds `changes` to `delta`: plain state, hashed state and trie nodes. Returns the state root after them.
///
/// `below` is the state under `delta`. The values of `changes` are absolute, so that applying them again, on a
/// delta that holds a part of them, changes nothing: receipts before Byzantium need a root after each
/// transaction, and the whole block is applied behind them.
///
/// # Errors
/// [`StateError`] when the database fails; `delta` is then of no use.
pub fn apply(
    below: &StateView<'_>,
    delta: &mut StateDelta,
    changes: &StateChanges,
) -> Result<B256, StateError> {
    let mut accounts = Vec::with_capacity(changes.accounts.len());
    for (address, change) in &changes.accounts {
        let key = keccak256(address);
        let before = hashed_account(&below.with_top(delta), &key)?;
        let old_root = before.map_or(EMPTY_ROOT_HASH, |account| account.storage_root);
        let storage_root = if change.storage.is_empty() && !change.wiped {
            old_root
        } else {
            apply_storage(below, delta, key, change, old_root)?
        };
        let after = change.after.map(|account| HashedAccount {
            nonce: account.nonce,
            balance: account.balance,
            storage_root,
            code_hash: account.code_hash,
        });
        accounts.push((key, after));

        delta.accounts.insert(*address, change.after);
        let wiped = change.wiped && old_root != EMPTY_ROOT_HASH;
        if wiped || !change.storage.is_empty() {
            let storage = delta.storage.entry(*address).or_default();
            if wiped {
                storage.wiped = true;
                storage.slots.clear();
            }
            storage.slots.extend(change.storage.iter().map(|(slot, change)| (*slot, change.after)));
        }
    }
    delta.code.extend(changes.code.iter().map(|(hash, code)| (*hash, code.clone())));

    accounts.sort_unstable_by_key(|(key, _)| *key);
    let leaves: Vec<_> =
        accounts.iter().map(|(key, account)| (*key, account.as_ref().map(account_leaf))).collect();
    let update = autochain_trie::update(&mut AccountTrie(below.with_top(delta)), &leaves)?;
    delta.hashed_accounts.extend(accounts);
    delta.account_nodes.extend(update.nodes);
    Ok(update.root)
}

/// Applies one account's storage changes and returns its new storage root.
fn apply_storage(
    below: &StateView<'_>,
    delta: &mut StateDelta,
    account: B256,
    change: &AccountChange,
    old_root: B256,
) -> Result<B256, StateError> {
    if change.wiped && old_root != EMPTY_ROOT_HASH {
        let slots = delta.hashed_storage.entry(account).or_default();
        slots.wiped = true;
        slots.slots.clear();
        let nodes = delta.storage_nodes.entry(account).or_default();
        nodes.wiped = true;
        nodes.nodes.clear();
    }
    // What stood before a wipe is gone already: only live slots are set again.
    let mut slots: Vec<(B256, U256)> = change
        .storage
        .iter()
        .filter(|(_, slot)| !change.wiped || !slot.after.is_zero())
        .map(|(key, slot)| (keccak256(key.to_be_bytes::<32>()), slot.after))
        .collect();
    if slots.is_empty() {
        return Ok(if change.wiped { EMPTY_ROOT_HASH } else { old_root });
    }
    slots.sort_unstable_by_key(|(key, _)| *key);
    let leaves: Vec<_> =
        slots.iter().map(|(key, value)| (*key, (!value.is_zero()).then(|| rlp::encode(value)))).collect();
    let mut trie = StorageTrie { view: below.with_top(delta), account };
    let update = autochain_trie::update(&mut trie, &leaves)?;
    delta.hashed_storage.entry(account).or_default().slots.extend(slots);
    if !update.nodes.is_empty() {
        delta.storage_nodes.entry(account).or_default().nodes.extend(update.nodes);
    }
    Ok(update.root)
}

/// Puts the newer delta on top of the older one.
pub fn merge(older: &mut StateDelta, newer: StateDelta) {
    older.accounts.extend(newer.accounts);
    for (address, storage) in newer.storage {
        let entry = older.storage.entry(address).or_default();
        if storage.wiped {
            *entry = storage;
        } else {
            entry.slots.extend(storage.slots);
        }
    }
    older.code.extend(newer.code);
    older.hashed_accounts.extend(newer.hashed_accounts);
    for (account, storage) in newer.hashed_storage {
        let entry = older.hashed_storage.entry(account).or_default();
        if storage.wiped {
            *entry = storage;
        } else {
            entry.slots.extend(storage.slots);
        }
    }
    older.account_nodes.extend(newer.account_nodes);
    for (account, nodes) in newer.storage_nodes {
        let entry = older.storage_nodes.entry(account).or_default();
        if nodes.wiped {
            *entry = nodes;
        } else {
            entry.nodes.extend(nodes.nodes);
        }
    }
}

/// The delta and the root of a genesis state. `alloc` holds each account with its code and its non-zero slots.
///
/// # Errors
/// None but what the trie reports of itself.
pub fn genesis_delta(
    alloc: impl IntoIterator<Item = (autochain_primitives::Address, GenesisEntry)>,
) -> Result<(B256, StateDelta), StateError> {
    let mut delta = StateDelta::default();
    let mut leaves = BTreeMap::new();
    for (address, entry) in alloc {
        let key = keccak256(address);
        let storage: BTreeMap<B256, U256> =
            entry.storage.iter().map(|(slot, value)| (keccak256(slot.to_be_bytes::<32>()), *value)).collect();
        let mut storage_root = EMPTY_ROOT_HASH;
        if !storage.is_empty() {
            let slots: Vec<_> = storage.iter().map(|(key, value)| (*key, Some(rlp::encode(value)))).collect();
            let update = fresh_trie(&slots)?;
            storage_root = update.root;
            delta.storage_nodes.entry(key).or_default().nodes = update.nodes;
            delta.hashed_storage.entry(key).or_default().slots = storage;
            delta.storage.entry(address).or_default().slots.extend(entry.storage);
        }
        if let Some(code) = entry.code {
            delta.code.insert(entry.account.code_hash, code);
        }
        let hashed = HashedAccount {
            nonce: entry.account.nonce,
            balance: entry.account.balance,
            storage_root,
            code_hash: entry.account.code_hash,
        };
        leaves.insert(key, Some(account_leaf(&hashed)));
        delta.accounts.insert(address, Some(entry.account));
        delta.hashed_accounts.insert(key, Some(hashed));
    }
    let leaves: Vec<_> = leaves.into_iter().collect();
    let update = fresh_trie(&leaves)?;
    delta.account_nodes = update.nodes;
    Ok((update.root, delta))
}

/// One account of a genesis state.
#[derive(Clone, Debug)]
pub struct GenesisEntry {
    /// Nonce, balance in wei, code hash.
    pub account: Account,
    /// The code, where the account has any.
    pub code: Option<autochain_primitives::Bytes>,
    /// Slots that are not zero.
    pub storage: Vec<(U256, U256)>,
}

fn fresh_trie(leaves: &[(B256, Option<Vec<u8>>)]) -> Result<autochain_trie::TrieUpdate, StateError> {
    autochain_trie::update(&mut autochain_trie::EmptySource, leaves)
        .map_err(|error| StateError::Trie(error.to_string()))
}
