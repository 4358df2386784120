use super::{
    fresh,
    model::{Change, Model},
    no_sync,
};
use crate::{
    Commit, DbError, GenesisOutcome, Options, Reader, SCHEMA_VERSION, Store, StoreError, TABLES,
    tables::SCHEMA,
};
use autochain_db::{Database, Schema};
use autochain_primitives::{B256, U256};

const fn assert_send<T: Send>() {}
const fn assert_sync<T: Sync>() {}
const _: () = assert_send::<Reader>();
const _: () = assert_send::<Store>();
const _: () = assert_sync::<Store>();

/// Digests of all tables.
fn digests(store: &Store) -> Vec<B256> {
    let reader = store.reader().unwrap();
    TABLES.iter().map(|table| reader.table_digest(table).unwrap()).collect()
}

#[test]
fn an_empty_store_names_the_cure() {
    let (_folder, store) = fresh();
    assert_eq!(store.stored_genesis().unwrap(), None);
    let error = store.reader().unwrap().head().unwrap_err();
    assert!(matches!(error, StoreError::NoGenesis));
    assert!(error.to_string().contains("autochain init"));
    assert!(matches!(store.commit(Commit::default()), Err(StoreError::NoGenesis)));
    assert!(matches!(store.update_config("{}"), Err(StoreError::NoGenesis)));
}

#[test]
fn genesis_is_written_once_and_then_compared() {
    let (folder, store) = fresh();
    let model = Model::new();
    let genesis = model.genesis();
    assert_eq!(store.genesis(genesis.clone()).unwrap(), GenesisOutcome::Written);
    let written = digests(&store);
    assert_eq!(store.genesis(genesis.clone()).unwrap(), GenesisOutcome::Present);

    let mut other = genesis.clone();
    let mut block = other.block.clone().into_block();
    block.header.difficulty = U256::from(9);
    other.block = block.seal_slow();
    let error = store.genesis(other.clone()).unwrap_err();
    assert!(matches!(error, StoreError::GenesisMismatch { stored, given }
        if stored == genesis.block.hash() && given == other.block.hash()));
    assert!(error.to_string().contains("--datadir") && error.to_string().contains("removedb"), "{error}");

    let mut other = genesis.clone();
    other.seal_rule = "full".to_owned();
    let error = store.genesis(other).unwrap_err();
    assert!(
        matches!(&error, StoreError::SealRuleMismatch { stored, given } if stored == "test" && given == "full")
    );
    assert!(error.to_string().contains("removedb"), "{error}");
    assert_eq!(digests(&store), written);

    store.update_config("{\"new\":1}").unwrap();
    drop(store);
    let store = Store::open(folder.path(), &no_sync()).unwrap();
    let stored = store.stored_genesis().unwrap().unwrap();
    assert_eq!(stored.config_json, "{\"new\":1}");
    assert_eq!(store.reader().unwrap().genesis().unwrap(), stored);
    stored.check(genesis.block.hash(), "test").unwrap();
}

#[test]
fn a_commit_that_does_not_fit_changes_nothing() {
    let (_folder, store) = fresh();
    let mut model = Model::new();
    let before = model.head().state.clone();
    for value in 0..6 {
        model.extend(&[Change::Account(3, value, false)], 2);
    }
    model.import(&store, 10);
    let state = model.head().state.clone();
    let written = digests(&store);

    let mut next = model.clone();
    next.extend(&[Change::Account(4, 1, true)], 1);
    next.extend(&[], 1);
    let good = next.commit(&state, 6, false, |_| false);
    let check = |commit: Commit, expected: fn(&StoreError) -> bool| {
        let error = store.commit(commit).unwrap_err();
        assert!(expected(&error), "{error}");
        assert_eq!(digests(&store), written);
    };

    let mut commit = good.clone();
    commit.blocks.remove(0);
    check(commit, |error| matches!(error, StoreError::NotContiguous { expected: 7, got: 8 }));
    let mut commit = good.clone();
    commit.blocks.swap(0, 1);
    check(commit, |error| matches!(error, StoreError::NotContiguous { expected: 7, got: 8 }));
    let commit = Commit { unwind_to: Some(7), ..good.clone() };
    check(commit, |error| matches!(error, StoreError::UnwindAboveHead { to: 7, head: 6 }));
    let mut commit = good.clone();
    commit.unwind_to = Some(5);
    check(commit, |error| matches!(error, StoreError::NotContiguous { expected: 6, got: 7 }));
    let other = {
        let mut other = Model::new();
        (0..7).for_each(|value| other.extend(&[Change::Account(2, value, false)], 0));
        other.commit(&before, 6, false, |_| false)
    };
    check(other, |error| matches!(error, StoreError::ParentMismatch { number: 7, .. }));
    // Found only when the block is written: its changes are named twice.
    let mut commit = good.clone();
    let doubled = commit.blocks[0].before.accounts[0];
    commit.blocks[0].before.accounts.push(doubled);
    check(commit, |error| matches!(error, StoreError::Db(DbError::AppendOrder { table: "AccountChanges" })));

    store.commit(good).unwrap();
    assert_eq!(store.reader().unwrap().head().unwrap().0, 8);
}

#[test]
fn a_full_disk_is_named_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &Options { max_size: 4 << 20, ..no_sync() }).unwrap();
    let mut model = Model::new();
    store.genesis(model.genesis()).unwrap();
    let written = digests(&store);
    let before = model.head().state.clone();
    (0..10_000).for_each(|_| model.extend(&[], 2));
    let error = store.commit(model.commit(&before, 0, false, |_| false)).unwrap_err();
    assert!(matches!(error, StoreError::Db(DbError::DiskFull { .. })), "{error}");
    assert!(error.to_string().contains("disk full"));
    assert_eq!(digests(&store), written);
}

#[test]
fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let newer = Schema { version: SCHEMA_VERSION + 1, ..SCHEMA };
    drop(Database::open(folder.path(), &newer, &no_sync()).unwrap());
    let error = Store::open(folder.path(), &no_sync()).unwrap_err();
    assert!(matches!(error, StoreError::Db(DbError::NewerSchema { found: 2, known: 1, .. })), "{error}");
}

#[test]
fn a_damaged_head_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path(), &SCHEMA, &no_sync()).unwrap();
    let tx = database.write().unwrap();
    tx.put_raw("Meta", b"head", &[1, 2, 3]).unwrap();
    tx.put_raw("Meta", b"genesis", &[1, 2, 3]).unwrap();
    tx.commit().unwrap();
    drop(database);
    let store = Store::open(folder.path(), &no_sync()).unwrap();
    let error = store.reader().unwrap().head().unwrap_err();
    assert!(matches!(error, StoreError::Inconsistent { .. }), "{error}");
    assert!(error.to_string().contains("removedb"));
    assert!(matches!(store.stored_genesis(), Err(StoreError::Inconsistent { .. })));
}

#[test]
fn opening_twice_is_refused() {
    let (folder, store) = fresh();
    assert!(matches!(Store::open(folder.path(), &no_sync()), Err(StoreError::Db(DbError::Locked { .. }))));
    drop(store);
    Store::open(folder.path(), &no_sync()).unwrap();
}
