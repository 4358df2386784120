//! Blocks that are not sealed yet: the miner's template and the `pending` block of the RPC.
//!
//! ```text
//!  head ──► header (stamp, gas limit, base fee, difficulty) ──► BlockExecutor ◄── Pool::best (tip order)
//!                                            ommers ──► payouts ──►│
//!                                                                  ▼
//!                          state root, receipts root ──► Template { block without seal, receipts, changes }
//! ```

mod build;
mod ommers;
mod pending;

pub use build::{Attributes, BuildError, Template, build};
pub use pending::PendingBlock;
