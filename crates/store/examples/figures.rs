//! How fast the store commits and reads, on this machine's disk.
//!
//! ```text
//! cargo run --release -p autochain-store --example figures [FOLDER]
//! ```
//!
//! Synthetic blocks: 20 transfers each between 200,000 accounts, four slots of one contract, all hashed and trie records
//! that such a block touches. Execution and hashing of the trie are not measured; writing is.

use autochain_primitives::{
    Account, Address, B256, Block, Bytes, EMPTY_ROOT_HASH, Eip658Value, Header, Receipt, RecoveredBlock,
    Transaction, TxType, U256, keccak256,
    rlp::{self, Decodable, Encodable},
};
use autochain_store::{
    BlockRecord, ChangeSet, Commit, Genesis, HashedAccount, Options, StateDelta, Store, StoreError, SyncMode,
};
use autochain_trie::{BranchNode, Nibbles};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, Instant},
};

const ACCOUNTS: u64 = 200_000;
const TRANSFERS: u64 = 20;
const CONTRACT: u64 = 0;

fn main() -> Result<(), StoreError> {
    let folder = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("autochain-figures-{}", std::process::id()));
    for (sync, name) in [(SyncMode::Durable, "durable"), (SyncMode::NoSync, "no sync")] {
        let path = folder.join(name.replace(' ', "-"));
        let store = Store::open(&path, &Options { sync, ..Options::default() })?;
        let mut chain = Chain::new(&store)?;
        for (batch, commits) in [(1u64, 500u64), (10, 100), (200, 20)] {
            let (mut blocks, mut elapsed) = (0, Duration::ZERO);
            for _ in 0..commits {
                let commit = chain.next(batch);
                let start = Instant::now();
                store.commit(commit)?;
                elapsed += start.elapsed();
                blocks += batch;
            }
            let (per_second, each) = (blocks as f64 / elapsed.as_secs_f64(), elapsed / commits as u32);
            println!("{name}: {batch:3} blocks a commit: {per_second:7.0} blocks/s, {each:.1?} a commit");
        }
        let depth = 100;
        let start = Instant::now();
        let (number, _) = store.reader()?.head()?;
        store.commit(Commit { unwind_to: Some(number - depth), ..Commit::default() })?;
        println!("{name}: unwinding {depth} blocks: {:.1?}", start.elapsed());
        if sync == SyncMode::NoSync {
            reads(&store)?;
        }
        println!("{name}: {} MiB", store.size()?.used >> 20);
        drop(store);
        autochain_store::remove_database(&path)?;
    }
    let _ = std::fs::remove_dir(&folder);
    Ok(())
}

fn reads(store: &Store) -> Result<(), StoreError> {
    let reader = store.reader()?;
    let (head, _) = reader.head()?;
    let old = head / 2;
    let rounds = 200_000u64;
    let measure = |name: &str, mut read: Box<dyn FnMut(u64) -> Result<(), StoreError> + '_>| {
        let start = Instant::now();
        // A stride that is prime to the number of accounts visits them in no order.
        (0..rounds).try_for_each(|round| read(round * 7919))?;
        println!("read {name}: {} ns", start.elapsed().as_nanos() as u64 / rounds);
        Ok::<_, StoreError>(())
    };
    let random = |seed: u64| seed % ACCOUNTS;
    let addresses: Vec<Address> = (0..ACCOUNTS).map(address).collect();
    let at = |seed: u64| &addresses[random(seed) as usize];
    let hashes: Vec<B256> = (0..ACCOUNTS).map(|index| keccak256(address(index))).collect();
    let path = |seed: u64, length: usize| {
        let mut path = Nibbles::unpack(hashes[random(seed) as usize]);
        path.truncate(length);
        path
    };
    measure("account", Box::new(|seed| reader.account(at(seed)).map(drop)))?;
    measure(
        "hashed account",
        Box::new(|seed| reader.hashed_account(&hashes[random(seed) as usize]).map(drop)),
    )?;
    measure(
        "first hashed account",
        Box::new(|seed| reader.hashed_account_from(&hashes[random(seed) as usize]).map(drop)),
    )?;
    measure("first account node", Box::new(|seed| reader.account_node_from(&path(seed, 4)).map(drop)))?;
    measure("slot", Box::new(|seed| reader.storage(at(CONTRACT), &U256::from(seed % 1000)).map(drop)))?;
    measure("account at an old block", Box::new(|seed| reader.account_at(old, at(seed)).map(drop)))?;
    measure(
        "contract at an old block",
        Box::new(|seed| reader.account_at(seed % head, at(CONTRACT)).map(drop)),
    )?;
    measure("hash of a block", Box::new(|seed| reader.hash(seed % head).map(drop)))?;
    measure("header", Box::new(|seed| reader.header(seed % head).map(drop)))?;
    measure("block of 20 transactions", Box::new(|seed| reader.block(seed % head).map(drop)))?;
    measure("(new snapshot, head)", Box::new(|_| store.reader()?.head().map(drop)))
}

