use obd_core::KeyError;
use obd_core::provision::SettingsError;
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
    #[error("the random generator failed: {0}")]
    Random(getrandom::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Error {
    pub(crate) fn file(file: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::File { file: file.into(), reason: reason.to_string() }
    }
}
