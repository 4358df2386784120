//! The naive twin: every block keeps the whole state after it.

use crate::{
    BlockRecord, ChangeSet, Commit, Genesis, HashedAccount, HashedStorageDelta, StateDelta, StorageDelta,
    StorageNodesDelta, Store,
};
use autochain_primitives::{
    Account, Address, B256, Block, Bytes, EMPTY_ROOT_HASH, Eip658Value, Header, KECCAK256_EMPTY, Log,
    Receipt, RecoveredBlock, SealedBlock, Transaction, TxType, U256, keccak256,
    rlp::{self, Decodable, Encodable},
};
use autochain_trie::{BranchNode, Nibbles};
use std::collections::BTreeMap;

/// The state after a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) accounts: BTreeMap<Address, Account>,
    pub(super) storage: BTreeMap<(Address, U256), U256>,
}

/// One change that a block makes; letters stand for addresses and slots.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// Sets the account's balance and code.
    Account(u8, u64, bool),
    /// Sets a slot of an account that exists.
    Slot(u8, u8, u64),
    /// Destroys the account with its storage.
    Destroy(u8),
}

/// A block, the state after it, and its total difficulty.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) record: BlockRecord,
    pub(super) state: State,
}

/// A chain of blocks, block 0 first.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) chain: Vec<Entry>,
    counter: u64,
}

pub(super) fn address(letter: u8) -> Address {
    Address::repeat_byte(letter)
}

pub(super) fn slot(letter: u8) -> U256 {
    U256::from(letter) << 200
}

fn code(letter: u8) -> Bytes {
    Bytes::from(vec![letter; 40])
}

impl State {
    fn apply(&mut self, change: &Change) {
        match *change {
            Change::Account(letter, balance, has_code) => {
                let account = self.accounts.entry(address(letter)).or_default();
                account.balance = U256::from(balance);
                account.nonce = account.nonce.wrapping_add(1);
                account.code_hash = if has_code { keccak256(code(letter)) } else { KECCAK256_EMPTY };
            }
            Change::Slot(letter, key, value) => {
                if !self.accounts.contains_key(&address(letter)) {
                    return;
                }
                if value == 0 {
                    self.storage.remove(&(address(letter), slot(key)));
                } else {
                    self.storage.insert((address(letter), slot(key)), U256::from(value));
                }
            }
            Change::Destroy(letter) => {
                self.accounts.remove(&address(letter));
                self.storage.retain(|(owner, _), _| *owner != address(letter));
            }
        }
    }

    /// What a step from `self` to `after` replaces.
    fn replaced(&self, after: &Self) -> ChangeSet {
        let mut set = ChangeSet::default();
        for key in keys(&self.accounts, &after.accounts) {
            let before = self.accounts.get(&key).copied();
            if before != after.accounts.get(&key).copied() {
                set.accounts.push((key, before));
            }
        }
        for key in keys(&self.storage, &after.storage) {
            let before = self.storage.get(&key).copied().unwrap_or_default();
            if before != after.storage.get(&key).copied().unwrap_or_default() {
                set.storage.push((key.0, key.1, before));
            }
        }
        set
    }

    fn slots_of(&self, owner: Address) -> BTreeMap<U256, U256> {
        let slots = self.storage.iter().filter(|((address, _), _)| *address == owner);
        slots.map(|((_, slot), value)| (*slot, *value)).collect()
    }

    pub(super) fn hashed_accounts(&self) -> BTreeMap<B256, HashedAccount> {
        let hashed = |(address, account): (&Address, &Account)| {
            let slots = self.slots_of(*address);
            let root = if slots.is_empty() { EMPTY_ROOT_HASH } else { keccak256(format!("{slots:?}")) };
            (keccak256(address), HashedAccount::new(*account, root))
        };
        self.accounts.iter().map(hashed).collect()
    }

    pub(super) fn hashed_slots(&self, owner: Address) -> BTreeMap<B256, U256> {
        let slots = self.slots_of(owner).into_iter();
        slots.map(|(slot, value)| (keccak256(slot.to_be_bytes::<32>()), value)).collect()
    }

    /// Not the true nodes, but as good here: some branch nodes that are a function of the state. Each prefix of a
    /// leaf's path of zero to three nibbles holds one.
    pub(super) fn account_nodes(&self) -> BTreeMap<Nibbles, BranchNode> {
        nodes(self.hashed_accounts().into_iter().map(|(key, account)| (key, format!("{account:?}"))))
    }

