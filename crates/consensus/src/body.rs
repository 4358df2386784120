use crate::{BodyError, TransactionRules, validate_transaction_static};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_primitives::{SealedBlock, ommers_hash, rlp::Encodable as _, transactions_root};

/// Most bytes of a block's RLP from Osaka on: 10 MiB less a margin of 2 MiB (EIP-7934).
pub const MAX_BLOCK_BYTES: usize = (10 << 20) - (2 << 20);

/// Checks what a body must be whatever the state: size (EIP-7934), every transaction by
/// [`validate_transaction_static`], transactions root and uncles hash. Signatures are checked by
/// [`SealedBlock::recover`].
///
/// # Errors
/// [`BodyError`]: the first broken rule.
pub fn check_body(spec: &ChainSpec, block: &SealedBlock) -> Result<(), BodyError> {
    let header = &block.header;
    if spec.is_active(Fork::Osaka, header.number, header.timestamp) {
        let got = block.length();
        if got > MAX_BLOCK_BYTES {
            return Err(BodyError::TooLarge { got, max: MAX_BLOCK_BYTES });
        }
    }
    let rules = TransactionRules::at(spec, header.number, header.timestamp);
    for (index, transaction) in block.transactions.iter().enumerate() {
        validate_transaction_static(transaction, &rules)
            .map_err(|error| BodyError::Transaction { index, error })?;
    }
    check_commitments(block)
}

/// Checks that the header is the body's: transactions root and uncles hash. As long as that is not known, a fault of
/// the body says nothing about the header's hash: anybody can put another body below a good header.
///
/// # Errors
/// [`BodyError::TransactionsRoot`], [`BodyError::OmmersHash`].
pub fn check_commitments(block: &SealedBlock) -> Result<(), BodyError> {
    let header = &block.header;
    let expected = transactions_root(&block.transactions);
    if header.transactions_root != expected {
        return Err(BodyError::TransactionsRoot { got: header.transactions_root, expected });
    }
    let expected = ommers_hash(&block.ommers);
    if header.ommers_hash != expected {
        return Err(BodyError::OmmersHash { got: header.ommers_hash, expected });
    }
    Ok(())
}
