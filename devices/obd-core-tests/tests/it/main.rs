//! `obd-core` against independent implementations: fixed vectors out of Foundry and the contracts' own
//! tests, alloy and ethers on drawn values, and our own node.

mod ethers;
mod p256;
mod rlp;
mod transaction;
mod vectors;

use obd_core::{Address, Policy};

/// Allows everything except what the device never signs.
fn open_policy(chain_id: u64, registry: Address) -> Policy {
    Policy {
        chain_id,
        registry,
        max_gas: u64::MAX,
        max_fee_per_gas: u128::MAX,
        max_priority_fee_per_gas: u128::MAX,
    }
}
