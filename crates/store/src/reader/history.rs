use super::Reader;
use crate::{
    ChangeSet, StoreError,
    history::first_above,
    tables::{AccountChanges, AccountHistory, StorageChanges, StorageHistory},
};
use autochain_primitives::{Account, Address, U256};
use std::collections::{BTreeMap, BTreeSet};

/// The state after older blocks. A number at or above the head's means the head. All errors are the database's.
impl Reader {
    /// An account after block `number`: what the first change after it replaced.
    pub fn account_at(&self, number: u64, address: &Address) -> Result<Option<Account>, StoreError> {
        let Some(block) = first_above::<AccountHistory, _>(&self.tx, address, number)? else {
            return self.account(address);
        };
        self.tx.get::<AccountChanges>(&(block, *address))?.ok_or_else(|| StoreError::Missing {
            record: format!("change of account {address} in block {block}"),
        })
    }

    /// A slot after block `number`.
    pub fn storage_at(&self, number: u64, address: &Address, slot: &U256) -> Result<U256, StoreError> {
        let Some(block) = first_above::<StorageHistory, _>(&self.tx, &(*address, *slot), number)? else {
            return self.storage(address, slot);
        };
        self.tx.get::<StorageChanges>(&(block, *address, *slot))?.ok_or_else(|| StoreError::Missing {
            record: format!("change of slot {slot} of account {address} in block {block}"),
        })
    }

    /// All slots of an account that were not 0 after block `number`, by slot. As slow as the account's storage with
    /// its history is large.
    pub fn storage_entries_at(
        &self,
        number: u64,
        address: &Address,
    ) -> Result<Vec<(U256, U256)>, StoreError> {
        let mut slots: BTreeMap<_, _> = self.storage_entries(address)?.into_iter().collect();
        let mut changed = BTreeSet::new();
        for record in self.tx.entries::<StorageHistory>(address.as_slice())? {
            let ((_, slot, last), _) = record?;
            if last > number {
                changed.insert(slot);
            }
        }
        for slot in changed {
            let value = self.storage_at(number, address, &slot)?;
            slots.insert(slot, value);
        }
        slots.retain(|_, value| !value.is_zero());
        Ok(slots.into_iter().collect())
    }

    /// Every address that has, or once had, an account: those at the head, and those that ever changed.
    pub fn known_addresses(&self) -> Result<BTreeSet<Address>, StoreError> {
        let mut addresses = BTreeSet::new();
        for record in self.accounts(Address::ZERO)? {
            addresses.insert(record?.0);
        }
        for record in self.tx.entries::<AccountHistory>(&[])? {
            let ((address, _), _) = record?;
            addresses.insert(address);
        }
        Ok(addresses)
    }

    /// What block `number` replaced, by address and slot. Empty for a block that is not canonical.
    pub fn change_set(&self, number: u64) -> Result<ChangeSet, StoreError> {
        let prefix = number.to_be_bytes();
        let mut set = ChangeSet::default();
        for record in self.tx.entries::<AccountChanges>(&prefix)? {
            let ((_, address), before) = record?;
            set.accounts.push((address, before));
        }
        for record in self.tx.entries::<StorageChanges>(&prefix)? {
            let ((_, address, slot), before) = record?;
            set.storage.push((address, slot, before));
        }
        Ok(set)
    }

    /// What all blocks above `number` replaced together: for each key the oldest value. Applied to the state after
    /// the head, it gives the state after block `number`.
    pub fn changes_after(&self, number: u64) -> Result<ChangeSet, StoreError> {
        let Some(first) = number.checked_add(1) else { return Ok(ChangeSet::default()) };
        let mut accounts = BTreeMap::new();
        for record in self.tx.entries_from::<AccountChanges>(&first.to_be_bytes())? {
            let ((_, address), before) = record?;
            accounts.entry(address).or_insert(before);
        }
        let mut storage = BTreeMap::new();
        for record in self.tx.entries_from::<StorageChanges>(&first.to_be_bytes())? {
            let ((_, address, slot), before) = record?;
            storage.entry((address, slot)).or_insert(before);
        }
        Ok(ChangeSet {
            accounts: accounts.into_iter().collect(),
            storage: storage.into_iter().map(|((address, slot), before)| (address, slot, before)).collect(),
        })
    }
}
