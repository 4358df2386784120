use autochain_consensus::{HeaderError, SealError};
use autochain_primitives::{B256, U256};
use std::fmt;

/// One of the two Merkle proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofPart {
    /// From the state root to the registry's account.
    Account,
    /// From the account's storage root to the owner's slot.
    Storage,
}

impl fmt::Display for ProofPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "account proof",
            Self::Storage => "storage proof",
        })
    }
}

/// Why ownership is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnershipError {
    /// A header's bytes.
    #[error("header {position} is not a proof-of-work header: {reason}")]
    Malformed {
        /// Its place in the list, from 0.
        position: usize,
        /// What the decoder says.
        reason: String,
    },
    /// No headers, or the proven one is not among them.
    #[error("block {proven} is not among the {headers} headers")]
    NotProven {
        /// The place of the proven header, from 0.
        proven: usize,
        /// How many headers there are.
        headers: usize,
    },
    /// The first header does not follow the checkpoint, or one does not follow its predecessor.
    #[error("block {number} does not follow {expected}; its parent is {got}")]
    Unlinked {
        /// Its number.
        number: u64,
        /// The parent hash it has.
        got: B256,
        /// The hash of the header before it.
        expected: B256,
    },
    /// A rule of the chain.
    #[error("block {number}: {error}")]
    Header {
        /// Its number.
        number: u64,
        /// Which rule.
        error: HeaderError,
    },
    /// The proof of work.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Too little work from the checkpoint to the tip.
    #[error("the headers bring {got} of work, {least} is asked for")]
    LowWork {
        /// The sum of difficulties.
        got: U256,
        /// [`Policy::least_work`](crate::Policy::least_work).
        least: U256,
    },
    /// Too little work on top of the proven block.
    #[error("{got} of work on top of the proven block, {least} is asked for")]
    TooFresh {
        /// The sum of difficulties.
        got: U256,
        /// [`Policy::least_on_top`](crate::Policy::least_on_top).
        least: U256,
    },
    /// The Merkle proof does not lead from the root to the claim.
    #[error("the {part} does not show the claim: {reason}")]
    Proof {
        /// Which.
        part: ProofPart,
        /// Where it breaks.
        reason: String,
    },
    /// More nodes than a path of 64 nibbles can have.
    #[error("the {part} has {nodes} nodes, at most {most} make sense")]
    ProofTooLong {
        /// Which.
        part: ProofPart,
        /// How many it has.
        nodes: usize,
        /// How many a path can have.
        most: usize,
    },
    /// Nobody owns a car as the zero address.
    #[error("the zero address owns nothing")]
    NoOwner,
}
