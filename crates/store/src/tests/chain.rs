use super::{
    fresh,
    model::{Change, Entry, Model, address, sealed, slot},
};
use crate::{CANONICAL_TABLES, ChangeSet, Reader, Store};
use autochain_primitives::{Address, B256, U256, keccak256, rlp::Encodable};
use autochain_trie::Nibbles;
use proptest::prelude::*;
use std::collections::BTreeMap;

const LETTERS: u8 = 5;
const SLOTS: u8 = 3;

/// The changes and the number of transactions of one block.
type Plan = (Vec<Change>, usize);

/// What happens to the chain.
#[derive(Clone, Debug)]
enum Step {
    /// Blocks on the head, in one commit.
    Extend(Vec<Plan>),
    /// So many blocks leave, others come.
    Reorganise(usize, Vec<Plan>),
    /// So many blocks leave, and come back in a later commit, from where they were kept.
    ThereAndBack(usize),
    /// A block beside the head.
    Side(Plan),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..LETTERS, 0u64..4, any::<bool>()).prop_map(|(letter, balance, code)| Change::Account(letter, balance, code)),
        6 => (0..LETTERS, 0..SLOTS, 0u64..3).prop_map(|(letter, slot, value)| Change::Slot(letter, slot, value)),
        1 => (0..LETTERS).prop_map(Change::Destroy),
    ]
}

fn plans(most: usize) -> impl Strategy<Value = Vec<Plan>> {
    prop::collection::vec((prop::collection::vec(change(), 0..6), 0usize..3), 0..=most)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => plans(12).prop_map(Step::Extend),
        3 => (1usize..=20, plans(20)).prop_map(|(depth, plans)| Step::Reorganise(depth, plans)),
        1 => (1usize..=20).prop_map(Step::ThereAndBack),
        1 => plans(1).prop_map(|mut plans| Step::Side(plans.pop().unwrap_or_default())),
    ]
}

/// A model and the store that follows it.
struct Twins {
    model: Model,
    store: Store,
    side: BTreeMap<B256, Entry>,
    _folder: tempfile::TempDir,
}

impl Twins {
    fn new() -> Self {
        let (folder, store) = fresh();
        let model = Model::new();
        store.genesis(model.genesis()).unwrap();
        Self { model, store, side: BTreeMap::new(), _folder: folder }
    }

    fn step(&mut self, step: &Step) {
        let before = self.model.head().state.clone();
        let number = self.model.chain.len() - 1;
        match step {
            Step::Extend(plans) => {
                plans.iter().for_each(|(changes, transactions)| self.model.extend(changes, *transactions));
                self.store.commit(self.model.commit(&before, number, false, wiped)).unwrap();
            }
            Step::Reorganise(depth, plans) => {
                let keep = number.saturating_sub(*depth);
                self.leave(keep);
                plans.iter().for_each(|(changes, transactions)| self.model.extend(changes, *transactions));
                self.store.commit(self.model.commit(&before, keep, true, wiped)).unwrap();
            }
            Step::ThereAndBack(depth) => {
                let keep = number.saturating_sub(*depth);
                let left = self.leave(keep);
                self.store.commit(self.model.commit(&before, keep, true, wiped)).unwrap();
                let before = self.model.head().state.clone();
                for entry in left {
                    self.side.remove(&entry.record.block.hash());
                    self.model.chain.push(entry);
                }
                self.store.commit(self.model.commit(&before, keep, false, wiped)).unwrap();
            }
            Step::Side((changes, transactions)) => {
                let entry = self.model.next(changes, *transactions);
                let mut commit = self.model.commit(&before, number, false, wiped);
                commit.side = vec![(sealed(&entry), entry.record.total_difficulty)];
                self.store.commit(commit).unwrap();
                self.side.insert(entry.record.block.hash(), entry);
            }
        }
    }

    /// The blocks above `keep` become side blocks.
    fn leave(&mut self, keep: usize) -> Vec<Entry> {
        let left = self.model.truncate(keep);
        self.side.extend(left.iter().map(|entry| (entry.record.block.hash(), entry.clone())));
        left
    }

    fn check(&self) {
        let reader = self.store.reader().unwrap();
        let model = &self.model;
        let head = model.head();
        let number = head.record.block.header.number;
        assert_eq!(reader.head().unwrap(), (number, head.record.block.hash()));
        for entry in &model.chain {
            check_block(&reader, entry);
        }
        assert_eq!(reader.block(number + 1).unwrap(), None);
        check_side_blocks(&reader, &self.side);
        check_state(&reader, model);
        check_trie(&reader, head);
        check_history(&reader, model);
    }
}

/// Some accounts' storage is written anew although it need not be.
fn wiped(address: Address) -> bool {
    address[0].is_multiple_of(2)
}

