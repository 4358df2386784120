//! The stored branch node and the references it holds.

use crate::encoder::Encoder;
use autochain_primitives::{B256, hex, keccak256};
use std::fmt;

/// How a node is named inside its parent: by its Keccak-256 hash, or, when its RLP is shorter than 32 bytes, by
/// that RLP itself (Yellow Paper, appendix D, function *n*).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeRef {
    /// 32 for a hash, otherwise the length of the inline RLP; the bytes behind it are zero.
    len: u8,
    bytes: [u8; 32],
}

impl NodeRef {
    /// The reference to the node with this RLP.
    #[inline]
    pub fn of(rlp: &[u8]) -> Self {
        if rlp.len() < 32 { Self::inline_prefix(rlp) } else { Self::from_hash(keccak256(rlp)) }
    }

    /// The reference to a node by its hash.
    #[inline]
    pub const fn from_hash(hash: B256) -> Self {
        Self { len: 32, bytes: hash.0 }
    }

    /// The hash, unless the node is inline.
    #[inline]
    pub fn hash(&self) -> Option<B256> {
        (self.len == 32).then_some(B256::new(self.bytes))
    }

    /// Is the node held inline?
    #[inline]
    pub const fn is_inline(&self) -> bool {
        self.len < 32
    }

    /// The 32 bytes of the hash, or the inline RLP.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&self.bytes)
    }

    /// The root hash of a trie whose topmost node this is: a root is hashed however short it is.
    pub fn into_root(self) -> B256 {
        self.hash().unwrap_or_else(|| keccak256(self.as_bytes()))
    }

    /// Length of the reference within its parent's RLP, in bytes.
    #[inline]
    pub(crate) const fn rlp_len(&self) -> usize {
        if self.len == 32 { 33 } else { self.len as usize }
    }

    /// An inline reference of at most 31 bytes.
    fn inline_prefix(rlp: &[u8]) -> Self {
        let mut bytes = [0; 32];
        let mut len = 0;
        for (to, from) in bytes.iter_mut().zip(rlp).take(31) {
            *to = *from;
            len += 1;
        }
        Self { len, bytes }
    }
}

impl fmt::Debug for NodeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_inline() { "inline" } else { "hash" };
        write!(f, "{kind}:{}", hex::encode(self.as_bytes()))
    }
}

/// One child of a [`BranchNode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its position in the branch, 0 to 15.
    pub nibble: u8,
    /// The reference as the branch's RLP holds it: to a leaf, an extension or a branch.
    pub reference: NodeRef,
    /// A branch node stands somewhere below (directly or behind an extension); otherwise the child is one leaf.
    pub is_branch: bool,
}

/// A branch node with its two to sixteen children. A trie with keys of one length has no branch values.
///
/// Stored form, big-endian:
///
/// ```text
/// children u16 │ branches u16 │ inline u16 │ one reference per child, by nibble
///  bit n: child  bit n: child    bit n: its     hash: 32 bytes
///  n exists      n holds a       reference is   inline: length byte, RLP
///                branch          inline
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BranchNode {
    children: u16,
    branches: u16,
    references: Vec<NodeRef>,
}

impl BranchNode {
    /// The child at `nibble`, if there is one.
    #[inline]
    pub fn child(&self, nibble: u8) -> Option<Child> {
        let bit = 1u16.checked_shl(nibble.into())?;
        if self.children & bit == 0 {
            return None;
        }
        let before = self.children & bit.wrapping_sub(1);
        let reference = *self.references.get(before.count_ones() as usize)?;
        Some(Child { nibble, reference, is_branch: self.branches & bit != 0 })
    }

