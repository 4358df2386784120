use crate::{
    expect::{Class, consensus_class, transaction_class},
    importer::{Importer, Refusal},
    json::Alloc,
};
use autochain_chain::{Chain, ImportError, InvalidBlock, Origin};
use autochain_chainspec::{ChainSpec, Genesis, GenesisAccount};
use autochain_db::{Options, SyncMode};
use autochain_primitives::{Address, B256, Block, Bytes, SealedHeader, U256};
use autochain_state::recompute_state_root;
use autochain_store::Store;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use tempfile::TempDir;

/// Upper limit of a database file; the tests' are a few hundred KiB.
const MAX_SIZE: usize = 1 << 28;

/// The node's own chain over a database in a temporary folder.
pub(crate) struct DatabaseChain {
    chain: Chain,
    /// Why blocks were refused before: the chain itself remembers only that they were.
    refused: HashMap<B256, Class>,
    _folder: TempDir,
}

impl DatabaseChain {
    /// An empty database with this genesis.
    pub(crate) fn new(mut spec: ChainSpec, genesis: &SealedHeader, pre: &Alloc) -> Result<Self, String> {
        let mut alloc = BTreeMap::new();
        for (address, account) in pre {
            let storage = account.storage.iter().map(|(slot, value)| (slot.0.into(), value.0)).collect();
            let nonce = account.nonce.u64()?;
            let code = account.code.clone();
            alloc.insert(*address, GenesisAccount { balance: account.balance.0, nonce, code, storage });
        }
        // The tests leave the clock out.
        spec.dev_clock = true;
        let spec = spec.with_genesis(Genesis {
            nonce: u64::from_be_bytes(genesis.nonce.0),
            timestamp: genesis.timestamp,
            extra_data: genesis.extra_data.clone(),
            gas_limit: genesis.gas_limit,
            gas_used: genesis.gas_used,
            difficulty: genesis.difficulty,
            mix_hash: genesis.mix_hash,
            coinbase: genesis.beneficiary,
            parent_hash: genesis.parent_hash,
            base_fee: genesis.base_fee_per_gas,
            alloc,
            config: String::new(),
        });
        if spec.genesis_hash() != genesis.hash() {
            let got = spec.genesis_hash();
            return Err(format!("the genesis specification gives {got}, expected {}", genesis.hash()));
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let options = Options { sync: SyncMode::NoSync, max_size: MAX_SIZE, ..Options::default() };
        let store = Store::open(folder.path(), &options).map_err(|error| error.to_string())?;
        let chain = Chain::open(store, Arc::new(spec)).map_err(|error| error.to_string())?;
        Ok(Self { chain, refused: HashMap::new(), _folder: folder })
    }
}

impl Importer for DatabaseChain {
    fn import(&mut self, block: Block) -> Result<(), Refusal> {
        let hash = block.header.hash_slow();
        let Err(error) = self.chain.import(vec![block], Origin::Other) else { return Ok(()) };
        let known = match &error {
            ImportError::Invalid { reason, .. } => matches!(**reason, InvalidBlock::KnownBad(_)),
            _ => false,
        };
        let class = if known { self.refused.get(&hash).copied() } else { Some(class(&error)) };
        let class = class.unwrap_or(Class::Local);
        self.refused.insert(hash, class);
        Err(Refusal::new(class, error))
    }

    fn head(&self) -> B256 {
        self.chain.head().header.hash()
    }

    fn state_root(&self) -> Result<B256, String> {
        let reader = self.chain.reader().map_err(|error| error.to_string())?;
        recompute_state_root(&reader).map_err(|error| error.to_string())
    }

    fn account(&self, address: Address) -> Result<Option<(u64, U256, Bytes)>, String> {
        let reader = self.chain.reader().map_err(|error| error.to_string())?;
        let account = reader.account(&address).map_err(|error| error.to_string())?;
        let Some(account) = account else { return Ok(None) };
        let code = match account.has_code() {
            true => reader
                .code(&account.code_hash)
                .map_err(|error| error.to_string())?
                .ok_or("the code is missing")?,
            false => Bytes::new(),
        };
        Ok(Some((account.nonce, account.balance, code)))
    }

    fn storage(&self, address: Address) -> Result<Vec<(U256, U256)>, String> {
        let reader = self.chain.reader().map_err(|error| error.to_string())?;
        let mut slots = reader.storage_entries(&address).map_err(|error| error.to_string())?;
        slots.sort_unstable();
        Ok(slots)
    }

    fn account_count(&self) -> Result<usize, String> {
        let reader = self.chain.reader().map_err(|error| error.to_string())?;
        let mut accounts = reader.accounts(Address::ZERO).map_err(|error| error.to_string())?;
        let count = accounts.try_fold(0, |count, account| account.map(|_| count + 1));
        count.map_err(|error| error.to_string())
    }
}

/// The class of an import error.
fn class(error: &ImportError) -> Class {
    match error {
        ImportError::UnknownParent { .. } => Class::UnknownParent,
        ImportError::Invalid { reason, .. } => match &**reason {
            InvalidBlock::Consensus(error) => consensus_class(error),
            InvalidBlock::Sender { .. } => Class::Signature,
            InvalidBlock::Execution(error) => {
                error.transaction_error().map_or(Class::Local, transaction_class)
            }
            InvalidBlock::StateRoot { .. } => Class::StateRoot,
            InvalidBlock::BadAncestor(_) => Class::UnknownParent,
            InvalidBlock::KnownBad(_) => Class::Local,
        },
        _ => Class::Local,
    }
}
