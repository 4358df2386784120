use crate::{BackendError, PendingBlock};
use autochain_evm::StateReader;
use autochain_primitives::{Account, Address, B256, Bytes, KECCAK256_EMPTY, U256};
use std::{collections::BTreeMap, sync::Arc};

/// A state that the node lends to one request: a snapshot that does not change while it is held.
pub struct State(Box<dyn StateReader<Error = BackendError> + Send>);

impl State {
    /// Lends a reader.
    pub fn new<R>(reader: R) -> Self
    where
        R: StateReader + Send + 'static,
    {
        Self(Box::new(Boxed(reader)))
    }

    /// The code of an account; empty without one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn code_of(&self, address: &Address) -> Result<Bytes, BackendError> {
        match self.account(address)? {
            Some(account) if account.has_code() => self.code(&account.code_hash),
            _ => Ok(Bytes::new()),
        }
    }
}

impl core::fmt::Debug for State {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("State")
    }
}

impl StateReader for State {
    type Error = BackendError;

    fn account(&self, address: &Address) -> Result<Option<Account>, BackendError> {
        self.0.account(address)
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, BackendError> {
        self.0.storage(address, slot)
    }

    fn code(&self, hash: &B256) -> Result<Bytes, BackendError> {
        if *hash == KECCAK256_EMPTY { Ok(Bytes::new()) } else { self.0.code(hash) }
    }

    fn block_hash(&self, number: u64) -> Result<B256, BackendError> {
        self.0.block_hash(number)
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, BackendError> {
        self.0.storage_entries(address)
    }
}

/// Gives any reader the server's error type.
struct Boxed<R>(R);

impl<R: StateReader> StateReader for Boxed<R> {
    type Error = BackendError;

    fn account(&self, address: &Address) -> Result<Option<Account>, BackendError> {
        self.0.account(address).map_err(BackendError::new)
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, BackendError> {
        self.0.storage(address, slot).map_err(BackendError::new)
    }

    fn code(&self, hash: &B256) -> Result<Bytes, BackendError> {
        self.0.code(hash).map_err(BackendError::new)
    }

    fn block_hash(&self, number: u64) -> Result<B256, BackendError> {
        self.0.block_hash(number).map_err(BackendError::new)
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, BackendError> {
        self.0.storage_entries(address).map_err(BackendError::new)
    }
}

/// The state after the pending block: its changes over the state of its parent.
pub(crate) struct PendingState {
    pub(crate) parent: State,
    pub(crate) pending: Arc<PendingBlock>,
}

impl StateReader for PendingState {
    type Error = BackendError;

    fn account(&self, address: &Address) -> Result<Option<Account>, BackendError> {
        match self.pending.changes.accounts.get(address) {
            Some(change) => Ok(change.after),
            None => self.parent.account(address),
        }
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, BackendError> {
        if let Some(change) = self.pending.changes.accounts.get(address) {
            if let Some(slot) = change.storage.get(slot) {
                return Ok(slot.after);
            }
            if change.wiped {
                return Ok(U256::ZERO);
            }
        }
        self.parent.storage(address, slot)
    }

    fn code(&self, hash: &B256) -> Result<Bytes, BackendError> {
        match self.pending.changes.code.get(hash) {
            Some(code) => Ok(code.clone()),
            None => self.parent.code(hash),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, BackendError> {
        let header = &self.pending.block.header;
        if number.checked_add(1) == Some(header.number) {
            return Ok(header.parent_hash);
        }
        self.parent.block_hash(number)
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, BackendError> {
        let Some(change) = self.pending.changes.accounts.get(address) else {
            return self.parent.storage_entries(address);
        };
        let mut slots = BTreeMap::new();
        if !change.wiped {
            slots.extend(self.parent.storage_entries(address)?);
        }
        slots.extend(change.storage.iter().map(|(slot, change)| (*slot, change.after)));
        Ok(slots.into_iter().filter(|(_, value)| !value.is_zero()).collect())
    }
}
