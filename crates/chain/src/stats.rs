use std::time::Duration;

/// Where the CPU time of an import went, on all threads. Waiting (for the disk, for another stage) is not in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportStats {
    /// Reading blocks from their source and hashing them.
    pub decode: Duration,
    /// Recovering senders.
    pub senders: Duration,
    /// Checking seals.
    pub seals: Duration,
    /// Header, body, ommer and outcome checks.
    pub checks: Duration,
    /// Executing transactions.
    pub execute: Duration,
    /// Computing state roots.
    pub root: Duration,
    /// Writing to the database.
    pub commit: Duration,
}
