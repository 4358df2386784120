//! The groups of the pack: which archive, and what turns a file into cases.

use crate::{
    case::Case,
    pack::{Pack, VectorFile},
};
use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, PoisonError},
};

mod basic;
mod blockchain;
mod chains;
mod end_to_end;
mod ethash;
mod mainnet_blocks;
mod precompiles;
mod state;
mod t8n;
mod transactions;

/// Label of the cases that run again under Autochain's own rules.
pub(crate) const OUR_RULES: &str = "our rules";

/// One archive of the pack.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) work: Work,
    /// Whether every case of the index gives one result (beside those under our own rules).
    pub(crate) counted: bool,
}

/// How an archive is worked through.
pub(crate) enum Work {
    /// File by file, in parallel; `None` when the group has no use for the file, which is a failure.
    Each(fn(&VectorFile, &Pack) -> Option<Vec<Case>>),
    /// All files at once, for cases that span several. Each case comes with its file's path.
    Whole(fn(&Files, &Pack) -> Vec<(String, Case)>),
}

/// All groups in the order in which they run: what others stand on comes first.
pub(crate) static GROUPS: &[Group] = &[
    Group { name: "ethash", work: Work::Whole(ethash::run), counted: false },
    Group { name: "basic", work: Work::Each(basic::run), counted: true },
    Group { name: "transactions", work: Work::Each(transactions::run), counted: true },
    Group { name: "precompiles", work: Work::Each(precompiles::run), counted: true },
    Group { name: "mainnet-blocks", work: Work::Whole(mainnet_blocks::run), counted: false },
    Group { name: "chains", work: Work::Whole(chains::run), counted: false },
    Group { name: "t8n", work: Work::Whole(t8n::run), counted: false },
    Group { name: "tracers", work: Work::Each(end_to_end::rpc), counted: false },
    Group { name: "rpc", work: Work::Each(end_to_end::rpc), counted: false },
    Group { name: "state", work: Work::Each(state::run), counted: true },
    Group { name: "blockchain", work: Work::Each(blockchain::run), counted: true },
    Group { name: "blockchain-eest", work: Work::Each(blockchain::run), counted: true },
    Group { name: "blockchain-state-constantinople", work: Work::Each(blockchain::run), counted: true },
    Group { name: "blockchain-state-cancun", work: Work::Each(blockchain::run), counted: true },
];

/// Names of all groups.
pub(crate) fn names() -> Vec<&'static str> {
    GROUPS.iter().map(|group| group.name).collect()
}

/// All files of an archive, and which of them were opened.
pub(crate) struct Files {
    files: BTreeMap<String, Vec<u8>>,
    opened: Mutex<HashSet<String>>,
}

impl Files {
    pub(crate) fn new(files: Vec<VectorFile>) -> Self {
        let files = files.into_iter().map(|file| (file.path, file.bytes)).collect();
        Self { files, opened: Mutex::default() }
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The bytes of a file, which counts as opened from now on.
    pub(crate) fn open(&self, path: &str) -> Result<&[u8], String> {
        let bytes = self.files.get(path).ok_or_else(|| format!("the pack lacks {path}"))?;
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Ok(bytes)
    }

    pub(crate) fn opened(&self) -> HashSet<String> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
