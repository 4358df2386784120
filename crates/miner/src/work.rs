use autochain_builder::Template;
use autochain_primitives::{B256, HeaderExt as _};
use std::{collections::VecDeque, sync::Arc};

/// Templates that a remote miner may still answer (geth: 7 blocks).
const KEPT: usize = 7;

/// What `eth_getWork` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteWork {
    /// Hash of the header without its seal.
    pub seal_hash: B256,
    /// Seed hash of the epoch.
    pub seed_hash: B256,
    /// The boundary ⌊2²⁵⁶ / difficulty⌋.
    pub boundary: B256,
    /// The block's number.
    pub number: u64,
}

/// Why submitted work is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// No template has this seal hash, or it is too old.
    #[error("work submitted but none pending")]
    Unknown,
    /// The block was refused.
    #[error(transparent)]
    Import(#[from] autochain_chain::ImportError),
}

/// The templates that were given out, newest last.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    kept: VecDeque<(B256, Arc<Template>)>,
}

impl Templates {
    pub(crate) fn push(&mut self, template: Arc<Template>) {
        let seal_hash = template.block.header.seal_hash();
        if self.kept.iter().any(|(hash, _)| *hash == seal_hash) {
            return;
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((seal_hash, template));
    }

    pub(crate) fn get(&self, seal_hash: &B256) -> Option<Arc<Template>> {
        self.kept.iter().find(|(hash, _)| hash == seal_hash).map(|(_, template)| template.clone())
    }

    pub(crate) fn newest(&self) -> Option<&(B256, Arc<Template>)> {
        self.kept.back()
    }
}
