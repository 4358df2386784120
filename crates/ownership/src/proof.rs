use autochain_primitives::{B256, Bytes, U256, keccak256};
use serde::{Deserialize, Serialize};

/// The registry's storage slot of `mapping(uint256 vehicle => address owner)`: OpenZeppelin's ERC-721 keeps it third,
/// behind its name and symbol. The registry is immutable, so this stays.
pub const OWNERS_SLOT: U256 = U256::from_limbs([2, 0, 0, 0]);

/// Where the registry stores the owner of a car: keccak256(vehicle ‖ slot), as Solidity lays out a mapping.
pub fn owner_slot(vehicle: U256) -> B256 {
    let mut key = [0; 64];
    key[..32].copy_from_slice(&vehicle.to_be_bytes::<32>());
    key[32..].copy_from_slice(&OWNERS_SLOT.to_be_bytes::<32>());
    keccak256(key)
}

/// Everything a verifier needs beside its checkpoint; it comes from anyone, over any channel.
///
/// As JSON its bytes are hexadecimal. A node gives the headers by `debug_getRawHeader` and the rest by
/// `eth_getProof(registry, [owner_slot(vehicle)], block)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnershipProof {
    /// The RLP of the headers after the checkpoint, in ascending order without gaps.
    pub headers: Vec<Bytes>,
    /// The place in `headers` of the block whose state is proven, from 0.
    pub proven: usize,
    /// The registry's account in that state.
    pub account: AccountFields,
    /// Trie nodes from the state root to the account.
    pub account_proof: Vec<Bytes>,
    /// Trie nodes from the account's storage root to the slot.
    pub storage_proof: Vec<Bytes>,
}

/// The four fields of an account in the state trie (Yellow Paper §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountFields {
    /// Nonce.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// Root of the storage trie.
    pub storage_root: B256,
    /// Keccak-256 of the code.
    pub code_hash: B256,
}
