use crate::{Numbered, Raw, RawKey, SCHEMA, Slots, fresh, no_sync};
use autochain_db::{Database, DbError, MAX_KEY_SIZE, Options, ReadTx};
use autochain_primitives::{Address, Bytes, U256};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::mpsc, time::Duration};

const fn assert_send<T: Send>() {}
const _: () = assert_send::<ReadTx>();
const _: () = assert_send::<Database>();

#[test]
fn what_is_not_committed_is_not_there() {
    let (_folder, database) = fresh();
    let tx = database.write().unwrap();
    tx.put::<Numbered>(&1, &Bytes::from_static(b"one")).unwrap();
    assert!(tx.contains::<Numbered>(&1).unwrap(), "the writer sees its changes");
    drop(tx);
    assert_eq!(database.read().unwrap().get::<Numbered>(&1).unwrap(), None);
}

#[test]
fn a_snapshot_does_not_move() {
    let (_folder, database) = fresh();
    let before = database.read().unwrap();
    let tx = database.write().unwrap();
    tx.put::<Numbered>(&1, &Bytes::from_static(b"one")).unwrap();
    tx.commit().unwrap();
    assert_eq!(before.count::<Numbered>().unwrap(), 0);
    assert_eq!(database.read().unwrap().count::<Numbered>().unwrap(), 1);
}

#[test]
fn no_snapshot_shows_a_commit_before_its_end() {
    let (_folder, database) = fresh();
    let before = database.read().unwrap();
    let tx = database.write().unwrap();
    tx.put::<Numbered>(&1, &Bytes::from_static(b"one")).unwrap();
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        tx.commit_then(|| {
            let database = database.clone();
            scope.spawn(move || sender.send(database.read().unwrap().count::<Numbered>().unwrap()));
            let early = receiver.recv_timeout(Duration::from_millis(100));
            assert_eq!(early, Err(mpsc::RecvTimeoutError::Timeout), "a snapshot was taken during the commit");
        })
        .unwrap();
        assert_eq!(receiver.recv(), Ok(1));
    });
    assert_eq!(before.count::<Numbered>().unwrap(), 0);
}

#[test]
fn many_readers_on_many_threads() {
    let (_folder, database) = fresh();
    let tx = database.write().unwrap();
    tx.put::<Numbered>(&1, &Bytes::from_static(b"one")).unwrap();
    tx.commit().unwrap();
    let readers: Vec<ReadTx> = (0..300).map(|_| database.read().unwrap()).collect();
    std::thread::scope(|scope| {
        for reader in readers {
            scope.spawn(move || assert!(reader.get::<Numbered>(&1).unwrap().is_some()));
        }
    });
}

#[test]
fn append_out_of_order_is_an_error() {
    let (_folder, database) = fresh();
    let tx = database.write().unwrap();
    let mut cursor = tx.cursor::<Numbered>().unwrap();
    cursor.append(&5, &Bytes::from_static(b"five")).unwrap();
    for number in [5, 4, 0] {
        let error = cursor.append(&number, &Bytes::from_static(b"again")).unwrap_err();
        assert!(matches!(error, DbError::AppendOrder { table: "Numbered" }), "{error}");
    }
    cursor.append(&6, &Bytes::from_static(b"six")).unwrap();
    drop(cursor);
    tx.commit().unwrap();
    assert_eq!(database.read().unwrap().count::<Numbered>().unwrap(), 2);
}

