//! Is this header, seal, body, uncle set or transaction legal, and who is paid for the block? Pure functions of a
//! chain's rules and of headers; nothing here reads a database.
//!
//! ```text
//! header + parent ── check_terminal, check_header ──► number, gas limit, difficulty, base fee, extra data, time
//! headers, ommers ── Seals::check ─────────────────► ethash, in batches by epoch
//! block ──────────── check_body ───────────────────► roots, transaction rules, size
//! block + ancestors ─ check_ommers ────────────────► uncles
//!        (execution)
//! block ──────────── payouts ──────────────────────► rewards
//! outcome ────────── check_outcome, check_state_root ► gas, receipts root, bloom, state root
//! ```
//!
//! The rules are Ethereum's from Frontier to Gray Glacier with every delay of the difficulty bomb, the execution
//! half of Shanghai to Osaka, and Autochain's own: fixed difficulty, no bomb, rewards out of a reserve.
//! Every refusal is an error with what was found and what was expected; [`ConsensusError::is_transient`] tells
//! "later" from "never".

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod base_fee;
mod body;
mod difficulty;
mod error;
mod gas;
mod gas_limit;
mod header;
mod ommers;
mod outcome;
mod payouts;
mod seal;
mod transaction;

#[cfg(test)]
mod tests;

pub use base_fee::next_base_fee;
pub use body::{MAX_BLOCK_BYTES, check_body, check_commitments};
pub use difficulty::next_difficulty;
pub use error::{
    BodyError, ConsensusError, HeaderError, OmmerError, OutcomeError, SealError, SealFault, TransactionError,
};
pub use gas::{floor_gas, intrinsic_gas};
pub use gas_limit::{MAX_GAS_LIMIT, MIN_GAS_LIMIT, calc_gas_limit, check_gas_limit, next_gas_limit};
pub use header::{
    DAO_EXTRA_DATA, MAX_CLOCK_DRIFT, MAX_EXTRA_DATA, check_header, check_terminal, required_extra_data,
};
pub use ommers::{AncestorInfo, MAX_OMMER_DEPTH, MAX_OMMERS, check_ommers};
pub use outcome::{check_outcome, check_state_root};
pub use payouts::{Payout, Payouts, payouts};
pub use seal::Seals;
pub use transaction::{
    MAX_INIT_CODE_BYTES, MAX_TRANSACTION_GAS, TransactionRules, validate_transaction_static,
};
