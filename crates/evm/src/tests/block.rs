use super::*;
use alloy_consensus::{TxEip4844, TxEip7702};
use alloy_eips::eip7702::Authorization;
use revm::{
    SystemCallEvm as _,
    context_interface::{ContextTr as _, JournalTr as _},
};

fn refused(rules: Rules, transaction: &Transaction, from: Address) -> String {
    let state = funded();
    let mut executor = BlockExecutor::new(rules, block(), &state).unwrap();
    let error = executor.execute_transaction(transaction, from).unwrap_err();
    let text = error.transaction_error().unwrap().to_string();
    // The next transaction does not notice.
    executor.execute_transaction(&transfer(0, TxKind::Call(TARGET), 1, &[]), sender()).unwrap();
    assert_eq!(executor.receipts().len(), 1);
    text
}

#[test]
fn refusals_in_geths_words() {
    let from = sender();
    let to = TxKind::Call(TARGET);
    let legacy = |change: fn(&mut TxLegacy)| {
        let mut tx =
            TxLegacy { gas_limit: 100_000, gas_price: 10, to: TxKind::Call(TARGET), ..Default::default() };
        change(&mut tx);
        signed(&key(1).0, tx)
    };
    let check = |transaction: Transaction, text: String| {
        assert_eq!(refused(autochain(), &transaction, from), text);
    };
    check(transfer(3, to, 0, &[]), format!("nonce too high: address {from}, tx: 3 state: 0"));
    check(legacy(|tx| tx.gas_limit = 20_999), "intrinsic gas too low: have 20999, want 21000".to_owned());
    check(
        legacy(|tx| {
            tx.gas_limit = 60_000;
            tx.input = vec![1; 1_000].into();
        }),
        "insufficient gas for floor data gas cost: have 60000, want 61000".to_owned(),
    );
    check(legacy(|tx| tx.gas_limit = 30_000_001), "gas limit reached".to_owned());
    check(
        legacy(|tx| tx.gas_limit = (1 << 24) + 1),
        "transaction gas limit too high (cap: 16777216, tx: 16777217)".to_owned(),
    );
    check(
        legacy(|tx| tx.value = U256::from(10u64.pow(18))),
        format!(
            "insufficient funds for gas * price + value: address {from} have 1000000000000000000 \
             want 1000000000001000000"
        ),
    );
    check(legacy(|tx| tx.chain_id = Some(5)), "invalid chain id for signer: have 5 want 1".to_owned());
    check(
        legacy(|tx| {
            tx.to = TxKind::Create;
            tx.gas_limit = 10_000_000;
            tx.input = vec![0; 49_153].into();
        }),
        "max initcode size exceeded: code size 49153 limit 49152".to_owned(),
    );
    check(
        dynamic(0, TARGET, 6, 1),
        format!("max fee per gas less than block base fee: address {from}, maxFeePerGas: 6 baseFee: 7"),
    );
    check(
        dynamic(0, TARGET, 9, 10),
        format!(
            "max priority fee per gas higher than max fee per gas: address {from}, maxPriorityFeePerGas: 10, \
             maxFeePerGas: 9"
        ),
    );
    let blob = signed(
        &key(1).0,
        TxEip4844 { chain_id: 1, blob_versioned_hashes: vec![B256::ZERO], ..Default::default() },
    );
    check(blob, "transaction type not supported".to_owned());
    let set_code = signed(
        &key(1).0,
        TxEip7702 { chain_id: 1, gas_limit: 100_000, max_fee_per_gas: 10, ..Default::default() },
    );
    check(set_code, format!("EIP-7702 transaction with empty auth list (sender {from})"));

    let frontier = refused(Rules::ethereum(SpecId::BERLIN), &dynamic(0, TARGET, 9, 1), from);
    assert_eq!(frontier, "transaction type not supported");
    let early = refused(Rules::ethereum(SpecId::HOMESTEAD), &legacy(|tx| tx.chain_id = Some(1)), from);
    assert_eq!(early, "invalid chain id for signer: have 1 want 1");
}

#[test]
fn a_contract_cannot_send() {
    let mut state = funded();
    state.insert_account(sender(), 0, U256::from(10u64.pow(18)), Bytes::from_static(&[0]), []);
    let mut executor = BlockExecutor::new(autochain(), block(), &state).unwrap();
    let error =
        executor.execute_transaction(&transfer(0, TxKind::Call(TARGET), 1, &[]), sender()).unwrap_err();
    assert!(error.to_string().contains("sender not an eoa: address"), "{error}");
    assert!(error.to_string().starts_with("could not apply tx 0 [0x"), "{error}");
}

