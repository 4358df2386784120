use crate::{CachedState, EvmContext, StateReader};
use autochain_primitives::{Address, KECCAK256_EMPTY};
use revm::{
    Database,
    context_interface::JournalTr as _,
    interpreter::{FrameInput, interpreter_action::FrameInit},
};

/// Deepest frame of a transaction (Yellow Paper §9.4.2).
const MAX_DEPTH: usize = 1024;

/// A database that knows whether an account has storage.
pub(crate) trait StorageProbe: Database {
    /// Whether a slot of the account is not zero.
    fn has_storage(&mut self, address: Address) -> Result<bool, Self::Error>;
}

impl<S: StateReader> StorageProbe for CachedState<'_, S> {
    fn has_storage(&mut self, address: Address) -> Result<bool, Self::Error> {
        Ok(!self.current_slots(&address)?.is_empty())
    }
}

/// Where a creation meets an account with storage but without nonce and code: only a genesis, or a contract that
/// left no code before EIP-161, makes one. The creation must fail as on any other taken address (EIP-7610), which
/// revm does not see. `None` when it does not come to the question, or the address is free.
pub(crate) fn taken_by_storage<DB: StorageProbe>(
    context: &mut EvmContext<DB>,
    init: &FrameInit,
) -> Result<Option<Address>, DB::Error> {
    let FrameInput::Create(inputs) = &init.frame_input else { return Ok(None) };
    let journal = &mut context.journaled_state;
    let Some(caller) = journal.inner.state.get(&inputs.caller()) else { return Ok(None) };
    let (nonce, balance) = (caller.info.nonce, caller.info.balance);
    if init.depth > MAX_DEPTH || balance < inputs.value() || nonce == u64::MAX {
        return Ok(None);
    }
    let address = inputs.created_address(nonce);
    let target = match journal.inner.state.get(&address) {
        // What this transaction created or destroyed has no storage from before.
        Some(account) if account.is_created() || account.is_selfdestructed() => return Ok(None),
        Some(account) => Some(account.info.clone()),
        None => journal.database.basic(address)?,
    };
    let bare = target.is_some_and(|info| info.nonce == 0 && info.code_hash == KECCAK256_EMPTY);
    Ok((bare && journal.database.has_storage(address)?).then_some(address))
}

/// Gives an account another nonce behind the journal's back. revm takes an address with a nonce for taken.
pub(crate) fn pretend_nonce<DB: Database>(
    context: &mut EvmContext<DB>,
    address: Address,
    nonce: u64,
) -> Result<(), DB::Error> {
    let journal = &mut context.journaled_state;
    journal.load_account(address)?;
    if let Some(account) = journal.inner.state.get_mut(&address) {
        account.info.nonce = nonce;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{BlockContext, BlockExecutor, InMemoryState, Rules, SpecId};
    use alloy_consensus::{SignableTransaction as _, TxLegacy};
    use autochain_primitives::{Address, Bytes, Transaction, TxKind, U256, alloy_primitives::Signature};

    #[test]
    fn a_creation_on_storage_fails_and_leaves_it() {
        let sender = Address::repeat_byte(0xaa);
        let target = sender.create(0);
        let create = || {
            let legacy = TxLegacy {
                gas_limit: 100_000,
                to: TxKind::Create,
                input: Bytes::from_static(&[0x60, 0, 0x60, 0, 0xf3]),
                ..TxLegacy::default()
            };
            Transaction::from(legacy.into_signed(Signature::new(U256::from(1), U256::from(1), false)))
        };
        for occupied in [false, true] {
            let mut state = InMemoryState::default();
            let slots = occupied.then_some((U256::from(1), U256::from(2)));
            state.insert_account(target, 0, U256::from(5), Bytes::new(), slots);
            let block = BlockContext { gas_limit: 1_000_000, ..BlockContext::default() };
            let mut executor = BlockExecutor::new(Rules::ethereum(SpecId::ISTANBUL), block, &state).unwrap();
            let outcome = executor.execute_transaction(&create(), sender).unwrap();
            assert_eq!(outcome.success, !occupied);
            let changes = executor.finish_with([], None).unwrap().changes;
            assert_eq!(changes.accounts.contains_key(&target), !occupied);
            assert_eq!(changes.accounts[&sender].after.unwrap().nonce, 1);
        }
    }
}
