//! Opening, locking and refusing databases; transactions and cursors; misuse that must not end the process.

mod codecs;
mod open;
mod transactions;

use autochain_db::{Database, DbError, Options, Schema, SyncMode, tables};
use autochain_primitives::{Address, Bytes, U256};
use std::path::Path;

tables! {
    /// Names of the test tables.
    pub const NAMES;
    /// Numbered values.
    pub table Numbered: u64 => Bytes;
    /// Values under a compound key.
    pub table Slots: (Address, U256) => U256;
    /// Any bytes.
    pub table Raw: RawKey => Bytes;
}

/// A key of any bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawKey(pub Vec<u8>);

impl autochain_db::Key for RawKey {
    fn write_key(&self, out: &mut autochain_db::KeyBuf) {
        out.push(&self.0);
    }

    fn read_key(bytes: &[u8]) -> Result<Self, autochain_db::CodecError> {
        Ok(Self(bytes.to_vec()))
    }
}

const SCHEMA: Schema = Schema { name: "test", version: 2, tables: NAMES };

fn no_sync() -> Options {
    Options { sync: SyncMode::NoSync, ..Options::default() }
}

fn open(path: &Path) -> Result<Database, DbError> {
    Database::open(path, &SCHEMA, &no_sync())
}

/// A database in a temporary folder.
fn fresh() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).unwrap();
    (folder, database)
}
