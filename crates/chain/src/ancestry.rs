use autochain_primitives::{B256, SealedBlock, SealedHeader, U256};
use autochain_store::{Reader, StoreError};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// Blocks kept beside the database. A bulk import verifies less than a tenth of this ahead of what is committed, so
/// that what is forgotten is in the database, or never will be.
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
    /// Their hashes, the first that came first.
    order: VecDeque<B256>,
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

    /// Remembers a verified block, whatever its number, in place of the one that came first.
    pub(crate) fn insert(&mut self, known: Arc<Known>) {
        let hash = known.header.hash();
        if self.recent.insert(hash, known).is_some() {
            return;
        }
        self.order.push_back(hash);
        if self.order.len() > RECENT
            && let Some(oldest) = self.order.pop_front()
        {
            self.recent.remove(&oldest);
        }
    }

    /// Forgets everything, since a block turned out to be invalid.
    pub(crate) fn clear(&mut self) {
        self.recent.clear();
        self.order.clear();
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

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::{Block, Header};

    fn known(number: u64) -> Arc<Known> {
        let block = Block { header: Header { number, ..Header::default() }, ..Block::default() };
        Arc::new(Known::new(&block.seal_slow(), U256::ZERO))
    }

    /// Blocks that are not committed yet must be found, also when blocks of old numbers come between.
    #[test]
    fn the_newest_stay_whatever_their_numbers() {
        let mut ancestry = Ancestry::default();
        let last = RECENT as u64 * 3;
        for number in 1..=last {
            ancestry.insert(known(number));
            ancestry.insert(known(number % 5));
            ancestry.insert(known(number));
            assert!(ancestry.recent.len() <= RECENT && ancestry.order.len() == ancestry.recent.len());
        }
        for number in last - 1_000..=last {
            assert!(ancestry.recent.contains_key(&known(number).header.hash()), "block {number}");
        }
        ancestry.clear();
        ancestry.insert(known(7));
        assert_eq!((ancestry.recent.len(), ancestry.order.len()), (1, 1));
    }
}
