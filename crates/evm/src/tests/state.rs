use super::*;
use proptest::prelude::*;

const FACTORY: Address = Address::repeat_byte(0xfa);
/// Creates its input as init code with CREATE2 and salt 0.
const FACTORY_CODE: [u8; 15] = hex!("36600060003760003660006000f500");
/// Without a third word of input stores the second under the first, otherwise destroys itself for its caller.
const WORKER_CODE: [u8; 17] = hex!("604035600e5760203560003555005b33ff");
/// Leaves [`WORKER_CODE`].
const WORKER_INIT: [u8; 29] = hex!("6011600c60003960116000f3604035600e5760203560003555005b33ff");

fn worker() -> Address {
    FACTORY.create2(B256::ZERO, keccak256(WORKER_INIT))
}

fn words(words: [u64; 3]) -> Vec<u8> {
    words.into_iter().flat_map(|word| U256::from(word).to_be_bytes::<32>()).collect()
}

fn slots<const N: usize>(slots: [(u64, u64); N]) -> impl Iterator<Item = (U256, U256)> {
    slots.into_iter().map(|(slot, value)| (U256::from(slot), U256::from(value)))
}

fn slot_change(before: u64, after: u64) -> SlotChange {
    SlotChange { before: U256::from(before), after: U256::from(after) }
}

/// A factory, and a worker with storage.
fn workshop() -> InMemoryState {
    let mut state = with_code(funded(), FACTORY, &FACTORY_CODE);
    let code = Bytes::from_static(&WORKER_CODE);
    state.insert_account(worker(), 1, U256::from(100), code, slots([(1, 5), (3, 1), (4, 2)]));
    state
}

#[test]
fn a_destroyed_account_names_all_its_slots() {
    let state = workshop();
    let destroy = transfer(0, TxKind::Call(worker()), 0, &words([0, 0, 1]));
    let done = execute(Rules::ethereum(SpecId::LONDON), &state, std::slice::from_ref(&destroy));
    let change = &done.changes.accounts[&worker()];
    assert!(change.after.is_none() && change.wiped);
    let all = slots([(1, 5), (3, 1), (4, 2)])
        .map(|(slot, before)| (slot, SlotChange { before, after: U256::ZERO }));
    assert_eq!(change.storage, all.collect());
    assert!(applied(&state, &done.changes).slots(&worker()).is_empty());
    assert_eq!(done.destroyed, U256::ZERO);

    // EIP-6780: not one that existed before the transaction.
    let done = execute(Rules::ethereum(SpecId::CANCUN), &state, &[destroy]);
    let change = &done.changes.accounts[&worker()];
    assert!(!change.wiped && change.storage.is_empty());
    assert_eq!(change.after.unwrap().balance, U256::ZERO);
}

#[test]
fn an_account_created_anew_starts_with_empty_storage() {
    let state = workshop();
    let transactions = [
        transfer(0, TxKind::Call(worker()), 0, &words([0, 0, 1])),
        transfer(1, TxKind::Call(FACTORY), 0, &WORKER_INIT),
        transfer(2, TxKind::Call(worker()), 0, &words([3, 9, 0])),
        transfer(3, TxKind::Call(worker()), 0, &words([4, 2, 0])),
    ];
    let done = execute(Rules::ethereum(SpecId::LONDON), &state, &transactions);
    let change = &done.changes.accounts[&worker()];
    assert!(change.wiped);
    let want = [(1, slot_change(5, 0)), (3, slot_change(1, 9)), (4, slot_change(2, 2))];
    assert_eq!(change.storage, want.map(|(slot, change)| (U256::from(slot), change)).into());
    assert!(done.changes.code.is_empty());
    let after = applied(&state, &done.changes);
    assert_eq!(after.slots(&worker()), slots([(3, 9), (4, 2)]).collect());

    // It went and came without a trace of its own: nothing to say about storage that was not there.
    let mut bare = state;
    bare.insert_account(worker(), 1, U256::ZERO, Bytes::from_static(&WORKER_CODE), []);
    let done = execute(Rules::ethereum(SpecId::LONDON), &bare, &transactions[..2]);
    assert!(!done.changes.accounts.contains_key(&worker()));
}

