use crate::{Datadir, NodeBackend, backend::HeadAccounts};
use autochain_chain::{Chain, OpenError};
use autochain_chainspec::{ChainSpec, SealRule};
use autochain_consensus::next_base_fee;
use autochain_keystore::KeyStore;
use autochain_miner::{Miner, MinerConfig};
use autochain_rpc::{ServeError, ServerConfig, ServerHandle, serve};
use autochain_store::{Options, Store, StoreError, SyncMode};
use autochain_txpool::{Head as PoolHead, Pool, PoolConfig, TxRules};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use tokio::{
    sync::{broadcast::error::RecvError, oneshot, watch},
    task::JoinHandle,
};

/// How often a node that does not mine says so while transactions wait, and old transactions are dropped.
const UPKEEP: Duration = Duration::from_secs(30);

/// Why a node does not mine on a draft, with the cure.
pub(crate) const DRAFT_GENESIS: &str = "the genesis of this chain is a draft: its allocation will be replaced, and what \
     is mined now will be worth nothing; --allow-draft-genesis mines all the same";

/// Where the chain is kept.
#[derive(Clone, Debug)]
pub enum Storage {
    /// In a folder that is deleted at the end.
    Temporary,
    /// In a datadir.
    Datadir(Datadir, SyncMode),
}

/// Everything a node is made of.
#[derive(Debug)]
pub struct NodeConfig {
    /// Where the chain is kept.
    pub storage: Storage,
    /// The chain; `None`: the one that the datadir holds.
    pub spec: ChainSpec,
    /// Keys.
    pub keystore: KeyStore,
    /// The RPC server.
    pub server: ServerConfig,
    /// The pool.
    pub pool: PoolConfig,
    /// The miner.
    pub mining: MiningConfig,
}

/// The miner, and whether it begins at once.
#[derive(Clone, Debug)]
pub struct MiningConfig {
    /// What the miner wishes.
    pub miner: MinerConfig,
    /// Mine from the start.
    pub start: bool,
    /// Mine even on a chain whose genesis is a draft (`--allow-draft-genesis`).
    pub allow_draft: bool,
}

/// Why a node cannot start.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// No folder for a temporary chain.
    #[error("cannot make a temporary folder: {0}; give --datadir DIR")]
    Temporary(std::io::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The RPC server.
    #[error(transparent)]
    Rpc(#[from] ServeError),
    /// Mining was asked for and nobody is to be paid.
    #[error(
        "etherbase missing: give --miner.etherbase ADDRESS, or make an account with `autochain account new`"
    )]
    NoEtherbase,
    /// Mining was asked for on a chain that will start again.
    #[error("{DRAFT_GENESIS}")]
    DraftGenesis,
    /// The clock stands before 1970.
    #[error("the system clock stands before 1970; set it")]
    Clock,
}

/// A running node.
pub struct Node {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
    miner: Arc<Miner>,
    server: ServerHandle,
    /// The server stops when this is dropped.
    stop_server: oneshot::Sender<()>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// Deleted when the node is dropped.
    _temporary: Option<TempDir>,
}

impl Node {
    /// Opens the chain and starts everything; needs a tokio runtime with several threads.
    ///
    /// # Errors
    /// [`NodeError`], with everything that was started stopped again.
    pub async fn start(config: NodeConfig) -> Result<Self, NodeError> {
        let NodeConfig { storage, spec, keystore, server, pool: pool_config, mining } = config;
        if SystemTime::now().duration_since(UNIX_EPOCH).is_err() {
            return Err(NodeError::Clock);
        }
        if mining.start && mining.miner.etherbase.is_zero() {
            return Err(NodeError::NoEtherbase);
        }
        let may_mine = mining.allow_draft || !spec.draft;
        if mining.start && !may_mine {
            return Err(NodeError::DraftGenesis);
        }
        let (store, temporary) = open_store(&storage)?;
        let chain = Arc::new(Chain::open(store, Arc::new(spec))?);
        report_chain(&chain);

        let pool = Arc::new(Pool::new(pool_config, chain.spec().chain_id, pool_head(&chain)));
        let accounts = HeadAccounts(chain.clone());
        match pool.load_journal(&accounts) {
            Ok((0, 0)) => {}
            Ok((transactions, dropped)) => {
                tracing::info!(transactions, dropped, "Loaded local transaction journal");
            }
            Err(error) => tracing::warn!(err = %error, "Failed to load transaction journal"),
        }
        let start_mining = mining.start;
        let miner = Arc::new(Miner::spawn(chain.clone(), pool.clone(), mining.miner));
        miner.pool_follows(chain.head().header.number);

        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(follow(chain.clone(), pool.clone(), miner.clone(), stopped.clone())),
            tokio::spawn(wake_miner(pool.clone(), miner.clone(), stopped.clone())),
            tokio::spawn(upkeep(pool.clone(), miner.clone(), stopped)),
        ];
        let backend = NodeBackend::new(chain.clone(), pool.clone(), miner.clone(), keystore, may_mine);
        let (stop_server, server_stopped) = oneshot::channel::<()>();
        let shutdown = async { drop(server_stopped.await) };
        let server = serve(server, Arc::new(backend), shutdown).await?;
        if start_mining {
            miner.start(None);
        }
        Ok(Self { chain, pool, miner, server, stop_server, stop, tasks, _temporary: temporary })
    }

    /// The chain.
    pub const fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// The RPC server.
    pub const fn server(&self) -> &ServerHandle {
        &self.server
    }

    /// Stops everything in the reverse order; on return everything is on the disk.
    pub async fn shutdown(self) {
        drop(self.stop_server);
        self.server.stopped().await;
        // Nobody listening means that the tasks have ended already.
        let _ = self.stop.send(true);
        let miner = self.miner.clone();
        drop(tokio::task::spawn_blocking(move || miner.shutdown()).await);
        for task in self.tasks {
            drop(task.await);
        }
        if let Err(error) = self.pool.rotate_journal() {
            tracing::warn!(err = %error, "Failed to write transaction journal");
        }
        if let Err(error) = self.chain.store().sync() {
            tracing::error!(err = %error, "The database could not be flushed");
        }
        tracing::info!("Blockchain stopped");
    }
}