    pub(super) fn storage_nodes(&self, owner: Address) -> BTreeMap<Nibbles, BranchNode> {
        nodes(self.hashed_slots(owner).into_iter().map(|(key, value)| (key, value.to_string())))
    }

    /// The net change from `self` to `after`; storage of accounts in `wiped` is written anew.
    pub(super) fn delta(&self, after: &Self, wiped: impl Fn(Address) -> bool) -> StateDelta {
        let mut delta = StateDelta::default();
        let replaced = self.replaced(after);
        for (address, _) in &replaced.accounts {
            delta.accounts.insert(*address, after.accounts.get(address).copied());
            if let Some(account) = after.accounts.get(address).filter(|account| account.has_code()) {
                delta.code.insert(account.code_hash, code(address[0]));
            }
        }
        let (old, new) = (self.hashed_accounts(), after.hashed_accounts());
        delta.hashed_accounts = changed(&old, &new);
        delta.account_nodes = changed(&self.account_nodes(), &after.account_nodes());

        let mut owners: Vec<_> = keys(&self.accounts, &after.accounts);
        owners.extend(replaced.storage.iter().map(|(address, _, _)| *address));
        for owner in owners {
            let wiped = wiped(owner);
            let old = |state: &Self| if wiped { Self::default() } else { state.clone() };
            let zero = |value: Option<U256>| value.unwrap_or_default();
            let slots = changed(&old(self).slots_of(owner), &after.slots_of(owner));
            let slots = slots.into_iter().map(|(slot, value)| (slot, zero(value))).collect();
            delta.storage.insert(owner, StorageDelta { wiped, slots });
            let slots = changed(&old(self).hashed_slots(owner), &after.hashed_slots(owner));
            let slots = slots.into_iter().map(|(slot, value)| (slot, zero(value))).collect();
            delta.hashed_storage.insert(keccak256(owner), HashedStorageDelta { wiped, slots });
            let nodes = changed(&old(self).storage_nodes(owner), &after.storage_nodes(owner));
            delta.storage_nodes.insert(keccak256(owner), StorageNodesDelta { wiped, nodes });
        }
        delta
    }
}

impl Model {
    /// Block 0 with two accounts, one of them with storage.
    pub(super) fn new() -> Self {
        let mut state = State::default();
        for change in [Change::Account(0, 1000, false), Change::Account(1, 5, true), Change::Slot(1, 0, 77)] {
            state.apply(&change);
        }
        let header = Header { difficulty: U256::from(1), ..Header::default() };
        let block = Block { header, ..Block::default() }.seal_slow();
        let record = BlockRecord {
            block: RecoveredBlock::new_unchecked(block, Vec::new()),
            receipts: Vec::new(),
            total_difficulty: U256::from(1),
            before: ChangeSet::default(),
        };
        Self { chain: vec![Entry { record, state }], counter: 0 }
    }

    pub(super) fn genesis(&self) -> Genesis {
        let entry = &self.chain[0];
        Genesis {
            block: entry.record.block.sealed_block().clone(),
            total_difficulty: entry.record.total_difficulty,
            config_json: "{\"config\":{}}".to_owned(),
            seal_rule: "test".to_owned(),
            state: State::default().delta(&entry.state, |_| false),
        }
    }

    pub(super) fn head(&self) -> &Entry {
        self.chain.last().unwrap()
    }

    /// The blocks above `to`.
    pub(super) fn truncate(&mut self, to: usize) -> Vec<Entry> {
        self.chain.split_off(to + 1)
    }

    /// A block on the head, not added. No two are equal.
    pub(super) fn next(&mut self, changes: &[Change], transactions: usize) -> Entry {
        let parent = self.head();
        let mut state = parent.state.clone();
        changes.iter().for_each(|change| state.apply(change));
        let before = parent.state.replaced(&state);
        let header = Header {
            parent_hash: parent.record.block.hash(),
            number: parent.record.block.header.number + 1,
            difficulty: U256::from(3),
            extra_data: Bytes::copy_from_slice(&self.counter.to_be_bytes()),
            ..Header::default()
        };
        let total_difficulty = parent.record.total_difficulty + header.difficulty;
        let ommers = if self.counter % 5 == 4 { vec![Header::default()] } else { Vec::new() };
        let transactions: Vec<_> = (0..transactions)
            .map(|_| {
                self.counter += 1;
                transaction(self.counter)
            })
            .collect();
        self.counter += 1;
        let senders: Vec<_> = (0..transactions.len()).map(|index| address(index as u8)).collect();
        let receipts = (0..transactions.len()).map(receipt).collect();
        let block = Block { header, transactions, ommers }.seal_slow();
        let block = RecoveredBlock::new_unchecked(block, senders);
        Entry { record: BlockRecord { block, receipts, total_difficulty, before }, state }
    }

