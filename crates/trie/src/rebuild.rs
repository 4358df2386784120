//! The root from all leaves, by an implementation that shares no code with [`update`](crate::update).

use crate::{Leaf, Nibbles, TrieError};
use alloy_trie::HashBuilder;
use autochain_primitives::B256;

/// The root of the trie with these leaves: RLP values by strictly rising key, as a walk over a table gives them.
/// Holds one path in memory, however many leaves there are.
///
/// A check of stored tries against their leaves. Ends at the first error of the walk.
pub fn rebuild_root<E>(leaves: impl IntoIterator<Item = Result<Leaf, E>>) -> Result<B256, TrieError<E>> {
    let mut builder = HashBuilder::default();
    let mut last = None;
    for (index, leaf) in leaves.into_iter().enumerate() {
        let (key, value) = leaf.map_err(TrieError::Source)?;
        if last.replace(key).is_some_and(|last| last >= key) {
            return Err(TrieError::Unsorted { index });
        }
        builder.add_leaf(Nibbles::unpack_array(&key.0), &value);
    }
    Ok(builder.root())
}
