use crate::{StateError, StateView, apply};
use autochain_evm::{AccountChange, SlotChange, StateChanges};
use autochain_primitives::B256;
use autochain_store::{Reader, StateDelta};
use std::collections::btree_map::Entry;

/// The delta that leads from the snapshot's head back to the state after canonical block `number`, from the
/// change sets of the blocks between.
///
/// # Errors
/// [`StateError::RewindRoot`] when the root that comes out is not the one in the block's header.
pub fn rewind(reader: &Reader, number: u64) -> Result<StateDelta, StateError> {
    let mut delta = StateDelta::default();
    let (head, _) = reader.head()?;
    if number == head {
        return Ok(delta);
    }
    let header = reader.header(number)?.ok_or(StateError::UnknownBlock(number))?;
    let oldest = reader.changes_after(number)?;
    let mut changes = StateChanges::default();
    for (address, account) in oldest.accounts {
        changes.accounts.insert(address, AccountChange { after: account, ..AccountChange::default() });
    }
    for (address, slot, value) in oldest.storage {
        let change = match changes.accounts.entry(address) {
            Entry::Occupied(change) => change.into_mut(),
            // An account whose storage changed without itself: its fields stay as they are.
            Entry::Vacant(vacant) => {
                let current = reader.account(&address)?;
                vacant.insert(AccountChange { after: current, ..AccountChange::default() })
            }
        };
        change.storage.insert(slot, SlotChange { before: value, after: value });
    }
    let root: B256 = apply(&StateView::head(reader), &mut delta, &changes)?;
    if root != header.state_root {
        return Err(StateError::RewindRoot { number, got: root, expected: header.state_root });
    }
    Ok(delta)
}
