use crate::{ChainEvent, genesis_input, import::Importer, work::Tip};
use autochain_chainspec::{ChainSpec, IncompatibleConfig};
use autochain_consensus::Seals;
use autochain_primitives::{SealedHeader, U256};
use autochain_state::StateError;
use autochain_store::{Reader, Store, StoreError};
use parking_lot::{Mutex, RwLock};
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::broadcast;

/// Side block headers that are remembered: a miner looks back seven blocks.
const SIDE_HEADERS: usize = 64;

/// Events that a slow subscriber may be behind before it misses some.
const EVENT_BACKLOG: usize = 256;

/// The canonical chain: its head, its import pipeline, its events.
#[derive(Debug)]
pub struct Chain {
    pub(crate) store: Store,
    pub(crate) spec: Arc<ChainSpec>,
    pub(crate) seals: Arc<Seals>,
    pub(crate) head: RwLock<Arc<Head>>,
    pub(crate) events: broadcast::Sender<ChainEvent>,
    /// One import at a time.
    pub(crate) importer: Mutex<Importer>,
    /// Headers of the newest side blocks, oldest first: what a miner may name as ommers.
    side: RwLock<VecDeque<SealedHeader>>,
}

/// The newest canonical block.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its header.
    pub header: SealedHeader,
    /// Total difficulty up to and with it.
    pub total_difficulty: U256,
}

/// Why a chain cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database fails, or belongs to another chain.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The genesis state cannot be built.
    #[error(transparent)]
    State(#[from] StateError),
    /// The configuration changes a fork that the chain has passed.
    #[error(transparent)]
    Incompatible(#[from] Box<IncompatibleConfig>),
    /// The stored configuration cannot be read.
    #[error("the stored chain configuration is damaged: {0}; run `autochain removedb` and import again")]
    StoredConfig(String),
}

impl Chain {
    /// Opens the chain in `store`; an empty store gets the genesis block of `spec`.
    ///
    /// # Errors
    /// [`OpenError`] when the store holds another chain or another seal rule, or when `spec` moves a fork that the
    /// chain has passed.
    pub fn open(store: Store, spec: Arc<ChainSpec>) -> Result<Self, OpenError> {
        store.genesis(genesis_input(&spec)?)?;
        let head = read_head(&store.reader()?)?;
        if let Some(stored) = store.stored_genesis()? {
            let json = stored.config_json;
            let mut stored = ChainSpec::from_genesis_json(&json)
                .map_err(|error| OpenError::StoredConfig(error.to_string()))?;
            // The seal rule may come from a flag; the store has compared it.
            stored.seal = spec.seal;
            spec.compatible(&stored, head.header.number, head.header.timestamp).map_err(Box::new)?;
            let given = spec.to_json();
            if given != json {
                store.update_config(&given)?;
            }
        }
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        let seals = Arc::new(Seals::new(&spec));
        let importer = Mutex::new(Importer::default());
        Ok(Self {
            store,
            seals,
            spec,
            head: RwLock::new(Arc::new(head)),
            events,
            importer,
            side: RwLock::default(),
        })
    }

    /// The chain's rules.
    pub const fn spec(&self) -> &Arc<ChainSpec> {
        &self.spec
    }

    /// The seal verifier with its caches.
    pub const fn seals(&self) -> &Arc<Seals> {
        &self.seals
    }

    /// The newest canonical block. It is set when its commit is durable, before a [`reader`](Self::reader) shows it:
    /// a reader that is taken afterwards is never behind it.
    pub fn head(&self) -> Arc<Head> {
        self.head.read().clone()
    }

    /// A snapshot of the database.
    ///
    /// # Errors
    /// [`StoreError`] when no transaction can be begun.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        self.store.reader()
    }

    /// A snapshot of the database with the head that it shows.
    ///
    /// # Errors
    /// [`StoreError`] when no transaction can be begun, or a record of the head is missing.
    pub fn snapshot(&self) -> Result<(Head, Reader), StoreError> {
        let reader = self.reader()?;
        Ok((read_head(&reader)?, reader))
    }

    /// The database.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Changes of the canonical chain from now on, each sent after it is durable.
    pub fn subscribe(&self) -> broadcast::Receiver<ChainEvent> {
        self.events.subscribe()
    }

    /// The number of the block that `safe` names: `safe_depth` under the head, block 0 on a shallow chain.
    pub fn safe_number(&self) -> u64 {
        self.head().header.number.saturating_sub(self.spec.safe_depth)
    }

    /// The number of the block that `finalized` names.
    pub fn finalized_number(&self) -> u64 {
        self.head().header.number.saturating_sub(self.spec.finalized_depth)
    }

    /// Headers of the newest side blocks that were seen since the start, oldest first.
    pub fn side_headers(&self) -> Vec<SealedHeader> {
        self.side.read().iter().cloned().collect()
    }

    pub(crate) fn remember_side(&self, header: SealedHeader) {
        let mut side = self.side.write();
        if side.len() == SIDE_HEADERS {
            side.pop_front();
        }
        side.push_back(header);
    }

    pub(crate) fn tip(&self) -> Tip {
        let head = self.head();
        Tip { number: head.header.number, hash: head.header.hash(), total_difficulty: head.total_difficulty }
    }

    pub(crate) fn set_head(&self, head: Head) {
        *self.head.write() = Arc::new(head);
    }
}

fn read_head(reader: &Reader) -> Result<Head, StoreError> {
    let (number, hash) = reader.head()?;
    let missing =
        |what: &str| StoreError::Missing { record: format!("{what} of head block {number} ({hash})") };
    let header = reader.header(number)?.ok_or_else(|| missing("header"))?;
    let total_difficulty = reader.total_difficulty(number)?.ok_or_else(|| missing("total difficulty"))?;
    Ok(Head { header, total_difficulty })
}
