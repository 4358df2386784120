use crate::{
    Activation, Bomb, Fork, ForkSchedule, Genesis, GenesisError, IncompatibleConfig, RewardRule, SealRule,
    compat, fork_id, known, parse, write,
};
use alloy_eip2124::{ForkFilter, ForkId};
use autochain_primitives::{B256, Block, Header, HeaderExt as _, SealedBlock, SealedHeader, U256};
use std::sync::OnceLock;

/// Least difficulty of a block on Ethereum.
pub const MINIMUM_DIFFICULTY: u64 = 131_072;
/// Blocks that share one ethash cache and dataset.
pub const EPOCH_LENGTH: u64 = 30_000;
/// The same after ECIP-1099.
pub const ECIP1099_EPOCH_LENGTH: u64 = 60_000;

/// All that tells one chain from another: genesis block, fork schedule, seal, difficulty and reward rules.
///
/// The hash of block 0 is computed once and kept. Change [`Self::genesis`] or [`Self::forks`] only through
/// [`Self::with_genesis`] and [`Self::with_forks`] once it has been asked for.
#[derive(Clone, Debug)]
pub struct ChainSpec {
    /// Replay protection of transactions (EIP-155).
    pub chain_id: u64,
    /// Told to peers; the chain id unless the genesis or `--networkid` says otherwise.
    pub network_id: u64,
    /// When each fork starts.
    pub forks: ForkSchedule,
    /// With a DAO fork block: whether the chain supports the move or opposes it.
    pub dao_support: Option<bool>,
    /// How blocks are sealed.
    pub seal: SealRule,
    /// The difficulty of every block, where it does not follow the clock.
    pub fixed_difficulty: Option<U256>,
    /// Where proof of work ends: no block is taken on a parent that has reached it.
    pub terminal_total_difficulty: Option<U256>,
    /// Who is paid for a block.
    pub reward: RewardRule,
    /// First block with epochs of 60,000 blocks in place of 30,000 (ECIP-1099).
    pub long_epochs_from: Option<u64>,
    /// The difficulty bomb.
    pub bomb: Bomb,
    /// Least difficulty that the clock rules give.
    pub minimum_difficulty: U256,
    /// Blocks behind the head that are called `safe`.
    pub safe_depth: u64,
    /// Blocks behind the head that are called `finalized`.
    pub finalized_depth: u64,
    /// Block 0.
    pub genesis: Genesis,
    /// The allocation is a draft: the chain will start again with another one, so nobody should mine on it.
    pub draft: bool,
    /// Blocks may be stamped more than 15 s ahead of the clock (`--dev`, for its own chain only).
    pub dev_clock: bool,
    /// `shanghaiTime` as the file has it, whether or not it switches anything.
    pub(crate) shanghai_time: Option<u64>,
    pub(crate) warnings: Vec<String>,
    genesis_header: OnceLock<SealedHeader>,
}

impl ChainSpec {
    /// Ethereum's rules on a schedule of one's own.
    pub fn new(chain_id: u64, forks: ForkSchedule, genesis: Genesis) -> Self {
        Self {
            chain_id,
            network_id: chain_id,
            forks,
            dao_support: None,
            seal: SealRule::Full,
            fixed_difficulty: None,
            terminal_total_difficulty: None,
            reward: RewardRule::Ethereum,
            long_epochs_from: None,
            bomb: Bomb::Ethereum,
            minimum_difficulty: U256::from(MINIMUM_DIFFICULTY),
            safe_depth: 32,
            finalized_depth: 256,
            genesis,
            draft: false,
            dev_clock: false,
            shanghai_time: None,
            warnings: Vec::new(),
            genesis_header: OnceLock::new(),
        }
    }

    /// Reads a `genesis.json` of geth, Besu or core-geth.
    ///
    /// # Errors
    /// [`GenesisError`]: not a genesis, not proof of work, or a rule that this node does not have.
    pub fn from_genesis_json(json: &str) -> Result<Self, GenesisError> {
        parse::genesis(json)
    }

    /// As [`Self::from_genesis_json`], from the bytes of a file.
    ///
    /// # Errors
    /// [`GenesisError`]; also when the bytes are not UTF-8.
    pub fn from_genesis_slice(json: &[u8]) -> Result<Self, GenesisError> {
        let json = std::str::from_utf8(json).map_err(|error| GenesisError::Json(error.to_string()))?;
        Self::from_genesis_json(json.strip_prefix('\u{feff}').unwrap_or(json))
    }

    /// The genesis file of this chain: the given `config` as it was, all other fields in geth's form.
    pub fn to_json(&self) -> String {
        write::genesis(self)
    }

