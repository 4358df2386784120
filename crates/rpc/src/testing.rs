//! A chain in memory: every block is executed by the machine, nothing is sealed. For the tests of this crate.

use crate::*;
use autochain_chainspec::{ChainSpec, Fork, ForkSchedule, Genesis, GenesisAccount};
use autochain_consensus::{next_base_fee, next_difficulty};
use autochain_evm::{BlockExecutor, InMemoryState};
use autochain_keystore::{KeyStore, SecretKey};
use autochain_primitives::{
    Account, Address, B64, B256, Block, Bytes, EMPTY_ROOT_HASH, Header, Receipt, RecoveredBlock,
    SealedHeader, U256, address, logs_bloom, ommers_hash, receipts_root, transactions_root,
};
use autochain_txpool::{AccountState, Head, Pool, PoolConfig, StateUnavailable, TxRules};
use parking_lot::{Mutex, RwLock};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::broadcast;

pub(crate) const MINER: Address = address!("00000000000000000000000000000000000000ee");

/// Foundry's first two test keys.
pub(crate) const KEYS: [&str; 2] = [
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
];

pub(crate) fn key(index: usize) -> SecretKey {
    KEYS[index].parse().unwrap()
}

pub(crate) fn account(index: usize) -> Address {
    autochain_keystore::address_of(&key(index))
}

struct Entry {
    block: Arc<StoredBlock>,
    receipts: Arc<Vec<Receipt>>,
    state: InMemoryState,
}

#[derive(Default)]
struct Inner {
    canonical: Vec<B256>,
    blocks: HashMap<B256, Entry>,
}

pub(crate) struct TestBackend {
    spec: Arc<ChainSpec>,
    pool: Arc<Pool>,
    inner: RwLock<Inner>,
    events: broadcast::Sender<ChainEvent>,
    keystore: KeyStore,
    mining: AtomicBool,
    extra: Mutex<Bytes>,
    progress: Mutex<Option<SyncProgress>>,
}

impl TestBackend {
    /// A chain at Osaka with two rich accounts.
    pub(crate) fn new() -> Arc<Self> {
        Self::with(ForkSchedule::up_to(Fork::Osaka), |_| {})
    }

    pub(crate) fn with(forks: ForkSchedule, change: impl FnOnce(&mut Genesis)) -> Arc<Self> {
        let mut genesis = Genesis { gas_limit: 30_000_000, timestamp: 1_700_000_000, ..Default::default() };
        let rich = U256::from(10u64).pow(U256::from(22));
        for index in 0..KEYS.len() {
            genesis.alloc.insert(account(index), GenesisAccount { balance: rich, ..Default::default() });
        }
        change(&mut genesis);
        let mut state = InMemoryState::default();
        for (address, entry) in &genesis.alloc {
            let slots = entry.storage.iter().map(|(slot, value)| ((*slot).into(), *value));
            state.insert_account(*address, entry.nonce, entry.balance, entry.code.clone(), slots);
        }
        let mut spec = ChainSpec::new(1337, forks, genesis);
        spec.safe_depth = 2;
        spec.finalized_depth = 4;
        let spec = Arc::new(spec);
        let block = spec.genesis_block();
        let hash = block.hash();
        state.insert_block_hash(0, hash);
        let total_difficulty = Some(block.header.difficulty);
        let block = Arc::new(StoredBlock {
            block: RecoveredBlock::new_unchecked(block, Vec::new()),
            total_difficulty,
            canonical: true,
        });
        let head = head_for(&spec, &block.block.header);
        let pool = Arc::new(Pool::new(PoolConfig::default(), spec.chain_id, head));
        let mut inner = Inner { canonical: vec![hash], ..Default::default() };
        inner.blocks.insert(hash, Entry { block, receipts: Arc::default(), state });
        let keystore = KeyStore::in_memory();
        keystore.hold(key(0));
        Arc::new(Self {
            spec,
            pool,
            inner: RwLock::new(inner),
            events: broadcast::channel(64).0,
            keystore,
            mining: AtomicBool::new(false),
            extra: Mutex::default(),
            progress: Mutex::default(),
        })
    }

