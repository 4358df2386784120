//! The trie against its oracles, over random histories of clustered keys.

use crate::reference::naive_root;
use crate::*;
use alloy_trie::proof::verify_proof;
use autochain_primitives::{B256, b256, keccak256};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Keys that share long prefixes and sit close together: extensions, collapses and inline nodes.
fn key() -> impl Strategy<Value = B256> {
    let digit = || prop_oneof![6 => 0..3u8, 1 => 0..16u8];
    // Up to three places where keys differ, on one of two grounds.
    let places = prop::collection::vec(
        (prop_oneof![3 => 0..5usize, 2 => 28..34usize, 4 => 59..64usize], digit()),
        1..4,
    );
    (any::<bool>(), places).prop_map(|(ground, places)| {
        let mut nibbles = [if ground { 0x7 } else { 0x0 }; 64];
        for (at, digit) in places {
            nibbles[at] = digit;
        }
        B256::from_slice(&Nibbles::from_nibbles(nibbles).pack())
    })
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => (1..255u8).prop_map(|byte| vec![byte]),
        2 => prop::collection::vec(any::<u8>(), 1..40),
        1 => prop::collection::vec(any::<u8>(), 50..90),
    ]
}

/// One step: writes and removals, some of them of absent keys or without effect.
fn step(max: usize) -> impl Strategy<Value = BTreeMap<B256, Option<Vec<u8>>>> {
    let change = prop_oneof![3 => value().prop_map(Some), 2 => Just(None)];
    prop::collection::btree_map(key(), change, 0..max)
}

fn changes_of(step: &BTreeMap<B256, Option<Vec<u8>>>) -> Vec<Change> {
    step.iter().map(|(key, value)| (*key, value.clone())).collect()
}

fn oracle(leaves: &BTreeMap<B256, Vec<u8>>) -> B256 {
    let pairs: Vec<_> = leaves.iter().map(|(key, value)| (key.to_vec(), value.clone())).collect();
    naive_root(&pairs)
}

fn streamed(leaves: impl IntoIterator<Item = (B256, Vec<u8>)>) -> Result<B256, TrieError<Infallible>> {
    rebuild_root(leaves.into_iter().map(Ok))
}

/// The trie of these leaves, from nothing.
fn from_scratch(leaves: &BTreeMap<B256, Vec<u8>>) -> (B256, MemoryTrie) {
    let changes: Vec<_> = leaves.iter().map(|(key, value)| (*key, Some(value.clone()))).collect();
    let mut trie = MemoryTrie::default();
    let update = trie.update(&changes).unwrap();
    assert!(update.nodes.values().all(Option::is_some));
    (update.root, trie)
}

/// Every way to the root agrees, and the stored nodes are those of a build from nothing.
fn check(trie: &mut MemoryTrie, root: B256) {
    assert_eq!(root, oracle(&trie.leaves), "naive root");
    assert_eq!(Ok(root), streamed(trie.leaves.clone()), "streamed root");
    assert_eq!(root, trie.root().unwrap(), "stored root");
    let (fresh_root, fresh) = from_scratch(&trie.leaves);
    assert_eq!(root, fresh_root, "root from nothing");
    assert_eq!(trie.nodes, fresh.nodes, "stored nodes");
    for node in trie.nodes.values() {
        assert_eq!(BranchNode::decode(&node.encode()).as_ref(), Ok(node));
    }
}

fn check_proof(trie: &mut MemoryTrie, root: B256, key: B256) {
    let proof = trie.prove(key).unwrap();
    assert_eq!(proof.is_empty(), trie.leaves.is_empty());
    if let Some(first) = proof.first() {
        assert_eq!(keccak256(first), root);
    }
    assert!(proof.iter().skip(1).all(|node| node.len() >= 32));
    let value = trie.leaves.get(&key).cloned();
    verify_proof(root, Nibbles::unpack(key), value, &proof).unwrap();
}

/// Counts seeks.
struct Counted<'a> {
    trie: &'a mut MemoryTrie,
    branches: usize,
    leaves: usize,
}

