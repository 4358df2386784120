use std::time::Duration;

/// Where the time of an import went. Stages that run on several cores count the time of each.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportStats {
    /// Recovering senders.
    pub senders: Duration,
    /// Checking seals.
    pub seals: Duration,
    /// Header, body and ommer checks.
    pub checks: Duration,
    /// Executing transactions.
    pub execute: Duration,
    /// Computing state roots.
    pub root: Duration,
    /// Writing to the database.
    pub commit: Duration,
}
