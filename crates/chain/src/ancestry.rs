use autochain_primitives::{B256, SealedBlock, SealedHeader, U256};
use autochain_store::{Reader, StoreError};
use std::{collections::HashMap, sync::Arc};

/// Blocks kept beside the database: what a long import verifies ahead of what is committed.
const RECENT: usize = 8_192;

/// A block whose header, seal and body were found good.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) header: SealedHeader,
    pub(crate) ommers: Vec<B256>,
    pub(crate) total_difficulty: U256,
}

/// Finds the ancestors of blocks that are being verified: verified just now, or stored.
#[derive(Debug, Default)]
pub(crate) struct Ancestry {
    recent: HashMap<B256, Arc<Known>>,
}

impl Ancestry {
    /// The block with this hash, wherever it is.
    pub(crate) fn get(&mut self, reader: &Reader, hash: B256) -> Result<Option<Arc<Known>>, StoreError> {
        if let Some(known) = self.recent.get(&hash) {
            return Ok(Some(known.clone()));
        }
        let Some(block) = reader.block_by_hash(&hash)? else { return Ok(None) };
        let Some(total_difficulty) = reader.total_difficulty_by_hash(&hash)? else { return Ok(None) };
        let known = Arc::new(Known::new(&block, total_difficulty));
        self.insert(known.clone());
        Ok(Some(known))
    }

    /// Up to `count` ancestors of a block, newest first.
    pub(crate) fn ancestors(
        &mut self,
        reader: &Reader,
        parent: B256,
        count: usize,
    ) -> Result<Vec<Arc<Known>>, StoreError> {
        let mut ancestors: Vec<Arc<Known>> = Vec::with_capacity(count);
        let mut next = parent;
        while ancestors.len() < count {
            let Some(known) = self.get(reader, next)? else { break };
            next = known.header.parent_hash;
            let genesis = known.header.number == 0;
            ancestors.push(known);
            if genesis {
                break;
            }
        }
        Ok(ancestors)
    }

    /// Remembers a verified block. When there are too many the old half goes: it is in the database by then, or
    /// it never will be.
    pub(crate) fn insert(&mut self, known: Arc<Known>) {
        if self.recent.len() >= RECENT {
            let oldest_kept = known.header.number.saturating_sub(RECENT as u64 / 2);
            self.recent.retain(|_, known| known.header.number >= oldest_kept);
            if self.recent.len() >= RECENT {
                self.recent.clear();
            }
        }
        self.recent.insert(known.header.hash(), known);
    }

    /// Forgets a block that turned out to be invalid.
    pub(crate) fn clear(&mut self) {
        self.recent.clear();
    }
}

impl Known {
    pub(crate) fn new(block: &SealedBlock, total_difficulty: U256) -> Self {
        Self {
            header: block.sealed_header(),
            ommers: block.ommers.iter().map(|ommer| ommer.hash_slow()).collect(),
            total_difficulty,
        }
    }
}