    /// Replaces block 0.
    #[must_use]
    pub fn with_genesis(mut self, genesis: Genesis) -> Self {
        self.genesis = genesis;
        self.genesis_header = OnceLock::new();
        self
    }

    /// Replaces the fork schedule.
    #[must_use]
    pub fn with_forks(mut self, forks: ForkSchedule) -> Self {
        self.forks = forks;
        self.genesis_header = OnceLock::new();
        self
    }

    /// Pretends a genesis hash, for what depends on nothing else of block 0.
    #[cfg(test)]
    pub(crate) fn with_genesis_hash(self, hash: B256) -> Self {
        let header = self.genesis.header(&self.forks);
        Self { genesis_header: OnceLock::from(SealedHeader::new_unchecked(header, hash)), ..self }
    }

    /// The header of block 0 with its hash.
    pub fn sealed_genesis_header(&self) -> &SealedHeader {
        self.genesis_header.get_or_init(|| {
            let header = self.genesis.header(&self.forks);
            debug_assert!(!header.has_post_london_field());
            let hash = header.hash_slow();
            SealedHeader::new_unchecked(header, hash)
        })
    }

    /// The header of block 0.
    pub fn genesis_header(&self) -> &Header {
        self.sealed_genesis_header().inner()
    }

    /// The hash of block 0.
    pub fn genesis_hash(&self) -> B256 {
        self.sealed_genesis_header().hash()
    }

    /// The root of the state at block 0.
    pub fn genesis_state_root(&self) -> B256 {
        self.genesis_header().state_root
    }

    /// Block 0.
    pub fn genesis_block(&self) -> SealedBlock {
        Block { header: self.genesis_header().clone(), transactions: Vec::new(), ommers: Vec::new() }
            .seal_slow()
    }

    /// Whether `fork` holds for a block of this number and timestamp (seconds).
    pub fn is_active(&self, fork: Fork, number: u64, timestamp: u64) -> bool {
        self.forks.is_active(fork, number, timestamp)
    }

    /// The rules of execution for a block of this number and timestamp: the latest active fork that changes them,
    /// so never the DAO fork or a glacier.
    pub fn fork_at(&self, number: u64, timestamp: u64) -> Fork {
        let mut forks = Fork::ALL.into_iter().rev().filter(|fork| fork.changes_execution());
        forks.find(|fork| self.is_active(*fork, number, timestamp)).unwrap_or(Fork::Frontier)
    }

    /// Whether signatures with a chain id (EIP-155) count at this block.
    pub fn replay_protection(&self, number: u64) -> bool {
        self.forks.replay_protection().is_reached(number, 0)
    }

    /// Whether the DAO's balances move at this block, before its transactions.
    pub fn moves_dao_balances(&self, number: u64) -> bool {
        self.dao_support == Some(true) && self.forks.get(Fork::Dao) == Activation::Block(number)
    }

    /// Blocks in the ethash epoch of `number`.
    pub fn epoch_length(&self, number: u64) -> u64 {
        match self.long_epochs_from {
            Some(from) if number >= from => ECIP1099_EPOCH_LENGTH,
            _ => EPOCH_LENGTH,
        }
    }

    /// The fork id (EIP-2124, EIP-6122) of a head at this number and timestamp.
    pub fn fork_id(&self, head_number: u64, head_time: u64) -> ForkId {
        fork_id::fork_id(self, head_number, head_time)
    }

    /// Judges the fork ids of peers against a head at this number and timestamp.
    pub fn fork_filter(&self, head_number: u64, head_time: u64) -> ForkFilter {
        fork_id::fork_filter(self, head_number, head_time)
    }

    /// Whether a chain that runs by `stored`'s rules, with its head at this number and timestamp, may go on by
    /// these. A fork that has not started on either may move.
    ///
    /// # Errors
    /// [`IncompatibleConfig`]: the first difference that matters.
    pub fn compatible(
        &self,
        stored: &Self,
        head_number: u64,
        head_time: u64,
    ) -> Result<(), IncompatibleConfig> {
        compat::check(self, stored, head_number, head_time)
    }

    /// The well-known network that this genesis block belongs to.
    pub fn known_name(&self) -> Option<&'static str> {
        known::name(self.genesis_hash())
    }

    /// What to tell the user once, at WARN: keys without effect, a well-known chain id on another genesis.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        warnings.extend(known::foreign_chain_id(self));
        warnings
    }

    /// What to tell the user once, at INFO: where this node reads the file otherwise than geth does.
    pub fn notes(&self) -> Vec<String> {
        known::notes(self)
    }
}