fn address(index: u64) -> Address {
    Address::from_slice(&keccak256(index.to_be_bytes())[12..])
}

fn account(nonce: u64) -> Account {
    Account { nonce, balance: U256::from(10).pow(U256::from(18)) + U256::from(nonce), ..Account::default() }
}

/// A branch node with sixteen children.
fn node(seed: u64) -> BranchNode {
    let mut bytes = vec![0xff, 0xff, 0, 0, 0, 0];
    (0..16u64)
        .for_each(|child| bytes.extend_from_slice(keccak256((seed * 16 + child).to_be_bytes()).as_slice()));
    BranchNode::decode(&bytes).expect("sixteen hashes")
}

struct Chain {
    parent: B256,
    number: u64,
    seed: u64,
}

impl Chain {
    fn new(store: &Store) -> Result<Self, StoreError> {
        let mut state = StateDelta::default();
        for index in 0..ACCOUNTS {
            touch_account(&mut state, index, 0);
        }
        let header = Header { difficulty: U256::from(1), ..Header::default() };
        let block = Block { header, ..Block::default() }.seal_slow();
        let parent = block.hash();
        let (config_json, seal_rule) = ("{}".to_owned(), "none".to_owned());
        store.genesis(Genesis { block, total_difficulty: U256::from(1), config_json, seal_rule, state })?;
        Ok(Self { parent, number: 0, seed: 1 })
    }

    fn next(&mut self, blocks: u64) -> Commit {
        let mut commit = Commit::default();
        for _ in 0..blocks {
            let record = self.block(&mut commit.state);
            commit.blocks.push(record);
        }
        commit
    }

    fn block(&mut self, state: &mut StateDelta) -> BlockRecord {
        self.number += 1;
        let mut touched = BTreeSet::new();
        let mut transactions = Vec::new();
        for _ in 0..TRANSFERS {
            self.seed += 1;
            transactions.push(transaction(self.seed));
            touched.insert(self.seed * 6_700_417 % ACCOUNTS);
            touched.insert(self.seed * 15_485_863 % ACCOUNTS);
        }
        touched.insert(CONTRACT);
        let mut before = ChangeSet::default();
        for index in touched {
            touch_account(state, index, self.number);
            before.accounts.push((address(index), Some(account(self.number - 1))));
        }
        for _ in 0..4 {
            self.seed += 1;
            let slot = U256::from(self.seed % 1000);
            let value = U256::from(self.number);
            before.storage.push((address(CONTRACT), slot, value));
            state.storage.entry(address(CONTRACT)).or_default().slots.insert(slot, value);
            let hashed = state.hashed_storage.entry(keccak256(address(CONTRACT)));
            let hashed = hashed.or_default();
            hashed.slots.insert(keccak256(slot.to_be_bytes::<32>()), value);
        }
        before.storage.sort_unstable();
        let header = Header {
            parent_hash: self.parent,
            number: self.number,
            difficulty: U256::from(131_072),
            gas_used: 21_000 * TRANSFERS,
            ..Header::default()
        };
        let senders = (0..TRANSFERS).map(address).collect();
        let block = Block { header, transactions, ommers: Vec::new() }.seal_slow();
        self.parent = block.hash();
        let receipts = (1..=TRANSFERS)
            .map(|count| Receipt {
                tx_type: TxType::Legacy,
                status: Eip658Value::Eip658(true),
                cumulative_gas_used: 21_000 * count,
                logs: Vec::new(),
            })
            .collect();
        let block = RecoveredBlock::new_unchecked(block, senders);
        BlockRecord { block, receipts, total_difficulty: U256::from(self.number * 131_072), before }
    }
}

/// An account, its leaf, and the branch nodes above it, of which 200,000 leaves have about four levels.
fn touch_account(state: &mut StateDelta, index: u64, number: u64) {
    let hash = keccak256(address(index));
    let account = account(number);
    state.accounts.insert(address(index), Some(account));
    state.hashed_accounts.insert(hash, Some(HashedAccount::new(account, EMPTY_ROOT_HASH)));
    for length in 0..=4 {
        let mut path = Nibbles::unpack(hash);
        path.truncate(length);
        state.account_nodes.entry(path).or_insert_with(|| Some(node(number * 65_537 + index)));
    }
}

fn transaction(nonce: u64) -> Transaction {
    let mut payload = Vec::new();
    for field in [nonce, 1_000_000_000, 21_000] {
        field.encode(&mut payload);
    }
    address(nonce % ACCOUNTS).encode(&mut payload);
    U256::from(10).pow(U256::from(18)).encode(&mut payload);
    Bytes::new().encode(&mut payload);
    27u64.encode(&mut payload);
    for field in [U256::MAX, U256::MAX - U256::from(1)] {
        field.encode(&mut payload);
    }
    let mut out = Vec::new();
    rlp::Header { list: true, payload_length: payload.len() }.encode(&mut out);
    out.extend_from_slice(&payload);
    let transaction = Transaction::decode(&mut out.as_slice()).expect("a legacy transaction");
    // Import knows the hash already.
    let _ = transaction.tx_hash();
    transaction
}
