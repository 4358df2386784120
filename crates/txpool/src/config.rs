use autochain_primitives::Address;
use std::{path::PathBuf, time::Duration};

/// The knobs of the pool: geth's `--txpool.*` flags with geth's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// `--txpool.locals`: accounts treated as local from the start.
    pub locals: Vec<Address>,
    /// `--txpool.nolocals`: nobody is local.
    pub no_locals: bool,
    /// `--txpool.journal`: where local transactions survive a restart; `None` keeps none.
    pub journal: Option<PathBuf>,
    /// `--txpool.rejournal`: how often the journal is rewritten (the node's timer calls `rotate_journal`).
    pub rejournal: Duration,
    /// `--txpool.pricelimit`: the least tip in wei that a remote transaction must offer.
    pub price_limit: u128,
    /// `--txpool.pricebump`: percent by which a replacement must raise both fee caps.
    pub price_bump: u64,
    /// `--txpool.accountslots`: executable transactions guaranteed to each account.
    pub account_slots: usize,
    /// `--txpool.globalslots`: executable transactions of all accounts.
    pub global_slots: usize,
    /// `--txpool.accountqueue`: transactions behind a nonce gap, for each account.
    pub account_queue: usize,
    /// `--txpool.globalqueue`: transactions behind a nonce gap, of all accounts.
    pub global_queue: usize,
    /// `--txpool.lifetime`: how long an idle account's queued transactions are kept.
    pub lifetime: Duration,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            locals: Vec::new(),
            no_locals: false,
            journal: None,
            rejournal: Duration::from_secs(3600),
            price_limit: 1,
            price_bump: 10,
            account_slots: 16,
            global_slots: 5120,
            account_queue: 64,
            global_queue: 1024,
            lifetime: Duration::from_secs(3 * 3600),
        }
    }
}