fn check_block(reader: &Reader, entry: &Entry) {
    let record = &entry.record;
    let (block, hash, number) = (sealed(entry), record.block.hash(), record.block.header.number);
    assert_eq!(reader.hash(number).unwrap(), Some(hash));
    assert_eq!(reader.number(&hash).unwrap(), Some(number));
    assert_eq!(reader.header(number).unwrap(), Some(block.sealed_header()));
    assert_eq!(reader.header_by_hash(&hash).unwrap(), Some(block.sealed_header()));
    assert_eq!(reader.block(number).unwrap().as_ref(), Some(&block));
    assert_eq!(reader.block_by_hash(&hash).unwrap().as_ref(), Some(&block));
    assert_eq!(reader.recovered_block(number).unwrap().as_ref(), Some(&record.block));
    assert_eq!(reader.senders(number).unwrap().unwrap(), record.block.senders());
    assert_eq!(reader.receipts(number).unwrap().unwrap(), record.receipts);
    assert_eq!(reader.total_difficulty(number).unwrap(), Some(record.total_difficulty));
    assert_eq!(reader.total_difficulty_by_hash(&hash).unwrap(), Some(record.total_difficulty));
    let mut rlp = Vec::new();
    block.encode(&mut rlp);
    assert_eq!(reader.block_rlp(number).unwrap().unwrap(), rlp);
    for (index, transaction) in (0u32..).zip(&block.transactions) {
        assert_eq!(reader.transaction(transaction.tx_hash()).unwrap(), Some((number, index)));
    }
    assert_eq!(reader.side_block(&hash).unwrap(), None);
}

fn check_side_blocks(reader: &Reader, side: &BTreeMap<B256, Entry>) {
    let stored: Vec<_> = reader.side_blocks().unwrap().map(Result::unwrap).collect();
    let expected: Vec<_> =
        side.values().map(|entry| (sealed(entry), entry.record.total_difficulty)).collect();
    assert_eq!(stored, expected);
    for (hash, entry) in side {
        assert_eq!(reader.number(hash).unwrap(), None);
        assert_eq!(reader.block_by_hash(hash).unwrap(), Some(sealed(entry)));
        assert_eq!(reader.header_by_hash(hash).unwrap(), Some(sealed(entry).sealed_header()));
        assert_eq!(reader.total_difficulty_by_hash(hash).unwrap(), Some(entry.record.total_difficulty));
        for transaction in &entry.record.block.transactions {
            assert_eq!(reader.transaction(transaction.tx_hash()).unwrap(), None);
        }
    }
}

fn check_state(reader: &Reader, model: &Model) {
    let state = &model.head().state;
    let accounts: BTreeMap<_, _> = reader.accounts(Address::ZERO).unwrap().map(Result::unwrap).collect();
    assert_eq!(accounts, state.accounts);
    for letter in 0..LETTERS {
        let address = address(letter);
        let account = state.accounts.get(&address);
        assert_eq!(reader.account(&address).unwrap().as_ref(), account);
        if let Some(account) = account.filter(|account| account.has_code()) {
            assert_eq!(keccak256(reader.code(&account.code_hash).unwrap().unwrap()), account.code_hash);
        }
        let entries = state.storage.iter().filter(|((owner, _), _)| *owner == address);
        let entries: Vec<_> = entries.map(|((_, slot), value)| (*slot, *value)).collect();
        assert_eq!(reader.storage_entries(&address).unwrap(), entries);
    }
}

fn check_trie(reader: &Reader, head: &Entry) {
    let state = &head.state;
    let leaves: BTreeMap<_, _> = reader.hashed_accounts(B256::ZERO).unwrap().map(Result::unwrap).collect();
    assert_eq!(leaves, state.hashed_accounts());
    let nodes: BTreeMap<_, _> = reader.account_nodes().unwrap().map(Result::unwrap).collect();
    assert_eq!(nodes, state.account_nodes());
    for (key, path) in starts(&leaves) {
        let first = leaves.range(key..).next();
        assert_eq!(reader.hashed_account_from(&key).unwrap(), first.map(|(key, leaf)| (*key, *leaf)));
        let first = nodes.range(path..).next();
        assert_eq!(reader.account_node_from(&path).unwrap(), first.map(|(path, node)| (*path, node.clone())));
    }
    for letter in 0..LETTERS {
        let (address, hash) = (address(letter), keccak256(address(letter)));
        assert_eq!(reader.hashed_account(&hash).unwrap().as_ref(), leaves.get(&hash));
        let leaves: BTreeMap<_, _> =
            reader.hashed_storage_entries(&hash).unwrap().map(Result::unwrap).collect();
        assert_eq!(leaves, state.hashed_slots(address));
        let nodes: BTreeMap<_, _> = reader.storage_nodes(&hash).unwrap().map(Result::unwrap).collect();
        assert_eq!(nodes, state.storage_nodes(address));
        for (key, path) in starts(&leaves) {
            let first = leaves.range(key..).next();
            assert_eq!(
                reader.hashed_storage_from(&hash, &key).unwrap(),
                first.map(|(key, value)| (*key, *value))
            );
            let first = nodes.range(path..).next();
            assert_eq!(
                reader.storage_node_from(&hash, &path).unwrap(),
                first.map(|(path, node)| (*path, node.clone()))
            );
        }
    }
}

