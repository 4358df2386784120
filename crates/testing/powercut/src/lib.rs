//! An I/O layer between a process and the kernel that remembers what a power cut would take: loaded with
//! `LD_PRELOAD`, it writes down what stood in a file before every write, until a sync makes the write durable.
//!
//! ```text
//! process ─ pwrite ─► layer ─ what stood there ─► journal ─┐
//!                       └──── the write ────────► file     │   after kill -9: the test takes a random subset of
//! process ─ fdatasync ► layer ─ "durable" ──────► journal ─┴─► unsynced sectors back (autochain-e2e, `PowerCut`)
//! ```
//!
//! | variable | meaning |
//! |---|---|
//! | `AUTOCHAIN_POWERCUT_FOLDER` | files under this folder are watched; unset: the layer does nothing |
//! | `AUTOCHAIN_POWERCUT_JOURNAL` | the journal; appended to, outside the folder |
//! | `AUTOCHAIN_POWERCUT_AFTER` | kill the process in this write, truncation or sync (1 = the first one) |
//! | `AUTOCHAIN_POWERCUT_SLOW` | the disk is slow: a sync, or the syncing part of a write, takes so many milliseconds more |
//! | `AUTOCHAIN_POWERCUT_ROOM` | the disk is full: a write that ends behind this position of a file fails |
//! | `AUTOCHAIN_POWERCUT_BOOT_ID` | a file that is opened in place of `/proc/sys/kernel/random/boot_id` |
//!
//! Writes, vectored writes, truncation, `O_DSYNC` and the sync calls are seen. A writable shared mapping is not:
//! it is reported in the journal, and the test fails. MDBX's reader table (`*.lck`) is left out: it does not
//! outlive a boot.

mod journal;
pub mod symbols;
mod watch;
