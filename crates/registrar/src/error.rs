use crate::{Index, api::Refusal};
use autochain_primitives::{Address, B256};

/// What is wrong with a VIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a VIN is 17 of the characters 0-9 and A-Z without I, O and Q (ISO 3779)")]
pub struct VinError;

/// What is wrong with a share, a roster or a dealing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharingError {
    /// The threshold is zero or above the number of members.
    #[error("threshold {threshold} of {members} members")]
    Threshold {
        /// t.
        threshold: u8,
        /// n.
        members: usize,
    },
    /// The key does not lie on the polynomial of the others.
    #[error("the key of registrar {index} does not fit the others")]
    Inconsistent {
        /// Whose key.
        index: Index,
    },
    /// The registrar holds no share here, or is named twice.
    #[error("registrar {index} is not a member, or is named twice")]
    NotAMember {
        /// Who.
        index: Index,
    },
    /// Sharing anew takes t dealers.
    #[error("{got} dealers, {threshold} are needed")]
    TooFewDealers {
        /// How many dealt.
        got: usize,
        /// t of the old sharing.
        threshold: u8,
    },
    /// The dealer shared something else than its part of k.
    #[error("registrar {dealer} dealt another secret than its part of the key")]
    OtherSecret {
        /// Who.
        dealer: Index,
    },
    /// The dealer's sub-share is missing, comes twice, or is not on its polynomial.
    #[error("the sub-share of registrar {dealer} is missing or not on its polynomial")]
    WrongSubShare {
        /// Who.
        dealer: Index,
    },
    /// Not the canonical encoding of a point other than the identity.
    #[error("not the encoding of a ristretto255 point")]
    Point,
    /// Not a canonical scalar.
    #[error("not the encoding of a ristretto255 scalar")]
    Scalar,
}

/// Why a tag could not be computed or was not the one that was claimed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// A message that is no element, scalar or proof.
    #[error("malformed element, blind or proof")]
    Malformed,
    /// The proof does not show that the registrar used its share.
    #[error("registrar {index} did not prove that it used its share")]
    Proof {
        /// Who.
        index: Index,
    },
    /// Fewer different registrars than the threshold.
    #[error("{got} partial evaluations, {threshold} are needed")]
    TooFew {
        /// How many.
        got: usize,
        /// t.
        threshold: u8,
    },
    /// The registrars' roster.
    #[error(transparent)]
    Sharing(#[from] SharingError),
    /// The VIN has another tag.
    #[error("the tag is {expected}, not {got}")]
    OtherTag {
        /// What was claimed.
        got: B256,
        /// What the evaluations give.
        expected: B256,
    },
    /// VIN and salt give another commitment.
    #[error("VIN and salt give the commitment {expected}, not {got}")]
    OtherCommitment {
        /// What was claimed.
        got: B256,
        /// What it is.
        expected: B256,
    },
}

/// Why a client could not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No answer, or one that is not understood.
    #[error("{url}: {reason}")]
    Transport {
        /// Whom it asked.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The registrar refused.
    #[error("{url}: {}", refusal.message)]
    Refused {
        /// Whom it asked.
        url: String,
        /// What it said.
        refusal: Refusal,
    },
    /// The evaluation.
    #[error("{url}: {error}")]
    Evaluation {
        /// Whom it asked.
        url: String,
        /// What was wrong.
        error: TagError,
    },
    /// The signature is not the registrar's over the statement.
    #[error("{url}: the signature is not by {signer}")]
    Signature {
        /// Whom it asked.
        url: String,
        /// Whose it should be.
        signer: Address,
    },
    /// Too few registrars did their part; the reasons of the others.
    #[error("{got} of {threshold} registrars answered: {}", reasons.join("; "))]
    TooFewRegistrars {
        /// How many did.
        got: usize,
        /// t.
        threshold: u8,
        /// Why the others did not.
        reasons: Vec<String>,
    },
    /// Combining what the registrars gave.
    #[error(transparent)]
    Tag(#[from] TagError),
    /// The node refused, or the transaction reverted.
    #[error("the node: {0}")]
    Node(String),
}
