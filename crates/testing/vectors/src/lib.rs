//! The runner of Ethereum's public test vectors: every applicable file of the pack is opened, every case counted,
//! and the run fails when a case fails, when a file is not claimed, or when a known failure passes.
//!
//! ```text
//! pack (tar.zst per group) ──stream──► files ──rayon──► group: file → cases ──► tally ──► "group: N of M"
//!                                                         │
//!                              rooms under test: ethash, consensus, evm, trie, keystore, chain
//! ```
//!
//! The pack is found at `AUTOCHAIN_VECTORS`, else beside the repository at `../shared/vectors`. It is not part
//! of the repository; the public suites that it is drawn from are named when it is missing.

mod case;
mod cli;
mod database_chain;
mod expect;
mod groups;
mod importer;
mod json;
mod known;
mod memory_chain;
mod network;
mod pack;
mod run;
mod ssz;
mod world;

pub use case::{Case, Outcome, Skip};
pub use cli::main;
