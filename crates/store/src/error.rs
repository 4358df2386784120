use autochain_db::DbError;
use autochain_primitives::B256;

/// Why the store cannot be opened, read or changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database below.
    #[error(transparent)]
    Db(#[from] DbError),
    /// No genesis block was written yet.
    #[error("the database holds no chain yet: initialise it with `autochain init genesis.json`")]
    NoGenesis,
    /// The database holds another chain.
    #[error(
        "the database holds the chain with genesis {stored}, not {given}: choose another folder with --datadir, or \
         delete the database with `autochain removedb`"
    )]
    GenesisMismatch {
        /// Genesis hash in the database.
        stored: B256,
        /// Genesis hash of the chain that was asked for.
        given: B256,
    },
    /// The chain in the database was sealed by another rule.
    #[error(
        "the chain in the database is sealed with ethash \"{stored}\", not \"{given}\": choose another folder with \
         --datadir, or delete the database with `autochain removedb`"
    )]
    SealRuleMismatch {
        /// Seal rule in the database.
        stored: String,
        /// Seal rule that was asked for.
        given: String,
    },
    /// A block of a commit does not stand directly above the one before it.
    #[error("commit has block {got} where block {expected} belongs")]
    NotContiguous {
        /// Number that belongs there.
        expected: u64,
        /// Number of the block.
        got: u64,
    },
    /// A block of a commit does not name the one before it as its parent.
    #[error("block {number} has parent {got}, the canonical parent is {expected}")]
    ParentMismatch {
        /// Number of the block.
        number: u64,
        /// Hash of the block below it.
        expected: B256,
        /// Parent hash in its header.
        got: B256,
    },
    /// A commit unwinds to a block above the head.
    #[error("cannot unwind to block {to}, the head is block {head}")]
    UnwindAboveHead {
        /// Number asked for.
        to: u64,
        /// Number of the head.
        head: u64,
    },
    /// A record that must exist does not.
    #[error(
        "the database is damaged: {record} is missing; delete it (`autochain removedb`) and import or synchronise the \
         chain again"
    )]
    Missing {
        /// Which record.
        record: String,
    },
    /// Two records contradict each other.
    #[error(
        "the database is damaged: {what}; delete it (`autochain removedb`) and import or synchronise the chain again"
    )]
    Inconsistent {
        /// What contradicts what.
        what: String,
    },
}
