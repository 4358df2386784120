//! Autochain's contracts for Rust: calls, events and errors as types, and the addresses of genesis.
//!
//! ```text
//! contracts/src ─forge─► contracts/artifacts ─┬─ sol! ─► bindings
//! contracts/script/Plan.sol (order) ──────────┴───────► addresses
//! ```
//!
//! `bindings.rs` and `addresses.rs` are written by `contracts/artifacts.sh`, from the same build as genesis.
//!
//! ```
//! use alloy_sol_types::SolCall;
//! use autochain_contracts::{addresses, bindings::auc::AUC};
//!
//! let call = AUC::balanceOfCall { account: addresses::TREASURY };
//! assert_eq!(call.abi_encode().len(), 4 + 32);
//! ```

pub mod addresses;
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod bindings;

#[cfg(test)]
mod tests {
    use crate::{
        addresses,
        bindings::{auc::AUC, vehicle_registry::VehicleRegistry},
    };
    use alloy_sol_types::SolCall;
    use autochain_primitives::{U256, hex};

    #[test]
    fn the_bindings_are_the_contracts() {
        // The selectors of ERC-20 and ERC-721.
        assert_eq!(AUC::transferCall::SELECTOR, hex!("a9059cbb"));
        assert_eq!(VehicleRegistry::ownerOfCall::SELECTOR, hex!("6352211e"));
        let call = VehicleRegistry::ownerOfCall::abi_decode(
            &VehicleRegistry::ownerOfCall { tokenId: U256::from(7) }.abi_encode(),
        );
        assert_eq!(call.unwrap().tokenId, U256::from(7));
    }

    #[test]
    fn the_addresses_hold_code_in_genesis() {
        let genesis: serde_json::Value =
            serde_json::from_str(include_str!("../../../genesis/dev.json")).unwrap();
        for (name, address) in addresses::ALL {
            let code = &genesis["alloc"][format!("{address:#x}")]["code"];
            assert!(code.as_str().is_some_and(|code| code.len() > 2), "{name}");
        }
    }
}
