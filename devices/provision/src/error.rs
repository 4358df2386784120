use crate::objection::Objection;
use device_rpc::RpcError;
use obd_core::provision::SettingsError;
use obd_core::{Address, KeyError};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why it was not done, with the cure where there is one.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("cannot open {port}: {reason}")]
    Port { port: String, reason: String },
    #[error("the device said nothing for a minute: is this its port, and is it running the firmware?")]
    Silent,
    #[error("the device refuses: {0}")]
    Refused(String),
    #[error("the device answers {0:?}, which this version does not understand")]
    Answer(String),
    #[error("the device's key is on {has}, not on {wanted}; `reset` ends it")]
    OtherCurve { has: String, wanted: &'static str },
    #[error("the device's attestation is not its own, or not for this challenge: do not trust it")]
    Attestation,
    #[error("{}: {reason}", file.display())]
    File { file: PathBuf, reason: String },
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("device {0} stands in the batch twice")]
    Twice(String),
    #[error("the batch is not signed by {0}")]
    NotTheMaker(String),
    #[error(
        "espefuse did not work ({reason}); `devices/setup.sh python` installs it, --espefuse names another"
    )]
    Espefuse { reason: String },
    #[error("espefuse refuses, and nothing was burnt:\n{0}")]
    BurnRefused(String),
    #[error("nothing was burnt: the confirmation did not read {0:?}")]
    NotConfirmed(String),
    #[error("the device has no key yet: `init` makes it")]
    NoKey,
    #[error("--owner is missing: who shall hold the device?")]
    NoOwner,
    #[error(transparent)]
    Chain(device_rpc::Error),
    #[error(transparent)]
    Objection(#[from] Objection),
    #[error("transaction {hash} was mined in block {block} without effect: {objection}")]
    Reverted { hash: String, block: u64, objection: Objection },
    #[error("the registry's key epoch {0} makes no sense")]
    Epoch(u64),
    #[error("it was mined, and still the chain does not say that {0}: did somebody else come in between?")]
    NotThere(String),
    #[error("nobody used the wallet's page for 15 minutes")]
    NoWallet,
    #[error("the wallet: {0}")]
    Wallet(String),
    #[error("the wallet's page began with {account}, and now comes with {got}: begin again")]
    OtherAccount { account: Address, got: String },
    #[error("the random generator failed: {0}")]
    Random(getrandom::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The contracts' refusals in our words.
impl From<device_rpc::Error> for Error {
    fn from(error: device_rpc::Error) -> Self {
        match error {
            device_rpc::Error::WouldRevert(revert) => Objection::from(revert).into(),
            device_rpc::Error::Reverted { hash, block, revert } => {
                Self::Reverted { hash, block, objection: revert.into() }
            }
            other => Self::Chain(other),
        }
    }
}

impl From<RpcError> for Error {
    fn from(error: RpcError) -> Self {
        Self::Chain(error.into())
    }
}

impl Error {
    pub(crate) fn file(file: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::File { file: file.into(), reason: reason.to_string() }
    }
}