/// Places to seek from: the beginning of keys, of every short length and the full one, and each with its last
/// nibble changed; as a key (filled with zeros) and as a path.
fn starts<V>(keys: &BTreeMap<B256, V>) -> Vec<(B256, Nibbles)> {
    let mut paths = vec![Nibbles::new()];
    for key in keys.keys() {
        for length in [1, 2, 3, 4, 5, 63, 64] {
            let mut path = Nibbles::unpack(key);
            path.truncate(length);
            paths.push(path);
            let last = path.pop().unwrap();
            path.push((last + 1) % 16);
            paths.push(path);
        }
    }
    let key = |path: &Nibbles| {
        let mut key = B256::ZERO;
        path.pack_to(key.as_mut_slice());
        key
    };
    paths.into_iter().map(|path| (key(&path), path)).collect()
}

fn check_history(reader: &Reader, model: &Model) {
    let mut after = ChangeSet::default();
    for entry in model.chain.iter().rev() {
        let number = entry.record.block.header.number;
        for letter in 0..LETTERS {
            let address = address(letter);
            assert_eq!(
                reader.account_at(number, &address).unwrap().as_ref(),
                entry.state.accounts.get(&address),
                "account {letter} after block {number}"
            );
            for key in 0..SLOTS {
                let value = entry.state.storage.get(&(address, slot(key))).copied().unwrap_or_default();
                assert_eq!(reader.storage_at(number, &address, &slot(key)).unwrap(), value);
            }
            let entries = entry.state.storage.iter().filter(|((owner, _), _)| *owner == address);
            let entries: Vec<_> = entries.map(|((_, slot), value)| (*slot, *value)).collect();
            assert_eq!(reader.storage_entries_at(number, &address).unwrap(), entries);
        }
        assert_eq!(reader.change_set(number).unwrap(), entry.record.before);

        // The older block's values count.
        assert_eq!(reader.changes_after(number).unwrap(), after, "changes after block {number}");
        let mut accounts: BTreeMap<_, _> = after.accounts.into_iter().collect();
        accounts.extend(entry.record.before.accounts.iter().copied());
        let mut storage: BTreeMap<_, _> = after.storage.into_iter().map(|(a, s, v)| ((a, s), v)).collect();
        storage.extend(entry.record.before.storage.iter().map(|(a, s, v)| ((*a, *s), *v)));
        after = ChangeSet {
            accounts: accounts.into_iter().collect(),
            storage: storage.into_iter().map(|((a, s), v): ((Address, U256), U256)| (a, s, v)).collect(),
        };
    }
}

/// The records of a table as bytes.
type Records = Vec<(Vec<u8>, Vec<u8>)>;

/// All canonical tables, record by record.
fn dump(store: &Store) -> BTreeMap<&'static str, Records> {
    let reader = store.reader().unwrap();
    let table = |name: &&'static str| {
        let mut records = Vec::new();
        reader.for_each_raw(name, |key, value| records.push((key.to_vec(), value.to_vec()))).unwrap();
        (*name, records)
    };
    CANONICAL_TABLES.iter().map(table).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_detour_leaves_what_a_linear_import_leaves(
        steps in prop::collection::vec(step(), 1..8),
        batch in 1usize..30,
    ) {
        let mut twins = Twins::new();
        for step in &steps {
            twins.step(step);
        }
        twins.check();
        let (_folder, linear) = fresh();
        twins.model.import(&linear, batch);
        prop_assert_eq!(dump(&twins.store), dump(&linear));
        let (ours, theirs) = (twins.store.reader().unwrap(), linear.reader().unwrap());
        for table in CANONICAL_TABLES {
            prop_assert_eq!(ours.table_digest(table).unwrap(), theirs.table_digest(table).unwrap());
        }
    }
}

#[test]
fn a_reader_keeps_its_head_through_a_reorganisation() {
    let mut twins = Twins::new();
    let plan = |value| (vec![Change::Account(2, value, false)], 1);
    twins.step(&Step::Extend(vec![plan(1), plan(2), plan(3)]));
    let reader = twins.store.reader().unwrap();
    let model = twins.model.clone();
    twins.step(&Step::Reorganise(2, vec![plan(7), plan(8), plan(9)]));
    check_state(&reader, &model);
    check_history(&reader, &model);
    twins.check();
}

#[test]
fn a_deep_reorganisation_crosses_shards() {
    let mut twins = Twins::new();
    let plan = |value| (vec![Change::Account(0, value, false), Change::Slot(1, 0, value % 3)], 0);
    twins.step(&Step::Extend((0..60).map(plan).collect()));
    twins.step(&Step::Reorganise(20, (100..130).map(plan).collect()));
    twins.step(&Step::Reorganise(63, (200..205).map(plan).collect()));
    twins.check();
    let (_folder, linear) = fresh();
    twins.model.import(&linear, 1);
    assert_eq!(dump(&twins.store), dump(&linear));
}
