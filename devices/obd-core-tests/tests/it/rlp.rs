//! The writer against alloy's encoder and decoder.

use alloy_rlp::{Decodable as _, Encodable as _, Header};
use obd_core::rlp::{Writer, bytes_len, list_len, uint_len};
use proptest::prelude::*;

proptest! {
    #[test]
    fn numbers(value in prop_oneof![any::<u128>(), 0_u128..1024, any::<u64>().prop_map(u128::from)]) {
        let mut out = [0; 32];
        let mut writer = Writer::new(&mut out);
        writer.uint(value).unwrap();
        let written = writer.finish();
        prop_assert_eq!(written, &alloy_rlp::encode(value)[..]);
        prop_assert_eq!(written.len(), uint_len(value));
        prop_assert_eq!(u128::decode(&mut &written[..]).unwrap(), value);
    }

    #[test]
    fn lists_of_strings(items in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8)) {
        let payload = items.iter().map(|item| bytes_len(item)).sum();
        let mut out = [0; 4096];
        let mut writer = Writer::new(&mut out);
        writer.list(payload).unwrap();
        for item in &items {
            writer.bytes(item).unwrap();
        }
        let written = writer.finish();

        let mut expected = Vec::new();
        Header { list: true, payload_length: payload }.encode(&mut expected);
        for item in &items {
            item.as_slice().encode(&mut expected);
        }
        prop_assert_eq!(written, &expected[..]);
        prop_assert_eq!(written.len(), list_len(payload));
    }

    #[test]
    fn a_buffer_one_byte_short_is_refused(item in prop::collection::vec(any::<u8>(), 0..300)) {
        let needed = bytes_len(&item);
        let mut out = vec![0; needed];
        prop_assert!(Writer::new(&mut out).bytes(&item).is_ok());
        prop_assert!(Writer::new(&mut out[1..]).bytes(&item).is_err());
    }
}
