//! Random changes against a model in hash maps, whose roots come from another implementation.

use crate::*;
use alloy_trie::{
    TrieAccount,
    proof::verify_proof,
    root::{state_root_unhashed, storage_root_unhashed},
};
use autochain_evm::{AccountChange, InMemoryState, SlotChange, StateChanges, StateReader};
use autochain_primitives::{
    Account, Address, B256, Block, Bytes, Header, KECCAK256_EMPTY, RecoveredBlock, SealedBlock, U256,
    keccak256, rlp,
};
use autochain_store::{BlockRecord, ChangeSet, Commit, Genesis, Options, StateDelta, Store, SyncMode};
use autochain_trie::Nibbles;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One thing that a transaction does to one of a few accounts.
#[derive(Clone, Debug)]
enum Step {
    /// Balance and nonce; creates.
    Set(u8, u8),
    /// A slot; 0 removes. Creates.
    Store(u8, u8, u8),
    /// The account with all it has.
    Destroy(u8),
    /// A contract anew at the same place, with one slot.
    Replace(u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let account = 0u8..12;
    prop_oneof![
        2 => (account.clone(), any::<u8>()).prop_map(|(a, v)| Step::Set(a, v)),
        6 => (account.clone(), 0u8..20, 0u8..3).prop_map(|(a, s, v)| Step::Store(a, s, v)),
        1 => account.clone().prop_map(Step::Destroy),
        1 => (account, 0u8..20).prop_map(|(a, s)| Step::Replace(a, s)),
    ]
}

/// Blocks of transactions of steps.
fn blocks() -> impl Strategy<Value = Vec<Vec<Vec<Step>>>> {
    let transaction = prop::collection::vec(step(), 1..12);
    prop::collection::vec(prop::collection::vec(transaction, 0..5), 1..8)
}

fn address(index: u8) -> Address {
    Address::repeat_byte(index + 1)
}

/// Slots that share long beginnings of their hash would be better, and cannot be found; there are few, so that
/// tries shrink to a leaf and to nothing.
fn slot(index: u8) -> U256 {
    U256::from(index)
}

/// The state as it is, and as it was when the block began.
#[derive(Clone)]
struct Model {
    state: InMemoryState,
    before: InMemoryState,
    /// Accounts that lost the storage which they had at the start.
    wiped: BTreeSet<Address>,
}

impl Model {
    fn new(state: InMemoryState) -> Self {
        Self { before: state.clone(), state, wiped: BTreeSet::new() }
    }

    fn step(&mut self, step: &Step) {
        let put =
            |state: &mut InMemoryState, address: Address, account: Account, slots: BTreeMap<U256, U256>| {
                state.insert_account(address, account.nonce, account.balance, Bytes::new(), slots);
            };
        let at = |state: &InMemoryState, address: &Address| {
            state.account(address).unwrap().unwrap_or(Account { nonce: 1, ..Account::default() })
        };
        match *step {
            Step::Set(index, value) => {
                let address = address(index);
                let slots = self.state.slots(&address);
                let account = Account { balance: U256::from(value), ..at(&self.state, &address) };
                put(&mut self.state, address, account, slots);
            }
            Step::Store(index, key, value) => {
                let address = address(index);
                let mut slots = self.state.slots(&address);
                slots.insert(slot(key), U256::from(value));
                let account = at(&self.state, &address);
                put(&mut self.state, address, account, slots);
            }
            Step::Destroy(index) => self.destroy(address(index)),
            Step::Replace(index, key) => {
                let address = address(index);
                self.destroy(address);
                let slots = BTreeMap::from([(slot(key), U256::from(77))]);
                put(&mut self.state, address, Account { nonce: 2, ..Account::default() }, slots);
            }
        }
    }

    fn destroy(&mut self, address: Address) {
        let removed = AccountChange { wiped: true, ..AccountChange::default() };
        self.state.apply(&StateChanges {
            accounts: BTreeMap::from([(address, removed)]),
            ..StateChanges::default()
        });
        if !self.before.slots(&address).is_empty() {
            self.wiped.insert(address);
        }
    }