fn open_store(storage: &Storage) -> Result<(Store, Option<TempDir>), NodeError> {
    match storage {
        Storage::Datadir(datadir, sync) => Ok((datadir.open_store(*sync)?, None)),
        Storage::Temporary => {
            let folder =
                tempfile::Builder::new().prefix("autochain-").tempdir().map_err(NodeError::Temporary)?;
            let options = Options { sync: SyncMode::NoSync, ..Options::default() };
            Ok((Store::open(&folder.path().join("chaindata"), &options)?, Some(folder)))
        }
    }
}

fn report_chain(chain: &Chain) {
    let spec = chain.spec();
    let head = chain.head();
    let fork_id = spec.fork_id(head.header.number, head.header.timestamp);
    tracing::info!(
        chainid = spec.chain_id,
        networkid = spec.network_id,
        genesis = %spec.genesis_hash(),
        forkid = %autochain_primitives::hex::encode(fork_id.hash.0),
        ethash = spec.seal.name(),
        "Initialised chain configuration"
    );
    if spec.seal == SealRule::None {
        tracing::warn!("Seals are not checked on this chain (--fakepow): its blocks prove no work");
    }
    tracing::info!(number = head.header.number, hash = %head.header.hash(), td = %head.total_difficulty,
        "Loaded most recent local block");
}

/// The chain's head as the pool needs it.
fn pool_head(chain: &Chain) -> PoolHead {
    let header = &chain.head().header;
    PoolHead {
        gas_limit: header.gas_limit,
        base_fee: next_base_fee(chain.spec(), header),
        rules: TxRules::at(chain.spec(), header.number.saturating_add(1), header.timestamp.saturating_add(1)),
    }
}

/// Keeps the pool with the chain, and tells the miner.
async fn follow(chain: Arc<Chain>, pool: Arc<Pool>, miner: Arc<Miner>, mut stopped: watch::Receiver<bool>) {
    let mut events = chain.subscribe();
    let accounts = HeadAccounts(chain.clone());
    loop {
        let removed = tokio::select! {
            _ = stopped.changed() => return,
            event = events.recv() => match event {
                Ok(event) => event.removed,
                // The pool reads the newest head anyway; only blocks that were removed meanwhile are not seen.
                Err(RecvError::Lagged(missed)) => {
                    tracing::debug!(missed, "The pool skipped chain events");
                    Vec::new()
                }
                Err(RecvError::Closed) => return,
            },
        };
        tokio::task::block_in_place(|| {
            let number = chain.head().header.number;
            pool.on_new_head(pool_head(&chain), removed.iter().map(|block| &block.block), &accounts);
            miner.pool_follows(number);
        });
    }
}

/// Tells the miner of new executable transactions.
async fn wake_miner(pool: Arc<Pool>, miner: Arc<Miner>, mut stopped: watch::Receiver<bool>) {
    let mut transactions = pool.subscribe();
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            event = transactions.recv() => match event {
                Ok(_) | Err(RecvError::Lagged(_)) => miner.notify(),
                Err(RecvError::Closed) => return,
            },
        }
    }
}

/// Drops expired transactions, and says why transactions wait on a node that does not mine.
async fn upkeep(pool: Arc<Pool>, miner: Arc<Miner>, mut stopped: watch::Receiver<bool>) {
    let mut timer = tokio::time::interval(UPKEEP);
    timer.tick().await;
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = timer.tick() => {
                let dropped = pool.expire();
                if dropped > 0 {
                    tracing::info!(dropped, "Dropped expired transactions");
                }
                let waiting = pool.status().pending;
                if waiting > 0 && !miner.is_mining() {
                    tracing::info!(pending = waiting,
                        "Transactions wait: this node does not mine (start it with --mine or miner_start)");
                }
            }
        }
    }
}
