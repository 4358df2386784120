use autochain_primitives::{Address, B256, Bytes, Log, Receipt, RecoveredBlock, alloy_primitives::U64};
use serde::Serialize;

/// A log as geth sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcLog {
    pub(crate) address: Address,
    pub(crate) topics: Vec<B256>,
    data: Bytes,
    block_number: U64,
    transaction_hash: B256,
    transaction_index: U64,
    block_hash: Option<B256>,
    block_timestamp: U64,
    log_index: U64,
    removed: bool,
}

impl RpcLog {
    pub(crate) fn new(
        block: &RecoveredBlock,
        transaction_index: usize,
        transaction_hash: B256,
        log_index: usize,
        log: &Log,
    ) -> Self {
        Self {
            address: log.address,
            topics: log.topics().to_vec(),
            data: log.data.data.clone(),
            block_number: U64::from(block.header.number),
            transaction_hash,
            transaction_index: U64::from(transaction_index),
            block_hash: Some(block.hash()),
            block_timestamp: U64::from(block.header.timestamp),
            log_index: U64::from(log_index),
            removed: false,
        }
    }

    /// The log of a block that left the chain.
    pub(crate) fn removed(mut self) -> Self {
        self.removed = true;
        self
    }

    /// The log of a block without a hash yet.
    pub(crate) fn pending(mut self) -> Self {
        self.block_hash = None;
        self
    }
}

/// The logs of a block that `wanted` picks, in order.
pub(crate) fn logs_of(
    block: &RecoveredBlock,
    receipts: &[Receipt],
    mut wanted: impl FnMut(&Log) -> bool,
    out: &mut Vec<RpcLog>,
) {
    let mut log_index = 0;
    for (index, (receipt, transaction)) in receipts.iter().zip(&block.transactions).enumerate() {
        for log in &receipt.logs {
            if wanted(log) {
                out.push(RpcLog::new(block, index, *transaction.tx_hash(), log_index, log));
            }
            log_index += 1;
        }
    }
}
