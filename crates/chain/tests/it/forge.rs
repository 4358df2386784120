//! Makes trees of valid blocks without the code under test: states are hash maps, roots come from another
//! implementation, and every block knows the whole state after it.

use crate::contracts::{FACTORY, creation_code, deploy, deployed_at, destroy, fill};
use alloy_consensus::{SignableTransaction, TxEip1559, TxLegacy};
use alloy_trie::{TrieAccount, root::state_root_unhashed, root::storage_root_unhashed};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_consensus::{AncestorInfo, check_ommers, next_base_fee, next_difficulty};
use autochain_evm::{BlockExecutor, InMemoryState, RootHook, Rules, StateChanges, StateReader};
use autochain_primitives::{
    Address, B256, Block, Bytes, Header, Receipt, SealedBlock, SealedHeader, Transaction, TxKind, U256,
    alloy_primitives::Signature, logs_bloom, ommers_hash, receipts_root, recover_sender, sign_hash,
    transactions_root,
};
use secp256k1::SecretKey;
use std::sync::Arc;

/// Accounts that sign.
const SENDERS: u8 = 6;

/// A tree of blocks. Node 0 is the genesis block.
pub(crate) struct Forge {
    pub(crate) spec: Arc<ChainSpec>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) rng: Rng,
    keys: Vec<(SecretKey, Address)>,
}

/// A block with what the model knows of it.
pub(crate) struct Node {
    pub(crate) parent: usize,
    pub(crate) block: SealedBlock,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) total_difficulty: U256,
    /// After the block; `BLOCKHASH` knows its ancestors and itself.
    pub(crate) state: InMemoryState,
}

/// How fast the blocks of a branch follow each other, which moves their difficulty.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    Fast,
    Normal,
    Slow,
}

impl Forge {
    pub(crate) fn new(spec: ChainSpec, seed: u64) -> Self {
        let mut state = InMemoryState::default();
        for (address, account) in &spec.genesis.alloc {
            let storage = account.occupied_storage().map(|(slot, value)| (slot.into(), value));
            state.insert_account(*address, account.nonce, account.balance, account.code.clone(), storage);
        }
        let block = spec.genesis_block();
        assert_eq!(block.header.state_root, state_root(&state));
        state.insert_block_hash(0, block.hash());
        let total_difficulty = block.header.difficulty;
        let genesis = Node { parent: 0, block, receipts: Vec::new(), total_difficulty, state };
        let keys = (1..=SENDERS).map(key).collect();
        Self { spec: Arc::new(spec), nodes: vec![genesis], rng: Rng(seed), keys }
    }

    /// Puts `length` blocks on a node, one on the other; returns the last one.
    pub(crate) fn grow(&mut self, from: usize, length: usize, pace: Pace) -> usize {
        (0..length).fold(from, |tip, _| self.extend(tip, pace))
    }

    /// The same, and here and there a block gets a brother, which a later one may name as its uncle.
    pub(crate) fn grow_bushy(&mut self, from: usize, length: usize, pace: Pace) -> usize {
        (0..length).fold(from, |tip, _| {
            if self.rng.below(6) == 0 {
                self.extend(tip, pace);
            }
            self.extend(tip, pace)
        })
    }

