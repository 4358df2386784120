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
mod tracers;
mod transactions;

/// Label of the cases that run again under Autochain's own rules.
pub(crate) const OUR_RULES: &str = "our rules";

/// One archive of the pack.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    /// The archive's name in the pack.
    pub(crate) archive: &'static str,
    pub(crate) work: Work,
    /// Whether every case of the index gives one result (beside those under our own rules).
    pub(crate) counted: bool,
}

/// How an archive is worked through.
pub(crate) enum Work {
    /// File by file, in parallel; `None` when the group has no use for the file, which is a failure.
    Each(EachFile),
    /// All files at once, for cases that span several. Each case comes with its file's path.
    Whole(WholeArchive),
}

type EachFile = fn(&VectorFile, &Pack) -> Option<Vec<Case>>;
type WholeArchive = fn(&Files, &Pack) -> Vec<(String, Case)>;

const fn each(name: &'static str, work: EachFile) -> Group {
    Group { name, archive: name, work: Work::Each(work), counted: true }
}

const fn whole(name: &'static str, work: WholeArchive) -> Group {
    Group { name, archive: name, work: Work::Whole(work), counted: false }
}

/// All groups in the order in which they run: what others stand on comes first.
pub(crate) static GROUPS: &[Group] = &[
    whole("ethash", ethash::run),
    each("basic", basic::run),
    each("transactions", transactions::run),
    each("precompiles", precompiles::run),
    whole("mainnet-blocks", mainnet_blocks::run),
    whole("chains", chains::run),
    whole("t8n", t8n::run),
    each("tracers", tracers::run),
    Group { counted: false, ..each("rpc", end_to_end::requests) },
    each("state", state::run),
    each("blockchain", blockchain::in_memory),
    Group { archive: "blockchain", ..each("blockchain-in-database", blockchain::in_database) },
    each("blockchain-eest", blockchain::in_memory),
    each("blockchain-state-constantinople", blockchain::in_memory),
    each("blockchain-state-cancun", blockchain::in_memory),
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