    /// All that changed since the beginning, in the form that the machine gives it.
    fn changes(&self) -> StateChanges {
        let mut changes = StateChanges::default();
        for address in (0..12).map(address) {
            let (before, after) = (self.before.slots(&address), self.state.slots(&address));
            let wiped = self.wiped.contains(&address);
            let mut storage = BTreeMap::new();
            for key in before.keys().chain(after.keys()) {
                let value = |slots: &BTreeMap<U256, U256>| slots.get(key).copied().unwrap_or_default();
                let change = SlotChange { before: value(&before), after: value(&after) };
                if wiped || change.before != change.after {
                    storage.insert(*key, change);
                }
            }
            let account = |state: &InMemoryState| state.account(&address).unwrap();
            let change =
                AccountChange { before: account(&self.before), after: account(&self.state), wiped, storage };
            if !change.is_noop() {
                changes.accounts.insert(address, change);
            }
        }
        changes
    }

    fn root(&self) -> B256 {
        root(&self.state)
    }
}

fn root(state: &InMemoryState) -> B256 {
    state_root_unhashed(
        state.accounts().into_iter().map(|(address, account)| (address, leaf(state, &address, account))),
    )
}

fn leaf(state: &InMemoryState, address: &Address, account: Account) -> TrieAccount {
    let slots = state.slots(address).into_iter().map(|(slot, value)| (B256::from(slot), value));
    TrieAccount {
        nonce: account.nonce,
        balance: account.balance,
        storage_root: storage_root_unhashed(slots),
        code_hash: KECCAK256_EMPTY,
    }
}

/// A store with a first state of some accounts, with and without storage.
fn store(folder: &std::path::Path) -> (Store, InMemoryState) {
    let mut state = InMemoryState::default();
    for index in 0..8 {
        let slots = (0..index * 2).map(|key| (slot(key), U256::from(key + 1)));
        state.insert_account(address(index), u64::from(index), U256::from(index), Bytes::new(), slots);
    }
    let alloc = state.accounts().into_iter().map(|(address, account)| {
        let storage = state.slots(&address).into_iter().collect();
        (address, GenesisEntry { account, code: None, storage })
    });
    let (state_root, delta) = genesis_delta(alloc).unwrap();
    assert_eq!(state_root, root(&state));
    let options = Options { sync: SyncMode::NoSync, max_size: 1 << 28, ..Options::default() };
    let store = Store::open(folder, &options).unwrap();
    store
        .genesis(Genesis {
            block: block(0, B256::ZERO, state_root),
            total_difficulty: U256::ZERO,
            config_json: "{}".to_owned(),
            seal_rule: "none".to_owned(),
            state: delta,
        })
        .unwrap();
    (store, state)
}

fn block(number: u64, parent_hash: B256, state_root: B256) -> SealedBlock {
    let header = Header { number, parent_hash, state_root, ..Header::default() };
    Block { header, ..Block::default() }.seal_slow()
}

fn record(block: SealedBlock, changes: &StateChanges) -> BlockRecord {
    let mut before = ChangeSet::default();
    for (address, change) in &changes.accounts {
        if change.before != change.after {
            before.accounts.push((*address, change.before));
        }
        for (slot, value) in change.storage.iter().filter(|(_, value)| value.before != value.after) {
            before.storage.push((*address, *slot, value.before));
        }
    }
    let block = RecoveredBlock::new_unchecked(block, Vec::new());
    BlockRecord { block, receipts: Vec::new(), total_difficulty: U256::ZERO, before }
}

/// The view shows what the model has, slot by slot and as a whole.
fn assert_view(view: &StateView<'_>, model: &InMemoryState) {
    for address in (0..13).map(address) {
        assert_eq!(view.account(&address).unwrap(), model.account(&address).unwrap());
        let slots = model.slots(&address);
        assert_eq!(BTreeMap::from_iter(view.storage_entries(&address).unwrap()), slots);
        for key in (0..20).map(slot) {
            let expected = slots.get(&key).copied().unwrap_or_default();
            assert_eq!(view.storage(&address, &key).unwrap(), expected);
        }
    }
}

/// Proofs of the view convince a verifier who knows nothing but the root: of what is there, and of what is not.
fn assert_proofs(view: &StateView<'_>, model: &InMemoryState) {
    let state_root = root(model);
    for address in (0..13).map(address) {
        let keys: Vec<U256> = (0..20).step_by(3).map(slot).collect();
        let proof = prove_account(view, &address, &keys).unwrap();
        let account = model.account(&address).unwrap();
        assert_eq!(proof.account, account);
        let value = account.map(|account| rlp::encode(leaf(model, &address, account)));
        verify_proof(state_root, Nibbles::unpack(keccak256(address)), value, &proof.proof).unwrap();
        for storage in &proof.storage {
            let expected = model.slots(&address).get(&storage.slot).copied().unwrap_or_default();
            assert_eq!(storage.value, expected);
            let value = (!expected.is_zero()).then(|| rlp::encode(expected));
            let path = Nibbles::unpack(keccak256(storage.slot.to_be_bytes::<32>()));
            verify_proof(proof.storage_root, path, value, &storage.proof).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Roots after each transaction and after each block, reads through the layers, proofs, what a commit leaves in
    /// the database, and the way back to every older block.
    #[test]
    fn layers_show_the_model(blocks in blocks(), commit_after in 1usize..4) {
        let folder = tempfile::tempdir().unwrap();
        let (store, state) = store(folder.path());
        let mut reader = store.reader().unwrap();
        let (mut delta, mut hashes) = (StateDelta::default(), BlockHashes::new());
        let mut waiting = Vec::new();
        let mut model = Model::new(state);
        let mut history = vec![model.state.clone()];
        let (_, mut tip) = reader.head().unwrap();
        for (number, transactions) in (1u64..).zip(&blocks) {
            let mut top = StateDelta::default();
            let mut whole = Model::new(model.state.clone());
            {
                let view = StateView::over(&reader, &delta, &hashes);
                for steps in transactions {
                    let mut single = Model::new(whole.state.clone());
                    for step in steps {
                        single.step(step);
                        whole.step(step);
                    }
                    let state_root = apply(&view, &mut top, &single.changes()).unwrap();
                    prop_assert_eq!(state_root, single.root(), "after a transaction of block {}", number);
                }
                // Roots after transactions or not: the block as a whole gives the same delta in effect.
                let mut fresh = StateDelta::default();
                prop_assert_eq!(apply(&view, &mut fresh, &whole.changes()).unwrap(), whole.root());
                prop_assert_eq!(apply(&view, &mut top, &whole.changes()).unwrap(), whole.root());
                if number % 2 == 0 {
                    top = fresh;
                }
            }
            merge(&mut delta, top);
            model = Model::new(whole.state.clone());
            history.push(model.state.clone());
            let block = block(number, tip, model.root());
            tip = block.hash();
            hashes.insert(number, tip);
            waiting.push(record(block, &whole.changes()));
            let view = StateView::over(&reader, &delta, &hashes);
            assert_view(&view, &model.state);
            assert_proofs(&view, &model.state);
            prop_assert_eq!(view.block_hash(number).unwrap(), tip);

            if waiting.len() == commit_after {
                let (blocks, state) = (std::mem::take(&mut waiting), std::mem::take(&mut delta));
                store.commit(Commit { blocks, state, ..Commit::default() }).unwrap();
                reader = store.reader().unwrap();
                assert_view(&StateView::head(&reader), &model.state);
                prop_assert_eq!(recompute_state_root(&reader).unwrap(), model.root());
            }
        }
        assert_the_way_back(&reader, &history);
    }
}

/// Every older state, by history and by rewinding.
fn assert_the_way_back(reader: &autochain_store::Reader, history: &[InMemoryState]) {
    let (head, _) = reader.head().unwrap();
    for number in 0..=head {
        let model = &history[number as usize];
        assert_view(&StateView::at(reader, number).unwrap(), model);
        let delta = rewind(reader, number).unwrap();
        let hashes = BlockHashes::new();
        let view = StateView::over(reader, &delta, &hashes);
        assert_view(&view, model);
        assert_proofs(&view, model);
    }
    assert!(matches!(StateView::at(reader, head + 1), Err(StateError::UnknownBlock(_))));
}

/// A database whose change sets do not lead back to the root of the header is refused, not used.
#[test]
fn a_wrong_way_back_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (store, state) = store(folder.path());
    let mut model = Model::new(state);
    model.step(&Step::Set(3, 200));
    let reader = store.reader().unwrap();
    let mut delta = StateDelta::default();
    let state_root = apply(&StateView::head(&reader), &mut delta, &model.changes()).unwrap();
    let block = block(1, reader.head().unwrap().1, state_root);
    let mut record = record(block, &model.changes());
    record.before.accounts[0].1.as_mut().unwrap().balance += U256::from(1);
    store.commit(Commit { blocks: vec![record], state: delta, ..Commit::default() }).unwrap();
    let reader = store.reader().unwrap();
    let error = rewind(&reader, 0).unwrap_err();
    assert!(matches!(error, StateError::RewindRoot { number: 0, .. }), "{error}");
    assert!(error.to_string().contains("autochain removedb"));
    let error = rewind(&reader, 7).unwrap_err();
    assert!(matches!(error, StateError::UnknownBlock(7)), "{error}");
}
