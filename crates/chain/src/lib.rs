//! The import pipeline: from decoded blocks to a durable head, with fork choice by total difficulty.
//!
//! ```text
//!  Block ──► verify: header · seals (batched) · body · senders (all cores) · ommers ──► VerifiedBlock
//!                                                                                          │
//!   parent is the tip ──► Work::extend: execute · outcome · state root ──► records ──┐     │
//!   parent is elsewhere ► Work on a rewound state: the same ──► heavier? ────────────┤◄────┘
//!                                                            │ no: kept as side block│
//!                                                            ▼                       ▼
//!                                             ONE durable Store::commit ──► ChainEvent
//! ```
//!
//! A block is *acknowledged* when its [`ChainEvent`] is sent, which is never before it is durable. An invalid block
//! is refused with a typed error, remembered, and nothing of it is written; a block from the future is refused for
//! now only.

mod ancestry;
mod bad;
mod chain;
mod error;
mod event;
mod genesis;
mod import;
mod stats;
mod verify;
mod work;

pub use chain::{Chain, Head, OpenError};
pub use error::{ImportError, InvalidBlock};
pub use event::{ChainBlock, ChainEvent};
pub use genesis::genesis_input;
pub use import::{BATCH_BLOCKS, ImportSummary, Origin};
pub use stats::ImportStats;
