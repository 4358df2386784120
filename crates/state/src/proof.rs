use crate::{
    StateError, StateView,
    source::{AccountTrie, StorageTrie, hashed_account},
};
use autochain_evm::StateReader;
use autochain_primitives::{Account, Address, B256, Bytes, EMPTY_ROOT_HASH, U256, keccak256};

/// An account with the trie nodes that prove it (EIP-1186).
#[derive(Clone, Debug)]
pub struct AccountProof {
    /// The account; `None` when the proof shows its absence.
    pub account: Option<Account>,
    /// Root of its storage trie.
    pub storage_root: B256,
    /// Nodes from the state root to the account.
    pub proof: Vec<Bytes>,
    /// One proof for each slot asked for, in the same order.
    pub storage: Vec<StorageProof>,
}

/// A slot with the trie nodes that prove it.
#[derive(Clone, Debug)]
pub struct StorageProof {
    /// The slot.
    pub slot: U256,
    /// Its value; zero when the proof shows its absence.
    pub value: U256,
    /// Nodes from the storage root to the slot.
    pub proof: Vec<Bytes>,
}

/// Proves an account and slots of it in a view over the head (EIP-1186).
///
/// # Errors
/// [`StateError`] when the database fails. A view of an older block is first brought there by [`crate::rewind`].
pub fn prove_account(
    view: &StateView<'_>,
    address: &Address,
    slots: &[U256],
) -> Result<AccountProof, StateError> {
    let key = keccak256(address);
    let storage_root = hashed_account(view, &key)?.map_or(EMPTY_ROOT_HASH, |account| account.storage_root);
    let proof = autochain_trie::prove(&mut AccountTrie(*view), key)?;
    let storage = slots
        .iter()
        .map(|slot| {
            let mut trie = StorageTrie { view: *view, account: key };
            Ok(StorageProof {
                slot: *slot,
                value: view.storage(address, slot)?,
                proof: autochain_trie::prove(&mut trie, keccak256(slot.to_be_bytes::<32>()))?,
            })
        })
        .collect::<Result<Vec<_>, StateError>>()?;
    Ok(AccountProof { account: view.account(address)?, storage_root, proof, storage })
}
