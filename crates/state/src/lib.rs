//! The state of the chain as the rest of the node sees it: an MDBX snapshot under ordered in-memory diffs.
//!
//! ```text
//!            StateView (evm::StateReader)
//!   newest ┌──────────────────────────────┐
//!          │ StateDelta: this block       │◄── apply(changes) ──► state root
//!          │ StateDelta: blocks before it │
//!          ├──────────────────────────────┤
//!          │ store::Reader: the head      │    or the state after an older block, from change sets
//!   oldest └──────────────────────────────┘
//! ```
//!
//! One mechanism serves import, building, side blocks and reorganisations. [`apply`] adds a block's changes to a
//! delta: plain, hashed and trie nodes, and returns the state root. [`rewind`] makes the delta that leads from the
//! head back to an older block, from the change sets; a branch is executed on top of it, and the very same delta
//! is what the store then writes. Nothing touches the database before that one commit.

mod apply;
mod error;
mod proof;
mod rewind;
mod source;
#[cfg(test)]
mod tests;
mod verify;
mod view;

pub use apply::{GenesisEntry, apply, genesis_delta, merge};
pub use error::StateError;
pub use proof::{AccountProof, StorageProof, prove_account};
pub use rewind::rewind;
pub use verify::recompute_state_root;
pub use view::{BlockHashes, StateView};
