use autochain_db::{CodecError, Key, KeyBuf, StoredHeader, Value, read_varint, write_varint};
use autochain_primitives::{
    Account, Address, B64, B256, Bytes, Eip658Value, Header, KECCAK256_EMPTY, Log, Receipt, TxType, U256,
};
use proptest::prelude::*;
use std::fmt::Debug;

fn bytes_of<V: Value>(value: &V) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.write_value(&mut bytes);
    bytes
}

fn round_trip<V: Value + PartialEq + Debug>(value: &V) {
    assert_eq!(&V::read_value(&bytes_of(value)).unwrap(), value);
}

fn key_round_trip<K: Key + PartialEq + Debug>(key: &K) {
    assert_eq!(&K::read_key(KeyBuf::of(key).as_slice()).unwrap(), key);
}

fn word() -> impl Strategy<Value = U256> {
    // Of every length, 0 among them.
    (any::<[u8; 32]>(), 0usize..=256)
        .prop_map(|(bytes, shift)| U256::from_be_bytes(bytes).wrapping_shr(shift))
}

fn hash() -> impl Strategy<Value = B256> {
    any::<[u8; 32]>().prop_map(B256::from)
}

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from)
}

fn account() -> impl Strategy<Value = Account> {
    let code_hash = prop_oneof![Just(KECCAK256_EMPTY), hash()];
    let nonce = (any::<u64>(), 0u32..64).prop_map(|(nonce, shift)| nonce >> shift);
    (nonce, word(), code_hash).prop_map(|(nonce, balance, code_hash)| Account { nonce, balance, code_hash })
}

fn receipt() -> impl Strategy<Value = Receipt> {
    let log = (address(), prop::collection::vec(hash(), 0..=4), prop::collection::vec(any::<u8>(), 0..200))
        .prop_map(|(address, topics, data)| Log::new_unchecked(address, topics, data.into()));
    let status =
        prop_oneof![any::<bool>().prop_map(Eip658Value::Eip658), hash().prop_map(Eip658Value::PostState)];
    let kind = prop_oneof![
        Just(TxType::Legacy),
        Just(TxType::Eip2930),
        Just(TxType::Eip1559),
        Just(TxType::Eip7702)
    ];
    (kind, status, any::<u64>(), prop::collection::vec(log, 0..4)).prop_map(
        |(tx_type, status, cumulative_gas_used, logs)| Receipt { tx_type, status, cumulative_gas_used, logs },
    )
}

fn header() -> impl Strategy<Value = Header> {
    let base_fee = prop::option::of(any::<u64>());
    (hash(), word(), any::<u64>(), prop::collection::vec(any::<u8>(), 0..32), any::<u64>(), base_fee)
        .prop_map(|(parent_hash, difficulty, number, extra_data, nonce, base_fee_per_gas)| Header {
            parent_hash,
            difficulty,
            number,
            extra_data: extra_data.into(),
            nonce: B64::from(nonce),
            base_fee_per_gas,
            ..Header::default()
        })
}

proptest! {
    #[test]
    fn values_round_trip(
        number in any::<u64>(),
        index in any::<u32>(),
        word in word(),
        hash in hash(),
        account in account(),
        raw in prop::collection::vec(any::<u8>(), 0..100),
        addresses in prop::collection::vec(address(), 0..20),
        receipts in prop::collection::vec(receipt(), 0..5),
        header in header(),
    ) {
        round_trip(&number);
        round_trip(&(number, index));
        round_trip(&word);
        round_trip(&hash);
        round_trip(&account);
        round_trip(&Some(account));
        round_trip(&None::<Account>);
        round_trip(&Bytes::from(raw));
        round_trip(&addresses);
        round_trip(&receipts);
        round_trip(&StoredHeader::new_unchecked(header, hash));
    }

    #[test]
    fn keys_round_trip_and_sort(
        a in (any::<u64>(), address(), word()),
        b in (any::<u64>(), address(), word()),
        hash in hash(),
    ) {
        let (number, address, slot) = a;
        key_round_trip(&number);
        key_round_trip(&address);
        key_round_trip(&slot);
        key_round_trip(&hash);
        key_round_trip(&(address, slot));
        key_round_trip(&(address, number));
        key_round_trip(&(number, address));
        key_round_trip(&(hash, hash));
        key_round_trip(&(address, slot, number));
        key_round_trip(&a);
        prop_assert_eq!(KeyBuf::of(&a).as_slice().cmp(KeyBuf::of(&b).as_slice()), a.cmp(&b));
    }

    #[test]
    fn any_bytes_decode_or_fail(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        // Whatever decodes encodes again; nothing panics.
        let _ = <(Address, U256, u64)>::read_key(&bytes);
        let _ = <(u64, Address)>::read_key(&bytes);
        let _ = Vec::<Receipt>::read_value(&bytes);
        let _ = StoredHeader::read_value(&bytes);
        let _ = Vec::<Address>::read_value(&bytes);
        if let Ok(account) = Account::read_value(&bytes) {
            prop_assert_eq!(Account::read_value(&bytes_of(&account)).unwrap(), account);
        }
    }

    #[test]
    fn varints_round_trip(numbers in prop::collection::vec((any::<u64>(), 0u32..64), 0..20)) {
        let numbers: Vec<u64> = numbers.into_iter().map(|(number, shift)| number >> shift).collect();
        let mut bytes = Vec::new();
        numbers.iter().for_each(|number| write_varint(*number, &mut bytes));
        let mut rest = bytes.as_slice();
        for number in numbers {
            prop_assert_eq!(read_varint(&mut rest).unwrap(), number);
        }
        prop_assert!(rest.is_empty());
    }
}

#[test]
fn accounts_are_compact() {
    assert_eq!(bytes_of(&Account::default()), [0]);
    let account = Account { nonce: 1, balance: U256::from(0x1234), ..Account::default() };
    assert_eq!(bytes_of(&account), [1, 1, 0x12, 0x34]);
}

#[test]
fn wrong_bytes_are_named() {
    assert!(matches!(Account::read_value(&[]), Err(CodecError::Length { got: 0, .. })));
    assert!(matches!(Account::read_value(&[0x09]), Err(CodecError::Byte { got: 0x09, .. })));
    assert!(matches!(Account::read_value(&[0x80]), Err(CodecError::Byte { got: 0x80, .. })));
    assert!(matches!(U256::read_value(&[1; 33]), Err(CodecError::Length { got: 33, .. })));
    assert!(read_varint(&mut [0x80].as_slice()).is_err());
    assert!(read_varint(&mut [0xff; 10].as_slice()).is_err());
    let mut most = Vec::new();
    write_varint(u64::MAX, &mut most);
    assert_eq!(read_varint(&mut most.as_slice()).unwrap(), u64::MAX);
}
