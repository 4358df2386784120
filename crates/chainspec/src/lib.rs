//! What tells one proof-of-work chain from another: a geth `genesis.json` becomes a [`ChainSpec`] with its
//! genesis block, fork schedule, fork id and the rules of seal, difficulty and reward.
//!
//! ```text
//!                    ┌ geth ──────┐
//! genesis.json ─parse┤ Besu       ├─► ForkSchedule ─check_order─► ChainSpec ─┬─► genesis header, hash, state root
//!                    │ core-geth  │                                          ├─► is_active, fork_at
//!                    └ autochain ─┘ seal, reward, bomb, depths               └─► fork id (EIP-2124, EIP-6122)
//! ```
//!
//! Numbers may be hexadecimal strings, decimal strings or JSON numbers of any size, and keys are read without
//! regard to case, as Go's decoder does. Proof-of-authority and proof-of-stake genesis files are refused with the
//! reason; unknown keys are named in [`ChainSpec::warnings`].
//!
//! Autochain's own rules stand under `"config": {"autochain": {…}}`. All are optional; a key that is not in this
//! table is refused, unless it starts with `//`.
//!
//! | key | values | default |
//! |---|---|---|
//! | `ethash` | `"full"`, `"test"`, `"none"` | `"full"` |
//! | `fixedDifficulty` | 1 or more; also as `config.ethash.fixedDifficulty` | by the clock |
//! | `reward` | `"ethereum"`, `"reserve"`, `{"reserve": "0x…"}` | `"ethereum"` |
//! | `bomb` | `false`: no difficulty bomb | `true` |
//! | `minimumDifficulty` | 1 or more | 131,072 |
//! | `safeDepth`, `finalizedDepth` | blocks behind the head | 32, 256 |
//! | `draft` | `true`: the allocation will be replaced; a node mines on it only when told to | `false` |
//!
//! Without a terminal total difficulty, `shanghaiTime` to `osakaTime` switch on the execution half of those forks;
//! with one they belong to proof of stake and only count in the fork id.

mod besu;
mod compat;
mod config;
mod coregeth;
mod error;
mod fields;
mod fork;
mod fork_id;
mod genesis;
mod known;
mod parse;
mod preset;
mod rules;
mod spec;
mod write;

#[cfg(test)]
mod tests;

pub use alloy_eip2124::{ForkFilter, ForkHash, ForkId, ValidationError as ForkIdError};
pub use error::{GenesisError, IncompatibleConfig, RewindTo};
pub use fork::{Activation, Fork, ForkSchedule};
pub use genesis::{Genesis, GenesisAccount, INITIAL_BASE_FEE};
pub use known::{MAINNET_GENESIS_HASH, SEPOLIA_GENESIS_HASH};
pub use preset::Preset;
pub use rules::{Bomb, RewardRule, SealRule};
pub use spec::{ChainSpec, ECIP1099_EPOCH_LENGTH, EPOCH_LENGTH, MINIMUM_DIFFICULTY};
