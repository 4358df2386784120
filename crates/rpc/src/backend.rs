use crate::State;
pub use autochain_chain::{ChainBlock, ChainEvent};
use autochain_chainspec::ChainSpec;
use autochain_evm::StateChanges;
use autochain_keystore::KeyStore;
use autochain_primitives::{Account, Address, B64, B256, Bytes, Receipt, RecoveredBlock, SealedHeader, U256};
use autochain_txpool::{AccountState, Pool};
use std::sync::Arc;
use tokio::sync::broadcast;

/// Why the node could not answer. The text is shown to the user.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BackendError(String);

impl BackendError {
    /// Keeps the text of an error.
    pub fn new(error: impl core::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// The block that would come next, without a seal.
#[derive(Clone, Debug)]
pub struct PendingBlock {
    /// The block; nonce and mix hash are zero.
    pub block: RecoveredBlock,
    /// One receipt for each transaction.
    pub receipts: Vec<Receipt>,
    /// Its effect on the state of its parent.
    pub changes: StateChanges,
}

/// Which block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockRef {
    /// The canonical block with this number.
    Number(u64),
    /// The block with this hash, canonical or not.
    Hash(B256),
}

/// A block as the node keeps it.
#[derive(Clone, Debug)]
pub struct StoredBlock {
    /// The block with its senders.
    pub block: RecoveredBlock,
    /// Total difficulty up to and with it, if known.
    pub total_difficulty: Option<U256>,
    /// Whether it is on the heaviest chain.
    pub canonical: bool,
}

/// An account and slots of it with the trie nodes that prove them (EIP-1186).
#[derive(Clone, Debug)]
pub struct AccountProof {
    /// The account; `None` when the proof shows its absence.
    pub account: Option<Account>,
    /// Root of its storage trie.
    pub storage_root: B256,
    /// Nodes from the state root to the account.
    pub proof: Vec<Bytes>,
    /// One for each slot asked for, in order: value, and nodes from the storage root.
    pub storage: Vec<(U256, Vec<Bytes>)>,
}

/// What the RPC server needs of the node. All methods may block on the database; the server calls them on threads
/// made for that, except [`Backend::head`] and the accessors, which must be quick.
pub trait Backend: Send + Sync + 'static {
    /// The chain's rules.
    fn spec(&self) -> &Arc<ChainSpec>;
    /// The pool.
    fn pool(&self) -> &Arc<Pool>;
    /// Accounts at the head, for the pool.
    fn account_state(&self) -> &dyn AccountState;
    /// The newest canonical header with its total difficulty.
    fn head(&self) -> (SealedHeader, U256);
    /// The number that `safe` names.
    fn safe_number(&self) -> u64;
    /// The number that `finalized` names.
    fn finalized_number(&self) -> u64;

    /// A header.
    ///
    /// # Errors
    /// The database fails.
    fn header(&self, block: BlockRef) -> Result<Option<SealedHeader>, BackendError>;
    /// A block.
    ///
    /// # Errors
    /// The database fails.
    fn block(&self, block: BlockRef) -> Result<Option<Arc<StoredBlock>>, BackendError>;
    /// The receipts of a canonical block.
    ///
    /// # Errors
    /// The database fails.
    fn receipts(&self, number: u64) -> Result<Option<Arc<Vec<Receipt>>>, BackendError>;
    /// Where a transaction stands in the canonical chain: block number and index.
    ///
    /// # Errors
    /// The database fails.
    fn transaction(&self, hash: &B256) -> Result<Option<(u64, usize)>, BackendError>;
    /// The state after canonical block `number`; `None` when it is above the head or was pruned.
    ///
    /// # Errors
    /// The database fails.
    fn state(&self, number: u64) -> Result<Option<State>, BackendError>;
    /// Proves an account and slots of it in the state after canonical block `number`.
    ///
    /// # Errors
    /// The database fails, or the block is too old.
    fn proof(&self, number: u64, address: &Address, slots: &[U256]) -> Result<AccountProof, BackendError>;
    /// The block that would come next, if one can be built.
    ///
    /// # Errors
    /// Building fails.
    fn pending(&self) -> Result<Option<Arc<PendingBlock>>, BackendError>;
    /// Changes of the canonical chain from now on.
    fn subscribe(&self) -> broadcast::Receiver<ChainEvent>;
    /// Makes canonical block `number` the head again (`debug_setHead`).
    ///
    /// # Errors
    /// The chain cannot go back.
    fn set_head(&self, number: u64) -> Result<(), BackendError> {
        let _ = number;
        Err(BackendError::new(
            "debug_setHead is not available: this node never drops canonical blocks by hand",
        ))
    }

