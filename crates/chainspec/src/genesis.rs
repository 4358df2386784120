use crate::ForkSchedule;
use crate::fork::Fork;
use alloy_trie::{
    TrieAccount,
    root::{state_root_unhashed, storage_root_unhashed},
};
use autochain_primitives::{
    Address, B64, B256, Bytes, EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Header, KECCAK256_EMPTY, U256,
    keccak256,
};
use std::collections::BTreeMap;

/// Base fee of the first London block, in wei (EIP-1559).
pub const INITIAL_BASE_FEE: u64 = 1_000_000_000;

/// Gas limit that geth takes for a genesis which says 0.
const DEFAULT_GAS_LIMIT: u64 = 4_712_388;

/// Block 0: its header fields and first state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// Seal nonce; block 0's is not checked.
    pub nonce: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Any bytes.
    pub extra_data: Bytes,
    /// Gas; 0 means geth's 4,712,388.
    pub gas_limit: u64,
    /// Gas, as the file says; normally 0.
    pub gas_used: u64,
    /// The difficulty of block 0, from which block 1's is computed.
    pub difficulty: U256,
    /// Seal mix hash; block 0's is not checked.
    pub mix_hash: B256,
    /// Beneficiary.
    pub coinbase: Address,
    /// Normally zero.
    pub parent_hash: B256,
    /// Wei; counts only with London at block 0, where 1 gwei is the default.
    pub base_fee: Option<u64>,
    /// Every account that exists at block 0.
    pub alloc: BTreeMap<Address, GenesisAccount>,
    /// The JSON object under `config`, as it was given; empty when the spec was built in code.
    pub config: String,
}

impl Default for Genesis {
    fn default() -> Self {
        Self {
            nonce: 0,
            timestamp: 0,
            extra_data: Bytes::new(),
            gas_limit: DEFAULT_GAS_LIMIT,
            gas_used: 0,
            difficulty: U256::from(131_072),
            mix_hash: B256::ZERO,
            coinbase: Address::ZERO,
            parent_hash: B256::ZERO,
            base_fee: None,
            alloc: BTreeMap::new(),
            config: String::new(),
        }
    }
}

/// One account at block 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GenesisAccount {
    /// Wei.
    pub balance: U256,
    /// Nonce.
    pub nonce: u64,
    /// Code; empty for a plain account.
    pub code: Bytes,
    /// Slots; zero values are not part of the state.
    pub storage: BTreeMap<B256, U256>,
}

impl GenesisAccount {
    /// Keccak-256 of the code.
    pub fn code_hash(&self) -> B256 {
        if self.code.is_empty() { KECCAK256_EMPTY } else { keccak256(&self.code) }
    }

    /// Root of the storage trie.
    pub fn storage_root(&self) -> B256 {
        storage_root_unhashed(self.occupied_storage())
    }

    /// The slots that hold something.
    pub fn occupied_storage(&self) -> impl Iterator<Item = (B256, U256)> {
        self.storage.iter().filter(|(_, value)| !value.is_zero()).map(|(slot, value)| (*slot, *value))
    }
}

impl Genesis {
    /// Root of the state trie over `alloc`. An account that is empty is part of it, as in geth.
    pub fn state_root(&self) -> B256 {
        state_root_unhashed(self.alloc.iter().map(|(address, account)| {
            let leaf = TrieAccount {
                nonce: account.nonce,
                balance: account.balance,
                storage_root: account.storage_root(),
                code_hash: account.code_hash(),
            };
            (*address, leaf)
        }))
    }

    /// The header of block 0 in London's shape at most: no field that came later, whatever the schedule says.
    pub fn header(&self, forks: &ForkSchedule) -> Header {
        let london = forks.is_active(Fork::London, 0, self.timestamp);
        Header {
            parent_hash: self.parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: self.coinbase,
            state_root: self.state_root(),
            transactions_root: EMPTY_ROOT_HASH,
            receipts_root: EMPTY_ROOT_HASH,
            difficulty: self.difficulty,
            gas_limit: if self.gas_limit == 0 { DEFAULT_GAS_LIMIT } else { self.gas_limit },
            gas_used: self.gas_used,
            timestamp: self.timestamp,
            extra_data: self.extra_data.clone(),
            mix_hash: self.mix_hash,
            nonce: B64::from(self.nonce),
            base_fee_per_gas: london.then(|| self.base_fee.unwrap_or(INITIAL_BASE_FEE)),
            ..Header::default()
        }
    }
}
