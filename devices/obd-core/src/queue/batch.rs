use super::merkle;
use crate::record::SealedRecord;
use crate::{Hash, keccak256};

/// The most records in one upload.
pub const MAX_BATCH: usize = 1 << merkle::Proof::MAX;

/// What one upload carries: consecutive entries that wait, and the Merkle root over each one's
/// [`SealedRecord::hash`]. A batch of one has that hash itself for a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    leaves: [Hash; MAX_BATCH],
    len: usize,
    first: u64,
    last: u64,
    gap: bool,
}

impl Batch {
    /// An empty one, after the entry with the number `acknowledged`.
    pub(super) const fn after(acknowledged: u64) -> Self {
        let first = acknowledged.saturating_add(1);
        Self { leaves: [[0; 32]; MAX_BATCH], len: 0, first, last: acknowledged, gap: false }
    }

    /// Takes the next entry in; `false` when the batch is full.
    pub(super) fn add(&mut self, seq: u64, payload: &[u8]) -> bool {
        let Some(place) = self.leaves.get_mut(self.len) else { return false };
        *place = leaf(payload);
        if self.len == 0 {
            self.first = seq;
        }
        self.gap |= seq != self.last.saturating_add(1);
        self.len = self.len.saturating_add(1);
        self.last = seq;
        true
    }

    /// The number of its first entry.
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// The number of its last entry: the counter of the reading that stands for the batch.
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// Whether an entry is missing, before the first or between two: it was dropped for want of space.
    pub const fn has_gap(&self) -> bool {
        self.gap
    }

    /// The hash of each entry, oldest first.
    pub fn leaves(&self) -> &[Hash] {
        self.leaves.get(..self.len).unwrap_or_default()
    }

    /// The Merkle root over the leaves, zero for none.
    pub fn root(&self) -> Hash {
        merkle::root(self.leaves())
    }
}

/// What stands for an entry in the tree; what is no sealed record is hashed as it is.
pub(super) fn leaf(payload: &[u8]) -> Hash {
    payload.try_into().map_or_else(|_| keccak256(payload), |bytes| SealedRecord::from_bytes(bytes).hash())
}