    /// The children by nibble.
    pub fn iter(&self) -> impl Iterator<Item = Child> + '_ {
        (0..16u8).filter(|nibble| self.children >> nibble & 1 == 1).zip(&self.references).map(
            |(nibble, &reference)| Child { nibble, reference, is_branch: self.branches >> nibble & 1 == 1 },
        )
    }

    /// Bit *n* is set when there is a child at nibble *n*.
    #[inline]
    pub const fn children(&self) -> u16 {
        self.children
    }

    /// Bit *n* is set when the child at nibble *n* holds a branch node.
    #[inline]
    pub const fn branches(&self) -> u16 {
        self.branches
    }

    /// The references of the children, by nibble.
    #[inline]
    pub(crate) fn references(&self) -> &[NodeRef] {
        &self.references
    }

    /// The node's RLP as the trie hashes it.
    pub fn rlp(&self) -> Vec<u8> {
        Encoder::default().branch(self.children, &self.references).to_vec()
    }

    /// The stored form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(6 + 32 * self.references.len());
        self.encode_to(&mut out);
        out
    }

    /// Appends the stored form to `out`.
    pub fn encode_to(&self, out: &mut Vec<u8>) {
        let inline = self.iter().filter(|child| child.reference.is_inline());
        let inline = inline.fold(0u16, |mask, child| mask | 1 << child.nibble);
        for mask in [self.children, self.branches, inline] {
            out.extend_from_slice(&mask.to_be_bytes());
        }
        for reference in &self.references {
            if reference.is_inline() {
                out.push(reference.len);
            }
            out.extend_from_slice(reference.as_bytes());
        }
    }

    /// Reads the stored form. Every byte must belong to the node.
    pub fn decode(bytes: &[u8]) -> Result<Self, NodeDecodeError> {
        let mut input = bytes;
        let children = take_mask(&mut input)?;
        let branches = take_mask(&mut input)?;
        let inline = take_mask(&mut input)?;
        if children.count_ones() < 2 {
            return Err(NodeDecodeError::TooFewChildren { got: children.count_ones() });
        }
        if (branches | inline) & !children != 0 {
            return Err(NodeDecodeError::StrayBits { children, branches, inline });
        }
        let mut references = Vec::with_capacity(children.count_ones() as usize);
        for nibble in (0..16u8).filter(|nibble| children >> nibble & 1 == 1) {
            references.push(if inline >> nibble & 1 == 1 {
                let &[len] = take::<1>(&mut input)?;
                if !(1..32).contains(&len) {
                    return Err(NodeDecodeError::InlineLength { got: len });
                }
                let (rlp, rest) =
                    input.split_at_checked(len.into()).ok_or(NodeDecodeError::Short { got: bytes.len() })?;
                input = rest;
                NodeRef::inline_prefix(rlp)
            } else {
                NodeRef { len: 32, bytes: *take::<32>(&mut input)? }
            });
        }
        if !input.is_empty() {
            return Err(NodeDecodeError::TrailingBytes { got: input.len() });
        }
        Ok(Self { children, branches, references })
    }
}

impl fmt::Debug for BranchNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|child| {
                let below = if child.is_branch { "branch" } else { "leaf" };
                (format!("{:x} {below}", child.nibble), child.reference)
            }))
            .finish()
    }
}

/// Why stored bytes are not a [`BranchNode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeDecodeError {
    /// The bytes end inside the node.
    #[error("branch node ends early after {got} bytes")]
    Short {
        /// Bytes given.
        got: usize,
    },
    /// Bytes follow the node.
    #[error("{got} bytes follow the branch node")]
    TrailingBytes {
        /// How many.
        got: usize,
    },
    /// A branch has at least two children.
    #[error("branch node has {got} children, expected at least 2")]
    TooFewChildren {
        /// Children named by the mask.
        got: u32,
    },
    /// A mask names a child that does not exist.
    #[error(
        "branch node masks disagree: children {children:#06x}, branches {branches:#06x}, inline {inline:#06x}"
    )]
    StrayBits {
        /// Children that exist.
        children: u16,
        /// Children that hold a branch.
        branches: u16,
        /// Children with an inline reference.
        inline: u16,
    },
    /// An inline reference is 1 to 31 bytes long.
    #[error("inline reference of {got} bytes, expected 1 to 31")]
    InlineLength {
        /// Length given.
        got: u8,
    },
}

