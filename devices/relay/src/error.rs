use device_rpc::RpcError;
use obd_core::{Address, KeyError, Refusal, SignError};
use std::io;
use thiserror::Error;

/// Why a call is refused. The text goes to the caller.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("the method {0} does not exist")]
    NoMethod(String),
    #[error("{0}")]
    Params(&'static str),
    #[error("an upload holds 1 to 16 records of {0} bytes each")]
    Records(usize),
    #[error("there is no room for more records here")]
    Full,
    #[error("the records of this reading were not handed in")]
    NoRecords,
    #[error("no such record")]
    NoRecord,
    #[error("the signature is not {0}'s over this reading")]
    Signature(Address),
    #[error("the device {0} does not speak for this vehicle")]
    NotPaired(Address),
    #[error("this relay does not serve the vehicles of {0}")]
    NotAllowed(Address),
    #[error("counter {got} is not above the device's last, {last}")]
    Counter { got: u64, last: u64 },
    #[error("today's budget is spent; the reading is welcome tomorrow")]
    Budget,
    #[error("this relay has no account to pay with")]
    NoAccount,
    #[error("the node is on chain {got}, this relay on {pinned}")]
    Chain { got: u128, pinned: u64 },
    #[error("the node: {0}")]
    Node(String),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the relay's disk: {0}")]
    Disk(#[from] io::Error),
}

impl From<RpcError> for Error {
    /// The node's address is the relay's business.
    fn from(error: RpcError) -> Self {
        Self::Node(match error {
            RpcError::Unreachable { method, .. } | RpcError::NotJsonRpc { method, .. } => {
                format!("{method}: no answer")
            }
            other => other.to_string(),
        })
    }
}

impl From<device_rpc::Error> for Error {
    fn from(error: device_rpc::Error) -> Self {
        match error {
            device_rpc::Error::Rpc(error) => error.into(),
            other => Self::Node(other.to_string()),
        }
    }
}
