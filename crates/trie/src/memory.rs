//! A trie in memory.

use crate::path::first_key;
use crate::{BranchNode, Change, Leaf, Nibbles, TrieError, TrieSource, TrieUpdate, prove, root, update};
use autochain_primitives::{B256, Bytes};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Both tables of a trie as sorted maps. For genesis, tests and vectors; the node's tries live in its database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryTrie {
    /// Branch nodes by path.
    pub nodes: BTreeMap<Nibbles, BranchNode>,
    /// RLP values by key.
    pub leaves: BTreeMap<B256, Vec<u8>>,
}

impl MemoryTrie {
    /// Applies an update that was computed on this trie from these changes.
    pub fn apply(&mut self, update: &TrieUpdate, changes: &[Change]) {
        set(&mut self.nodes, update.nodes.iter().map(|(path, node)| (*path, node.clone())));
        set(&mut self.leaves, changes.iter().cloned());
    }

    /// Computes and applies: the update, whose root is the new one.
    pub fn update(&mut self, changes: &[Change]) -> Result<TrieUpdate, TrieError<Infallible>> {
        let update = update(self, changes)?;
        self.apply(&update, changes);
        Ok(update)
    }

    /// The root hash, from the stored nodes.
    pub fn root(&mut self) -> Result<B256, TrieError<Infallible>> {
        root(self)
    }

    /// A proof of the key's value or absence; see [`prove`].
    pub fn prove(&mut self, key: B256) -> Result<Vec<Bytes>, TrieError<Infallible>> {
        prove(self, key)
    }
}

impl TrieSource for MemoryTrie {
    type Error = Infallible;

    fn branch(&mut self, prefix: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, Infallible> {
        let first = self.nodes.range(*prefix..).next().filter(|(path, _)| path.starts_with(prefix));
        Ok(first.map(|(path, node)| (*path, node.clone())))
    }

    fn leaf(&mut self, prefix: &Nibbles) -> Result<Option<Leaf>, Infallible> {
        let first = self.leaves.range(first_key(prefix)..).next();
        let first = first.filter(|(key, _)| Nibbles::unpack_array(&key.0).starts_with(prefix));
        Ok(first.map(|(key, value)| (*key, value.clone())))
    }
}

/// Inserts and removes; into an empty map a whole sorted set is moved at once.
fn set<K: Ord, V>(map: &mut BTreeMap<K, V>, entries: impl Iterator<Item = (K, Option<V>)>) {
    if map.is_empty() {
        *map = entries.filter_map(|(key, value)| Some((key, value?))).collect();
        return;
    }
    for (key, value) in entries {
        match value {
            Some(value) => map.insert(key, value),
            None => map.remove(&key),
        };
    }
}
