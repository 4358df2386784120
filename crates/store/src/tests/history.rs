use super::{fresh, model::Model};
use crate::{
    SHARD_SIZE,
    history::{Shard, add, first_above, truncate},
    tables::{AccountHistory, SCHEMA},
};
use autochain_db::{Database, Options, SyncMode, Value as _};
use autochain_primitives::Address;
use proptest::prelude::*;
use std::collections::BTreeSet;

const SUBJECT: Address = Address::repeat_byte(7);

fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { sync: SyncMode::NoSync, ..Options::default() };
    let database = Database::open(folder.path(), &SCHEMA, &options).unwrap();
    (folder, database)
}

/// Last block and length of each shard of the subject.
fn shards(database: &Database) -> Vec<(u64, usize)> {
    let tx = database.read().unwrap();
    let entries = tx.entries::<AccountHistory>(SUBJECT.as_slice()).unwrap();
    entries.map(|record| record.map(|((_, last), shard)| (last, shard.iter().count())).unwrap()).collect()
}

#[test]
fn a_shard_is_closed_when_one_more_comes() {
    let (_folder, database) = database();
    let size = SHARD_SIZE as u64;
    let extend = |blocks: std::ops::RangeInclusive<u64>| {
        let tx = database.write().unwrap();
        let changes: Vec<_> = blocks.map(|block| (SUBJECT, block)).collect();
        add::<AccountHistory>(&tx, &changes).unwrap();
        tx.commit().unwrap();
    };
    let cut = |to| {
        let tx = database.write().unwrap();
        truncate::<AccountHistory>(&tx, [SUBJECT], to).unwrap();
        tx.commit().unwrap();
    };
    extend(1..=size);
    assert_eq!(shards(&database), [(u64::MAX, SHARD_SIZE)]);
    extend(size + 1..=size + 1);
    assert_eq!(shards(&database), [(size, SHARD_SIZE), (u64::MAX, 1)]);
    extend(size + 2..=3 * size);
    assert_eq!(shards(&database), [(size, SHARD_SIZE), (2 * size, SHARD_SIZE), (u64::MAX, SHARD_SIZE)]);
    cut(2 * size);
    assert_eq!(shards(&database), [(size, SHARD_SIZE), (u64::MAX, SHARD_SIZE)]);
    cut(size - 1);
    assert_eq!(shards(&database), [(u64::MAX, SHARD_SIZE - 1)]);
    cut(0);
    assert_eq!(shards(&database), []);
}

#[test]
fn neighbours_are_left_alone() {
    let (_folder, database) = database();
    let (below, above) = (Address::repeat_byte(6), Address::repeat_byte(8));
    let tx = database.write().unwrap();
    let changes: Vec<_> = [below, SUBJECT, above]
        .into_iter()
        .flat_map(|subject| (1..=20).map(move |block| (subject, block)))
        .collect();
    add::<AccountHistory>(&tx, &changes).unwrap();
    truncate::<AccountHistory>(&tx, [SUBJECT], 0).unwrap();
    for (subject, first) in [(below, Some(1)), (SUBJECT, None), (above, Some(1))] {
        assert_eq!(first_above::<AccountHistory, _>(&tx, &subject, 0).unwrap(), first);
        assert_eq!(first_above::<AccountHistory, _>(&tx, &subject, 20).unwrap(), None);
    }
}

#[test]
fn a_block_added_twice_is_an_error() {
    let (_folder, database) = database();
    let tx = database.write().unwrap();
    add::<AccountHistory>(&tx, &[(SUBJECT, 5)]).unwrap();
    let error = add::<AccountHistory>(&tx, &[(SUBJECT, 5)]).unwrap_err();
    assert!(error.to_string().contains("block 5"), "{error}");
}

#[test]
fn a_shard_whose_numbers_do_not_rise_is_refused() {
    assert!(Shard::read_value(&[0, 1, 2]).is_ok());
    assert!(Shard::read_value(&[5, 0]).is_err());
    assert!(Shard::read_value(&[0xff]).is_err());
    let (_folder, store) = fresh();
    store.genesis(Model::new().genesis()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn shards_are_a_set_of_numbers(
        rounds in prop::collection::vec((prop::collection::vec(1u64..40, 1..25), 0u64..60), 1..6),
        probes in prop::collection::vec(0u64..400, 12),
    ) {
        let (_folder, ours) = database();
        let mut model = BTreeSet::new();
        for (steps, back) in rounds {
            let mut block = model.last().copied().unwrap_or(0);
            let mut changes = Vec::new();
            for step in steps {
                block += step;
                changes.push((SUBJECT, block));
                model.insert(block);
            }
            let tx = ours.write().unwrap();
            add::<AccountHistory>(&tx, &changes).unwrap();
            let to = block.saturating_sub(back);
            truncate::<AccountHistory>(&tx, [SUBJECT], to).unwrap();
            model.retain(|block| *block <= to);
            tx.commit().unwrap();
        }
        let tx = ours.read().unwrap();
        for probe in probes.into_iter().chain([u64::MAX]) {
            let expected = probe.checked_add(1).and_then(|next| model.range(next..).next().copied());
            prop_assert_eq!(first_above::<AccountHistory, _>(&tx, &SUBJECT, probe).unwrap(), expected);
        }
        // The shards are those of one straight write.
        let (_folder, straight) = database();
        let tx = straight.write().unwrap();
        let changes: Vec<_> = model.iter().map(|block| (SUBJECT, *block)).collect();
        add::<AccountHistory>(&tx, &changes).unwrap();
        tx.commit().unwrap();
        prop_assert_eq!(shards(&ours), shards(&straight));
    }
}