    pub(crate) fn set_progress(&self, progress: Option<SyncProgress>) {
        *self.progress.lock() = progress;
    }

    fn number_hash(&self, number: u64) -> Option<B256> {
        self.inner.read().canonical.get(usize::try_from(number).ok()?).copied()
    }

    fn with_entry<T>(&self, hash: &B256, f: impl FnOnce(&Entry) -> T) -> Option<T> {
        self.inner.read().blocks.get(hash).map(f)
    }

    /// Builds on the block with this hash from the pool, if `from_pool`, and with these ommers.
    fn build(
        &self,
        parent: B256,
        from_pool: bool,
        ommers: Vec<Header>,
    ) -> (RecoveredBlock, Vec<Receipt>, autochain_evm::StateChanges) {
        let inner = self.inner.read();
        let entry = &inner.blocks[&parent];
        let above = &entry.block.block.header;
        let timestamp = above.timestamp + 13;
        let mut header = Header {
            parent_hash: parent,
            number: above.number + 1,
            timestamp,
            beneficiary: MINER,
            gas_limit: above.gas_limit,
            difficulty: next_difficulty(&self.spec, above, timestamp),
            base_fee_per_gas: next_base_fee(&self.spec, above),
            extra_data: self.extra.lock().clone(),
            ommers_hash: ommers_hash(&ommers),
            ..Default::default()
        };
        let mut executor = BlockExecutor::for_header(&self.spec, &header, &entry.state, None).unwrap();
        let (mut transactions, mut senders) = (Vec::new(), Vec::new());
        if from_pool {
            let mut best = self.pool.best(header.base_fee_per_gas.unwrap_or(0));
            while let Some(pooled) = best.next() {
                match executor.execute_transaction(pooled.transaction(), pooled.sender()) {
                    Ok(_) => {
                        transactions.push(pooled.transaction().clone());
                        senders.push(pooled.sender());
                    }
                    Err(_) => best.skip_account(pooled.sender()),
                }
            }
        }
        let executed = executor.finish(&self.spec, &header, &ommers).unwrap();
        header.gas_used = executed.gas_used;
        header.logs_bloom = logs_bloom(&executed.receipts);
        header.receipts_root = receipts_root(&executed.receipts);
        header.transactions_root =
            if transactions.is_empty() { EMPTY_ROOT_HASH } else { transactions_root(&transactions) };
        let block = Block { header, transactions, ommers }.seal_slow();
        (RecoveredBlock::new_unchecked(block, senders), executed.receipts, executed.changes)
    }

    /// Sends the head's event once more.
    pub(crate) fn announce_again(&self) {
        let (header, total_difficulty) = self.head();
        let block = self.with_entry(&header.hash(), |entry| entry.block.block.clone()).unwrap();
        let added = vec![Arc::new(ChainBlock { block, receipts: Vec::new(), total_difficulty })];
        let _ = self.events.send(ChainEvent { removed: Vec::new(), added });
    }

    /// Mines a block from the pool on the head.
    pub(crate) fn mine(&self) -> B256 {
        self.mine_with(Vec::new())
    }

    pub(crate) fn mine_with(&self, ommers: Vec<Header>) -> B256 {
        let head = self.head().0.hash();
        let hash = self.add(head, true, ommers);
        self.make_canonical(hash);
        hash
    }

    /// Builds `blocks` empty blocks on `number` and makes them the chain.
    pub(crate) fn reorganise(&self, number: u64, blocks: u64) {
        *self.extra.lock() = b"other".to_vec().into();
        let mut tip = self.number_hash(number).unwrap();
        for _ in 0..blocks {
            tip = self.add(tip, false, Vec::new());
        }
        *self.extra.lock() = Bytes::new();
        self.make_canonical(tip);
    }

