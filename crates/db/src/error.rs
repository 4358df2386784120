use crate::{CodecError, GethDatabase, MAX_KEY_SIZE, MAX_VALUE_SIZE};
use signet_libmdbx::{MdbxError, ReadError};
use std::{io, path::PathBuf};

/// Why the database cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Another process (or another part of this one) has the folder open.
    #[error(
        "the database in {path} is in use by another process: stop that one, or choose another folder with --datadir"
    )]
    Locked {
        /// The database folder.
        path: PathBuf,
    },
    /// The folder belongs to geth.
    #[error(transparent)]
    Geth(#[from] GethDatabase),
    /// The file is not an Autochain database.
    #[error(
        "{path} is not an Autochain database ({found}): choose another folder with --datadir, or move that file away"
    )]
    Foreign {
        /// The file that was found.
        path: PathBuf,
        /// What it looks like.
        found: String,
    },
    /// A newer release wrote the database.
    #[error(
        "the database in {path} has schema version {found}, this release knows {known}: run the newer release, or \
         export the chain with it (`autochain export chain.rlp`), delete the database (`autochain removedb`) and \
         import the chain (`autochain import chain.rlp`)"
    )]
    NewerSchema {
        /// The database folder.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The version of this release.
        known: u32,
    },
    /// An older release wrote the database, and there is no migration from it.
    #[error(
        "the database in {path} has schema version {found}, this release needs {known}: export the chain with the \
         release that wrote it (`autochain export chain.rlp`), delete the database (`autochain removedb`) and import \
         the chain (`autochain import chain.rlp`)"
    )]
    OlderSchema {
        /// The database folder.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The version of this release.
        known: u32,
    },
    /// Asked to open for reading what does not exist.
    #[error(
        "there is no database in {path}: create it with `autochain init`, or choose its folder with --datadir"
    )]
    Missing {
        /// The database folder.
        path: PathBuf,
    },
    /// A file or folder cannot be created, opened or deleted.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Nothing more can be written; nothing of the transaction was.
    #[error("disk full: {cause}. Nothing of the last change was written; free space and start again")]
    DiskFull {
        /// Which limit was met.
        cause: &'static str,
    },
    /// All reader slots are taken.
    #[error("too many readers: all {slots} reader slots of the database are in use")]
    TooManyReaders {
        /// Slots in the lock table.
        slots: u64,
    },
    /// A key longer than [`MAX_KEY_SIZE`].
    #[error("key of {got} bytes in table {table}, at most {MAX_KEY_SIZE} are allowed")]
    KeyTooLong {
        /// Table name.
        table: &'static str,
        /// Length of the key in bytes.
        got: usize,
    },
    /// A value longer than [`MAX_VALUE_SIZE`].
    #[error("value of {got} bytes in table {table}, at most {MAX_VALUE_SIZE} are allowed")]
    ValueTooLong {
        /// Table name.
        table: &'static str,
        /// Length of the value in bytes.
        got: usize,
    },
    /// An appended key is not above the last one.
    #[error("key appended to table {table} is not above its last key")]
    AppendOrder {
        /// Table name.
        table: &'static str,
    },
    /// Stored bytes do not decode: the file was damaged or written by something else.
    #[error(
        "table {table} holds a record that does not decode ({source}): the database is damaged; \
         delete it (`autochain removedb`) and import the chain again"
    )]
    Codec {
        /// Table name.
        table: &'static str,
        /// What is wrong with the bytes.
        source: CodecError,
    },
    /// The table is not in the schema of this database.
    #[error("table {table} is not in the schema of this database")]
    UnknownTable {
        /// Table name.
        table: String,
    },
    /// MDBX reports that its file is damaged.
    #[error(
        "the database file is damaged ({0}): delete it (`autochain removedb`) and import or synchronise the chain again"
    )]
    Damaged(MdbxError),
    /// Any other error of the engine.
    #[error("database engine: {0}")]
    Engine(MdbxError),
}

/// ENOSPC, EDQUOT and EFBIG on Linux.
const NO_SPACE: i32 = 28;
const QUOTA: i32 = 122;
const FILE_TOO_BIG: i32 = 27;

impl From<MdbxError> for DbError {
    fn from(error: MdbxError) -> Self {
        match error {
            MdbxError::MapFull => Self::DiskFull { cause: "the database reached its size limit" },
            MdbxError::Other(NO_SPACE) => Self::DiskFull { cause: "no space left on the device" },
            MdbxError::Other(QUOTA) => Self::DiskFull { cause: "the disk quota is used up" },
            MdbxError::Other(FILE_TOO_BIG) => {
                Self::DiskFull { cause: "the file system or a limit of the process refuses a larger file" }
            }
            MdbxError::ReadersFull => Self::TooManyReaders { slots: crate::database::MAX_READERS },
            MdbxError::Corrupted | MdbxError::PageNotFound => Self::Damaged(error),
            other => Self::Engine(other),
        }
    }
}

impl From<ReadError> for DbError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Mdbx(error) => error.into(),
            // Only raw bytes are read through the engine; decoding is done by this crate's codecs.
            ReadError::Decoding(_) => Self::Engine(MdbxError::DecodeError),
        }
    }
}
