use autochain_primitives::{Account, Address, Bytes, U256, map::B256Map};
use std::collections::BTreeMap;

/// Net effect of a block (or a transaction) on the state before it: complete, sorted, reversible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateChanges {
    /// Accounts that differ in themselves or in their storage.
    pub accounts: BTreeMap<Address, AccountChange>,
    /// Code that became known, by its hash. Code is never forgotten, so the reverse of a change has none.
    pub code: B256Map<Bytes>,
}

/// What happened to one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The account before; `None` when it did not exist.
    pub before: Option<Account>,
    /// The account after; `None` when it does not exist any more.
    pub after: Option<Account>,
    /// All storage that existed before is gone except for what `storage` sets. Then `storage` also names every
    /// slot that existed before.
    pub wiped: bool,
    /// Slots with another value than before, and all that existed before if `wiped`.
    pub storage: BTreeMap<U256, SlotChange>,
}

/// The value of one slot before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotChange {
    /// Value before.
    pub before: U256,
    /// Value after; zero means that the slot is removed.
    pub after: U256,
}

impl StateChanges {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The changes that lead back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let accounts = self.accounts.iter().map(|(address, change)| (*address, change.reversed())).collect();
        Self { accounts, code: B256Map::default() }
    }
}

impl AccountChange {
    /// The change that leads back. It names each slot, so it need not wipe.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let swap = |change: &SlotChange| SlotChange { before: change.after, after: change.before };
        Self {
            before: self.after,
            after: self.before,
            wiped: false,
            storage: self.storage.iter().map(|(slot, change)| (*slot, swap(change))).collect(),
        }
    }

    /// Whether it changes nothing.
    pub fn is_noop(&self) -> bool {
        self.before == self.after && !self.wiped && self.storage.is_empty()
    }
}
