//! Tests of the special rules, each on a small state.

mod block;
mod call;
mod rules;
mod state;

use crate::*;
use alloy_consensus::{SignableTransaction, TxEip1559, TxLegacy};
use autochain_primitives::*;
use secp256k1::SecretKey;

/// A sender with funds, and the key of its address.
pub(super) fn key(index: u8) -> (SecretKey, Address) {
    let key = SecretKey::from_byte_array([index; 32]).unwrap();
    let probe: Transaction = signed(&key, TxLegacy::default());
    (key, recover_sender(&probe, true).unwrap())
}

pub(super) fn signed<T: SignableTransaction<alloy_primitives::Signature>>(
    key: &SecretKey,
    tx: T,
) -> Transaction
where
    Transaction: From<alloy_consensus::Signed<T>>,
{
    let signature = sign_hash(key, tx.signature_hash());
    tx.into_signed(signature).into()
}

/// An unprotected transaction at 10 wei a gas.
pub(super) fn transfer(nonce: u64, to: TxKind, value: u64, data: &[u8]) -> Transaction {
    let tx = TxLegacy {
        chain_id: None,
        nonce,
        gas_price: 10,
        gas_limit: 1_000_000,
        to,
        value: U256::from(value),
        input: Bytes::copy_from_slice(data),
    };
    signed(&key(1).0, tx)
}

pub(super) fn dynamic(nonce: u64, to: Address, fee: u128, tip: u128) -> Transaction {
    let tx = TxEip1559 {
        chain_id: 1,
        nonce,
        gas_limit: 100_000,
        max_fee_per_gas: fee,
        max_priority_fee_per_gas: tip,
        to: TxKind::Call(to),
        ..Default::default()
    };
    signed(&key(1).0, tx)
}

pub(super) fn sender() -> Address {
    key(1).1
}

/// The sender with 10¹⁸ wei.
pub(super) fn funded() -> InMemoryState {
    let mut state = InMemoryState::default();
    state.insert_account(sender(), 0, U256::from(10u64.pow(18)), Bytes::new(), []);
    state
}

pub(super) fn with_code(mut state: InMemoryState, address: Address, code: &[u8]) -> InMemoryState {
    state.insert_account(address, 1, U256::ZERO, Bytes::copy_from_slice(code), []);
    state
}

/// The rules of Autochain's presets: Osaka under proof of work.
pub(super) fn autochain() -> Rules {
    Rules { pow_opcodes: true, eip2935: true, ..Rules::ethereum(SpecId::OSAKA) }
}

pub(super) fn block() -> BlockContext {
    BlockContext {
        number: 9_000,
        timestamp: 1_800_000_000,
        beneficiary: Address::repeat_byte(0xcb),
        gas_limit: 30_000_000,
        base_fee: Some(7),
        difficulty: U256::from(0x0123_4567_89ab_cdefu64),
        parent_hash: B256::repeat_byte(0x77),
        ..Default::default()
    }
}

pub(super) const TARGET: Address = Address::repeat_byte(0x42);

/// Runs code as a free call and returns its result.
pub(super) fn run(rules: Rules, code: &[u8]) -> CallResult {
    call(rules, block(), &with_code(funded(), TARGET, code), &to_target(), &CallOptions::default()).unwrap()
}

pub(super) fn to_target() -> CallRequest {
    CallRequest { from: Some(sender()), to: Some(TARGET), gas: Some(1_000_000), ..Default::default() }
}

/// What a call returned, as a word.
pub(super) fn word(result: &CallResult) -> U256 {
    match &result.outcome {
        CallOutcome::Success(output) => U256::from_be_slice(output),
        other => panic!("{other:?}"),
    }
}

/// Stores the top of the stack at memory 0 and returns it; needs no `PUSH0`.
pub(super) const RETURN_TOP: [u8; 8] = hex!("60005260206000f3");

pub(super) fn returning(code: &[u8]) -> Vec<u8> {
    [code, &RETURN_TOP].concat()
}

/// Executes transactions of the sender and closes the block without rewards.
pub(super) fn execute(rules: Rules, state: &InMemoryState, transactions: &[Transaction]) -> ExecutedBlock {
    let mut executor = BlockExecutor::new(rules, block(), state).unwrap();
    for transaction in transactions {
        executor.execute_transaction(transaction, sender()).unwrap();
    }
    executor.finish_with([], None).unwrap()
}

/// Applies the changes, checks that their reverse leads back, and returns the state after them.
pub(super) fn applied(state: &InMemoryState, changes: &StateChanges) -> InMemoryState {
    let mut after = state.clone();
    after.apply(changes);
    let mut back = after.clone();
    back.apply(&changes.reversed());
    assert_eq!(back.accounts(), state.accounts());
    for address in after.accounts().keys().chain(state.accounts().keys()) {
        assert_eq!(back.slots(address), state.slots(address));
    }
    after
}
