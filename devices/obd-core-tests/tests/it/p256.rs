//! P-256 records on our own node: the precompile at 0x100 takes every signature of a device, and no other.

use const_hex::encode_prefixed;
use dev_node::Node;
use obd_core::{Address, Domain, Flags, P256Key, Reading, Source, keccak256};
use serde_json::{Value, json};

const PRECOMPILE: &str = "0x0000000000000000000000000000000000000100";
const TRUE: &str = "0x0000000000000000000000000000000000000000000000000000000000000001";
const RECORDS: u8 = 50;

#[test]
fn records_of_a_p256_device_verify_at_0x100() {
    let node = Node::start();
    let verify = |input: &[u8]| {
        let call = json!({ "to": PRECOMPILE, "data": encode_prefixed(input) });
        node.ask("eth_call", json!([call, "latest"]))
    };
    let domain = Domain::new(1337, Address([0xca; 20]));
    for number in 0..RECORDS {
        let key = P256Key::from_bytes(&keccak256(&[number])).unwrap();
        let reading = Reading {
            vehicle: 1,
            counter: u64::from(number) + 1,
            odometer_km: 123_456,
            flags: Flags::new(Source::Obd),
            prev_hash: [0; 32],
            hash: keccak256(&[number, 1]),
        };
        let digest = reading.digest(&domain, 1);
        let input = key.sign(&digest).unwrap().precompile_input(&digest, key.public_key());
        assert_eq!(verify(&input), Value::from(TRUE), "record {number}");

        // Another record, signature or key, changed in one bit.
        let bit = usize::from(number) * 1280 / usize::from(RECORDS);
        let mut other = input;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(verify(&other), Value::from("0x"), "bit {bit}");
    }
}