impl TrieSource for Counted<'_> {
    type Error = Infallible;

    fn branch(&mut self, prefix: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, Infallible> {
        self.branches += 1;
        self.trie.branch(prefix)
    }

    fn leaf(&mut self, prefix: &Nibbles) -> Result<Option<Leaf>, Infallible> {
        self.leaves += 1;
        self.trie.leaf(prefix)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn histories(steps in prop::collection::vec(prop_oneof![2 => step(4), 1 => step(40)], 1..12)) {
        let mut trie = MemoryTrie::default();
        for step in &steps {
            let before = trie.nodes.clone();
            let update = trie.update(&changes_of(step)).unwrap();
            // Only real differences are named.
            for (path, node) in &update.nodes {
                prop_assert_ne!(before.get(path), node.as_ref());
            }
            check(&mut trie, update.root);
        }
        // Removing everything leaves nothing behind.
        let all: Vec<Change> = trie.leaves.keys().map(|key| (*key, None)).collect();
        let update = trie.update(&all).unwrap();
        prop_assert_eq!(update.root, EMPTY_ROOT_HASH);
        prop_assert_eq!(trie, MemoryTrie::default());
    }

    #[test]
    fn undoing_a_step_restores_the_trie(first in step(40), second in step(40)) {
        let mut trie = MemoryTrie::default();
        let root = trie.update(&changes_of(&first)).unwrap().root;
        let kept = trie.clone();
        trie.update(&changes_of(&second)).unwrap();
        let undo: Vec<Change> = second.keys().map(|key| (*key, kept.leaves.get(key).cloned())).collect();
        prop_assert_eq!(trie.update(&undo).unwrap().root, root);
        prop_assert_eq!(trie, kept);
    }

    #[test]
    fn proofs(step in step(60), absent in prop::collection::vec(key(), 1..20)) {
        let mut trie = MemoryTrie::default();
        let root = trie.update(&changes_of(&step)).unwrap().root;
        let present: Vec<_> = trie.leaves.keys().copied().collect();
        for key in present.into_iter().chain(absent) {
            check_proof(&mut trie, root, key);
        }
    }

    #[test]
    fn any_bytes_decode_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(node) = BranchNode::decode(&bytes) {
            prop_assert_eq!(node.encode(), bytes);
        }
    }
}

fn hashed(number: u32) -> B256 {
    keccak256(number.to_be_bytes())
}

fn big_trie(leaves: u32) -> MemoryTrie {
    from_scratch(&(0..leaves).map(|number| (hashed(number), number.to_be_bytes().to_vec())).collect()).1
}

#[test]
fn hashed_keys() {
    let mut trie = big_trie(3000);
    for round in 0..20u32 {
        let step = (0..150u32).map(|n| {
            let number = (n * 37 + round * 911) % 4000;
            (hashed(number), (!(n + round).is_multiple_of(3)).then(|| vec![round as u8 + 1; 70]))
        });
        let update = trie.update(&changes_of(&step.collect())).unwrap();
        check(&mut trie, update.root);
        for number in 0..40 {
            check_proof(&mut trie, update.root, hashed(number * 100));
        }
    }
}

#[test]
fn empty_tries() {
    let mut trie = MemoryTrie::default();
    assert_eq!(trie.root(), Ok(EMPTY_ROOT_HASH));
    assert_eq!(trie.prove(B256::ZERO), Ok(vec![]));
    assert_eq!(update(&mut EmptySource, &[(B256::ZERO, None)]).unwrap().root, EMPTY_ROOT_HASH);
    assert_eq!(streamed([]), Ok(EMPTY_ROOT_HASH));
}

#[test]
fn a_lone_leaf_is_proven_by_the_root() {
    let mut trie = MemoryTrie::default();
    let root = trie.update(&[(hashed(1), Some(vec![1]))]).unwrap().root;
    assert!(trie.nodes.is_empty());
    check_proof(&mut trie, root, hashed(1));
    check_proof(&mut trie, root, hashed(2));
    assert_eq!(trie.prove(hashed(2)).unwrap().len(), 1);
}

/// From ethereum/tests, TrieTests/trieanyorder_secureTrie.json: keys are hashed.
#[test]
fn known_secure_roots() {
    let root_of = |pairs: &[(&str, &str)]| {
        let leaves = pairs.iter().map(|(key, value)| (keccak256(key), value.as_bytes().to_vec()));
        from_scratch(&leaves.collect()).0
    };
    let dogs = [("doe", "reindeer"), ("dog", "puppy"), ("dogglesworth", "cat")];
    let expected = b256!("d4cd937e4a4368d7931a9cf51686b7e10abb3dce38a39000fd7902a092b64585");
    assert_eq!(root_of(&dogs), expected);
    let puppy = [("do", "verb"), ("horse", "stallion"), ("doge", "coin"), ("dog", "puppy")];
    let expected = b256!("29b235a58c3c25ab83010c327d5932bcf05324b7d6b1185e650798034783ca9d");
    assert_eq!(root_of(&puppy), expected);
}