#[test]
fn the_block_has_its_gas_limit() {
    let state = funded();
    let full = BlockContext { gas_limit: 1_020_999, ..block() };
    let mut executor = BlockExecutor::new(autochain(), full, &state).unwrap();
    executor.execute_transaction(&transfer(0, TxKind::Call(TARGET), 1, &[]), sender()).unwrap();
    let error =
        executor.execute_transaction(&transfer(1, TxKind::Call(TARGET), 1, &[]), sender()).unwrap_err();
    let wanted = TransactionError::GasLimitReached { available: 999_999, wanted: 1_000_000 };
    assert_eq!(error.transaction_error(), Some(&wanted));
    assert!(wanted.is_transient());
}

#[test]
fn data_has_a_floor_from_prague() {
    let transaction = transfer(0, TxKind::Call(TARGET), 0, &[1; 100]);
    let gas = |rules| execute(rules, &funded(), std::slice::from_ref(&transaction)).gas_used;
    assert_eq!(gas(Rules { pow_opcodes: true, ..Rules::ethereum(SpecId::CANCUN) }), 21_000 + 1_600);
    assert_eq!(gas(autochain()), 21_000 + 4_000);
}

/// The code that EIP-2935 gives.
const HISTORY_CODE: [u8; 83] = hex!(
    "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff8143031160"
    "4257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"
);

#[test]
fn the_parents_hash_goes_into_the_ring() {
    let state = with_code(funded(), HISTORY_STORAGE_ADDRESS, &HISTORY_CODE);
    let done = execute(autochain(), &state, &[]);
    let after = applied(&state, &done.changes);
    let slot = U256::from(8_999 % 8_191);
    assert_eq!(after.slots(&HISTORY_STORAGE_ADDRESS), [(slot, U256::from_be_bytes([0x77; 32]))].into());

    // The system call that the EIP describes does the same.
    let cache = CachedState::new(&state, true);
    let mut machine = crate::machine::machine(&autochain(), &block(), cache, ());
    let data = Bytes::copy_from_slice(block().parent_hash.as_slice());
    machine.system_call_one(HISTORY_STORAGE_ADDRESS, data).unwrap();
    let touched = machine.ctx.journal_mut().finalize();
    machine.ctx.journaled_state.database.commit(touched).unwrap();
    assert_eq!(machine.ctx.journaled_state.database.changes().unwrap(), done.changes);

    // A contract in the block can ask for it.
    let ask = CallRequest {
        to: Some(HISTORY_STORAGE_ADDRESS),
        data: Bytes::copy_from_slice(&U256::from(8_999).to_be_bytes::<32>()),
        ..to_target()
    };
    let result = call(autochain(), block(), &after, &ask, &CallOptions::default()).unwrap();
    assert_eq!(word(&result), U256::from_be_bytes([0x77; 32]));

    // Without the contract, or at block 0, nothing happens.
    assert!(execute(autochain(), &funded(), &[]).changes.is_empty());
    let genesis = BlockContext { number: 0, ..block() };
    let executor = BlockExecutor::new(autochain(), genesis, &state).unwrap();
    assert!(executor.finish_with([], None).unwrap().changes.is_empty());
}

#[test]
fn the_dao_fork_moves_balances() {
    let mut state = funded();
    let [first, .., last] = crate::dao::DAO_ACCOUNTS;
    state.insert_account(first, 0, U256::from(5), Bytes::new(), []);
    state.insert_account(last, 1, U256::from(7), Bytes::from_static(&[0]), []);
    let rules = Rules { dao_move: true, ..Rules::ethereum(SpecId::HOMESTEAD) };
    let after = applied(&state, &execute(rules, &state, &[]).changes);
    let balance = |address: &Address| after.accounts()[address].balance;
    assert_eq!(balance(&crate::dao::DAO_REFUND_CONTRACT), U256::from(12));
    assert_eq!((balance(&first), balance(&last)), (U256::ZERO, U256::ZERO));
    assert_eq!(after.accounts()[&last].nonce, 1);
    assert_eq!(after.total_balance(), state.total_balance());
    let plain = Rules::ethereum(SpecId::HOMESTEAD);
    assert!(execute(plain, &state, &[]).changes.is_empty());
}

#[test]
fn receipts_hold_roots_before_byzantium() {
    let state = funded();
    let rules = Rules::ethereum(SpecId::SPURIOUS_DRAGON);
    let (mut seen, mut roots) = (state.clone(), Vec::new());
    let mut hook = |changes: &StateChanges| -> Result<B256, BoxError> {
        seen.apply(changes);
        roots.push(changes.accounts.len());
        Ok(B256::with_last_byte(roots.len() as u8))
    };
    let mut executor = BlockExecutor::with_roots(rules, block(), &state, Some(&mut hook)).unwrap();
    for nonce in 0..2 {
        executor.execute_transaction(&transfer(nonce, TxKind::Call(TARGET), 1, &[]), sender()).unwrap();
    }
    let done = executor.finish_with([], None).unwrap();
    let status: Vec<_> = done.receipts.iter().map(|receipt| receipt.status).collect();
    let root = |byte| Eip658Value::PostState(B256::with_last_byte(byte));
    assert_eq!(status, [root(1), root(2)]);
    assert_eq!(roots, [3, 3]);
    assert_eq!(seen.accounts(), applied(&state, &done.changes).accounts());
    let later =
        execute(Rules::ethereum(SpecId::BYZANTIUM), &state, &[transfer(0, TxKind::Call(TARGET), 1, &[])]);
    assert_eq!(later.receipts[0].status, Eip658Value::Eip658(true));
}

