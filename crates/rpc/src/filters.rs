use crate::{
    ChainEvent, RpcConfig, RpcError,
    jsonrpc::{Json, json},
    types::{BlockTag, FilterArgs, LogFilter, RpcLog, RpcTransaction, logs_of},
};
use autochain_primitives::B256;
use autochain_txpool::PooledTransaction;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Entries that wait in one filter; a filter nobody reads is dropped at that.
const MOST_WAITING: usize = 65_536;

/// Polled filters (`eth_newFilter` and its kin). They are fed by one task and die when nobody asks.
pub(crate) struct Filters {
    filters: Mutex<HashMap<String, Filter>>,
    most: usize,
    timeout: Duration,
}

struct Filter {
    asked: Instant,
    kind: Kind,
}

enum Kind {
    Blocks(Vec<B256>),
    Transactions(Vec<B256>),
    FullTransactions(Vec<RpcTransaction>),
    Logs { args: Box<FilterArgs>, filter: LogFilter, logs: Vec<RpcLog> },
}

impl Kind {
    fn waiting(&self) -> usize {
        match self {
            Self::Blocks(hashes) | Self::Transactions(hashes) => hashes.len(),
            Self::FullTransactions(transactions) => transactions.len(),
            Self::Logs { logs, .. } => logs.len(),
        }
    }
}

fn not_found() -> RpcError {
    RpcError::server("filter not found")
}

/// A new identifier: 128 random bits.
pub(crate) fn new_id() -> String {
    format!("{:#x}", rand::random::<u128>())
}

impl Filters {
    pub(crate) fn new(config: &RpcConfig) -> Self {
        Self { filters: Mutex::default(), most: config.max_filters, timeout: config.filter_timeout }
    }

    pub(crate) fn new_blocks(&self) -> Result<String, RpcError> {
        self.insert(Kind::Blocks(Vec::new()))
    }

    pub(crate) fn new_transactions(&self, full: bool) -> Result<String, RpcError> {
        self.insert(if full { Kind::FullTransactions(Vec::new()) } else { Kind::Transactions(Vec::new()) })
    }

    pub(crate) fn new_logs(&self, args: FilterArgs) -> Result<String, RpcError> {
        let filter = args.logs()?;
        self.insert(Kind::Logs { args: Box::new(args), filter, logs: Vec::new() })
    }

    fn insert(&self, kind: Kind) -> Result<String, RpcError> {
        let mut filters = self.filters.lock();
        self.expire(&mut filters);
        if filters.len() >= self.most {
            return Err(RpcError::server(format!("too many filters: {} are in use", self.most)));
        }
        let id = new_id();
        filters.insert(id.clone(), Filter { asked: Instant::now(), kind });
        Ok(id)
    }

    /// What came since the last question.
    pub(crate) fn changes(&self, id: &str) -> Result<Json, RpcError> {
        let mut filters = self.filters.lock();
        let filter = filters.get_mut(id).ok_or_else(not_found)?;
        filter.asked = Instant::now();
        match &mut filter.kind {
            Kind::Blocks(hashes) | Kind::Transactions(hashes) => json(&core::mem::take(hashes)),
            Kind::FullTransactions(transactions) => json(&core::mem::take(transactions)),
            Kind::Logs { logs, .. } => json(&core::mem::take(logs)),
        }
    }

    /// What a log filter asks for.
    pub(crate) fn criteria(&self, id: &str) -> Result<FilterArgs, RpcError> {
        let mut filters = self.filters.lock();
        let filter = filters.get_mut(id).ok_or_else(not_found)?;
        filter.asked = Instant::now();
        match &filter.kind {
            Kind::Logs { args, .. } => Ok((**args).clone()),
            _ => Err(not_found()),
        }
    }

    /// Whether there was such a filter.
    pub(crate) fn uninstall(&self, id: &str) -> bool {
        self.filters.lock().remove(id).is_some()
    }

    /// Feeds a change of the chain.
    pub(crate) fn on_chain(&self, event: &ChainEvent) {
        let mut filters = self.filters.lock();
        self.expire(&mut filters);
        for filter in filters.values_mut() {
            match &mut filter.kind {
                Kind::Blocks(hashes) => hashes.extend(event.added.iter().map(|block| block.block.hash())),
                Kind::Logs { args, filter, logs } => {
                    let in_range = |number| in_range(args, number);
                    logs_of_event(event, filter, in_range, logs);
                }
                Kind::Transactions(_) | Kind::FullTransactions(_) => {}
            }
        }
        filters.retain(|_, filter| filter.kind.waiting() <= MOST_WAITING);
    }

    /// Feeds a new executable transaction.
    pub(crate) fn on_transaction(&self, transaction: &PooledTransaction) {
        let mut filters = self.filters.lock();
        for filter in filters.values_mut() {
            match &mut filter.kind {
                Kind::Transactions(hashes) => hashes.push(transaction.hash()),
                Kind::FullTransactions(all) => {
                    all.push(RpcTransaction::new(transaction.transaction(), transaction.sender(), None));
                }
                Kind::Blocks(_) | Kind::Logs { .. } => {}
            }
        }
        filters.retain(|_, filter| filter.kind.waiting() <= MOST_WAITING);
    }

    fn expire(&self, filters: &mut HashMap<String, Filter>) {
        filters.retain(|_, filter| filter.asked.elapsed() < self.timeout);
    }
}

/// Whether a filter with numbers in it wants this block.
fn in_range(args: &FilterArgs, number: u64) -> bool {
    let bound = |tag: Option<BlockTag>| match tag {
        Some(BlockTag::Number(number)) => Some(number),
        Some(BlockTag::Earliest) => Some(0),
        _ => None,
    };
    let to = bound(args.to_block.filter(|tag| *tag != BlockTag::Earliest));
    bound(args.from_block).is_none_or(|from| number >= from) && to.is_none_or(|to| number <= to)
}

/// The wanted logs of a change: of the blocks that left, marked as removed, then of those that came.
pub(crate) fn logs_of_event(
    event: &ChainEvent,
    filter: &LogFilter,
    in_range: impl Fn(u64) -> bool,
    out: &mut Vec<RpcLog>,
) {
    let of = |blocks: &[std::sync::Arc<crate::ChainBlock>]| {
        let mut logs = Vec::new();
        for block in blocks {
            let header = &block.block.header;
            if in_range(header.number) && filter.may_match(&header.logs_bloom) {
                logs_of(&block.block, &block.receipts, |log| filter.matches(log), &mut logs);
            }
        }
        logs
    };
    out.extend(of(&event.removed).into_iter().map(RpcLog::removed));
    out.extend(of(&event.added));
}
