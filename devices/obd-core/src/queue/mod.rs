//! Store and forward: records wait in flash until the registry holds them, through any power cut.
//!
//! ```text
//! push(priority, seq, bytes) ─► main ring ──── full: oldest page ──┬─ low, or acknowledged ─► dropped
//!                                   │                              └─ high ─► keep ring (full: its oldest go)
//!                                   ▼
//! batch() ◄── keep, then main: rising seq, above the mark ─► leaves ─► Merkle root ─► one upload
//! acknowledge(Chain) ─► journal: the mark (one write) ─► entries below it are popped at leisure
//! ```
//!
//! Every entry has a number that rises; what was dropped shows as a hole in the numbers. The newest entry
//! is never dropped, and never popped either, so that numbers and hashes go on from it after a restart.
//! The rings and the journal are `sequential-storage` queues and maps: wear-levelled, each write safe
//! against a power cut by itself. The order of writes here keeps the whole safe.

mod batch;
mod flash;
mod journal;
mod merkle;
mod ring;

pub use batch::{Batch, MAX_BATCH};
pub use flash::{Chip, Shared, SharedError};
pub use journal::{Journal, Note};
pub use merkle::{Proof, root, verify};
pub use ring::{Entry, Layout, MAX_ENTRY, Priority, Queue, QueueError};
