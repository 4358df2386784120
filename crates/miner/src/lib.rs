//! Sealing: finds the nonce of the blocks that the builder makes, and imports what it found.
//!
//! ```text
//!  head or pool changes ──► builder::build ──► Template ──► Sealer (CPU: light cache, then dataset) ──► nonce, mix hash
//!                                                  │                                                        │
//!                                             getWork ──► remote miner ──► submitWork ─────────────────────►│
//!                                                                                                           ▼
//!                                                                       Chain::import (everything is checked again)
//! ```
//!
//! Three ways of working ([`Mode`]): without a pause, as a network's miner does; every so many seconds; and whenever
//! transactions wait, as a development chain does.

mod config;
mod datasets;
mod hashrate;
mod miner;
mod sealer;
mod work;

pub use config::{MinerConfig, Mode};
pub use miner::{MineError, Miner};
pub use sealer::{CpuSealer, Seal, Sealer};
pub use work::{RemoteWork, SubmitError};