#[test]
fn oversize_is_an_error() {
    let (_folder, database) = fresh();
    let tx = database.write().unwrap();
    let longest = RawKey(vec![1; MAX_KEY_SIZE]);
    tx.put::<Raw>(&longest, &Bytes::new()).unwrap();
    for extra in [1, 2, 100, 5000] {
        let key = RawKey(vec![1; MAX_KEY_SIZE + extra]);
        let too_long =
            |result: Result<(), DbError>| matches!(result, Err(DbError::KeyTooLong { table: "Raw", .. }));
        assert!(too_long(tx.put::<Raw>(&key, &Bytes::new())));
        assert!(too_long(tx.put_raw("Raw", &key.0, b"")));
        assert!(too_long(tx.get::<Raw>(&key).map(drop)));
        assert!(too_long(tx.delete::<Raw>(&key).map(drop)));
        let mut cursor = tx.cursor::<Raw>().unwrap();
        assert!(too_long(cursor.put(&key, &Bytes::new())));
        assert!(too_long(cursor.append(&key, &Bytes::new())));
        assert!(too_long(cursor.seek(&key).map(drop)));
        assert!(too_long(cursor.seek_raw(&key.0).map(drop)));
        assert!(too_long(cursor.delete(&key).map(drop)));
    }
    assert!(matches!(tx.put_raw("Nowhere", b"", b""), Err(DbError::UnknownTable { .. })));
}

#[test]
fn a_value_may_exceed_a_page() {
    let (_folder, database) = fresh();
    let large = Bytes::from(vec![7u8; 3 << 20]);
    let tx = database.write().unwrap();
    tx.put::<Numbered>(&1, &large).unwrap();
    tx.commit().unwrap();
    assert_eq!(database.read().unwrap().get::<Numbered>(&1).unwrap(), Some(large));
}

#[test]
fn a_full_database_says_so_and_stays_usable() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { max_size: 4 << 20, ..no_sync() };
    let database = Database::open(folder.path(), &SCHEMA, &options).unwrap();
    let fill = || {
        let tx = database.write()?;
        for number in 0..10_000u64 {
            tx.put::<Numbered>(&number, &Bytes::from(vec![1u8; 1000]))?;
        }
        tx.commit()
    };
    let error = fill().unwrap_err();
    assert!(matches!(error, DbError::DiskFull { .. }), "{error}");
    assert!(error.to_string().starts_with("disk full"), "{error}");
    assert_eq!(database.read().unwrap().count::<Numbered>().unwrap(), 0);
    let tx = database.write().unwrap();
    tx.put::<Numbered>(&1, &Bytes::from_static(b"one")).unwrap();
    tx.commit().unwrap();
    assert_eq!(database.read().unwrap().count::<Numbered>().unwrap(), 1);
}

#[test]
fn no_space_on_the_device_is_disk_full() {
    let error = DbError::from(signet_libmdbx::MdbxError::Other(28));
    assert!(error.to_string().contains("no space left on the device"), "{error}");
}

#[test]
fn a_record_that_does_not_decode_names_its_table() {
    let (_folder, database) = fresh();
    let tx = database.write().unwrap();
    tx.put_raw("Slots", &[0; 52], &[1; 33]).unwrap();
    let error = tx.get::<Slots>(&(Address::ZERO, U256::ZERO)).unwrap_err();
    assert!(matches!(error, DbError::Codec { table: "Slots", .. }), "{error}");
    assert_eq!(tx.entries::<Slots>(&[]).unwrap().map(|record| record.is_err()).collect::<Vec<_>>(), [true]);
}

