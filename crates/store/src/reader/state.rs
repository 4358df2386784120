use super::Reader;
use crate::{
    StoreError,
    tables::{Accounts, Code, Storage},
};
use autochain_primitives::{Account, Address, B256, Bytes, U256};

/// The state after the head. All errors are the database's.
impl Reader {
    /// An account.
    pub fn account(&self, address: &Address) -> Result<Option<Account>, StoreError> {
        Ok(self.tx.get::<Accounts>(address)?)
    }

    /// A slot; 0 when it is not set.
    pub fn storage(&self, address: &Address, slot: &U256) -> Result<U256, StoreError> {
        Ok(self.tx.get::<Storage>(&(*address, *slot))?.unwrap_or_default())
    }

    /// Code by its hash, of any account that ever had it.
    pub fn code(&self, hash: &B256) -> Result<Option<Bytes>, StoreError> {
        Ok(self.tx.get::<Code>(hash)?)
    }

    /// All slots of an account that are not 0, by slot.
    pub fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, StoreError> {
        self.tx
            .entries::<Storage>(address.as_slice())?
            .map(|record| record.map(|((_, slot), value)| (slot, value)).map_err(StoreError::from))
            .collect()
    }

    /// All accounts from `start` on, by address.
    pub fn accounts(
        &self,
        start: Address,
    ) -> Result<impl Iterator<Item = Result<(Address, Account), StoreError>> + '_, StoreError> {
        Ok(self.tx.entries_from::<Accounts>(start.as_slice())?.map(|record| record.map_err(StoreError::from)))
    }
}
