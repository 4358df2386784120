use crate::node::DRAFT_GENESIS;
use autochain_chain::{Chain, ChainEvent};
use autochain_chainspec::ChainSpec;
use autochain_evm::StateReader;
use autochain_keystore::KeyStore;
use autochain_miner::Miner;
use autochain_primitives::{Account, Address, B64, B256, Bytes, Receipt, SealedHeader, U256};
use autochain_rpc::{
    AccountProof, Backend, BackendError, BlockRef, MinerApi, NetworkApi, NoNetwork, PendingBlock, State,
    StoredBlock, SyncApi, Work,
};
use autochain_state::{BlockHashes, StateError, StateView, prove_account, rewind};
use autochain_store::Reader;
use autochain_txpool::{AccountState, Pool, StateUnavailable};
use std::sync::Arc;
use tokio::sync::broadcast;

/// Blocks behind the head to which `eth_getProof` reaches: tries are rewound in memory.
const PROOF_DEPTH: u64 = 1_024;

/// The node as its RPC server sees it.
pub struct NodeBackend {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
    miner: Arc<Miner>,
    keystore: KeyStore,
    accounts: HeadAccounts,
    no_network: NoNetwork,
    /// False on a draft genesis, unless the node was told to mine on it.
    may_mine: bool,
}

impl NodeBackend {
    /// Connects the parts.
    pub fn new(
        chain: Arc<Chain>,
        pool: Arc<Pool>,
        miner: Arc<Miner>,
        keystore: KeyStore,
        may_mine: bool,
    ) -> Self {
        let accounts = HeadAccounts(chain.clone());
        Self { chain, pool, miner, keystore, accounts, no_network: NoNetwork, may_mine }
    }

    fn require_mining(&self) -> Result<(), BackendError> {
        if self.may_mine { Ok(()) } else { Err(BackendError::new(DRAFT_GENESIS)) }
    }

    /// The chain's number of a block, or the hash itself when it is not canonical.
    fn number(&self, reader: &Reader, block: BlockRef) -> Result<Option<u64>, BackendError> {
        match block {
            BlockRef::Number(number) => Ok(Some(number)),
            BlockRef::Hash(hash) => reader.number(&hash).map_err(BackendError::new),
        }
    }

    fn reader(&self) -> Result<Reader, BackendError> {
        self.chain.reader().map_err(BackendError::new)
    }
}

impl Backend for NodeBackend {
    fn spec(&self) -> &Arc<ChainSpec> {
        self.chain.spec()
    }

    fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    fn account_state(&self) -> &dyn AccountState {
        &self.accounts
    }

    fn head(&self) -> (SealedHeader, U256) {
        let head = self.chain.head();
        (head.header.clone(), head.total_difficulty)
    }

    fn safe_number(&self) -> u64 {
        self.chain.safe_number()
    }

    fn finalized_number(&self) -> u64 {
        self.chain.finalized_number()
    }

    fn header(&self, block: BlockRef) -> Result<Option<SealedHeader>, BackendError> {
        let reader = self.reader()?;
        match self.number(&reader, block)? {
            Some(number) => reader.header(number).map_err(BackendError::new),
            None => match block {
                BlockRef::Hash(hash) => {
                    let side = reader.side_block(&hash).map_err(BackendError::new)?;
                    Ok(side.map(|(block, _)| block.sealed_header()))
                }
                BlockRef::Number(_) => Ok(None),
            },
        }
    }

    fn block(&self, block: BlockRef) -> Result<Option<Arc<StoredBlock>>, BackendError> {
        let reader = self.reader()?;
        if let Some(number) = self.number(&reader, block)? {
            let Some(block) = reader.recovered_block(number).map_err(BackendError::new)? else {
                return Ok(None);
            };
            let total_difficulty = reader.total_difficulty(number).map_err(BackendError::new)?;
            return Ok(Some(Arc::new(StoredBlock { block, total_difficulty, canonical: true })));
        }
        let BlockRef::Hash(hash) = block else { return Ok(None) };
        let Some((block, total_difficulty)) = reader.side_block(&hash).map_err(BackendError::new)? else {
            return Ok(None);
        };
        let block = block
            .recover(false)
            .map_err(|(index, error)| BackendError::new(format!("transaction {index}: {error}")))?;
        let total_difficulty = Some(total_difficulty);
        Ok(Some(Arc::new(StoredBlock { block, total_difficulty, canonical: false })))
    }

    fn receipts(&self, number: u64) -> Result<Option<Arc<Vec<Receipt>>>, BackendError> {
        Ok(self.reader()?.receipts(number).map_err(BackendError::new)?.map(Arc::new))
    }

    fn transaction(&self, hash: &B256) -> Result<Option<(u64, usize)>, BackendError> {
        let place = self.reader()?.transaction(hash).map_err(BackendError::new)?;
        Ok(place.map(|(number, index)| (number, index as usize)))
    }

    fn state(&self, number: u64) -> Result<Option<State>, BackendError> {
        let reader = self.reader()?;
        let (head, _) = reader.head().map_err(BackendError::new)?;
        Ok((number <= head).then(|| State::new(OwnedState { reader, number })))
    }

