use super::RpcLog;
use autochain_primitives::{
    Address, B256, Bloom, Eip658Value, Receipt, RecoveredBlock, TransactionFields, Typed2718,
    alloy_primitives::{U64, U128},
};
use serde::Serialize;

/// A receipt as geth sends it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcReceipt {
    block_hash: Option<B256>,
    block_number: U64,
    contract_address: Option<Address>,
    cumulative_gas_used: U64,
    effective_gas_price: U128,
    from: Address,
    gas_used: U64,
    logs: Vec<RpcLog>,
    logs_bloom: Bloom,
    /// Before Byzantium: the state root after the transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<U64>,
    to: Option<Address>,
    transaction_hash: B256,
    transaction_index: U64,
    #[serde(rename = "type")]
    tx_type: U64,
}

impl RpcReceipt {
    /// The receipt of the transaction at `index`; `None` when the block has no such.
    pub(crate) fn new(block: &RecoveredBlock, receipts: &[Receipt], index: usize) -> Option<Self> {
        let receipt = receipts.get(index)?;
        let before = receipts.get(..index)?;
        let transaction = block.transactions.get(index)?;
        let from = *block.senders().get(index)?;
        let first_log = before.iter().map(|receipt| receipt.logs.len()).sum::<usize>();
        let gas_before = before.last().map_or(0, |receipt| receipt.cumulative_gas_used);
        let hash = *transaction.tx_hash();
        let logs = receipt.logs.iter().enumerate();
        let (root, status) = match receipt.status {
            Eip658Value::Eip658(success) => (None, Some(U64::from(u8::from(success)))),
            Eip658Value::PostState(root) => (Some(root), None),
        };
        Some(Self {
            block_hash: Some(block.hash()),
            block_number: U64::from(block.header.number),
            contract_address: transaction.is_create().then(|| from.create(transaction.nonce())),
            cumulative_gas_used: U64::from(receipt.cumulative_gas_used),
            effective_gas_price: U128::from(transaction.effective_gas_price(block.header.base_fee_per_gas)),
            from,
            gas_used: U64::from(receipt.cumulative_gas_used.saturating_sub(gas_before)),
            logs: logs.map(|(at, log)| RpcLog::new(block, index, hash, first_log + at, log)).collect(),
            logs_bloom: receipt.bloom(),
            root,
            status,
            to: transaction.to(),
            transaction_hash: hash,
            transaction_index: U64::from(index),
            tx_type: U64::from(transaction.ty()),
        })
    }

    /// All receipts of a block.
    pub(crate) fn all(block: &RecoveredBlock, receipts: &[Receipt]) -> Vec<Self> {
        (0..receipts.len()).filter_map(|index| Self::new(block, receipts, index)).collect()
    }
}