    /// Puts a block with random transactions on a node.
    pub(crate) fn extend(&mut self, parent: usize, pace: Pace) -> usize {
        let elapsed = match pace {
            Pace::Fast => 1 + self.rng.below(8),
            Pace::Normal => 9 + self.rng.below(9),
            Pace::Slow => 200 + self.rng.below(700),
        };
        let parent_header = self.nodes[parent].block.header.clone();
        let (number, timestamp) = (parent_header.number + 1, parent_header.timestamp + elapsed);
        let mut header = Header {
            parent_hash: self.nodes[parent].block.hash(),
            // A few miners, some of them new each time, so that rewards create accounts.
            beneficiary: Address::with_last_byte(0xc0 + self.rng.below(24) as u8),
            number,
            timestamp,
            gas_limit: parent_header.gas_limit,
            base_fee_per_gas: next_base_fee(&self.spec, &parent_header),
            difficulty: next_difficulty(&self.spec, &parent_header, timestamp),
            // No two blocks are equal.
            extra_data: Bytes::copy_from_slice(&(self.nodes.len() as u64).to_be_bytes()),
            ..Header::default()
        };
        let ommers = self.choose_ommers(parent, &header);

        let spec = self.spec.clone();
        let base = self.nodes[parent].state.clone();
        let mut running = base.clone();
        let mut root_after = |changes: &StateChanges| {
            running.apply(changes);
            Ok(state_root(&running))
        };
        let post_state = Rules::at(&spec, number, timestamp).post_state_receipts;
        let roots: Option<&mut RootHook<'_>> = if post_state { Some(&mut root_after) } else { None };
        let mut executor = BlockExecutor::for_header(&spec, &header, &base, roots).unwrap();
        let contracts: Vec<Address> =
            base.accounts().into_iter().filter(|(_, a)| a.has_code()).map(|(a, _)| a).collect();
        let mut transactions = Vec::new();
        for _ in 0..self.rng.below(5) {
            let (sender, transaction) = self.transaction(executor.state_mut(), &header, &contracts);
            if executor.execute_transaction(&transaction, sender).is_ok() {
                transactions.push(transaction);
            }
        }
        let executed = executor.finish(&spec, &header, &ommers).unwrap();
        let mut state = base.clone();
        state.apply(&executed.changes);
        header.state_root = state_root(&state);
        header.gas_used = executed.gas_used;
        header.receipts_root = receipts_root(&executed.receipts);
        header.logs_bloom = logs_bloom(&executed.receipts);
        header.transactions_root = transactions_root(&transactions);
        header.ommers_hash = ommers_hash(&ommers);
        let block = Block { header, transactions, ommers }.seal_slow();
        self.push(parent, block, executed.receipts, state)
    }

    /// A copy of a block with another header, valid or not; nothing can be put on it.
    pub(crate) fn forged(&self, node: usize, change: impl FnOnce(&mut Header)) -> Block {
        let mut block = self.block(node);
        change(&mut block.header);
        block
    }

    pub(crate) fn block(&self, node: usize) -> Block {
        self.nodes[node].block.clone().into_block()
    }

    pub(crate) fn hash(&self, node: usize) -> B256 {
        self.nodes[node].block.hash()
    }

    /// The nodes from the first block to this one.
    pub(crate) fn branch(&self, tip: usize) -> Vec<usize> {
        let mut nodes = Vec::new();
        let mut next = tip;
        while next != 0 {
            nodes.push(next);
            next = self.nodes[next].parent;
        }
        nodes.reverse();
        nodes
    }

    fn push(
        &mut self,
        parent: usize,
        block: SealedBlock,
        receipts: Vec<Receipt>,
        mut state: InMemoryState,
    ) -> usize {
        state.insert_block_hash(block.header.number, block.hash());
        let total_difficulty = self.nodes[parent].total_difficulty + block.header.difficulty;
        self.nodes.push(Node { parent, block, receipts, total_difficulty, state });
        self.nodes.len() - 1
    }

    /// Up to two blocks beside the branch that this block may name.
    fn choose_ommers(&mut self, parent: usize, header: &Header) -> Vec<Header> {
        if self.rng.below(3) != 0 {
            return Vec::new();
        }
        let mut known: Vec<(SealedHeader, Vec<B256>)> = Vec::new();
        let mut next = parent;
        while known.len() < 7 {
            let node = &self.nodes[next];
            let ommers = node.block.ommers.iter().map(Header::hash_slow).collect();
            known.push((node.block.sealed_header(), ommers));
            if next == 0 {
                break;
            }
            next = node.parent;
        }
        let ancestors: Vec<_> =
            known.iter().map(|(header, ommers)| AncestorInfo { header, ommers }).collect();
        let mut ommers = Vec::new();
        for node in self.nodes.iter().rev().take(40) {
            let mut trial = ommers.clone();
            trial.push(node.block.header.clone());
            let block =
                Block { header: header.clone(), ommers: trial.clone(), transactions: vec![] }.seal_slow();
            if check_ommers(&self.spec, &block, &ancestors, u64::MAX).is_ok() {
                ommers = trial;
            }
        }
        ommers
    }

