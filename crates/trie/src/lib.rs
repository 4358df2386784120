//! One Merkle Patricia trie with 32-byte keys: its root after a set of changes, its stored nodes, its proofs.
//!
//! The crate knows nothing of accounts or storage. A trie is two sorted tables: the *leaves* (key and RLP value)
//! and the *branch nodes* (path and [`BranchNode`]). Every branch node is stored; extension and leaf nodes never
//! are, because they follow from the branch below them and from the leaf record.
//!
//! ```text
//!               sorted changes                 path ─► BranchNode (16 references + which children are subtrees)
//!                     │                         ▲
//!                     ▼                         │ branch(prefix): first stored path under the prefix
//!  update ── descends only into changed ──► TrieSource
//!    │       children, one seek a level         │ leaf(prefix): first leaf under the prefix
//!    ▼                                          ▼
//!  TrieUpdate { root, nodes changed }      key ─► value
//! ```
//!
//! [`update`] serves an incremental change and a build from nothing ([`EmptySource`]) alike. Two other ways to
//! the same root stand beside it as checks: [`rebuild_root`] streams all leaves through another implementation,
//! and [`reference::naive_root`] is the Yellow Paper's definition, word for word, for keys of any length.
//!
//! Specification: Yellow Paper, appendix C (hex-prefix encoding) and D (modified Merkle Patricia tree).

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod encoder;
mod memory;
mod node;
mod path;
mod proof;
mod rebuild;
pub mod reference;
mod source;
mod subtree;
mod update;

#[cfg(test)]
mod tests;

pub use alloy_trie::proof::ProofVerificationError;
pub use autochain_primitives::EMPTY_ROOT_HASH;
pub use memory::MemoryTrie;
pub use node::{BranchNode, Child, NodeDecodeError, NodeRef};
pub use nybbles::Nibbles;
pub use proof::{prove, root, verify};
pub use rebuild::rebuild_root;
pub use source::{EmptySource, Leaf, TrieError, TrieSource};
pub use update::{Change, TrieUpdate, update};
