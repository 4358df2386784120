use crate::{
    Body, HashedAccount, TABLES,
    block::SideBlock,
    tables::{CANONICAL_TABLES, MetaKey, NodePath, StorageNodePath},
};
use autochain_db::{Key, KeyBuf, Value};
use autochain_primitives::{B256, Block, EMPTY_ROOT_HASH, Header, KECCAK256_EMPTY, U256, rlp};
use autochain_trie::Nibbles;
use proptest::prelude::*;

fn bytes_of<V: Value>(value: &V) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.write_value(&mut bytes);
    bytes
}

fn hash() -> impl Strategy<Value = B256> {
    any::<[u8; 32]>().prop_map(B256::from)
}

proptest! {
    #[test]
    fn hashed_accounts_round_trip(
        nonce in any::<u64>(),
        shift in 0u32..64,
        balance in any::<[u8; 32]>(),
        storage_root in prop_oneof![Just(EMPTY_ROOT_HASH), hash()],
        code_hash in prop_oneof![Just(KECCAK256_EMPTY), hash()],
    ) {
        let balance = U256::from_be_bytes(balance).wrapping_shr(4 * shift as usize);
        let account = HashedAccount { nonce: nonce >> shift, balance, storage_root, code_hash };
        prop_assert_eq!(HashedAccount::read_value(&bytes_of(&account)).unwrap(), account);
        prop_assert_eq!(HashedAccount::new(account.account(), storage_root), account);
        prop_assert_eq!(account.leaf().len(), rlp::Encodable::length(&account));
    }

    #[test]
    fn paths_round_trip_and_sort(
        a in prop::collection::vec(0u8..16, 0..=64),
        b in prop::collection::vec(0u8..16, 0..=64),
        account in hash(),
    ) {
        let path = NodePath(Nibbles::from_nibbles(&a));
        let key = KeyBuf::of(&path);
        prop_assert_eq!(NodePath::read_key(key.as_slice()).unwrap(), path);
        let other = KeyBuf::of(&NodePath(Nibbles::from_nibbles(&b)));
        prop_assert_eq!(key.as_slice().cmp(other.as_slice()), Nibbles::from_nibbles(&a).cmp(&Nibbles::from_nibbles(&b)));
        let path = StorageNodePath(account, path.0);
        prop_assert_eq!(StorageNodePath::read_key(KeyBuf::of(&path).as_slice()).unwrap(), path);
    }

    #[test]
    fn any_bytes_decode_or_fail(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = HashedAccount::read_value(&bytes);
        let _ = Body::read_value(&bytes);
        let _ = SideBlock::read_value(&bytes);
        let _ = NodePath::read_key(&bytes);
        let _ = StorageNodePath::read_key(&bytes);
        prop_assert!(MetaKey::read_key(&bytes).is_err());
    }
}

#[test]
fn bodies_and_side_blocks_round_trip() {
    let body = Body { transactions: Vec::new(), ommers: vec![Header::default(), Header::default()] };
    assert_eq!(Body::read_value(&bytes_of(&body)).unwrap(), body);
    assert_eq!(bytes_of(&Body::default()), [0xc2, 0xc0, 0xc0]);
    for total_difficulty in [U256::ZERO, U256::from(300), U256::MAX] {
        let block = Block { ommers: body.ommers.clone(), ..Block::default() };
        let side = SideBlock { total_difficulty, block };
        assert_eq!(SideBlock::read_value(&bytes_of(&side)).unwrap(), side);
    }
}

#[test]
fn an_empty_account_has_the_leaf_that_ethereum_gives_it() {
    let account = HashedAccount {
        nonce: 0,
        balance: U256::ZERO,
        storage_root: EMPTY_ROOT_HASH,
        code_hash: KECCAK256_EMPTY,
    };
    assert_eq!(bytes_of(&account), [0]);
    let leaf = account.leaf();
    assert_eq!(leaf[..4], [0xf8, 0x44, 0x80, 0x80]);
    assert_eq!(leaf.len(), 70);
}

#[test]
fn all_tables_but_two_are_canonical() {
    let others: Vec<_> = TABLES.iter().filter(|name| !CANONICAL_TABLES.contains(name)).collect();
    assert_eq!(others, [&"SideBlocks", &"Code"]);
}
