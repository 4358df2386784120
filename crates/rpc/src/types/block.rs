use super::{Place, RpcTransaction};
use autochain_primitives::{
    Address, B64, B256, Block, Bloom, Bytes, Header, RecoveredBlock, U256, alloy_primitives::U64, rlp,
};
use serde::Serialize;

/// A header as geth sends it. Before London there is no `baseFeePerGas` at all: its mere presence tells wallets
/// that the chain knows EIP-1559.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcHeader {
    number: U64,
    hash: Option<B256>,
    parent_hash: B256,
    nonce: Option<B64>,
    mix_hash: B256,
    sha3_uncles: B256,
    logs_bloom: Bloom,
    state_root: B256,
    miner: Option<Address>,
    difficulty: U256,
    extra_data: Bytes,
    gas_limit: U64,
    gas_used: U64,
    timestamp: U64,
    transactions_root: B256,
    receipts_root: B256,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_fee_per_gas: Option<U64>,
}

impl RpcHeader {
    /// A sealed header.
    pub(crate) fn new(header: &Header, hash: B256) -> Self {
        Self {
            number: U64::from(header.number),
            hash: Some(hash),
            parent_hash: header.parent_hash,
            nonce: Some(header.nonce),
            mix_hash: header.mix_hash,
            sha3_uncles: header.ommers_hash,
            logs_bloom: header.logs_bloom,
            state_root: header.state_root,
            miner: Some(header.beneficiary),
            difficulty: header.difficulty,
            extra_data: header.extra_data.clone(),
            gas_limit: U64::from(header.gas_limit),
            gas_used: U64::from(header.gas_used),
            timestamp: U64::from(header.timestamp),
            transactions_root: header.transactions_root,
            receipts_root: header.receipts_root,
            base_fee_per_gas: header.base_fee_per_gas.map(U64::from),
        }
    }

    /// The header of the pending block: no hash, no nonce, no miner yet.
    pub(crate) fn pending(header: &Header) -> Self {
        Self { hash: None, nonce: None, miner: None, ..Self::new(header, B256::ZERO) }
    }
}

/// A block as geth sends it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcBlock {
    #[serde(flatten)]
    header: RpcHeader,
    size: U64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_difficulty: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transactions: Option<Transactions>,
    uncles: Vec<B256>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Transactions {
    Hashes(Vec<B256>),
    Full(Vec<RpcTransaction>),
}

impl RpcBlock {
    /// A block with its transactions in full or as hashes.
    pub(crate) fn new(block: &RecoveredBlock, total_difficulty: Option<U256>, full: bool) -> Self {
        let header = RpcHeader::new(&block.header, block.hash());
        Self::with_header(header, block, Some(block.hash()), total_difficulty, full)
    }

    /// The pending block.
    pub(crate) fn pending(block: &RecoveredBlock, full: bool) -> Self {
        Self::with_header(RpcHeader::pending(&block.header), block, None, None, full)
    }

    /// An uncle: a block of which only the header is known.
    pub(crate) fn uncle(header: &Header) -> Self {
        let block = Block { header: header.clone(), ..Default::default() };
        let size = U64::from(rlp::Encodable::length(&block));
        let header = RpcHeader::new(header, header.hash_slow());
        Self { header, size, total_difficulty: None, transactions: None, uncles: Vec::new() }
    }

    fn with_header(
        header: RpcHeader,
        block: &RecoveredBlock,
        hash: Option<B256>,
        total_difficulty: Option<U256>,
        full: bool,
    ) -> Self {
        let transactions = if full {
            let place = |index| Place {
                block_hash: hash,
                block_number: block.header.number,
                index,
                base_fee: block.header.base_fee_per_gas,
            };
            let each = block.transactions_with_senders().enumerate();
            Transactions::Full(
                each.map(|(index, (transaction, sender))| {
                    RpcTransaction::new(transaction, sender, Some(place(index)))
                })
                .collect(),
            )
        } else {
            Transactions::Hashes(
                block.transactions.iter().map(|transaction| *transaction.tx_hash()).collect(),
            )
        };
        let inner: &Block = block;
        Self {
            header,
            size: U64::from(rlp::Encodable::length(inner)),
            total_difficulty,
            transactions: Some(transactions),
            uncles: block.ommers.iter().map(Header::hash_slow).collect(),
        }
    }
}
