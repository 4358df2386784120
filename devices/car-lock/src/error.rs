use obd_core::KeyError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why it was not done, with the cure where there is one.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("no answer from {url}: {reason}; is the node running, with --http?")]
    Node { url: String, reason: String },
    #[error("{method}: the node's answer makes no sense")]
    Answer { method: &'static str },
    #[error("the node is on chain id {got}, --chain-id says {pinned}: nothing was signed")]
    WrongChain { got: u64, pinned: u64 },
    #[error("block {block} is not safe yet: the node's safe block is {safe}")]
    NotSafe { block: u64, safe: u64 },
    #[error("there is no vehicle {vehicle} at block {block}")]
    NoVehicle { vehicle: u64, block: u64 },
    #[error("{} holds no whole state; a lock must not begin anew by itself", .0.display())]
    State(PathBuf),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Io(#[from] io::Error),
}
