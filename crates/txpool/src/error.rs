use autochain_primitives::{SignatureError, U256};
use std::path::PathBuf;

/// The account state could not be read.
pub type StateUnavailable = Box<dyn std::error::Error + Send + Sync>;

/// Why the pool refuses a transaction. The texts begin with geth's, which tools match.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The pool holds this transaction.
    #[error("already known")]
    AlreadyKnown,
    /// The signature does not recover to an address.
    #[error("{0}")]
    InvalidSender(#[from] SignatureError),
    /// Signed for another chain (EIP-155).
    #[error("invalid sender: tx signed for chain {got}, this chain is {expected}")]
    WrongChain {
        /// The chain id in the transaction.
        got: u64,
        /// This chain's id.
        expected: u64,
    },
    /// The type of the transaction is not active on this chain, or never will be (EIP-4844 blobs).
    #[error("transaction type not supported: type {tx_type}{}", if *.tx_type == 3 { ", blob transactions (EIP-4844) do not exist on a proof-of-work chain" } else { " is not active at the next block" })]
    TypeNotSupported {
        /// EIP-2718 type.
        tx_type: u8,
    },
    /// Longer than the pool takes.
    #[error("oversized data: transaction size {size}, limit {limit}")]
    Oversized {
        /// Encoded size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// More gas than a block holds.
    #[error("exceeds block gas limit: tx gas {got}, block gas limit {limit}")]
    ExceedsBlockGasLimit {
        /// The transaction's gas limit.
        got: u64,
        /// The block's gas limit.
        limit: u64,
    },
    /// More gas than one transaction may ask for (EIP-7825).
    #[error("transaction gas limit too high (cap: {cap}, tx: {got}): EIP-7825 allows 2^24 gas a transaction")]
    GasLimitTooHigh {
        /// The transaction's gas limit.
        got: u64,
        /// The cap.
        cap: u64,
    },
    /// The tip is above the fee cap (EIP-1559).
    #[error(
        "max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas {tip}, maxFeePerGas {cap}"
    )]
    TipAboveFeeCap {
        /// Priority fee cap in wei per gas.
        tip: u128,
        /// Fee cap in wei per gas.
        cap: u128,
    },
    /// The tip is below the pool's minimum, or below everything in a full pool.
    #[error("transaction underpriced: gas tip cap {got}, minimum needed {minimum}")]
    Underpriced {
        /// Offered tip in wei per gas.
        got: u128,
        /// What would have been enough.
        minimum: u128,
    },
    /// A transaction with this nonce is waiting and the new one does not raise both caps enough.
    #[error(
        "replacement transaction underpriced: needs a fee cap of {fee_cap} and a tip of {tip} wei per gas"
    )]
    ReplacementUnderpriced {
        /// Least fee cap of a replacement, wei per gas.
        fee_cap: u128,
        /// Least tip of a replacement, wei per gas.
        tip: u128,
    },
    /// The nonce was used.
    #[error("nonce too low: next nonce {expected}, tx nonce {got}")]
    NonceTooLow {
        /// The transaction's nonce.
        got: u64,
        /// The account's nonce.
        expected: u64,
    },
    /// The nonce cannot be followed (EIP-2681).
    #[error("nonce has max value")]
    NonceMax,
    /// The balance does not cover gas limit × fee cap + value.
    #[error("insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {}", .cost.saturating_sub(*.balance))]
    InsufficientFunds {
        /// The sender's balance in wei.
        balance: U256,
        /// What the transaction may cost in wei.
        cost: U256,
    },
    /// gas limit × fee cap + value does not fit 256 bits.
    #[error("insufficient funds for gas * price + value: the cost overflows 256 bits")]
    CostOverflow,
    /// Less gas than the transaction costs before it runs.
    #[error("intrinsic gas too low: gas {got}, minimum needed {needed}")]
    IntrinsicGasTooLow {
        /// The transaction's gas limit.
        got: u64,
        /// Intrinsic gas.
        needed: u64,
    },
    /// Less gas than the floor for its data (EIP-7623).
    #[error("insufficient gas for floor data gas cost: gas {got}, minimum needed {needed}")]
    FloorDataGas {
        /// The transaction's gas limit.
        got: u64,
        /// The floor.
        needed: u64,
    },
    /// The init code is too long (EIP-3860).
    #[error("max initcode size exceeded: code size {got} limit {limit}")]
    InitCodeTooLarge {
        /// Size in bytes.
        got: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A set-code transaction without authorizations (EIP-7702).
    #[error("set code tx must have at least one authorization tuple (EIP-7702)")]
    EmptyAuthorizations,
    /// The account has as many transactions behind a nonce gap as it may.
    #[error(
        "account limit exceeded: {limit} transactions of this account wait behind a nonce gap (--txpool.accountqueue)"
    )]
    AccountLimitExceeded {
        /// The limit.
        limit: usize,
    },
    /// In a full pool, a transaction behind a nonce gap cannot push out an executable one.
    #[error("future transaction tries to replace pending")]
    FutureReplacesPending,
    /// No room, whatever the price.
    #[error("txpool is full: {limit} (--txpool.globalslots, --txpool.globalqueue)")]
    Full {
        /// The limit that was hit.
        limit: usize,
    },
    /// The state of the sender could not be read.
    #[error("sender state unavailable: {0}")]
    State(#[source] StateUnavailable),
}

impl PoolError {
    /// Whether a peer that sent this transaction broke a rule that does not depend on timing: bad signature,
    /// impossible gas, unknown type. Anything else may be an honest difference of views.
    pub const fn is_peer_fault(&self) -> bool {
        matches!(
            self,
            Self::InvalidSender(_)
                | Self::WrongChain { .. }
                | Self::Oversized { .. }
                | Self::TipAboveFeeCap { .. }
                | Self::NonceMax
                | Self::CostOverflow
                | Self::IntrinsicGasTooLow { .. }
                | Self::EmptyAuthorizations
        )
    }
}

/// Why the journal of local transactions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file could not be read or written.
    #[error("transaction journal {path}: {source} (choose another file with --txpool.journal)")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}