    fn add(&self, parent: B256, from_pool: bool, ommers: Vec<Header>) -> B256 {
        let (block, receipts, changes) = self.build(parent, from_pool, ommers);
        let mut inner = self.inner.write();
        let below = &inner.blocks[&parent];
        let mut state = below.state.clone();
        state.apply(&changes);
        state.insert_block_hash(block.header.number, block.hash());
        let total_difficulty = below.block.total_difficulty.map(|total| total + block.header.difficulty);
        let hash = block.hash();
        let block = Arc::new(StoredBlock { block, total_difficulty, canonical: false });
        inner.blocks.insert(hash, Entry { block, receipts: Arc::new(receipts), state });
        hash
    }

    fn make_canonical(&self, tip: B256) {
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        {
            let mut inner = self.inner.write();
            let mut hash = tip;
            loop {
                let block = inner.blocks[&hash].block.clone();
                let number = block.block.header.number as usize;
                if inner.canonical.get(number) == Some(&hash) {
                    while inner.canonical.len() > number + 1 {
                        removed.extend(inner.canonical.pop());
                    }
                    break;
                }
                added.insert(0, hash);
                hash = block.block.header.parent_hash;
            }
            inner.canonical.extend(&added);
            for (list, canonical) in [(&removed, false), (&added, true)] {
                for hash in list {
                    let entry = inner.blocks.get_mut(hash).unwrap();
                    let old = &entry.block;
                    entry.block = Arc::new(StoredBlock { canonical, ..(**old).clone() });
                }
            }
        }
        let block = |hash: &B256| {
            self.with_entry(hash, |entry| {
                Arc::new(ChainBlock {
                    block: entry.block.block.clone(),
                    receipts: entry.receipts.to_vec(),
                    total_difficulty: entry.block.total_difficulty.unwrap(),
                })
            })
            .unwrap()
        };
        let event = ChainEvent {
            removed: removed.iter().map(block).collect(),
            added: added.iter().map(block).collect(),
        };
        let head = head_for(&self.spec, &self.head().0);
        self.pool.on_new_head(head, event.removed.iter().map(|block| &block.block), self);
        let _ = self.events.send(event);
    }
}

fn head_for(spec: &ChainSpec, header: &Header) -> Head {
    Head {
        gas_limit: header.gas_limit,
        base_fee: next_base_fee(spec, header),
        rules: TxRules::at(spec, header.number + 1, header.timestamp + 1),
    }
}

impl AccountState for TestBackend {
    fn account(&self, address: &Address) -> Result<Option<Account>, StateUnavailable> {
        use autochain_evm::StateReader;
        let head = self.head().0.hash();
        Ok(self.with_entry(&head, |entry| entry.state.account(address).unwrap()).flatten())
    }
}

impl Backend for TestBackend {
    fn spec(&self) -> &Arc<ChainSpec> {
        &self.spec
    }

    fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    fn account_state(&self) -> &dyn AccountState {
        self
    }

    fn head(&self) -> (SealedHeader, U256) {
        let hash = *self.inner.read().canonical.last().unwrap();
        let block = self.with_entry(&hash, |entry| entry.block.clone()).unwrap();
        (block.block.sealed_header(), block.total_difficulty.unwrap())
    }

    fn safe_number(&self) -> u64 {
        self.head().0.number.saturating_sub(self.spec.safe_depth)
    }

    fn finalized_number(&self) -> u64 {
        self.head().0.number.saturating_sub(self.spec.finalized_depth)
    }

    fn header(&self, block: BlockRef) -> Result<Option<SealedHeader>, BackendError> {
        Ok(self.block(block)?.map(|block| block.block.sealed_header()))
    }

    fn block(&self, block: BlockRef) -> Result<Option<Arc<StoredBlock>>, BackendError> {
        let hash = match block {
            BlockRef::Number(number) => self.number_hash(number),
            BlockRef::Hash(hash) => Some(hash),
        };
        Ok(hash.and_then(|hash| self.with_entry(&hash, |entry| entry.block.clone())))
    }

