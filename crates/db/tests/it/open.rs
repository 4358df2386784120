use crate::{NAMES, Numbered, SCHEMA, fresh, no_sync, open};
use autochain_db::{Database, DbError, Options, Schema, Table, geth_database, remove_database, tables};
use autochain_primitives::Bytes;
use std::fs;

#[test]
fn what_was_committed_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path(), &SCHEMA, &Options::default()).unwrap();
    let tx = database.write().unwrap();
    tx.put::<Numbered>(&7, &Bytes::from_static(b"seven")).unwrap();
    tx.commit().unwrap();
    drop(database);
    let database = open(folder.path()).unwrap();
    assert_eq!(database.read().unwrap().get::<Numbered>(&7).unwrap().unwrap().as_ref(), b"seven");
}

#[test]
fn a_fresh_datadir_is_small() {
    let (folder, database) = fresh();
    let file = fs::metadata(folder.path().join("mdbx.dat")).unwrap();
    assert!(file.len() <= 64 << 20, "{} bytes", file.len());
    assert!(database.size().unwrap().used < 1 << 20);
}

#[test]
fn a_second_opener_is_refused_with_the_cure() {
    let (folder, database) = fresh();
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(&error, DbError::Locked { path } if path == folder.path()));
    let text = error.to_string();
    assert!(text.contains(&folder.path().display().to_string()) && text.contains("--datadir"), "{text}");

    // A transaction keeps the database open.
    let tx = database.read().unwrap();
    drop(database);
    assert!(matches!(open(folder.path()), Err(DbError::Locked { .. })));
    drop(tx);
    open(folder.path()).unwrap();
}

#[test]
fn another_version_is_refused_with_the_cure() {
    let (folder, database) = fresh();
    drop(database);
    let newer = Schema { version: SCHEMA.version + 1, ..SCHEMA };
    let error = Database::open(folder.path(), &newer, &no_sync()).unwrap_err();
    assert!(matches!(error, DbError::OlderSchema { found: 2, known: 3, .. }), "{error}");
    assert!(error.to_string().contains("export") && error.to_string().contains("removedb"));

    let older = Schema { version: SCHEMA.version - 1, ..SCHEMA };
    let error = Database::open(folder.path(), &older, &no_sync()).unwrap_err();
    assert!(matches!(error, DbError::NewerSchema { found: 2, known: 1, .. }), "{error}");
    // Refusing changes nothing.
    open(folder.path()).unwrap();
}

#[test]
fn a_file_of_another_program_is_refused() {
    let (folder, database) = fresh();
    drop(database);
    let other = Schema { name: "other", ..SCHEMA };
    let error = Database::open(folder.path(), &other, &no_sync()).unwrap_err();
    assert!(matches!(&error, DbError::Foreign { found, .. } if found.contains("test")), "{error}");
    assert!(error.to_string().contains("--datadir"));
}

#[test]
fn an_mdbx_file_without_our_signature_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    {
        let mut builder = signet_libmdbx::Environment::builder();
        let env = builder.set_max_dbs(4).open(folder.path()).unwrap();
        let tx = env.begin_rw_unsync().unwrap();
        let db = tx.create_db(Some("PlainState"), signet_libmdbx::DatabaseFlags::DUP_SORT).unwrap();
        tx.put(db, b"key", b"value", signet_libmdbx::WriteFlags::UPSERT).unwrap();
        tx.commit().unwrap();
    }
    let before = fs::read(folder.path().join("mdbx.dat")).unwrap();
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, DbError::Foreign { .. }), "{error}");
    assert!(fs::read(folder.path().join("mdbx.dat")).unwrap() == before, "a foreign file was changed");
}

#[test]
fn a_file_that_is_not_mdbx_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mdbx.dat"), vec![0x5a; 20_000]).unwrap();
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, DbError::Foreign { .. }), "{error}");
}

#[test]
fn a_geth_database_is_named_with_two_commands() {
    for place in ["geth/chaindata", "chaindata", "."] {
        let folder = tempfile::tempdir().unwrap();
        let chaindata = folder.path().join(place);
        fs::create_dir_all(&chaindata).unwrap();
        fs::write(chaindata.join("CURRENT"), "MANIFEST-000001\n").unwrap();
        let error = open(folder.path()).unwrap_err();
        assert!(matches!(error, DbError::Geth(_)), "{error}");
        let text = error.to_string();
        assert!(text.contains("geth export") && text.contains("autochain import"), "{text}");
    }
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(geth_database(empty.path()), None);
}

#[test]
fn read_only_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let read_only = Options { read_only: true, ..no_sync() };
    assert!(matches!(Database::open(&missing, &SCHEMA, &read_only), Err(DbError::Missing { .. })));
    assert!(!missing.exists());

    drop(open(folder.path()).unwrap());
    let database = Database::open(folder.path(), &SCHEMA, &read_only).unwrap();
    assert_eq!(database.read().unwrap().get::<Numbered>(&1).unwrap(), None);
    assert!(database.write().is_err());
}

#[test]
fn a_removed_database_leaves_what_is_not_ours() {
    let (folder, database) = fresh();
    assert!(matches!(remove_database(folder.path()), Err(DbError::Locked { .. })));
    drop(database);
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    assert!(remove_database(folder.path()).unwrap());
    assert!(!remove_database(folder.path()).unwrap());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["notes.txt"]);
}

#[test]
fn a_new_table_appears_in_an_existing_file() {
    tables! {
        /// One more table.
        const MORE;
        /// As before.
        table First: u64 => Bytes;
        /// New.
        table Second: u64 => Bytes;
    }
    const FIRST: &[&str] = &["First"];
    let folder = tempfile::tempdir().unwrap();
    let schema = Schema { name: "test", version: 1, tables: FIRST };
    drop(Database::open(folder.path(), &schema, &no_sync()).unwrap());
    let schema = Schema { tables: MORE, ..schema };
    let database = Database::open(folder.path(), &schema, &no_sync()).unwrap();
    assert_eq!((First::INDEX, Second::INDEX), (0, 1));
    let tx = database.write().unwrap();
    tx.put::<Second>(&1, &Bytes::new()).unwrap();
    tx.commit().unwrap();
    let stats = database.table_stats().unwrap();
    assert_eq!(
        stats.iter().map(|stat| (stat.name, stat.entries)).collect::<Vec<_>>(),
        [("First", 0), ("Second", 1)]
    );
    // The largest test schema of this file has fewer tables than it names.
    assert_eq!(NAMES.len(), 3);
}

#[test]
fn less_address_space_is_taken_when_there_is_not_enough() {
    let folder = tempfile::tempdir().unwrap();
    // More than a 47-bit address space has.
    let options = Options { max_size: 1 << 50, ..no_sync() };
    let database = Database::open(folder.path(), &SCHEMA, &options).unwrap();
    let limit = database.size().unwrap().limit;
    assert!((1..1 << 48).contains(&limit), "{limit}");
}
