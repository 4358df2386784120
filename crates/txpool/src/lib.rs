//! The transaction pool: admits, orders, replaces, evicts and journals transactions that wait for a block, by
//! geth's rules and with geth's error strings.
//!
//! ```text
//!  RPC (local) ──┐                       ┌── pending: nonces without a gap ──► best() ──► builder
//!                ├─► checks ─► account ──┤                                └──► subscribe() ──► RPC, network
//!  network ──────┘   (typed    (one      └── queued: behind a nonce gap
//!                     errors)   BTreeMap)
//!                                  ▲
//!  chain ── on_new_head ───────────┘  drops the included, takes back the removed, re-reads nonces and balances
//! ```
//!
//! Memory is bounded: every transaction is at most [`MAX_TX_SIZE`] bytes and counts in slots of [`SLOT_SIZE`]
//! bytes. Remote transactions share `global_slots + global_queue` slots and the cheapest leave first; local ones
//! are exempt from that until the pool holds [`HARD_LIMIT_FACTOR`] times as much.

mod account;
mod best;
mod config;
mod error;
mod inner;
mod journal;
mod pool;
#[cfg(test)]
mod tests;
mod transaction;
mod validate;

pub use best::BestTransactions;
pub use config::PoolConfig;
pub use error::{JournalError, PoolError, StateUnavailable};
pub use inner::HARD_LIMIT_FACTOR;
pub use pool::{AccountState, ByAccount, Content, Head, Pool, Status};
pub use transaction::{Origin, PooledTransaction};
pub use validate::{
    MAX_INIT_CODE_SIZE, MAX_TX_GAS, MAX_TX_SIZE, SLOT_SIZE, TxRules, floor_data_gas, intrinsic_gas,
};
