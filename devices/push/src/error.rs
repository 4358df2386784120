use crate::rpc::RpcError;
use obd_core::{Address, ChainError, KeyError, Refusal, SignError};
use std::io;
use std::time::Duration;
use thiserror::Error;

/// Why the reading is not on the chain, with the cure where there is one.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error("the node is on chain id {got}, --chain-id says {pinned}: nothing was signed")]
    WrongChain { got: u128, pinned: u64 },
    #[error("the node's genesis hash is {got}, not that of --genesis-hash: nothing was signed")]
    WrongGenesis { got: String },
    #[error("the chain has no base fee: it is before London and takes no EIP-1559 transaction")]
    NoBaseFee,
    #[error("the node's fees do not fit: base fee {base_fee} wei, priority fee {priority} wei")]
    AbsurdFee { base_fee: u128, priority: u128 },
    #[error("there is no vehicle registry at {0}: check --registry")]
    NoRegistry(Address),
    #[error(
        "device {device} is not paired with vehicle {vehicle}, or the vehicle changed hands since: the \
         owner pairs it (pair-signature gives the device's half)"
    )]
    NotPaired { device: Address, vehicle: u64 },
    #[error("{0}; if it is right, give --counter")]
    Chain(ChainError),
    #[error("the registry would refuse the reading: {0}")]
    WouldRevert(String),
    #[error(
        "the device refuses to sign: {0}; nothing was sent (caps: --max-gas, --max-fee, --max-priority-fee)"
    )]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the node took transaction {ours} but calls it {theirs}")]
    OtherHash { ours: String, theirs: String },
    #[error("transaction {hash} was not mined within {} s; it may still be (--timeout)", waited.as_secs())]
    NotMined { hash: String, waited: Duration },
    #[error("transaction {hash} was mined in block {block} and reverted: {reason}")]
    Reverted { hash: String, block: u64, reason: String },
    #[error("cannot write the result: {0}")]
    Output(#[from] io::Error),
}
