use crate::{StateError, StateView};
use autochain_primitives::{B256, U256, rlp};
use autochain_store::HashedAccount;
use autochain_trie::{BranchNode, Nibbles, TrieSource};
use std::{collections::BTreeMap, ops::Bound};

/// The account trie of a view.
pub(crate) struct AccountTrie<'a>(pub(crate) StateView<'a>);

/// The storage trie of one account of a view.
pub(crate) struct StorageTrie<'a> {
    pub(crate) view: StateView<'a>,
    pub(crate) account: B256,
}

impl TrieSource for AccountTrie<'_> {
    type Error = StateError;

    fn branch(&mut self, prefix: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, StateError> {
        let reader = self.0.reader;
        let layers = self.0.newest_first().map(|delta| Layer { entries: &delta.account_nodes, wiped: false });
        first(prefix, *prefix, layers.collect(), path_starts_with, |from| Ok(reader.account_node_from(from)?))
    }

    fn leaf(&mut self, prefix: &Nibbles) -> Result<Option<(B256, Vec<u8>)>, StateError> {
        let reader = self.0.reader;
        let layers =
            self.0.newest_first().map(|delta| Layer { entries: &delta.hashed_accounts, wiped: false });
        let found = first(prefix, first_key(prefix), layers.collect(), key_starts_with, |from| {
            Ok(reader.hashed_account_from(from)?)
        })?;
        Ok(found.map(|(key, account)| (key, account_leaf(&account))))
    }
}

impl TrieSource for StorageTrie<'_> {
    type Error = StateError;

    fn branch(&mut self, prefix: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, StateError> {
        let (reader, account) = (self.view.reader, self.account);
        let layers = self.view.newest_first().filter_map(|delta| delta.storage_nodes.get(&account));
        let layers = layers.map(|storage| Layer { entries: &storage.nodes, wiped: storage.wiped });
        first(prefix, *prefix, layers.collect(), path_starts_with, |from| {
            Ok(reader.storage_node_from(&account, from)?)
        })
    }

    fn leaf(&mut self, prefix: &Nibbles) -> Result<Option<(B256, Vec<u8>)>, StateError> {
        let (reader, account) = (self.view.reader, self.account);
        let layers = self.view.newest_first().filter_map(|delta| delta.hashed_storage.get(&account));
        let layers = layers.map(|storage| Layer { entries: &storage.slots, wiped: storage.wiped });
        let found = first(prefix, first_key(prefix), layers.collect(), key_starts_with, |from| {
            Ok(reader.hashed_storage_from(&account, from)?)
        })?;
        Ok(found.map(|(key, value)| (key, rlp::encode(value))))
    }
}

/// The hashed account of a view, with its storage root.
pub(crate) fn hashed_account(view: &StateView<'_>, key: &B256) -> Result<Option<HashedAccount>, StateError> {
    for layer in view.newest_first() {
        if let Some(account) = layer.hashed_accounts.get(key) {
            return Ok(*account);
        }
    }
    Ok(view.reader.hashed_account(key)?)
}

/// The account's leaf in the account trie (Yellow Paper §4.1): `rlp([nonce, balance, storage root, code hash])`.
pub(crate) fn account_leaf(account: &HashedAccount) -> Vec<u8> {
    use rlp::Encodable;
    let payload_length = account.nonce.length() + account.balance.length() + 33 + 33;
    let mut out = Vec::with_capacity(payload_length + 3);
    rlp::Header { list: true, payload_length }.encode(&mut out);
    account.nonce.encode(&mut out);
    account.balance.encode(&mut out);
    account.storage_root.encode(&mut out);
    account.code_hash.encode(&mut out);
    out
}

/// What an overlay layer knows of one sorted table.
struct Layer<'a, K, V> {
    entries: &'a BTreeMap<K, V>,
    /// Nothing below this layer counts.
    wiped: bool,
}

/// Overlay values: `Some` is present, `None` removed.
trait Present<T> {
    fn present(&self) -> Option<T>;
}

impl Present<BranchNode> for Option<BranchNode> {
    fn present(&self) -> Option<BranchNode> {
        self.clone()
    }
}

impl Present<HashedAccount> for Option<HashedAccount> {
    fn present(&self) -> Option<HashedAccount> {
        *self
    }
}

/// Storage values: zero is removed.
impl Present<U256> for U256 {
    fn present(&self) -> Option<Self> {
        (!self.is_zero()).then_some(*self)
    }
}

/// A key with a next one in the order of its table.
trait Successor: Sized {
    /// The smallest key above this one, if any.
    fn successor(&self) -> Option<Self>;
}

impl Successor for Nibbles {
    fn successor(&self) -> Option<Self> {
        let mut next = *self;
        next.push(0);
        Some(next)
    }
}

impl Successor for B256 {
    fn successor(&self) -> Option<Self> {
        let (next, overflow) = U256::from_be_bytes(self.0).overflowing_add(U256::from(1));
        (!overflow).then(|| B256::from(next.to_be_bytes()))
    }
}

/// The first present entry at or after `start` that has `prefix`, over layers (newest first) and the database.
/// `below` gives the database's first entry at or after a key.
fn first<K: Ord + Copy + Successor, V: Present<T>, T>(
    prefix: &Nibbles,
    start: K,
    layers: Vec<Layer<'_, K, V>>,
    has_prefix: impl Fn(&K, &Nibbles) -> bool,
    below: impl Fn(&K) -> Result<Option<(K, T)>, StateError>,
) -> Result<Option<(K, T)>, StateError> {
    let wiped = layers.iter().position(|layer| layer.wiped);
    let layers = layers.get(..wiped.map_or(layers.len(), |index| index + 1)).unwrap_or_default();
    let mut from = Bound::Included(start);
    let mut stored = if wiped.is_none() { below(&start)? } else { None };
    loop {
        stored = stored.filter(|(key, _)| has_prefix(key, prefix));
        // The smallest key that any layer knows; among equal keys the newest layer speaks.
        let mut best: Option<(K, &V)> = None;
        for layer in layers {
            if let Some((key, value)) = layer.entries.range((from, Bound::Unbounded)).next()
                && best.is_none_or(|(smallest, _)| *key < smallest)
            {
                best = Some((*key, value));
            }
        }
        let Some((key, value)) = best.filter(|(key, _)| has_prefix(key, prefix)) else {
            return Ok(stored);
        };
        if stored.as_ref().is_some_and(|(stored_key, _)| *stored_key < key) {
            return Ok(stored);
        }
        if let Some(value) = value.present() {
            return Ok(Some((key, value)));
        }
        // Removed by a layer: go on behind it, in the database too where it stands at the same key.
        if stored.as_ref().is_some_and(|(stored_key, _)| *stored_key == key) {
            stored = match key.successor() {
                Some(next) => below(&next)?,
                None => None,
            };
        }
        from = Bound::Excluded(key);
    }
}

fn path_starts_with(path: &Nibbles, prefix: &Nibbles) -> bool {
    path.starts_with(prefix)
}

fn key_starts_with(key: &B256, prefix: &Nibbles) -> bool {
    Nibbles::unpack(key).starts_with(prefix)
}

/// The smallest key with a prefix of at most 64 nibbles.
fn first_key(prefix: &Nibbles) -> B256 {
    let mut key = B256::ZERO;
    for (index, nibble) in prefix.iter().enumerate().take(64) {
        if let Some(byte) = key.0.get_mut(index / 2) {
            *byte |= if index % 2 == 0 { nibble << 4 } else { nibble };
        }
    }
    key
}
