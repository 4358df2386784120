use crate::{Revert, RpcError};
use obd_core::{Address, Refusal, SignError};
use std::time::Duration;
use thiserror::Error;

/// Why something does not stand on the chain, with the cure where there is one.
#[derive(Debug, Error)]
pub enum Error {
    /// The node did not answer what was asked.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// Another chain than the pinned one.
    #[error("the node is on chain id {got}, not on {pinned}: nothing was signed")]
    WrongChain {
        /// The node's.
        got: u128,
        /// The pinned one.
        pinned: u64,
    },
    /// Another chain with the same id.
    #[error("the node's genesis hash is {got}, not {pinned}: nothing was signed")]
    WrongGenesis {
        /// The node's.
        got: String,
        /// The pinned one.
        pinned: String,
    },
    /// The address holds no contract that knows the view.
    #[error("there is no contract at {at} that answers {view}: is that its address, and this its chain?")]
    NoContract {
        /// Where it was looked for.
        at: Address,
        /// What it was asked.
        view: &'static str,
    },
    /// Transactions of EIP-1559 are not known yet.
    #[error("the chain has no base fee: it is before London and takes no EIP-1559 transaction")]
    NoBaseFee,
    /// Fees that do not fit 128 bits together.
    #[error("the node's fees do not fit: base fee {base_fee} wei, priority fee {priority} wei")]
    AbsurdFee {
        /// Of the newest block, in wei per gas.
        base_fee: u128,
        /// What the node suggests, in wei per gas.
        priority: u128,
    },
    /// The contract would refuse the call; nothing was sent.
    #[error("the contract would refuse: {0}")]
    WouldRevert(Revert),
    /// The account has too little coin.
    #[error("{account} cannot pay the fee, send it coin: {said}")]
    NoFunds {
        /// Who should pay.
        account: Address,
        /// The node's words.
        said: RpcError,
    },
    /// Above a cap; nothing was sent.
    #[error("refuses to sign: {0}; nothing was sent (caps: --max-gas, --max-fee, --max-priority-fee)")]
    Refused(#[from] Refusal),
    /// The key failed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The node calls the transaction by another name.
    #[error("the node took transaction {ours} but calls it {theirs}")]
    OtherHash {
        /// What it is.
        ours: String,
        /// What the node says.
        theirs: String,
    },
    /// No block took it yet.
    #[error("transaction {hash} was not mined within {} s; it may still be (--timeout)", waited.as_secs())]
    NotMined {
        /// The transaction.
        hash: String,
        /// For so long.
        waited: Duration,
    },
    /// Mined, and without effect.
    #[error("transaction {hash} was mined in block {block} and reverted: {revert}")]
    Reverted {
        /// The transaction.
        hash: String,
        /// Its block.
        block: u64,
        /// Why, as far as the state before that block tells.
        revert: Revert,
    },
}

impl Error {
    /// A revert that the node reports (JSON-RPC code 3) becomes one.
    pub(crate) fn from_revert(error: RpcError) -> Self {
        match error {
            RpcError::Node { code: 3, data, message, .. } => {
                Self::WouldRevert(Revert { data: data.unwrap_or_default(), message })
            }
            other => other.into(),
        }
    }

    /// A node that finds the account too poor becomes one that names it.
    pub(crate) fn of(self, account: Address) -> Self {
        match self {
            Self::Rpc(said @ RpcError::Node { .. }) if said.to_string().contains("insufficient funds") => {
                Self::NoFunds { account, said }
            }
            other => other,
        }
    }
}