#[test]
fn a_change_costs_one_seek_a_level() {
    let mut trie = big_trie(20_000);
    let key = hashed(77);
    // Branches on the way to the leaf.
    let depth = trie.nodes.keys().filter(|path| Nibbles::unpack(key).starts_with(path)).count();
    let mut source = Counted { trie: &mut trie, branches: 0, leaves: 0 };
    update(&mut source, &[(key, Some(vec![9]))]).unwrap();
    assert_eq!((source.branches, source.leaves), (depth, 1));
    // A key whose place is empty needs no leaf.
    let vacant = (30_000..)
        .map(hashed)
        .find(|key| {
            let key = Nibbles::unpack(key);
            let last = source.trie.nodes.iter().rfind(|(path, _)| key.starts_with(path));
            last.is_some_and(|(path, node)| node.child(key.get_unchecked(path.len())).is_none())
        })
        .unwrap();
    (source.branches, source.leaves) = (0, 0);
    update(&mut source, &[(vacant, Some(vec![9]))]).unwrap();
    assert_eq!(source.leaves, 0);
}

#[test]
fn without_effect_nothing_is_written() {
    let mut trie = big_trie(500);
    let root = trie.root().unwrap();
    let step: BTreeMap<_, _> = (0..600).map(|n| (hashed(n), trie.leaves.get(&hashed(n)).cloned())).collect();
    let update = trie.update(&changes_of(&step)).unwrap();
    assert_eq!(update, TrieUpdate { root, nodes: BTreeMap::new() });
}

#[test]
fn disorder_is_refused() {
    let a = (B256::repeat_byte(1), Some(vec![1]));
    let b = (B256::repeat_byte(2), Some(vec![1]));
    let c = (B256::repeat_byte(3), None);
    assert_eq!(update(&mut EmptySource, &[a.clone(), a.clone()]), Err(TrieError::Unsorted { index: 1 }));
    assert_eq!(update(&mut EmptySource, &[b, c, a.clone()]), Err(TrieError::Unsorted { index: 2 }));
    assert_eq!(streamed([(a.0, vec![1]), (a.0, vec![1])]), Err(TrieError::Unsorted { index: 1 }));
    assert_eq!(rebuild_root([Ok((a.0, vec![1])), Err("read")]), Err(TrieError::Source("read")));
}

#[test]
fn damage_is_an_error() {
    let mut trie = big_trie(200);
    let (leaf, _) = trie.leaves.pop_first().unwrap();
    let error = update(&mut trie, &[(leaf, Some(vec![1]))]).unwrap_err();
    assert!(matches!(error, TrieError::MissingLeaf { .. }), "{error}");
    assert_eq!(trie.prove(leaf).unwrap_err(), error);

    let path = *trie.nodes.keys().find(|path| path.len() == 1).unwrap();
    trie.nodes.retain(|other, _| !other.starts_with(&path));
    let key = *trie.leaves.keys().find(|key| Nibbles::unpack(key).starts_with(&path)).unwrap();
    let error = update(&mut trie, &[(key, Some(vec![1]))]).unwrap_err();
    assert_eq!(error, TrieError::MissingBranch { prefix: path });
    assert_eq!(trie.prove(key), Err(error));
}

/// Sources that answer beside the question.
#[test]
fn foreign_records_are_an_error() {
    struct Wrong(Option<(Nibbles, BranchNode)>, Option<(B256, Vec<u8>)>);
    impl TrieSource for Wrong {
        type Error = Infallible;
        fn branch(&mut self, _: &Nibbles) -> Result<Option<(Nibbles, BranchNode)>, Infallible> {
            Ok(self.0.clone())
        }
        fn leaf(&mut self, _: &Nibbles) -> Result<Option<Leaf>, Infallible> {
            Ok(self.1.clone())
        }
    }
    let (_, node) = big_trie(50).nodes.pop_first().unwrap();
    for path in [Nibbles::unpack(B256::ZERO), Nibbles::new()] {
        let mut source = Wrong(Some((path, node.clone())), Some((B256::ZERO, vec![1])));
        let mut changes: Vec<Change> =
            (1..200).map(|n| (B256::left_padding_from(&[n]), Some(vec![n]))).collect();
        changes.push((B256::repeat_byte(0xf7), Some(vec![1])));
        let error = update(&mut source, &changes).unwrap_err();
        assert!(matches!(error, TrieError::ForeignRecord { .. }), "{error}");
    }
}
