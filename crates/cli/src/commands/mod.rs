//! One file for each subcommand.

pub(crate) mod account;
pub(crate) mod dump;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod open;
pub(crate) mod removedb;
pub(crate) mod run;
pub(crate) mod verify_state;
pub(crate) mod version;