#[test]
fn rewards_come_out_of_the_reserve() {
    use autochain_chainspec::{ChainSpec, Fork, ForkSchedule, Genesis, RewardRule};
    let mut spec = ChainSpec::new(1, ForkSchedule::up_to(Fork::London), Genesis::default());
    let reserve = Address::repeat_byte(0x99);
    spec.reward = RewardRule::Reserve { reserve };
    let mut state = funded();
    state.insert_account(reserve, 0, U256::from(1u64 << 40), Bytes::new(), []);
    let header = Header {
        number: 5,
        beneficiary: Address::repeat_byte(1),
        gas_limit: 30_000_000,
        base_fee_per_gas: Some(7),
        ..Default::default()
    };
    let ommer = Header { number: 4, beneficiary: Address::repeat_byte(2), ..Default::default() };
    let mut executor = BlockExecutor::for_header(&spec, &header, &state, None).unwrap();
    executor.execute_transaction(&transfer(0, TxKind::Call(reserve), 1 << 41, &[]), sender()).unwrap();
    let done = executor.finish(&spec, &header, &[ommer]).unwrap();
    let after = applied(&state, &done.changes);
    // From the parent's balance, not from what the block sends to the reserve.
    let reward = 1u64 << 16;
    let (fees, burnt) = (3 * 21_000, 7 * 21_000);
    assert_eq!(after.accounts()[&header.beneficiary].balance, U256::from(reward + reward / 32 + fees));
    assert_eq!(after.accounts()[&Address::repeat_byte(2)].balance, U256::from(reward * 7 / 8));
    assert_eq!(after.total_balance() + U256::from(burnt), state.total_balance());
}

#[test]
fn a_delegation_is_signed_by_its_authority() {
    let code = returning(&hex!("602a"));
    let state = with_code(funded(), TARGET, &code);
    let (authority_key, authority) = key(2);
    let authorize = |nonce| Authorization { chain_id: U256::from(1), address: TARGET, nonce };
    let good = authorize(0);
    let good = good.clone().into_signed(sign_hash(&authority_key, good.signature_hash()));
    // The same signature with s in the upper half recovers to the same address, and must not count.
    let order = U256::from_be_bytes(hex!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));
    let next = authorize(1);
    let next = next.clone().into_signed(sign_hash(&authority_key, next.signature_hash()));
    let malleable = SignedAuthorization::new_unchecked(
        Authorization { address: Address::repeat_byte(9), ..next.inner().clone() },
        1 - next.y_parity(),
        next.r(),
        order - next.s(),
    );
    let tx = TxEip7702 {
        chain_id: 1,
        gas_limit: 200_000,
        max_fee_per_gas: 10,
        to: authority,
        authorization_list: vec![good, malleable],
        ..Default::default()
    };
    let done = execute(autochain(), &state, &[signed(&key(1).0, tx)]);
    let after = applied(&state, &done.changes);
    assert_eq!(after.code_of(&authority), [&hex!("ef0100")[..], TARGET.as_slice()].concat());
    assert_eq!(after.accounts()[&authority].nonce, 1);
    let asked = CallRequest { to: Some(authority), ..to_target() };
    let result = call(autochain(), block(), &after, &asked, &CallOptions::default()).unwrap();
    assert_eq!(word(&result), U256::from(0x2a));
}

#[test]
fn an_inspected_transaction_counts_once_committed() {
    use revm_inspectors::tracing::{TracingInspector, TracingInspectorConfig};
    let state = with_code(funded(), TARGET, &hex!("602a600055"));
    let transaction = transfer(0, TxKind::Call(TARGET), 0, &[]);
    let mut executor = BlockExecutor::new(autochain(), block(), &state).unwrap();
    let mut tracer = TracingInspector::new(TracingInspectorConfig::all());
    let inspected = executor.inspect_transaction(&transaction, sender(), &mut tracer).unwrap();
    assert_eq!(tracer.into_traces().nodes()[0].trace.steps.len(), 4);
    assert_eq!(executor.state_mut().slot(TARGET, U256::ZERO).unwrap(), U256::ZERO);
    executor.commit_inspected(&transaction, inspected).unwrap();
    assert_eq!(executor.state_mut().slot(TARGET, U256::ZERO).unwrap(), U256::from(0x2a));
    executor.execute_transaction(&transfer(1, TxKind::Call(TARGET), 0, &[]), sender()).unwrap();
    let inspected = executor.finish_with([], None).unwrap();
    assert_eq!(
        inspected,
        execute(autochain(), &state, &[transaction, transfer(1, TxKind::Call(TARGET), 0, &[])])
    );
}
