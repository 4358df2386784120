use obd_core::KeyError;
use obd_core::record::{OpenError, SEALED_LEN, UnwrapError};
use std::io;

/// Why nothing, or not everything, was opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the root does not open: {0} (is this the key that the device was paired for?)")]
    Root(#[from] UnwrapError),
    #[error("line {line} is no record: a record is {SEALED_LEN} bytes as hexadecimal digits")]
    NoRecord { line: usize },
    #[error("the record in line {line} does not open: {reason}")]
    Closed { line: usize, reason: OpenError },
    #[error("the system has no random numbers to give")]
    NoRandom,
    #[error("reading or writing failed: {0}")]
    Stream(#[from] io::Error),
}
