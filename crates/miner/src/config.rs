use autochain_primitives::{Address, Bytes};
use std::{path::PathBuf, time::Duration};

/// When a block is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Always: a new template on every head, and every few seconds for new transactions.
    Continuous,
    /// One block each period, with or without transactions.
    Period(Duration),
    /// When executable transactions wait.
    OnDemand,
}

/// What a miner wishes.
#[derive(Clone, Debug)]
pub struct MinerConfig {
    /// Who is paid.
    pub etherbase: Address,
    /// Sealing threads; 0 for one a core.
    pub threads: usize,
    /// At most 32 bytes in each block.
    pub extra_data: Bytes,
    /// Gas limit that blocks move towards.
    pub gas_limit: u64,
    /// Least tip in wei.
    pub min_tip: u128,
    /// When a block is made.
    pub mode: Mode,
    /// Folder of ethash datasets; `None`: in memory only.
    pub dag_dir: Option<PathBuf>,
}