    fn receipts(&self, number: u64) -> Result<Option<Arc<Vec<Receipt>>>, BackendError> {
        Ok(self.number_hash(number).and_then(|hash| self.with_entry(&hash, |entry| entry.receipts.clone())))
    }

    fn transaction(&self, hash: &B256) -> Result<Option<(u64, usize)>, BackendError> {
        let inner = self.inner.read();
        Ok(inner.canonical.iter().find_map(|block| {
            let block = &inner.blocks[block].block.block;
            let index = block.transactions.iter().position(|transaction| transaction.tx_hash() == hash)?;
            Some((block.header.number, index))
        }))
    }

    fn state(&self, number: u64) -> Result<Option<State>, BackendError> {
        let state =
            self.number_hash(number).and_then(|hash| self.with_entry(&hash, |entry| entry.state.clone()));
        Ok(state.map(State::new))
    }

    fn proof(&self, number: u64, address: &Address, slots: &[U256]) -> Result<AccountProof, BackendError> {
        use autochain_evm::StateReader;
        let state = self.state(number)?.unwrap();
        Ok(AccountProof {
            account: state.account(address)?,
            storage_root: EMPTY_ROOT_HASH,
            proof: vec![Bytes::from_static(&[0xc0])],
            storage: slots
                .iter()
                .map(|slot| Ok((state.storage(address, slot)?, Vec::new())))
                .collect::<Result<_, BackendError>>()?,
        })
    }

    fn pending(&self) -> Result<Option<Arc<PendingBlock>>, BackendError> {
        let (block, receipts, changes) = self.build(self.head().0.hash(), true, Vec::new());
        Ok(Some(Arc::new(PendingBlock { block, receipts, changes })))
    }

    fn subscribe(&self) -> broadcast::Receiver<ChainEvent> {
        self.events.subscribe()
    }

    fn keystore(&self) -> &KeyStore {
        &self.keystore
    }

    fn miner(&self) -> &dyn MinerApi {
        self
    }

    fn network(&self) -> &dyn NetworkApi {
        &NoNetwork
    }

    fn sync(&self) -> &dyn SyncApi {
        self
    }
}

impl SyncApi for TestBackend {
    fn progress(&self) -> Option<SyncProgress> {
        *self.progress.lock()
    }
}

impl MinerApi for TestBackend {
    fn is_mining(&self) -> bool {
        self.mining.load(Ordering::Relaxed)
    }

    fn hashrate(&self) -> u64 {
        99
    }

    fn etherbase(&self) -> Option<Address> {
        Some(MINER)
    }

    fn start(&self, _threads: Option<usize>) -> Result<(), BackendError> {
        self.mining.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn stop(&self) {
        self.mining.store(false, Ordering::Relaxed);
    }

    fn set_etherbase(&self, _etherbase: Address) {}

    fn set_extra(&self, extra: Bytes) -> Result<(), BackendError> {
        if extra.len() > 32 {
            return Err(BackendError::new(format!("extra exceeds max length. {} > 32", extra.len())));
        }
        *self.extra.lock() = extra;
        Ok(())
    }

    fn set_gas_limit(&self, _gas_limit: u64) {}

    fn set_min_tip(&self, _min_tip: u128) {}

    fn min_tip(&self) -> u128 {
        1
    }

    fn work(&self) -> Result<Work, BackendError> {
        if !self.is_mining() {
            return Err(BackendError::new("no mining work available yet"));
        }
        let word = B256::repeat_byte;
        Ok(Work { seal_hash: word(1), seed_hash: word(2), boundary: word(3), number: 4 })
    }

    fn submit_work(&self, seal_hash: B256, nonce: B64, _mix_hash: B256) -> bool {
        seal_hash == B256::repeat_byte(1) && nonce == B64::repeat_byte(9)
    }

    fn submit_hashrate(&self, _rate: u64, _id: B256) -> bool {
        true
    }

    fn mine_one(&self) -> Result<B256, BackendError> {
        Ok(self.mine())
    }
}
