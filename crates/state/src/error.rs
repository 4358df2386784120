use autochain_primitives::B256;
use autochain_store::StoreError;
use autochain_trie::TrieError;

/// Why state cannot be read or computed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Undoing the newest blocks did not lead to the state root of the older block: the database is damaged.
    #[error(
        "unwinding to block {number} gave state root {got}, its header says {expected}; \
         the datadir is damaged: run `autochain removedb` and import again"
    )]
    RewindRoot {
        /// The block to which the state was unwound.
        number: u64,
        /// The root that was computed.
        got: B256,
        /// The root in the header.
        expected: B256,
    },
    /// A stored trie node contradicts the leaves beside it.
    #[error("stored trie is inconsistent: {0}; run `autochain removedb` and import again")]
    Trie(String),
    /// The block is not canonical or not known.
    #[error("block {0} is not on the canonical chain")]
    UnknownBlock(u64),
}

impl From<TrieError<Self>> for StateError {
    fn from(error: TrieError<Self>) -> Self {
        match error {
            TrieError::Source(error) => error,
            error => Self::Trie(error.to_string()),
        }
    }
}
