//! Where a trie's records come from.

use crate::path::KEY_NIBBLES;
use crate::{BranchNode, Nibbles};
use autochain_primitives::B256;
use std::convert::Infallible;

/// A leaf record: its key and its RLP value.
pub type Leaf = (B256, Vec<u8>);

/// The records of one trie as they stood before the changes. Each call is one seek in a sorted table.
pub trait TrieSource {
    /// Why a record could not be read.
    type Error;

    /// The branch node with the smallest path that starts with `prefix`, if any. A shorter path sorts before
    /// those it is a prefix of, so this is the topmost branch of the subtree.
    fn branch(&mut self, prefix: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, Self::Error>;

    /// The leaf with the smallest key that starts with `prefix`, if any.
    fn leaf(&mut self, prefix: &Nibbles) -> Result<Option<Leaf>, Self::Error>;
}

/// The trie without records: [`update`](crate::update) on it builds a trie from all its leaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptySource;

impl TrieSource for EmptySource {
    type Error = Infallible;

    fn branch(&mut self, _: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, Infallible> {
        Ok(None)
    }

    fn leaf(&mut self, _: &Nibbles) -> Result<Option<Leaf>, Infallible> {
        Ok(None)
    }
}

/// Why a root, an update or a proof could not be computed. `E` is the source's own error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrieError<E> {
    /// The source could not be read.
    #[error(transparent)]
    Source(E),
    /// A branch node says that a branch stands below `prefix`, and the source has none.
    #[error("trie is damaged: no branch node below {prefix:?}; rebuild the trie from its leaves")]
    MissingBranch {
        /// Path that the branch's path must start with.
        prefix: Nibbles,
    },
    /// A branch node says that one leaf stands below `prefix`, and the source has none.
    #[error("trie is damaged: no leaf below {prefix:?}; rebuild the trie from its leaves")]
    MissingLeaf {
        /// Path that the leaf's key must start with.
        prefix: Nibbles,
    },
    /// The source answered with a record that is not below the prefix asked for, or with an impossible path.
    #[error("trie source answered with {got:?} when asked for {prefix:?}")]
    ForeignRecord {
        /// Path that the record's path or key must start with.
        prefix: Nibbles,
        /// Path or key given.
        got: Nibbles,
    },
    /// The changes, or the leaves of a rebuild, are not in rising order of unique keys.
    #[error("entry {index} does not have a greater key than the one before it")]
    Unsorted {
        /// Position of the first one out of order.
        index: usize,
    },
}

/// [`TrieSource::branch`], checked.
pub(crate) fn find_branch<S: TrieSource + ?Sized>(
    source: &mut S,
    prefix: &Nibbles,
) -> Result<Option<(Nibbles, BranchNode)>, TrieError<S::Error>> {
    let found = source.branch(prefix).map_err(TrieError::Source)?;
    if let Some((path, _)) = &found
        && !(path.starts_with(prefix) && path.len() < KEY_NIBBLES)
    {
        return Err(TrieError::ForeignRecord { prefix: *prefix, got: *path });
    }
    Ok(found)
}

/// [`TrieSource::leaf`], checked.
pub(crate) fn find_leaf<S: TrieSource + ?Sized>(
    source: &mut S,
    prefix: &Nibbles,
) -> Result<Option<Leaf>, TrieError<S::Error>> {
    let found = source.leaf(prefix).map_err(TrieError::Source)?;
    if let Some((key, _)) = &found {
        let got = Nibbles::unpack_array(&key.0);
        if !got.starts_with(prefix) {
            return Err(TrieError::ForeignRecord { prefix: *prefix, got });
        }
    }
    Ok(found)
}

/// The branch that a node names below `prefix`.
pub(crate) fn require_branch<S: TrieSource + ?Sized>(
    source: &mut S,
    prefix: &Nibbles,
) -> Result<(Nibbles, BranchNode), TrieError<S::Error>> {
    find_branch(source, prefix)?.ok_or(TrieError::MissingBranch { prefix: *prefix })
}

/// The leaf that a node names below `prefix`.
pub(crate) fn require_leaf<S: TrieSource + ?Sized>(
    source: &mut S,
    prefix: &Nibbles,
) -> Result<Leaf, TrieError<S::Error>> {
    find_leaf(source, prefix)?.ok_or(TrieError::MissingLeaf { prefix: *prefix })
}
