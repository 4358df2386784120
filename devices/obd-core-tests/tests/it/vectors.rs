//! Fixed vectors. The keys are keccak256("dongle") and keccak256("alice"), as in the contracts' tests; the
//! digests and signatures are those that `TypedData.t.sol` checks against the registry and against the JSON
//! that wallets sign. Those of the claim are ethers' own (`TypedDataEncoder`, `signTypedData`). The transaction was made with Foundry:
//!
//! ```text
//! cast mktx --private-key $(cast keccak dongle) --chain 1337 --nonce 0 --gas-limit 120000 \
//!   --gas-price 3000000000 --priority-gas-price 1000000000 0x00000000000000000000000000000000000000CA \
//!   "record(uint256,uint64,uint32,uint16,bytes32,bytes32)" 1 7 123456 1 0x…33 0x…44
//! ```

use crate::open_policy;
use alloy_primitives::hex;
use obd_core::{
    Address, Claim, Domain, Eip1559, Flags, Key, Pairing, RECORD_TX_LEN, Reading, Source, keccak256,
};

const REGISTRY: Address = Address(hex!("00000000000000000000000000000000000000CA"));

fn dongle() -> Key {
    Key::from_bytes(&keccak256(b"dongle")).unwrap()
}

fn reading() -> Reading {
    Reading {
        vehicle: 1,
        counter: 7,
        odometer_km: 123_456,
        flags: Flags::new(Source::Obd),
        prev_hash: hex!("0000000000000000000000000000000000000000000000000000000000000033"),
        hash: hex!("0000000000000000000000000000000000000000000000000000000000000044"),
    }
}

#[test]
fn address_of_the_dongle() {
    assert_eq!(dongle().address().to_string(), "0x6328188d2e342eE3f2e2d1ADE36c09CB05F16f66");
}

#[test]
fn call_of_a_reading() {
    let expected = hex!(
        "bdb5a533"
        "0000000000000000000000000000000000000000000000000000000000000001"
        "0000000000000000000000000000000000000000000000000000000000000007"
        "000000000000000000000000000000000000000000000000000000000001e240"
        "0000000000000000000000000000000000000000000000000000000000000001"
        "0000000000000000000000000000000000000000000000000000000000000033"
        "0000000000000000000000000000000000000000000000000000000000000044"
    );
    assert_eq!(reading().calldata(), expected);
}

#[test]
fn transaction_of_a_reading() {
    let data = reading().calldata();
    let tx = Eip1559 {
        chain_id: 1337,
        nonce: 0,
        max_priority_fee_per_gas: 1_000_000_000,
        max_fee_per_gas: 3_000_000_000,
        gas_limit: 120_000,
        to: REGISTRY,
        value: 0,
        data: &data,
    };
    let mut out = [0; RECORD_TX_LEN];
    let signed = tx.check(&open_policy(1337, REGISTRY)).unwrap().sign(&dongle(), &mut out).unwrap();
    let mut expected =
        hex!("02f9013282053980843b9aca0084b2d05e008301d4c09400000000000000000000000000000000000000ca80b8c4")
            .to_vec();
    expected.extend(data);
    expected.extend(hex!(
        "c001a0fceb2659fabf09ffcd6d94af1d2ef88da498af466c118ae126b77e0b89b7b2a2"
        "a02876d85613d91d825de23c7df10697719e8764089a1075f0b23ab044c079119c"
    ));
    assert_eq!(hex::encode(signed.raw()), hex::encode(expected));
}

#[test]
fn digest_and_signature_of_a_reading() {
    let digest = reading().digest(&Domain::new(1337, REGISTRY), 1);
    assert_eq!(*digest.as_bytes(), hex!("58204a35263f39db26b2bd7ba8a9e8d915cc9e5450abeead97274ab1c6d19da0"));
    let expected = hex!(
        "e9ce501952b121feedff98afc2fdb1d490c2c5b7463c94ea69853258adc2167a"
        "2d950e502b8c4edad95379d336bfdc99507cb6dce18ff45be0cea1ee0c307b4d"
        "1b"
    );
    assert_eq!(dongle().sign(&digest).unwrap().to_bytes(), expected);
}

#[test]
fn digest_and_signature_of_a_pairing() {
    let owner = Key::from_bytes(&keccak256(b"alice")).unwrap().address();
    let pairing = Pairing { vehicle: 1, owner, nonce: 0, deadline: 1_800_003_600 };
    let digest = pairing.digest(&Domain::new(1337, REGISTRY), dongle().address());
    assert_eq!(*digest.as_bytes(), hex!("f4ede55eeb6159e824df628ae41fc071151b97ff4305c364f3a67dec015c9840"));
    let expected = hex!(
        "66a4497d6c7dc1ba41379116d8c0dc3839f49d8633139c6ebb9dde2cd15646dc"
        "2f5467df6413845a47155815306e17cc2eb94a45546739f5250d1cab535d0fc2"
        "1c"
    );
    assert_eq!(dongle().sign(&digest).unwrap().to_bytes(), expected);
}

#[test]
fn digest_and_signature_of_a_claim() {
    let owner = Key::from_bytes(&keccak256(b"alice")).unwrap().address();
    let claim = Claim { owner, nonce: 0, deadline: 1_800_003_600 };
    let digest = claim.digest(&Domain::new(1337, REGISTRY), dongle().address());
    assert_eq!(*digest.as_bytes(), hex!("8df2aafa997b1da44ecc7ba9990f9d982991332f3c6feee45ab79879b01ed7c9"));
    let expected = hex!(
        "a3b6fa10f83e46d6f0f02bbdc8cdcab38ea2e90855504e5256346d78b27a6d9e"
        "4d163afca1c767a74cb51f5158400bab5249635584fa42a2db4f9b3d04f69c95"
        "1c"
    );
    assert_eq!(dongle().sign(&digest).unwrap().to_bytes(), expected);
}

#[test]
fn another_chain_registry_or_epoch_is_another_digest() {
    let here = reading().digest(&Domain::new(1337, REGISTRY), 1);
    assert_ne!(here, reading().digest(&Domain::new(1338, REGISTRY), 1));
    assert_ne!(here, reading().digest(&Domain::new(1337, Address([0; 20])), 1));
    assert_ne!(here, reading().digest(&Domain::new(1337, REGISTRY), 2));
}
