use crate::StateError;
use autochain_primitives::{Address, B256, EMPTY_ROOT_HASH, U256, keccak256, rlp};
use autochain_store::Reader;
use autochain_trie::rebuild_root;
use std::collections::BTreeMap;

/// The state root computed from plain accounts and slots alone, without hashed tables and stored trie nodes.
///
/// # Errors
/// [`StateError`] when the database fails.
pub fn recompute_state_root(reader: &Reader) -> Result<B256, StateError> {
    let mut leaves: BTreeMap<B256, Vec<u8>> = BTreeMap::new();
    for entry in reader.accounts(Address::ZERO)? {
        let (address, account) = entry?;
        let mut slots: BTreeMap<B256, U256> = BTreeMap::new();
        for (slot, value) in reader.storage_entries(&address)? {
            slots.insert(keccak256(slot.to_be_bytes::<32>()), value);
        }
        let storage_root = if slots.is_empty() {
            EMPTY_ROOT_HASH
        } else {
            root(slots.into_iter().map(|(key, value)| (key, rlp::encode(value))))?
        };
        let fields: [&dyn rlp::Encodable; 4] =
            [&account.nonce, &account.balance, &storage_root, &account.code_hash];
        let mut leaf = Vec::with_capacity(110);
        rlp::encode_list::<&dyn rlp::Encodable, dyn rlp::Encodable>(&fields, &mut leaf);
        leaves.insert(keccak256(address), leaf);
    }
    root(leaves.into_iter())
}

fn root(leaves: impl Iterator<Item = (B256, Vec<u8>)>) -> Result<B256, StateError> {
    Ok(rebuild_root(leaves.map(Ok::<_, StateError>))?)
}
