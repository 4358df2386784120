use super::*;

fn base() -> CallOptions {
    CallOptions::default()
}

fn estimate(code: &[u8], request: &CallRequest) -> Result<u64, EstimateError<InMemoryError>> {
    estimate_gas(autochain(), block(), &with_code(funded(), TARGET, code), request, &base())
}

#[test]
fn halts_in_geths_words() {
    let error = |code: &[u8]| run(autochain(), code).error().unwrap();
    assert_eq!(error(&hex!("fe")), "invalid opcode: opcode 0xfe not defined");
    assert_eq!(error(&hex!("0c")), "invalid opcode: opcode 0xc not defined");
    assert_eq!(error(&hex!("600101")), "stack underflow (1 <=> 2)");
    assert_eq!(error(&hex!("600056")), "invalid jump destination");
    assert_eq!(error(&hex!("5b5f600056")), "stack limit reached 1024 (1023)");
    assert_eq!(error(&hex!("5b600056")), "out of gas");
    assert_eq!(error(&hex!("6001600060003e")), "return data out of bounds");
}

#[test]
fn a_revert_keeps_its_reason() {
    let result = run(autochain(), &hex!("602a60005260206000fd"));
    assert_eq!(result.outcome, CallOutcome::Revert(Bytes::from(U256::from(0x2a).to_be_bytes::<32>())));
    assert_eq!(result.error().as_deref(), Some("execution reverted"));
}

#[test]
fn calls_are_free_unless_they_name_a_price() {
    let basefee = returning(&[0x48]);
    assert_eq!(word(&run(autochain(), &basefee)), U256::ZERO);
    let state = with_code(funded(), TARGET, &basefee);
    let priced = CallRequest { gas_price: Some(8), ..to_target() };
    let mut simulator = Simulator::new(autochain(), block(), &state, &base()).unwrap();
    assert_eq!(word(&simulator.call(&priced).unwrap()), U256::from(7));
    let cheap = CallRequest { max_fee_per_gas: Some(6), ..to_target() };
    let error = simulator.call(&cheap).unwrap_err();
    assert!(error.to_string().contains("max fee per gas less than block base fee"), "{error}");
    // A stranger without funds calls for nothing, and cannot send any.
    let stranger = CallRequest { from: None, ..to_target() };
    assert!(simulator.call(&stranger).unwrap().is_success());
    let error = simulator.call(&CallRequest { value: U256::from(1), ..stranger }).unwrap_err();
    let error = error.transaction_error().unwrap().to_string();
    assert!(error.starts_with("insufficient funds for gas * price + value: address 0x0000"), "{error}");
}

#[test]
fn checks_that_calls_are_spared() {
    let state = with_code(funded(), TARGET, &hex!("00"));
    // From a contract, with more gas than the block or a transaction may have.
    let request =
        CallRequest { from: Some(TARGET), to: Some(TARGET), gas: Some(1 << 40), ..Default::default() };
    assert!(call(autochain(), block(), &state, &request, &base()).unwrap().is_success());
    let gas = returning(&[0x5a]);
    let state = with_code(funded(), TARGET, &gas);
    let capped = CallOptions { gas_cap: Some(50_000_000), ..base() };
    let result =
        call(autochain(), block(), &state, &CallRequest { gas: None, ..to_target() }, &capped).unwrap();
    assert_eq!(word(&result), U256::from(50_000_000 - 21_000 - 2));
}

#[test]
fn overrides() {
    let balance_and_slot = returning(&hex!("60015447016002540143014201"));
    let mut state = funded();
    state.insert_account(TARGET, 1, U256::ZERO, Bytes::new(), [(U256::from(2), U256::from(1_000))]);
    let replaced = AccountOverride {
        code: Some(balance_and_slot.into()),
        balance: Some(U256::from(3)),
        storage_diff: vec![(U256::from(1), U256::from(40))],
        ..Default::default()
    };
    let block_values =
        BlockOverrides { number: Some(100_000), timestamp: Some(1_000_000), ..Default::default() };
    let options = CallOptions { accounts: vec![(TARGET, replaced.clone())], block: block_values, ..base() };
    let result = call(autochain(), block(), &state, &to_target(), &options).unwrap();
    assert_eq!(word(&result), U256::from(1_101_043));
    let whole = AccountOverride { storage: Some(Vec::new()), ..replaced };
    let options = CallOptions { accounts: vec![(TARGET, whole)], ..options };
    let result = call(autochain(), block(), &state, &to_target(), &options).unwrap();
    assert_eq!(word(&result), U256::from(1_100_043));
}

