//! Executes blocks and calls on a state: receipts, gas, and the complete and reversible change of the state.
//!
//! The machine is revm's. What stands here is what proof of work adds to it: the rules of each fork with EIP-1283
//! and the DAO's move, a modern machine under which 0x44 is still the difficulty, receipts with state roots before
//! Byzantium, rewards, and a record of every destroyed wei.
//!
//! ```text
//! ChainSpec ─Rules::at─► Rules ┐
//! Header ──► BlockContext ─────┼─► BlockExecutor ─execute_transaction*─► finish ─► ExecutedBlock
//! StateReader ─► CachedState ──┘        │ inspect_transaction (tracers)            { receipts, gas, changes }
//!                                       └─ call, estimate_gas, create_access_list (RPC)
//! ```

// An error is rare, and 8 bytes over the lint's limit of 128.
#![allow(clippy::result_large_err)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod access_list;
mod block;
mod cache;
mod call;
mod changes;
mod code_cache;
mod collision;
mod context;
mod dao;
mod estimate;
mod executor;
mod halt;
mod instructions;
mod machine;
mod memory;
mod rules;
mod state;
#[cfg(test)]
mod tests;
mod transaction;

pub use access_list::{AccessListResult, create_access_list};
pub use block::execute_block;
pub use cache::CachedState;
pub use call::{
    AccountOverride, BlockOverrides, CallOptions, CallOutcome, CallRequest, CallResult, Simulator, call,
};
pub use changes::{AccountChange, SlotChange, StateChanges};
pub use context::BlockContext;
pub use estimate::{EstimateError, estimate_gas};
pub use executor::{
    BlockExecutor, BoxError, ExecutedBlock, ExecutionError, HISTORY_SERVE_WINDOW, HISTORY_STORAGE_ADDRESS,
    Inspected, RootHook, TxOutcome,
};
pub use halt::Halt;
pub use machine::{BurnTally, EvmContext};
pub use memory::{InMemoryError, InMemoryState};
pub use revm;
pub use revm::context_interface::transaction::{AccessList, AccessListItem, SignedAuthorization};
pub use revm::primitives::hardfork::SpecId;
pub use revm_inspectors;
pub use rules::Rules;
pub use state::{ReadError, StateReader};
pub use transaction::TransactionError;
