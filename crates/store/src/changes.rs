use autochain_primitives::{Account, Address, U256};

/// What a block, or several, replaced: the values before, for every account and slot that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// Accounts before; `None`: it did not exist. By address.
    pub accounts: Vec<(Address, Option<Account>)>,
    /// Slots before; 0: it was not set. By address, then slot.
    pub storage: Vec<(Address, U256, U256)>,
}

impl ChangeSet {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.storage.is_empty()
    }

    /// Puts the records in key order.
    pub(crate) fn sort(&mut self) {
        if !self.accounts.is_sorted_by_key(|(address, _)| *address) {
            self.accounts.sort_unstable_by_key(|(address, _)| *address);
        }
        if !self.storage.is_sorted_by_key(|(address, slot, _)| (*address, *slot)) {
            self.storage.sort_unstable_by_key(|(address, slot, _)| (*address, *slot));
        }
    }
}