#[test]
fn a_creation_returns_its_code() {
    let request = CallRequest {
        from: Some(sender()),
        data: Bytes::from_static(&hex!("60016000f3")),
        ..Default::default()
    };
    let capped = CallOptions { gas_cap: Some(1_000_000), ..base() };
    let result = call(autochain(), block(), &funded(), &request, &capped).unwrap();
    assert_eq!(result.outcome, CallOutcome::Success(Bytes::from_static(&[0])));
    assert_eq!(result.created, Some(sender().create(0)));
}

#[test]
fn estimates_are_the_least_that_suffices() {
    let request = CallRequest { gas: None, ..to_target() };
    assert_eq!(estimate(&[], &request).unwrap(), 21_000);
    let store = hex!("602a600055");
    let gas = estimate(&store, &request).unwrap();
    assert_eq!(gas, 21_000 + 6 + 22_100);
    // A call keeps a 64th back, so that more is needed than is spent: the inner one stores thrice, and the outer
    // one halts if that fails.
    let outer = hex!("6000600060006000600060ee5af1601257fe5b00");
    let inner = hex!("600a60005560016001556001600255");
    let state = with_code(with_code(funded(), TARGET, &outer), Address::with_last_byte(0xee), &inner);
    let least = estimate_gas(autochain(), block(), &state, &request, &base()).unwrap();
    let with = |gas| {
        let request = CallRequest { gas: Some(gas), ..to_target() };
        call(autochain(), block(), &state, &request, &base()).unwrap()
    };
    assert!(with(least).is_success() && !with(least - 1).is_success());
    assert!(least > with(least).gas_spent);
}

#[test]
fn estimates_that_cannot_be() {
    let request = CallRequest { gas: None, ..to_target() };
    let error = |code: &[u8], request: &CallRequest| estimate(code, request).unwrap_err().to_string();
    // EIP-7825 caps even where the block has more.
    assert_eq!(error(&hex!("5b600056"), &request), "gas required exceeds allowance (16777216)");
    assert_eq!(error(&hex!("60006000fd"), &request), "execution reverted");
    assert_eq!(error(&hex!("fe"), &request), "invalid opcode: opcode 0xfe not defined");
    let poor = CallRequest { gas_price: Some(10u128.pow(18) / 20_000), ..request.clone() };
    assert_eq!(error(&[], &poor), "gas required exceeds allowance (20000)");
    let rich = CallRequest { gas_price: Some(10), value: U256::from(10u64.pow(18)), ..request };
    assert_eq!(error(&[], &rich), "insufficient funds for transfer");
}

#[test]
fn access_lists() {
    // SLOAD 5; BALANCE of 0xaa…aa.
    let code = hex::decode(format!("60055473{}3100", "aa".repeat(20))).unwrap();
    let state = with_code(funded(), TARGET, &code);
    let found = create_access_list(autochain(), block(), &state, &to_target(), &base()).unwrap();
    assert_eq!(found.error, None);
    let want = [
        AccessListItem { address: TARGET, storage_keys: vec![B256::with_last_byte(5)] },
        AccessListItem { address: Address::repeat_byte(0xaa), storage_keys: vec![] },
    ];
    assert_eq!(found.access_list.0, want);
    // 21,000; two addresses and a key; two pushes and the warm accesses.
    assert_eq!(found.gas_used, 21_000 + 2 * 2_400 + 1_900 + 6 + 200);
}

#[test]
fn calls_in_the_middle_of_a_block() {
    let state = with_code(funded(), TARGET, &hex!("602a60005500"));
    let mut executor = BlockExecutor::new(autochain(), block(), &state).unwrap();
    executor.execute_transaction(&transfer(0, TxKind::Call(TARGET), 0, &[]), sender()).unwrap();
    let replaced = AccountOverride { code: Some(returning(&hex!("600054")).into()), ..Default::default() };
    let options = CallOptions { accounts: vec![(TARGET, replaced)], ..base() };
    let mut simulator = Simulator::after(executor, &options).unwrap();
    assert_eq!(word(&simulator.call(&to_target()).unwrap()), U256::from(0x2a));
}
