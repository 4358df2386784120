use crate::{ImportError, InvalidBlock, verify::invalid};
use autochain_primitives::{B256, SealedBlock};
use std::collections::HashMap;

/// Bad blocks that are remembered.
const BAD_BLOCKS: usize = 512;

/// Blocks that were found invalid, with the reason.
#[derive(Clone, Debug, Default)]
pub(crate) struct BadBlocks {
    reasons: HashMap<B256, String>,
}

impl BadBlocks {
    /// Refuses a block that was found bad, and one that stands on such a block.
    pub(crate) fn check(&self, block: &SealedBlock) -> Result<(), ImportError> {
        if let Some(reason) = self.reasons.get(&block.hash()) {
            return Err(invalid(block, InvalidBlock::KnownBad(reason.clone())));
        }
        if self.reasons.contains_key(&block.header.parent_hash) {
            return Err(invalid(block, InvalidBlock::BadAncestor(block.header.parent_hash)));
        }
        Ok(())
    }

    /// When there are too many, all are forgotten: each is found bad again when it comes.
    pub(crate) fn remember(&mut self, hash: B256, reason: String) {
        if self.reasons.len() >= BAD_BLOCKS {
            self.reasons.clear();
        }
        self.reasons.insert(hash, reason);
    }
}
