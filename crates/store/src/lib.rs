//! What the tables mean: blocks, state, its history and its trie, changed together by one atomic commit.
//!
//! ```text
//!  Genesis ─► Store::genesis ─┐
//!                             ▼
//!  Commit { unwind_to, blocks, state, side } ─► Store::commit ─► ONE write transaction, durable when it returns
//!             │           │        │       │
//!             │           │        │       └─ SideBlocks
//!             │           │        └─ Accounts Storage Code · HashedAccounts HashedStorage · AccountNodes StorageNodes
//!             │           └─ Headers Bodies … Transactions · AccountChanges StorageChanges · …History · head
//!             └─ the same canonical tables backwards; the blocks go to SideBlocks
//!
//!  Store::reader ─► Reader: a snapshot. Blocks, the state at the head, the state after any block, trie records
//! ```
//!
//! The state tables hold the state after the head. The state after an older block *n* is the value that the first
//! change after *n* replaced: a history index (key → block numbers) finds that change, and the change set of its
//! block holds the value.
//!
//! A commit that unwinds and extends leaves the canonical tables byte for byte as an import without the detour
//! would: every one of them is a function of the canonical chain alone. `Code` (content-addressed, never deleted) and
//! `SideBlocks` are not.

mod block;
mod changes;
mod commit;
mod delta;
mod error;
mod genesis;
mod hashed_account;
mod history;
mod reader;
mod store;
mod tables;
mod unwind;

#[cfg(test)]
mod tests;

pub use autochain_db::{
    DbError, GethDatabase, Options, Size, SyncMode, TableStat, geth_database, remove_database,
};
pub use block::Body;
pub use changes::ChangeSet;
pub use commit::{BlockRecord, Commit};
pub use delta::{HashedStorageDelta, StateDelta, StorageDelta, StorageNodesDelta};
pub use error::StoreError;
pub use genesis::{Genesis, GenesisOutcome, StoredGenesis};
pub use hashed_account::HashedAccount;
pub use history::SHARD_SIZE;
pub use reader::Reader;
pub use store::Store;
pub use tables::{CANONICAL_TABLES, SCHEMA_VERSION, TABLES};
