use alloy_consensus::{EthereumTxEnvelope, TxEip4844, proofs};
use alloy_primitives::B256;

/// A signed transaction: legacy, EIP-2930, EIP-1559 or EIP-7702. Blob transactions (EIP-4844) decode, so that
/// they can be refused by name.
pub type Transaction = EthereumTxEnvelope<TxEip4844>;

/// The root of the trie of transactions (Yellow Paper §4.3, `Ht`).
pub fn transactions_root(transactions: &[Transaction]) -> B256 {
    proofs::calculate_transaction_root(transactions)
}