/// A step on a table of raw keys.
#[derive(Clone, Debug)]
enum Step {
    Put(Vec<u8>, Vec<u8>),
    CursorPut(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
    CursorDelete(Vec<u8>),
    DeletePrefix(Vec<u8>),
    Append(Vec<u8>, Vec<u8>),
    Commit,
}

/// Short keys of few letters meet often; the empty key is one of them.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        9 => prop::collection::vec(0u8..4, 0..4),
        1 => prop::collection::vec(any::<u8>(), 0..=MAX_KEY_SIZE),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        9 => prop::collection::vec(any::<u8>(), 0..20),
        1 => (0usize..9000).prop_map(|length| vec![9; length]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (key(), value()).prop_map(|(key, value)| Step::Put(key, value)),
        4 => (key(), value()).prop_map(|(key, value)| Step::CursorPut(key, value)),
        2 => key().prop_map(Step::Delete),
        2 => key().prop_map(Step::CursorDelete),
        1 => key().prop_map(Step::DeletePrefix),
        2 => (key(), value()).prop_map(|(key, value)| Step::Append(key, value)),
        1 => Just(Step::Commit),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_table_is_a_sorted_map(steps in prop::collection::vec(step(), 1..120), probes in prop::collection::vec(key(), 8)) {
        let (_folder, database) = fresh();
        let mut model = BTreeMap::<Vec<u8>, Vec<u8>>::new();
        let mut tx = database.write().unwrap();
        for step in steps {
            match step {
                Step::Put(key, value) => {
                    tx.put::<Raw>(&RawKey(key.clone()), &value.clone().into()).unwrap();
                    model.insert(key, value);
                }
                Step::CursorPut(key, value) => {
                    tx.cursor::<Raw>().unwrap().put(&RawKey(key.clone()), &value.clone().into()).unwrap();
                    model.insert(key, value);
                }
                Step::Delete(key) => {
                    prop_assert_eq!(tx.delete::<Raw>(&RawKey(key.clone())).unwrap(), model.remove(&key).is_some());
                }
                Step::CursorDelete(key) => {
                    let deleted = tx.cursor::<Raw>().unwrap().delete(&RawKey(key.clone())).unwrap();
                    prop_assert_eq!(deleted, model.remove(&key).is_some());
                }
                Step::DeletePrefix(prefix) => {
                    let before = model.len();
                    model.retain(|key, _| !key.starts_with(&prefix));
                    let deleted = tx.cursor::<Raw>().unwrap().delete_prefix(&prefix).unwrap();
                    prop_assert_eq!(deleted as usize, before - model.len());
                }
                Step::Append(key, value) => {
                    let fits = model.last_key_value().is_none_or(|(last, _)| key > *last);
                    let result = tx.cursor::<Raw>().unwrap().append(&RawKey(key.clone()), &value.clone().into());
                    prop_assert_eq!(result.is_ok(), fits);
                    if fits {
                        model.insert(key, value);
                    }
                }
                Step::Commit => {
                    tx.commit().unwrap();
                    tx = database.write().unwrap();
                }
            }
        }
        tx.commit().unwrap();

        let tx = database.read().unwrap();
        let all: Vec<_> = tx.entries::<Raw>(&[]).unwrap().map(|record| {
            let (key, value) = record.unwrap();
            (key.0, value.to_vec())
        }).collect();
        let expected: Vec<_> = model.clone().into_iter().collect();
        prop_assert_eq!(&all, &expected);
        prop_assert_eq!(tx.count::<Raw>().unwrap() as usize, model.len());
        for probe in probes {
            prop_assert_eq!(
                tx.get::<Raw>(&RawKey(probe.clone())).unwrap().map(|value| value.to_vec()),
                model.get(&probe).cloned()
            );
            let from: Vec<_> = tx.entries_from::<Raw>(&probe).unwrap().map(|record| record.unwrap().0.0).collect();
            prop_assert_eq!(from, model.range(probe.clone()..).map(|(key, _)| key.clone()).collect::<Vec<_>>());
            let within: Vec<_> = tx.entries::<Raw>(&probe).unwrap().map(|record| record.unwrap().0.0).collect();
            prop_assert_eq!(
                within,
                model.keys().filter(|key| key.starts_with(&probe)).cloned().collect::<Vec<_>>()
            );
            let mut cursor = tx.cursor::<Raw>().unwrap();
            let found = cursor.seek_raw(&probe).unwrap().map(|(key, _)| key.0);
            prop_assert_eq!(&found, &model.range(probe.clone()..).next().map(|(key, _)| key.clone()));
            let before = if found.is_some() { cursor.prev().unwrap() } else { cursor.last().unwrap() };
            prop_assert_eq!(
                before.map(|(key, _)| key.0),
                model.range(..probe.clone()).next_back().map(|(key, _)| key.clone())
            );
        }
    }
}