/// The children of a branch while it is put together, by rising nibble.
pub(crate) struct Children {
    children: u16,
    branches: u16,
    len: usize,
    references: [NodeRef; 16],
}

impl Children {
    pub(crate) const fn new() -> Self {
        Self { children: 0, branches: 0, len: 0, references: [NodeRef { len: 0, bytes: [0; 32] }; 16] }
    }

    /// Adds a child behind those already there; a nibble is added once, and none is above 15.
    #[inline]
    pub(crate) fn push(&mut self, child: Child) {
        if let Some(slot) = self.references.get_mut(self.len) {
            *slot = child.reference;
            self.len += 1;
            self.children |= 1 << child.nibble;
            self.branches |= u16::from(child.is_branch) << child.nibble;
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn into_node(self) -> BranchNode {
        let references = self.references.get(..self.len).unwrap_or_default().to_vec();
        BranchNode { children: self.children, branches: self.branches, references }
    }
}

/// Takes `N` bytes off the front.
fn take<'a, const N: usize>(input: &mut &'a [u8]) -> Result<&'a [u8; N], NodeDecodeError> {
    let (head, rest) = input.split_first_chunk().ok_or(NodeDecodeError::Short { got: input.len() })?;
    *input = rest;
    Ok(head)
}

fn take_mask(input: &mut &[u8]) -> Result<u16, NodeDecodeError> {
    Ok(u16::from_be_bytes(*take(input)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> BranchNode {
        let mut children = Children::new();
        children.push(Child { nibble: 1, reference: NodeRef::of(&[0xc2, 0x20, 7]), is_branch: false });
        children.push(Child {
            nibble: 9,
            reference: NodeRef::from_hash(B256::repeat_byte(5)),
            is_branch: true,
        });
        children.push(Child { nibble: 15, reference: NodeRef::of(&[0xcc; 31]), is_branch: false });
        children.into_node()
    }

    #[test]
    fn children_by_nibble() {
        let node = node();
        assert_eq!((node.children(), node.branches()), (0x8202, 0x0200));
        assert_eq!(node.child(0), None);
        assert_eq!(node.child(16), None);
        assert_eq!(node.child(200), None);
        assert_eq!(node.child(9).unwrap().reference.hash(), Some(B256::repeat_byte(5)));
        assert_eq!(node.iter().collect::<Vec<_>>(), [1, 9, 15].map(|n| node.child(n).unwrap()));
    }

    #[test]
    fn stored_form() {
        let node = node();
        let bytes = node.encode();
        assert_eq!(bytes.len(), 6 + 4 + 32 + 32);
        assert_eq!(BranchNode::decode(&bytes), Ok(node));
    }

    #[test]
    fn damaged_forms_are_refused() {
        let bytes = node().encode();
        for len in 0..bytes.len() {
            assert!(matches!(BranchNode::decode(&bytes[..len]), Err(NodeDecodeError::Short { .. })), "{len}");
        }
        let with = |at: usize, byte: u8| {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            BranchNode::decode(&bytes)
        };
        assert!(matches!(with(3, 1), Err(NodeDecodeError::StrayBits { .. })));
        assert_eq!(with(6, 0), Err(NodeDecodeError::InlineLength { got: 0 }));
        assert_eq!(with(6, 32), Err(NodeDecodeError::InlineLength { got: 32 }));
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(BranchNode::decode(&longer), Err(NodeDecodeError::TrailingBytes { got: 1 }));
        assert_eq!(
            BranchNode::decode(&[0, 4, 0, 4, 0, 4, 1, 1]),
            Err(NodeDecodeError::TooFewChildren { got: 1 })
        );
    }

    #[test]
    fn a_reference_is_inline_below_32_bytes() {
        assert!(NodeRef::of(&[1; 31]).is_inline());
        assert_eq!(NodeRef::of(&[1; 32]).hash(), Some(keccak256([1; 32])));
        assert_eq!(NodeRef::of(&[1; 3]).into_root(), keccak256([1; 3]));
    }
}