    fn proof(&self, number: u64, address: &Address, slots: &[U256]) -> Result<AccountProof, BackendError> {
        let reader = self.reader()?;
        let (head, _) = reader.head().map_err(BackendError::new)?;
        if head.saturating_sub(number) > PROOF_DEPTH {
            return Err(BackendError::new(format!(
                "proofs reach {PROOF_DEPTH} blocks behind the head (block {head}); block {number} is older"
            )));
        }
        let delta = rewind(&reader, number).map_err(BackendError::new)?;
        let hashes = BlockHashes::new();
        let view = StateView::over(&reader, &delta, &hashes);
        let proof = prove_account(&view, address, slots).map_err(BackendError::new)?;
        Ok(AccountProof {
            account: proof.account,
            storage_root: proof.storage_root,
            proof: proof.proof,
            storage: proof.storage.into_iter().map(|slot| (slot.value, slot.proof)).collect(),
        })
    }

    fn pending(&self) -> Result<Option<Arc<PendingBlock>>, BackendError> {
        let template = self.miner.pending().map_err(BackendError::new)?;
        Ok(Some(Arc::new(PendingBlock {
            block: template.block.clone(),
            receipts: template.receipts.clone(),
            changes: template.changes.clone(),
        })))
    }

    fn subscribe(&self) -> broadcast::Receiver<ChainEvent> {
        self.chain.subscribe()
    }

    fn keystore(&self) -> &KeyStore {
        &self.keystore
    }

    fn miner(&self) -> &dyn MinerApi {
        self
    }

    fn network(&self) -> &dyn NetworkApi {
        &self.no_network
    }

    fn sync(&self) -> &dyn SyncApi {
        &self.no_network
    }
}

impl MinerApi for NodeBackend {
    fn is_mining(&self) -> bool {
        self.miner.is_mining()
    }

    fn hashrate(&self) -> u64 {
        self.miner.hashrate()
    }

    fn etherbase(&self) -> Option<Address> {
        Some(self.miner.etherbase()).filter(|etherbase| !etherbase.is_zero())
    }

    fn start(&self, threads: Option<usize>) -> Result<(), BackendError> {
        self.require_mining()?;
        if self.etherbase().is_none() {
            return Err(BackendError::new(
                "etherbase missing: etherbase must be explicitly specified (miner_setEtherbase or --miner.etherbase)",
            ));
        }
        self.miner.start(threads);
        Ok(())
    }

    fn stop(&self) {
        self.miner.stop();
    }

    fn set_etherbase(&self, etherbase: Address) {
        self.miner.set_etherbase(etherbase);
    }

    fn set_extra(&self, extra: Bytes) -> Result<(), BackendError> {
        let length = extra.len();
        if self.miner.set_extra_data(extra) {
            Ok(())
        } else {
            Err(BackendError::new(format!("extra exceeds max length. {length} > 32")))
        }
    }

    fn set_gas_limit(&self, gas_limit: u64) {
        self.miner.set_gas_limit(gas_limit);
    }

    fn set_min_tip(&self, min_tip: u128) {
        self.miner.set_min_tip(min_tip);
        self.pool.set_min_tip(min_tip);
    }

    fn min_tip(&self) -> u128 {
        self.pool.min_tip()
    }

    fn work(&self) -> Result<Work, BackendError> {
        self.require_mining()?;
        let work = self.miner.work().map_err(BackendError::new)?;
        Ok(Work {
            seal_hash: work.seal_hash,
            seed_hash: work.seed_hash,
            boundary: work.boundary,
            number: work.number,
        })
    }

    fn submit_work(&self, seal_hash: B256, nonce: B64, mix_hash: B256) -> bool {
        match self.miner.submit(seal_hash, nonce, mix_hash) {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(sealhash = %seal_hash, err = %error, "Submitted work was not taken");
                false
            }
        }
    }

    fn submit_hashrate(&self, rate: u64, id: B256) -> bool {
        self.miner.note_remote_hashrate(id, rate);
        true
    }

    fn mine_one(&self) -> Result<B256, BackendError> {
        self.require_mining()?;
        self.miner.mine_one().map_err(BackendError::new)
    }
}

/// Accounts at the newest head, for the pool.
pub(crate) struct HeadAccounts(pub(crate) Arc<Chain>);

impl AccountState for HeadAccounts {
    fn account(&self, address: &Address) -> Result<Option<Account>, StateUnavailable> {
        let reader = self.0.reader().map_err(StateUnavailable::from)?;
        reader.account(address).map_err(StateUnavailable::from)
    }
}

/// A snapshot that is read as the state after one block.
struct OwnedState {
    reader: Reader,
    number: u64,
}

impl OwnedState {
    fn view(&self) -> Result<StateView<'_>, StateError> {
        StateView::at(&self.reader, self.number)
    }
}

impl StateReader for OwnedState {
    type Error = StateError;

    fn account(&self, address: &Address) -> Result<Option<Account>, StateError> {
        self.view()?.account(address)
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, StateError> {
        self.view()?.storage(address, slot)
    }

    fn code(&self, hash: &B256) -> Result<Bytes, StateError> {
        self.view()?.code(hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.view()?.block_hash(number)
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, StateError> {
        self.view()?.storage_entries(address)
    }
}
