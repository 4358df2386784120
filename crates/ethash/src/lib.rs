//! Ethash, the proof of work of Ethereum's first seven years: from an epoch to its tables, and from a seal
//! hash and a nonce to the mix hash and the result that is compared with the boundary.
//!
//! ```text
//!  block number ──Params──▶ seed, sizes
//!                             │
//!                             ▼  serial, 0.3 s and 16 MiB at epoch 0
//!                           Light ─────────hash, hash_many──────────▶ Output { mix_hash, result }
//!                             │  (LightCaches keeps three of them)               │
//!                             ▼  parallel, 1 GiB at epoch 0                      ▼
//!                          Dataset ──hash──▶ Output                    meets(result, boundary)
//!                             │                                                  ▲
//!                             └──────────Hasher::search, Search──────────────────┘
//! ```
//!
//! It knows no block type: bytes are plain arrays, in the order in which Ethereum prints them. Implements the
//! Yellow Paper's appendix J, the ethash specification of ethereum.org (revision 23), and epochs of another
//! length as in ECIP-1099.
//!
//! Hashing is bound by the latency of random reads, so everything that can be is done for many independent
//! items at once: seals in [`Light::hash_many`], nonces in [`Hasher::search`], items in [`Dataset::generate`].
//! The instructions are chosen at run time; see [`Backend`].

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![deny(unsafe_op_in_unsafe_fn)]

mod backend;
mod buffer;
mod cache;
mod caches;
mod dataset;
mod fastmod;
mod file;
mod hashimoto;
mod keccak;
mod kernel;
mod light;
mod search;
mod sizes;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use backend::Backend;
pub use caches::LightCaches;
pub use dataset::Dataset;
pub use file::DatasetError;
pub use hashimoto::Output;
pub use light::Light;
pub use search::{Hasher, Search, meets};
pub use sizes::{EPOCH_LENGTH, MAX_EPOCH, Params, Sizes, cache_size, dataset_size, epoch, seed_hash};
