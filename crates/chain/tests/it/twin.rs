//! A chain on a database of its own, and all that must hold of it after an import.

use crate::forge::Forge;
use autochain_chain::{Chain, ChainEvent, ImportError, ImportSummary};
use autochain_evm::StateReader as _;
use autochain_primitives::{Address, B256, Block, U256};
use autochain_state::{StateView, recompute_state_root};
use autochain_store::{CANONICAL_TABLES, Options, Store, SyncMode};
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};
use tempfile::TempDir;
use tokio::sync::broadcast;

/// A chain under test with what its events said.
pub(crate) struct Twin {
    pub(crate) chain: Chain,
    events: broadcast::Receiver<ChainEvent>,
    /// The canonical chain as the events tell it, from block 1 on.
    told: Vec<B256>,
    _folder: TempDir,
}

impl Twin {
    pub(crate) fn new(forge: &Forge) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { sync: SyncMode::NoSync, max_size: 1 << 30, ..Options::default() };
        let store = Store::open(folder.path(), &options).unwrap();
        let chain = Chain::open(store, forge.spec.clone()).unwrap();
        let events = chain.subscribe();
        Self { chain, events, told: Vec::new(), _folder: folder }
    }

    /// Imports through the pipelined path.
    pub(crate) fn stream(&self, blocks: Vec<Block>) -> Result<ImportSummary, ImportError> {
        self.chain.import_stream(blocks.into_iter().map(Ok::<_, Infallible>), |_, _| {})
    }

    pub(crate) fn head(&self) -> B256 {
        self.chain.head().header.hash()
    }

    /// Plays the events that came in.
    pub(crate) fn listen(&mut self, forge: &Forge) {
        loop {
            let event = match self.events.try_recv() {
                Ok(event) => event,
                Err(broadcast::error::TryRecvError::Empty) => break,
                Err(error) => panic!("{error}"),
            };
            assert!(!event.added.is_empty(), "an event that adds nothing");
            for block in &event.removed {
                assert_eq!(self.told.pop(), Some(block.block.hash()), "removed newest first");
                self.check_told(forge, block);
            }
            for block in &event.added {
                let parent = self.told.last().copied().unwrap_or(forge.hash(0));
                assert_eq!(block.block.header.parent_hash, parent, "added oldest first");
                self.told.push(block.block.hash());
                self.check_told(forge, block);
            }
        }
        assert_eq!(self.told.last().copied().unwrap_or(forge.hash(0)), self.head(), "events end at the head");
    }

    fn check_told(&self, forge: &Forge, told: &autochain_chain::ChainBlock) {
        let node = forge.nodes.iter().find(|node| node.block.hash() == told.block.hash()).unwrap();
        assert_eq!(told.receipts, node.receipts);
        assert_eq!(told.total_difficulty, node.total_difficulty);
        assert_eq!(told.block.senders().len(), node.block.transactions.len());
    }

    /// Everything that must hold when the blocks of `imported` are there and `tip` is the head.
    pub(crate) fn check(&mut self, forge: &Forge, imported: &[usize], tip: usize) {
        assert_eq!(self.head(), forge.hash(tip));
        self.listen(forge);
        self.check_tables(forge, tip);
        self.check_side_blocks(forge, imported, tip);
        self.check_state(forge, tip);
        self.check_history(forge, tip);
    }

    /// The canonical tables are those of an import of this one branch.
    fn check_tables(&self, forge: &Forge, tip: usize) {
        let linear = Self::new(forge);
        linear.stream(forge.branch(tip).into_iter().map(|node| forge.block(node)).collect()).unwrap();
        assert_eq!(linear.head(), forge.hash(tip));
        let (ours, theirs) = (self.chain.reader().unwrap(), linear.chain.reader().unwrap());
        assert_eq!(theirs.side_blocks().unwrap().count(), 0);
        for table in CANONICAL_TABLES {
            assert_eq!(ours.table_digest(table).unwrap(), theirs.table_digest(table).unwrap(), "{table}");
        }
    }

    /// The side blocks are what was imported and is not canonical.
    fn check_side_blocks(&self, forge: &Forge, imported: &[usize], tip: usize) {
        let canonical: BTreeSet<usize> = forge.branch(tip).into_iter().collect();
        let expected: BTreeMap<B256, (Block, U256)> = imported
            .iter()
            .filter(|node| !canonical.contains(node))
            .map(|node| (forge.hash(*node), (forge.block(*node), forge.nodes[*node].total_difficulty)))
            .collect();
        let reader = self.chain.reader().unwrap();
        let side = reader.side_blocks().unwrap().map(|side| {
            let (block, total_difficulty) = side.unwrap();
            (block.hash(), (block.into_block(), total_difficulty))
        });
        assert!(side.collect::<BTreeMap<_, _>>() == expected, "side blocks differ");
    }

    /// The state at the head is the model's, and so is the root of the plain state alone.
    fn check_state(&self, forge: &Forge, tip: usize) {
        let (reader, model) = (self.chain.reader().unwrap(), &forge.nodes[tip].state);
        let header = &forge.nodes[tip].block.header;
        assert_eq!(recompute_state_root(&reader).unwrap(), header.state_root);
        let accounts: BTreeMap<_, _> = reader.accounts(Address::ZERO).unwrap().map(Result::unwrap).collect();
        assert_eq!(accounts, model.accounts());
        for (address, account) in &accounts {
            let slots: BTreeMap<_, _> = reader.storage_entries(address).unwrap().into_iter().collect();
            assert_eq!(slots, model.slots(address), "storage of {address}");
            if account.has_code() {
                assert_eq!(reader.code(&account.code_hash).unwrap(), Some(model.code_of(address)));
            }
        }
    }

    /// The state after some older blocks, read from history, is the model's.
    fn check_history(&self, forge: &Forge, tip: usize) {
        let reader = self.chain.reader().unwrap();
        let mut branch = forge.branch(tip);
        branch.insert(0, 0);
        let known: BTreeSet<Address> = branch
            .iter()
            .step_by(5)
            .flat_map(|node| forge.nodes[*node].state.accounts().into_keys())
            .collect();
        for node in branch.iter().step_by(1 + branch.len() / 6) {
            let (model, number) = (&forge.nodes[*node].state, forge.nodes[*node].block.header.number);
            let view = StateView::at(&reader, number).unwrap();
            for address in &known {
                assert_eq!(view.account(address).unwrap(), model.account(address).unwrap(), "block {number}");
                let slots: BTreeMap<_, _> = view.storage_entries(address).unwrap().into_iter().collect();
                assert_eq!(slots, model.slots(address), "storage of {address} at block {number}");
                for (slot, value) in slots.iter().take(3) {
                    assert_eq!(view.storage(address, slot).unwrap(), *value);
                }
            }
        }
    }
}
