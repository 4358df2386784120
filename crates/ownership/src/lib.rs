//! Shows that someone owns a car from block headers and one Merkle proof, without a node and without trust in one.
//!
//! ```text
//! checkpoint (a header that the verifier knows, block 0 if no other)
//!   │ parent hash, difficulty, base fee, time, ethash seal: autochain-consensus
//!   ▼
//! header ─► header ─► … ─► header P ─► … ─► tip          work from the checkpoint ≥ Policy::least_work
//!                            │ state root                 work on top of P       ≥ Policy::least_on_top
//!                            ▼
//!          account of the registry ─► storage root ─► slot of the car's owner = X
//! ```
//!
//! What it does not show: that no heavier chain exists. A verifier sets `least_work` to what a forger cannot afford,
//! and takes a recent checkpoint to keep the chain of headers short. Block headers are proof-of-work headers in
//! London's shape; the proof is `eth_getProof`'s (EIP-1186).

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod error;
mod proof;
mod verifier;

#[cfg(test)]
mod tests;

pub use error::{OwnershipError, ProofPart};
pub use proof::{AccountFields, OWNERS_SLOT, OwnershipProof, owner_slot};
pub use verifier::{Ownership, Policy, Verifier};
