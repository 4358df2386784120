//! What stands below a path.

use crate::encoder::Encoder;
use crate::{EMPTY_ROOT_HASH, Nibbles, NodeRef};
use autochain_primitives::B256;
use std::borrow::Cow;

/// A subtree, described without regard to where its parent stands: the parent makes of it a leaf node, an
/// extension or a plain reference.
#[derive(Clone, Debug)]
pub(crate) enum Subtree<'a> {
    /// Nothing.
    Empty,
    /// One leaf.
    Leaf { key: B256, value: Cow<'a, [u8]> },
    /// The topmost branch and the reference to it, without any extension before it.
    Branch { path: Nibbles, reference: NodeRef },
}

impl Subtree<'_> {
    /// The reference that a parent holds which has used `depth` nibbles; none when empty.
    #[inline]
    pub(crate) fn reference(&self, encoder: &mut Encoder, depth: usize) -> Option<NodeRef> {
        match self {
            Self::Empty => None,
            Self::Leaf { key, value } => Some(NodeRef::of(encoder.leaf(key, depth, value))),
            Self::Branch { path, reference } if path.len() == depth => Some(*reference),
            Self::Branch { path, reference } => Some(NodeRef::of(encoder.extension(path, depth, reference))),
        }
    }

    /// The root hash, where this is the whole trie.
    pub(crate) fn root(&self, encoder: &mut Encoder) -> B256 {
        self.reference(encoder, 0).map_or(EMPTY_ROOT_HASH, NodeRef::into_root)
    }

    pub(crate) const fn is_branch(&self) -> bool {
        matches!(self, Self::Branch { .. })
    }

    /// The same, holding its own value.
    pub(crate) fn into_owned(self) -> Subtree<'static> {
        match self {
            Self::Empty => Subtree::Empty,
            Self::Leaf { key, value } => Subtree::Leaf { key, value: Cow::Owned(value.into_owned()) },
            Self::Branch { path, reference } => Subtree::Branch { path, reference },
        }
    }
}