#[test]
fn new_code_is_named_once() {
    let state = with_code(funded(), FACTORY, &FACTORY_CODE);
    let done = execute(
        Rules::ethereum(SpecId::LONDON),
        &state,
        &[transfer(0, TxKind::Call(FACTORY), 0, &WORKER_INIT), transfer(1, TxKind::Create, 0, &WORKER_INIT)],
    );
    assert_eq!(done.changes.code.len(), 1);
    let after = applied(&state, &done.changes);
    assert_eq!(after.code_of(&worker()), Bytes::from_static(&WORKER_CODE));
    assert_eq!(after.code_of(&sender().create(1)), Bytes::from_static(&WORKER_CODE));
}

#[test]
fn empty_accounts_come_and_go_with_eip_161() {
    let touch = transfer(0, TxKind::Call(TARGET), 0, &[]);
    let run = |spec_id, state: &InMemoryState| {
        let done = execute(Rules::ethereum(spec_id), state, std::slice::from_ref(&touch));
        applied(state, &done.changes).accounts().get(&TARGET).copied()
    };
    assert_eq!(run(SpecId::HOMESTEAD, &funded()), Some(Account::default()));
    assert_eq!(run(SpecId::SPURIOUS_DRAGON, &funded()), None);
    let mut existing = funded();
    existing.insert_account(TARGET, 0, U256::ZERO, Bytes::new(), []);
    assert_eq!(run(SpecId::TANGERINE, &existing), Some(Account::default()));
    assert_eq!(run(SpecId::SPURIOUS_DRAGON, &existing), None);
}

#[test]
fn a_reward_of_nothing_touches() {
    let pay = |spec_id, state: &InMemoryState| {
        let executor = BlockExecutor::new(Rules::ethereum(spec_id), block(), state).unwrap();
        let done = executor.finish_with([(TARGET, U256::ZERO)], None).unwrap();
        applied(state, &done.changes).accounts().get(&TARGET).copied()
    };
    assert_eq!(pay(SpecId::FRONTIER, &funded()), Some(Account::default()));
    assert_eq!(pay(SpecId::BYZANTIUM, &funded()), None);
    let mut existing = funded();
    existing.insert_account(TARGET, 0, U256::ZERO, Bytes::new(), []);
    assert_eq!(pay(SpecId::BYZANTIUM, &existing), None);
}

#[test]
fn every_destroyed_wei_is_counted() {
    let law = |rules: Rules, state: &InMemoryState, transaction: Transaction, destroyed: u64| {
        let done = execute(rules, state, &[transaction]);
        assert_eq!(done.destroyed, U256::from(destroyed), "{:?}", rules.spec_id);
        let base_fee = if rules.base_fee() { 7 } else { 0 };
        let burnt = U256::from(done.gas_used * base_fee);
        let after = applied(state, &done.changes);
        assert_eq!(after.total_balance() + burnt + done.destroyed, state.total_balance());
    };
    let (byzantium, cancun) = (Rules::ethereum(SpecId::BYZANTIUM), Rules::ethereum(SpecId::CANCUN));
    let to_itself = hex!("30ff");
    let mut state = funded();
    state.insert_account(TARGET, 1, U256::from(100), Bytes::from(to_itself), []);
    let wake = |value| transfer(0, TxKind::Call(TARGET), value, &[]);
    // To itself: before EIP-6780, or in the transaction of its creation.
    law(byzantium, &state, wake(1), 101);
    law(cancun, &state, wake(1), 0);
    law(cancun, &state, transfer(0, TxKind::Create, 50, &to_itself), 50);
    // Undone by a revert: CALL, then REVERT.
    let caller = Address::repeat_byte(0xca);
    let target = "4242424242424242424242424242424242424242";
    let reverting = hex::decode(format!("6000600060006000600073{target}5af15060006000fd")).unwrap();
    let undone = with_code(state.clone(), caller, &reverting);
    law(byzantium, &undone, transfer(0, TxKind::Call(caller), 0, &[]), 0);
    // Sent after its end: CALL, which pays the caller, then CALL with 3 wei.
    let call = |value: u8| format!("600060006000600060{value:02x}73{target}5af150");
    let twice = hex::decode(format!("{}{}00", call(0), call(3))).unwrap();
    let mut late = with_code(funded(), caller, &twice);
    late.insert_account(TARGET, 1, U256::from(100), Bytes::from_static(&hex!("33ff")), []);
    law(byzantium, &late, transfer(0, TxKind::Call(caller), 0, &[]), 0);
    // The same where the destroyed account does not pass on what it got.
    let once = hex::decode(format!("{}{}00", call(0), call(3))).unwrap();
    let mut stuck = with_code(funded(), caller, &once);
    stuck.insert_account(TARGET, 1, U256::from(100), Bytes::from_static(&hex!("3460065733ff5b00")), []);
    law(byzantium, &stuck, transfer(0, TxKind::Call(caller), 0, &[]), 3);
}

