use crate::ommers::candidates;
use autochain_chain::{Chain, Head};
use autochain_chainspec::ChainSpec;
use autochain_consensus::{next_base_fee, next_difficulty, next_gas_limit, required_extra_data};
use autochain_evm::{BlockExecutor, ExecutionError, RootHook, Rules, StateChanges};
use autochain_primitives::{
    Address, Block, Bytes, EMPTY_ROOT_HASH, Header, Receipt, RecoveredBlock, logs_bloom, ommers_hash,
    receipts_root, transactions_root,
};
use autochain_state::{StateError, StateView, apply};
use autochain_store::{StateDelta, StoreError};
use autochain_txpool::Pool;

/// Room that the header and the list headers of a block take within its size limit (EIP-7934), in bytes.
const BLOCK_OVERHEAD: usize = 4_096;
/// Largest block that is built, in bytes: EIP-7934's limit of 8 MiB, on every fork.
const MAX_BLOCK_SIZE: usize = 8 << 20;

/// What the miner wishes of a block.
#[derive(Clone, Debug)]
pub struct Attributes {
    /// Who is paid.
    pub beneficiary: Address,
    /// At most 32 bytes.
    pub extra_data: Bytes,
    /// Gas limit that blocks move towards, by 1/1024 a block.
    pub gas_limit: u64,
    /// Least tip of a transaction, in wei.
    pub min_tip: u128,
    /// The clock, in seconds; the block is stamped max(now, parent + 1).
    pub now: u64,
    /// Whether ommers are looked for.
    pub with_ommers: bool,
}

/// A block without its seal, with all that its execution gave.
#[derive(Clone, Debug)]
pub struct Template {
    /// The block; nonce and mix hash are zero.
    pub block: RecoveredBlock,
    /// One receipt for each transaction.
    pub receipts: Vec<Receipt>,
    /// Its effect on the state of its parent.
    pub changes: StateChanges,
    /// The parent.
    pub parent: Head,
}

/// Why no block can be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// State could not be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The machine failed on something else than a transaction.
    #[error(transparent)]
    Execution(Box<ExecutionError<StateError>>),
    /// The chain has reached its terminal total difficulty.
    #[error(transparent)]
    Terminal(#[from] autochain_consensus::HeaderError),
}

impl From<ExecutionError<StateError>> for BuildError {
    fn from(error: ExecutionError<StateError>) -> Self {
        Self::Execution(Box::new(error))
    }
}

/// Builds a block on the head from the pool's transactions.
///
/// # Errors
/// [`BuildError`]; a transaction that cannot be executed is left out and is no error.
pub fn build(chain: &Chain, pool: &Pool, attributes: &Attributes) -> Result<Template, BuildError> {
    let spec = chain.spec();
    let (parent, reader) = chain.snapshot()?;
    autochain_consensus::check_terminal(spec, parent.total_difficulty)?;
    let view = StateView::head(&reader);

    let mut header = open_header(spec, &parent, attributes);
    let ommers = if attributes.with_ommers { candidates(chain, &reader, &header)? } else { Vec::new() };
    let rules = Rules::at(spec, header.number, header.timestamp);

    let mut delta = StateDelta::default();
    let mut root_after = |changes: &StateChanges| Ok(apply(&view, &mut delta, changes)?);
    let roots: Option<&mut RootHook<'_>> =
        if rules.post_state_receipts { Some(&mut root_after) } else { None };
    let mut executor = BlockExecutor::for_header(spec, &header, &view, roots)?;

    let base_fee = header.base_fee_per_gas.unwrap_or_default();
    let mut transactions = Vec::new();
    let mut senders = Vec::new();
    let mut size = BLOCK_OVERHEAD;
    let mut best = pool.best(base_fee);
    while let Some(pooled) = best.next() {
        let transaction = pooled.transaction();
        let length = pooled.size();
        let too_cheap = pooled.effective_tip(base_fee).is_none_or(|tip| tip < attributes.min_tip);
        if size + length > MAX_BLOCK_SIZE || (too_cheap && !pooled.is_local()) {
            best.skip_account(pooled.sender());
            continue;
        }
        match executor.execute_transaction(transaction, pooled.sender()) {
            Ok(_) => {
                size += length;
                transactions.push(transaction.clone());
                senders.push(pooled.sender());
            }
            Err(ExecutionError::Transaction { error, .. }) => {
                tracing::debug!(hash = %pooled.hash(), err = %error, "Transaction left out of the block");
                best.skip_account(pooled.sender());
            }
            Err(error) => return Err(error.into()),
        }
    }

    let executed = executor.finish(spec, &header, &ommers)?;
    header.state_root = apply(&view, &mut delta, &executed.changes)?;
    header.gas_used = executed.gas_used;
    header.receipts_root = receipts_root(&executed.receipts);
    header.logs_bloom = logs_bloom(&executed.receipts);
    header.transactions_root =
        if transactions.is_empty() { EMPTY_ROOT_HASH } else { transactions_root(&transactions) };
    header.ommers_hash = ommers_hash(&ommers);
    let block = Block { header, transactions, ommers }.seal_slow();
    Ok(Template {
        block: RecoveredBlock::new_unchecked(block, senders),
        receipts: executed.receipts,
        changes: executed.changes,
        parent,
    })
}

/// The header as far as it is known before execution.
fn open_header(spec: &ChainSpec, parent: &Head, attributes: &Attributes) -> Header {
    let number = parent.header.number.saturating_add(1);
    let timestamp = attributes.now.max(parent.header.timestamp.saturating_add(1));
    let base_fee_per_gas = next_base_fee(spec, &parent.header);
    let mut header = Header {
        parent_hash: parent.header.hash(),
        beneficiary: attributes.beneficiary,
        number,
        timestamp,
        gas_limit: next_gas_limit(spec, &parent.header, attributes.gas_limit),
        base_fee_per_gas,
        difficulty: next_difficulty(spec, &parent.header, timestamp),
        extra_data: attributes.extra_data.clone(),
        ..Header::default()
    };
    if let Some(extra_data) = required_extra_data(spec, number) {
        header.extra_data = Bytes::from_static(extra_data);
    }
    header
}
