use crate::{StateChanges, StateReader};
use autochain_primitives::{
    Account, Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256,
    map::{AddressMap, B256Map, HashMap, U256Map},
};
use std::collections::BTreeMap;

/// A state in hash maps, for tests and vectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InMemoryState {
    accounts: AddressMap<Account>,
    storage: AddressMap<U256Map<U256>>,
    code: B256Map<Bytes>,
    block_hashes: HashMap<u64, B256>,
}

/// What [`InMemoryState`] cannot answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InMemoryError {
    /// No code has this hash.
    #[error("no code with hash {0}")]
    MissingCode(B256),
    /// The hash of this block was never inserted.
    #[error("no hash for block {0}")]
    MissingBlockHash(u64),
}

impl InMemoryState {
    /// Puts an account with its code and storage in place of what was there. Zero slots are left out.
    pub fn insert_account(
        &mut self,
        address: Address,
        nonce: u64,
        balance: U256,
        code: Bytes,
        storage: impl IntoIterator<Item = (U256, U256)>,
    ) {
        let code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(&code) };
        if !code.is_empty() {
            self.code.insert(code_hash, code);
        }
        self.accounts.insert(address, Account { nonce, balance, code_hash });
        let slots: U256Map<U256> = storage.into_iter().filter(|(_, value)| !value.is_zero()).collect();
        if slots.is_empty() {
            self.storage.remove(&address);
        } else {
            self.storage.insert(address, slots);
        }
    }

    /// Makes the hash of an ancestor known to `BLOCKHASH`.
    pub fn insert_block_hash(&mut self, number: u64, hash: B256) {
        self.block_hashes.insert(number, hash);
    }

    /// All accounts in the order of their addresses.
    pub fn accounts(&self) -> BTreeMap<Address, Account> {
        self.accounts.iter().map(|(address, account)| (*address, *account)).collect()
    }

    /// The non-zero slots of an account in order.
    pub fn slots(&self, address: &Address) -> BTreeMap<U256, U256> {
        self.storage
            .get(address)
            .map(|slots| slots.iter().map(|(slot, value)| (*slot, *value)).collect())
            .unwrap_or_default()
    }

    /// The code of an account; empty without one.
    pub fn code_of(&self, address: &Address) -> Bytes {
        self.accounts
            .get(address)
            .and_then(|account| self.code.get(&account.code_hash))
            .cloned()
            .unwrap_or_default()
    }

    /// Sum of all balances (for the supply law). Wraps above 2²⁵⁶.
    pub fn total_balance(&self) -> U256 {
        self.accounts.values().fold(U256::ZERO, |sum, account| sum.wrapping_add(account.balance))
    }

    /// Applies the changes of a block, or their reverse.
    pub fn apply(&mut self, changes: &StateChanges) {
        self.code.extend(changes.code.iter().map(|(hash, code)| (*hash, code.clone())));
        for (address, change) in &changes.accounts {
            if change.wiped {
                self.storage.remove(address);
            }
            let Some(after) = change.after else {
                self.accounts.remove(address);
                self.storage.remove(address);
                continue;
            };
            self.accounts.insert(*address, after);
            if change.storage.is_empty() {
                continue;
            }
            let slots = self.storage.entry(*address).or_default();
            for (slot, value) in &change.storage {
                if value.after.is_zero() {
                    slots.remove(slot);
                } else {
                    slots.insert(*slot, value.after);
                }
            }
            if slots.is_empty() {
                self.storage.remove(address);
            }
        }
    }
}

impl StateReader for InMemoryState {
    type Error = InMemoryError;

    fn account(&self, address: &Address) -> Result<Option<Account>, Self::Error> {
        Ok(self.accounts.get(address).copied())
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, Self::Error> {
        Ok(self.storage.get(address).and_then(|slots| slots.get(slot)).copied().unwrap_or_default())
    }

    fn code(&self, hash: &B256) -> Result<Bytes, Self::Error> {
        self.code.get(hash).cloned().ok_or(InMemoryError::MissingCode(*hash))
    }

    fn block_hash(&self, number: u64) -> Result<B256, Self::Error> {
        self.block_hashes.get(&number).copied().ok_or(InMemoryError::MissingBlockHash(number))
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, Self::Error> {
        Ok(self
            .storage
            .get(address)
            .map(|slots| slots.iter().map(|(slot, value)| (*slot, *value)).collect())
            .unwrap_or_default())
    }
}
