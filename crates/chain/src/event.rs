use autochain_primitives::{Receipt, RecoveredBlock, U256};
use std::sync::Arc;

/// A canonical block with what its execution gave.
#[derive(Clone, Debug)]
pub struct ChainBlock {
    /// The block with its senders.
    pub block: RecoveredBlock,
    /// One receipt for each transaction.
    pub receipts: Vec<Receipt>,
    /// Total difficulty up to and with this block.
    pub total_difficulty: U256,
}

/// The canonical chain changed, and the change is durable.
#[derive(Clone, Debug)]
pub struct ChainEvent {
    /// Blocks that left the canonical chain, newest first.
    pub removed: Vec<Arc<ChainBlock>>,
    /// Blocks that joined it, oldest first.
    pub added: Vec<Arc<ChainBlock>>,
}
