//! Typed tables over one MDBX file: codecs, transactions, cursors, and a door that lets in one process and one
//! schema only.
//!
//! ```text
//! Schema ──► Database::open ──► LOCK held, mdbx.dat opened, name and version compared, tables created
//!               │
//!               ├─ read()  ──► ReadTx   a snapshot; any number at once; Send
//!               └─ write() ──► WriteTx  one at a time ──commit()──► durable (or nothing at all)
//!                                 │
//!             Table { Key, Value } ─ get · put · append · delete · cursor ─► bytes, sizes checked
//! ```
//!
//! What a table means is the `store`'s business; this crate knows only bytes, order and types.
//!
//! - **Keys** are compared as bytes, so codecs write integers big-endian. Tables hold one value for a key; a
//!   compound key is the plain concatenation of its parts.
//! - **Sizes** are checked here ([`MAX_KEY_SIZE`], [`MAX_VALUE_SIZE`]): MDBX's own layer ends the process on misuse.
//! - **Snapshots pin pages**: what a [`ReadTx`] can see is not reused while it lives, so the file grows under a
//!   reader that is held for long. Take one for each request, not for each connection.
//! - **No in-memory twin**: a database in a temporary folder with [`SyncMode::NoSync`] is one. MDBX maps its file,
//!   so such a database runs at memory speed, and every test meets the engine that the node runs on.

mod codec;
mod cursor;
mod database;
mod error;
mod files;
mod gate;
mod table;
mod tx;

pub use codec::{CodecError, Key, KeyBuf, StoredHeader, Value, read_varint, write_varint};
pub use cursor::{Cursor, Entries, Record};
pub use database::{Database, Options, Size, SyncMode};
pub use error::DbError;
pub use files::{GethDatabase, geth_database, remove_database};
pub use table::{Schema, Table, TableStat};
pub use tx::{Access, ReadAccess, ReadTx, Tx, WriteAccess, WriteTx};

/// The longest key in bytes. MDBX takes 2,022 with pages of 4 KiB.
pub const MAX_KEY_SIZE: usize = 128;
/// The longest value in bytes: 1 GiB. MDBX takes a little less than 2 GiB.
pub const MAX_VALUE_SIZE: usize = 1 << 30;