    /// Adds a block to the head.
    pub(super) fn extend(&mut self, changes: &[Change], transactions: usize) {
        let entry = self.next(changes, transactions);
        self.chain.push(entry);
    }

    /// The commit from the state `from` to this chain's head, whose blocks above `unwind_to` are new.
    pub(super) fn commit(
        &self,
        from: &State,
        keep: usize,
        unwind: bool,
        wiped: impl Fn(Address) -> bool,
    ) -> Commit {
        Commit {
            unwind_to: unwind.then_some(keep as u64),
            blocks: self.chain[keep + 1..].iter().map(|entry| entry.record.clone()).collect(),
            state: from.delta(&self.head().state, wiped),
            side: Vec::new(),
        }
    }

    /// Imports the chain from its beginning, `batch` blocks a commit.
    pub(super) fn import(&self, store: &Store, batch: usize) {
        store.genesis(self.genesis()).unwrap();
        let mut keep = 0;
        while keep + 1 < self.chain.len() {
            let end = (keep + 1 + batch).min(self.chain.len());
            let part = Self { chain: self.chain[..end].to_vec(), counter: 0 };
            store.commit(part.commit(&self.chain[keep].state, keep, false, |_| false)).unwrap();
            keep = end - 1;
        }
    }
}

/// A legacy transaction that differs from others by its nonce; the store looks at no signature.
fn transaction(nonce: u64) -> Transaction {
    let mut payload = Vec::new();
    for field in [nonce, 1, 21_000] {
        field.encode(&mut payload);
    }
    Address::ZERO.encode(&mut payload);
    0u64.encode(&mut payload);
    Bytes::new().encode(&mut payload);
    for field in [27u64, 1, 1] {
        field.encode(&mut payload);
    }
    let mut out = Vec::new();
    rlp::Header { list: true, payload_length: payload.len() }.encode(&mut out);
    out.extend_from_slice(&payload);
    Transaction::decode(&mut out.as_slice()).unwrap()
}

fn receipt(index: usize) -> Receipt {
    let log =
        Log::new_unchecked(address(index as u8), vec![B256::repeat_byte(1)], Bytes::from_static(b"data"));
    Receipt {
        tx_type: TxType::Legacy,
        status: Eip658Value::Eip658(index.is_multiple_of(2)),
        cumulative_gas_used: 21_000 * (index as u64 + 1),
        logs: vec![log; index % 3],
    }
}

fn nodes(leaves: impl Iterator<Item = (B256, String)>) -> BTreeMap<Nibbles, BranchNode> {
    let mut texts = BTreeMap::<Nibbles, String>::new();
    for (key, text) in leaves {
        for length in 0..4 {
            let mut path = Nibbles::unpack(key);
            path.truncate(length);
            texts.entry(path).or_default().push_str(&text);
        }
    }
    texts.into_iter().map(|(path, text)| (path, node(&text))).collect()
}

/// A branch node with two children, named by a text.
fn node(text: &str) -> BranchNode {
    let mut bytes = vec![0, 3, 0, 0, 0, 0];
    bytes.extend_from_slice(keccak256(text).as_slice());
    bytes.extend_from_slice(keccak256(format!("{text}!")).as_slice());
    BranchNode::decode(&bytes).unwrap()
}

fn keys<K: Ord + Copy, V>(a: &BTreeMap<K, V>, b: &BTreeMap<K, V>) -> Vec<K> {
    let mut keys: Vec<_> = a.keys().chain(b.keys()).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn changed<K: Ord + Copy, V: PartialEq + Clone>(
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
) -> BTreeMap<K, Option<V>> {
    let different = keys(old, new).into_iter().filter(|key| old.get(key) != new.get(key));
    different.map(|key| (key, new.get(&key).cloned())).collect()
}

/// The block of an entry.
pub(super) fn sealed(entry: &Entry) -> SealedBlock {
    entry.record.block.sealed_block().clone()
}