    /// The keys this node signs with.
    fn keystore(&self) -> &KeyStore;
    /// The miner.
    fn miner(&self) -> &dyn MinerApi;
    /// The network.
    fn network(&self) -> &dyn NetworkApi;
    /// Synchronisation.
    fn sync(&self) -> &dyn SyncApi;
}

/// Work for a remote miner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Hash of the header without its seal.
    pub seal_hash: B256,
    /// Seed hash of the epoch.
    pub seed_hash: B256,
    /// The boundary ⌊2²⁵⁶ / difficulty⌋.
    pub boundary: B256,
    /// The block's number.
    pub number: u64,
}

/// What the server asks of the miner.
pub trait MinerApi: Send + Sync {
    /// Whether blocks are made.
    fn is_mining(&self) -> bool;
    /// Hashes a second, remote miners' reports included.
    fn hashrate(&self) -> u64;
    /// Who is paid; `None` when nobody is set.
    fn etherbase(&self) -> Option<Address>;
    /// Makes blocks from now on; `threads` sealing threads, `None` as configured.
    ///
    /// # Errors
    /// No etherbase is set.
    fn start(&self, threads: Option<usize>) -> Result<(), BackendError>;
    /// Makes no more blocks.
    fn stop(&self);
    /// Sets who is paid.
    fn set_etherbase(&self, etherbase: Address);
    /// Sets the extra data of blocks.
    ///
    /// # Errors
    /// Longer than 32 bytes.
    fn set_extra(&self, extra: Bytes) -> Result<(), BackendError>;
    /// Sets the gas limit that blocks move towards.
    fn set_gas_limit(&self, gas_limit: u64);
    /// Sets the least tip in wei per gas.
    fn set_min_tip(&self, min_tip: u128);
    /// The least tip in wei per gas.
    fn min_tip(&self) -> u128;
    /// Work for a remote miner.
    ///
    /// # Errors
    /// There is none.
    fn work(&self) -> Result<Work, BackendError>;
    /// Takes a remote miner's seal. False: unknown or wrong.
    fn submit_work(&self, seal_hash: B256, nonce: B64, mix_hash: B256) -> bool;
    /// Notes a remote miner's hash rate, in hashes a second.
    fn submit_hashrate(&self, rate: u64, id: B256) -> bool;
    /// Mines one block now, with or without transactions (`evm_mine`).
    ///
    /// # Errors
    /// The block cannot be built or sealed.
    fn mine_one(&self) -> Result<B256, BackendError>;
}

/// What the server asks of the network.
pub trait NetworkApi: Send + Sync {
    /// Whether peers can connect.
    fn is_listening(&self) -> bool;
    /// Connected peers.
    fn peer_count(&self) -> usize;
    /// `admin_nodeInfo`, as JSON; `None` without a network.
    fn node_info(&self) -> Option<serde_json::Value> {
        None
    }
    /// `admin_peers`, as JSON.
    fn peers(&self) -> Vec<serde_json::Value> {
        Vec::new()
    }
    /// `admin_addPeer`: dials a peer and keeps to it.
    ///
    /// # Errors
    /// The address cannot be used.
    fn add_peer(&self, address: &str) -> Result<bool, BackendError> {
        let _ = address;
        Err(BackendError::new("this node runs without a network"))
    }
    /// `admin_removePeer`.
    ///
    /// # Errors
    /// The address cannot be used.
    fn remove_peer(&self, address: &str) -> Result<bool, BackendError> {
        let _ = address;
        Err(BackendError::new("this node runs without a network"))
    }
}

/// How far synchronisation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncProgress {
    /// Number of the block where it began.
    pub starting: u64,
    /// Number of the newest block here.
    pub current: u64,
    /// Number of the newest block known anywhere.
    pub highest: u64,
}

/// What the server asks of synchronisation.
pub trait SyncApi: Send + Sync {
    /// Progress, or `None` when there is nothing to catch up with.
    fn progress(&self) -> Option<SyncProgress>;
}

/// A node without peers: not listening, nothing to catch up with.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNetwork;

impl NetworkApi for NoNetwork {
    fn is_listening(&self) -> bool {
        false
    }

    fn peer_count(&self) -> usize {
        0
    }
}

impl SyncApi for NoNetwork {
    fn progress(&self) -> Option<SyncProgress> {
        None
    }
}
