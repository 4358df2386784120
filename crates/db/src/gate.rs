use crate::DbError;
use signet_libmdbx::{Ro, TxUnsync};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Keeps snapshots behind the commit that is being made.
///
/// ```text
/// commit: pages ─sync─► head page ─sync─► `then` ─► returns
///                           └─ seen by new snapshots ─┘ which wait here
/// ```
///
/// The engine shows a commit to new snapshots when its head page is written, before that page is on the disk. Whoever
/// looked then would see what a power cut can still take back.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    /// The transaction that is being committed.
    running: Mutex<Option<u64>>,
    opened: Condvar,
}

/// The gate is closed for a commit until this is dropped.
pub(crate) struct Closed<'a>(&'a Gate);

impl Gate {
    /// Closes the gate for snapshots that show the transaction `id` or a later one.
    pub(crate) fn close(&self, id: u64) -> Closed<'_> {
        *self.lock() = Some(id);
        Closed(self)
    }

    /// A snapshot, as `begin` takes it, that shows nothing of the commit that is being made.
    pub(crate) fn pass(
        &self,
        begin: impl Fn() -> Result<TxUnsync<Ro>, DbError>,
    ) -> Result<TxUnsync<Ro>, DbError> {
        loop {
            let tx = begin()?;
            let id = tx.id()?;
            let mut running = self.lock();
            if running.is_none_or(|running| id < running) {
                return Ok(tx);
            }
            // The commit may fail: then what this snapshot shows was never there.
            drop(tx);
            while running.is_some_and(|running| id >= running) {
                running = self.opened.wait(running).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<u64>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
        self.0.opened.notify_all();
    }
}
