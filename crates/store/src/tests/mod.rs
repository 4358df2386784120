mod chain;
mod codecs;
mod history;
mod model;
mod refusals;

use crate::{Options, Store, SyncMode};

fn no_sync() -> Options {
    Options { sync: SyncMode::NoSync, ..Options::default() }
}

/// A store in a temporary folder.
fn fresh() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &no_sync()).unwrap();
    (folder, store)
}
