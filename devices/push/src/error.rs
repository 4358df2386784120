use crate::registry::reason;
use device_rpc::RpcError;
use obd_core::{Address, ChainError, KeyError};
use std::io;
use thiserror::Error;

/// Why the reading is not on the chain, with the cure where there is one.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Node(device_rpc::Error),
    #[error(
        "device {device} is not paired with vehicle {vehicle}, or the vehicle changed hands since: the \
         owner pairs it (pair-signature gives the device's half)"
    )]
    NotPaired { device: Address, vehicle: u64 },
    #[error("{0}; if it is right, give --counter")]
    Chain(ChainError),
    #[error("the registry would refuse the reading: {0}")]
    WouldRevert(String),
    #[error("transaction {hash} was mined in block {block} and reverted: {reason}")]
    Reverted { hash: String, block: u64, reason: String },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("cannot write the result: {0}")]
    Output(#[from] io::Error),
}

/// The registry's refusals in its own words.
impl From<device_rpc::Error> for Error {
    fn from(error: device_rpc::Error) -> Self {
        match error {
            device_rpc::Error::WouldRevert(revert) => Self::WouldRevert(reason(&revert)),
            device_rpc::Error::Reverted { hash, block, revert } => {
                Self::Reverted { hash, block, reason: reason(&revert) }
            }
            other => Self::Node(other),
        }
    }
}

impl From<RpcError> for Error {
    fn from(error: RpcError) -> Self {
        Self::Node(error.into())
    }
}