    /// Something that creates, changes or destroys accounts and storage.
    fn transaction<S: StateReader>(
        &mut self,
        state: &mut autochain_evm::CachedState<'_, S>,
        header: &Header,
        contracts: &[Address],
    ) -> (Address, Transaction) {
        let (key, sender) = self.keys[self.rng.below(u64::from(SENDERS)) as usize];
        let nonce = state.account(sender).ok().flatten().unwrap_or_default().nonce;
        let salt = self.rng.below(4) as u8;
        let slots = 1 + self.rng.below(24) as u8;
        // A contract made through the factory can come back after its end.
        let contract = match self.rng.below(3) {
            0 => contracts[self.rng.below(contracts.len() as u64) as usize],
            _ => deployed_at(salt),
        };
        let factory = self.spec.is_active(Fork::Constantinople, header.number, header.timestamp);
        let (to, value, input) = match self.rng.below(12) {
            0 => {
                (TxKind::Call(Address::with_last_byte(self.rng.below(256) as u8)), self.rng.below(5), vec![])
            }
            1 => (TxKind::Call(Address::from_word(B256::from(U256::from(self.rng.next())))), 1, vec![]),
            // Created and destroyed at once, with what it was given.
            3 => (TxKind::Create, 7, vec![0x60, 1, 0x60, 1, 0x55, 0x30, 0xff]),
            4 | 5 if factory => (TxKind::Call(FACTORY), 0, deploy(salt)),
            2 | 4 | 5 => (TxKind::Create, self.rng.below(2), creation_code(slots, self.rng.next() as u8)),
            6..=9 => {
                // Zero removes slots.
                let value = self.rng.below(3) as u8;
                (TxKind::Call(contract), self.rng.below(2), fill(self.rng.below(16) as u8, slots, value))
            }
            10 => (TxKind::Call(contract), 3, destroy()),
            _ => (TxKind::Call(sender.create(self.rng.below(nonce + 1))), 1, self.any_call(slots)),
        };
        let protected = self.spec.replay_protection(header.number) && self.rng.below(2) == 0;
        let chain_id = protected.then_some(self.spec.chain_id);
        let base_fee = u128::from(header.base_fee_per_gas.unwrap_or(1));
        let tip = u128::from(1 + self.rng.below(1000));
        let (input, value, gas_limit) = (Bytes::from(input), U256::from(value), 2_000_000);
        let transaction = if header.base_fee_per_gas.is_some() && self.rng.below(2) == 0 {
            let transaction = TxEip1559 {
                chain_id: self.spec.chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: base_fee + tip,
                max_priority_fee_per_gas: tip / 2,
                to,
                value,
                input,
                ..TxEip1559::default()
            };
            signed(&key, transaction)
        } else {
            let gas_price = base_fee + tip;
            signed(&key, TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input })
        };
        (sender, transaction)
    }

    fn any_call(&mut self, slots: u8) -> Vec<u8> {
        if self.rng.below(4) == 0 { destroy() } else { fill(0, slots, self.rng.below(2) as u8) }
    }
}

/// The state root by another implementation, from nothing but the accounts.
pub(crate) fn state_root(state: &InMemoryState) -> B256 {
    state_root_unhashed(state.accounts().into_iter().map(|(address, account)| {
        let slots = state.slots(&address).into_iter().map(|(slot, value)| (B256::from(slot), value));
        let leaf = TrieAccount {
            nonce: account.nonce,
            balance: account.balance,
            storage_root: storage_root_unhashed(slots),
            code_hash: account.code_hash,
        };
        (address, leaf)
    }))
}

/// The accounts that send.
pub(crate) fn senders() -> impl Iterator<Item = Address> {
    (1..=SENDERS).map(|index| key(index).1)
}

fn key(index: u8) -> (SecretKey, Address) {
    let key = SecretKey::from_byte_array([index; 32]).unwrap();
    let probe = signed(&key, TxLegacy::default());
    (key, recover_sender(&probe, true).unwrap())
}

fn signed<T: SignableTransaction<Signature>>(key: &SecretKey, transaction: T) -> Transaction
where
    Transaction: From<alloy_consensus::Signed<T>>,
{
    let signature = sign_hash(key, transaction.signature_hash());
    transaction.into_signed(signature).into()
}

/// SplitMix64: the same tree for the same seed.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
