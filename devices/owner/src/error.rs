use crate::args::scope_name;
use obd_core::record::{OPENING_LEN, OpenError, OpeningError, Period, SEALED_LEN, Scope, UnwrapError};
use obd_core::{Address, KeyError};
use std::io;

/// Why nothing, or not everything, was opened, shared or handed over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the root does not open: {0} (is this the key that the device was paired for?)")]
    Root(#[from] UnwrapError),
    #[error("line {line} is no record: a record is {SEALED_LEN} bytes as hexadecimal digits")]
    NoRecord { line: usize },
    #[error(
        "line {line} is no shared record: {SEALED_LEN} bytes and, after a space, {OPENING_LEN} bytes are wanted, as \
         hexadecimal digits"
    )]
    NoShared { line: usize },
    #[error("the record in line {line} does not open: {reason}")]
    Closed { line: usize, reason: OpenError },
    #[error("the record in line {line} does not open: {reason}")]
    NotOpened { line: usize, reason: OpeningError },
    #[error(
        "the period {0} is not closed: its key would open records that are still to be made. Share those that there \
         are with `share`, or wait until seven days after the period's end, or say --with-records-to-come"
    )]
    NotClosed(Period),
    #[error(
        "the period {0} holds what is recorded while no clock is set, and never closes: its key would open records \
         that are still to be made. Share those that there are with `share`, or say --with-records-to-come"
    )]
    Untimed(Period),
    #[error(
        "{reader} has no grant for {} of period {period}: the owner gives one with `grant` of the contract Grants, \
         for the account of the reader's point",
        scope_name(*.scope)
    )]
    NotGranted { reader: Address, scope: Scope, period: Period },
    #[error("the contract at {0} says neither yes nor no: is this the address of Grants?")]
    NotGrants(Address),
    #[error(transparent)]
    Node(#[from] device_rpc::Error),
    #[error("the relay: {0}")]
    Relay(#[from] device_rpc::RpcError),
    #[error(
        "the relay gives a record that does not stand under reading {counter}: it was changed, or is another's"
    )]
    NotRecorded { counter: u64 },
    #[error(
        "the relay has no records of {0} readings: ask another one, with --from-block for those that are left"
    )]
    Missing(usize),
    #[error("the system has no random numbers to give")]
    NoRandom,
    #[error("reading or writing failed: {0}")]
    Stream(#[from] io::Error),
}
