use autochain_consensus::{BodyError, ConsensusError};
use autochain_evm::ExecutionError;
use autochain_primitives::{B256, SignatureError};
use autochain_state::StateError;
use autochain_store::StoreError;

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The block breaks a rule. Unless the reason is transient it is remembered as bad.
    #[error("block {number} ({hash}) is invalid: {reason}")]
    Invalid {
        /// The block's number.
        number: u64,
        /// The block's hash.
        hash: B256,
        /// The rule.
        reason: Box<InvalidBlock>,
    },
    /// The parent is not known; import the blocks before it first.
    #[error("block {number} ({hash}): parent {parent} is not known; import the blocks before it first")]
    UnknownParent {
        /// The block's number.
        number: u64,
        /// The block's hash.
        hash: B256,
        /// The missing parent.
        parent: B256,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// State could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// Blocks could not be read from their source.
    #[error("cannot read blocks: {0}")]
    Source(Box<dyn std::error::Error + Send + Sync>),
}

impl ImportError {
    /// Whether the same block may be good later (a block from the future, a full disk).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Invalid { reason, .. } => reason.is_transient(),
            _ => true,
        }
    }
}

/// The rule that a block breaks.
#[derive(Debug, thiserror::Error)]
pub enum InvalidBlock {
    /// A rule of header, seal, body, ommers or outcome.
    #[error(transparent)]
    Consensus(#[from] ConsensusError),
    /// A signature that recovers to nothing.
    #[error("transaction {index}: {error}")]
    Sender {
        /// Position of the transaction in the block.
        index: usize,
        /// What is wrong with the signature.
        error: SignatureError,
    },
    /// A transaction that cannot be executed.
    #[error(transparent)]
    Execution(#[from] ExecutionError<StateError>),
    /// The state after the block is not the one its header names.
    #[error("invalid merkle root (remote: {expected} local: {got})")]
    StateRoot {
        /// The root in the header.
        expected: B256,
        /// The root that was computed.
        got: B256,
    },
    /// A block before this one was found invalid.
    #[error("its ancestor {0} is invalid")]
    BadAncestor(B256),
    /// The block was found invalid before.
    #[error("known bad block: {0}")]
    KnownBad(String),
}

impl InvalidBlock {
    /// Whether the reason speaks against every block with this hash, so that the hash is remembered as bad. One
    /// that may pass does not, nor does a body that is not the header's: the right body may still come.
    pub(crate) fn condemns(&self) -> bool {
        let foreign_body = matches!(
            self,
            Self::Consensus(ConsensusError::Body(
                BodyError::TransactionsRoot { .. } | BodyError::OmmersHash { .. }
            ))
        );
        !(foreign_body || self.is_transient() || matches!(self, Self::KnownBad(_)))
    }

    /// Whether the reason may pass by itself, or lies with this node and not with the block.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Consensus(error) => error.is_transient(),
            Self::Execution(error) => error.is_local(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_evm::TransactionError;

    #[test]
    fn faults_of_this_node_do_not_speak_against_the_block() {
        let local = [
            ExecutionError::State(StateError::UnknownBlock(1)),
            ExecutionError::Root("disk full".into()),
            ExecutionError::Machine("out of order".to_owned()),
        ];
        for error in local {
            assert!(InvalidBlock::Execution(error).is_transient());
        }
        let error = TransactionError::GasLimitReached { available: 1, wanted: 2 };
        let error = ExecutionError::Transaction { index: 0, hash: B256::ZERO, error };
        assert!(!InvalidBlock::Execution(error).is_transient());
        assert!(!InvalidBlock::BadAncestor(B256::ZERO).is_transient());
    }
}