#[derive(Clone, Debug)]
enum Step {
    Create,
    Store(u64, u64),
    Destroy,
    Send(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Create),
        5 => (0..4u64, 0..3u64).prop_map(|(slot, value)| Step::Store(slot, value)),
        2 => Just(Step::Destroy),
        1 => (0..3u64).prop_map(Step::Send),
    ]
}

proptest! {
    #[test]
    fn changes_are_complete_and_reversible(
        exists in any::<bool>(),
        before in prop::collection::btree_map(0..4u64, 0..3u64, 0..4),
        steps in prop::collection::vec(step(), 0..10),
        cancun in any::<bool>(),
    ) {
        let mut state = with_code(funded(), FACTORY, &FACTORY_CODE);
        if exists {
            let storage = before.into_iter().map(|(slot, value)| (U256::from(slot), U256::from(value)));
            state.insert_account(worker(), 1, U256::from(1), Bytes::from_static(&WORKER_CODE), storage);
        }
        let spec_id = if cancun { SpecId::CANCUN } else { SpecId::LONDON };
        let rules = Rules { post_state_receipts: true, ..Rules::ethereum(spec_id) };
        let mut seen = state.clone();
        let mut hook = |changes: &StateChanges| -> Result<B256, BoxError> {
            // One transaction is as complete and reversible as the block.
            seen = applied(&seen, changes);
            Ok(B256::ZERO)
        };
        let mut executor = BlockExecutor::with_roots(rules, block(), &state, Some(&mut hook)).unwrap();
        let mut destroyed = U256::ZERO;
        for (nonce, step) in steps.into_iter().enumerate() {
            let (to, value, data) = match step {
                Step::Create => (FACTORY, 0, WORKER_INIT.to_vec()),
                Step::Store(slot, value) => (worker(), 0, words([slot, value, 0])),
                Step::Destroy => (worker(), 0, words([0, 0, 1])),
                Step::Send(value) => (worker(), value, words([0, 0, 0])),
            };
            let transaction = transfer(nonce as u64, TxKind::Call(to), value, &data);
            destroyed += executor.execute_transaction(&transaction, sender()).unwrap().destroyed;
        }
        let done = executor.finish_with([], None).unwrap();
        prop_assert_eq!(done.destroyed, destroyed);
        let after = applied(&state, &done.changes);
        prop_assert_eq!(after.accounts(), seen.accounts());
        prop_assert_eq!(after.slots(&worker()), seen.slots(&worker()));
        let burnt = U256::from(done.gas_used * 7);
        prop_assert_eq!(after.total_balance() + burnt + destroyed, state.total_balance());
        for change in done.changes.accounts.values() {
            prop_assert!(!change.is_noop());
            prop_assert!(change.wiped || change.storage.values().all(|slot| slot.before != slot.after));
        }
    }
}
