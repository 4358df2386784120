//! Addresses, signatures, raw transactions and hashes against ethers, the library that wallets use.

use crate::open_policy;
use const_hex::encode_prefixed;
use obd_core::{Address, Domain, Eip1559, Flags, Key, RECORD_TX_LEN, Reading, keccak256};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

const CASES: u64 = 1000;

/// Drawn bytes: the keccak of a seed and a count.
struct Draw {
    seed: u64,
    count: u64,
}

impl Draw {
    fn bytes(&mut self) -> [u8; 32] {
        self.count += 1;
        keccak256(&[self.seed.to_be_bytes(), self.count.to_be_bytes()].concat())
    }

    /// Small and large alike, so that every length of an RLP number comes up.
    fn number(&mut self) -> u64 {
        let bytes = self.bytes();
        u64::from_be_bytes(bytes[..8].try_into().unwrap()) >> (bytes[8] % 64)
    }
}

/// A drawn case with the device's answers; numbers as text, since they do not fit JavaScript's.
fn case(draw: &mut Draw) -> Value {
    let secret = draw.bytes();
    let key = Key::from_bytes(&secret).unwrap();
    let registry = Address(draw.bytes()[..20].try_into().unwrap());
    let quality = u16::try_from(draw.number() % (1 << 11)).unwrap();
    let reading = Reading {
        vehicle: draw.number(),
        counter: draw.number(),
        odometer_km: u32::try_from(draw.number() % (1 << 32)).unwrap(),
        flags: Flags::try_from(quality << 3 | 1).unwrap(),
        prev_hash: draw.bytes(),
        hash: draw.bytes(),
    };
    let [fee, other_fee] = [draw.number(), draw.number()];
    let data = reading.calldata();
    let tx = Eip1559 {
        chain_id: draw.number().max(1),
        // ethers keeps it in a JavaScript number; alloy's test draws larger ones.
        nonce: draw.number() % (1 << 53),
        max_priority_fee_per_gas: fee.min(other_fee).into(),
        max_fee_per_gas: fee.max(other_fee).into(),
        gas_limit: draw.number(),
        to: registry,
        value: 0,
        data: &data,
    };
    let epoch = u32::try_from(draw.number() % (1 << 32)).unwrap();
    let digest = reading.digest(&Domain::new(tx.chain_id, registry), epoch);
    let signature = key.sign(&digest).unwrap();
    let mut out = [0; RECORD_TX_LEN];
    let signed = tx.check(&open_policy(tx.chain_id, registry)).unwrap().sign(&key, &mut out).unwrap();
    json!({
        "secret": encode_prefixed(secret),
        "device": key.address().to_string(),
        "transaction": {
            "chainId": tx.chain_id.to_string(),
            "nonce": tx.nonce.to_string(),
            "maxPriorityFeePerGas": tx.max_priority_fee_per_gas.to_string(),
            "maxFeePerGas": tx.max_fee_per_gas.to_string(),
            "gasLimit": tx.gas_limit.to_string(),
            "to": registry.to_string(),
            "data": encode_prefixed(data),
        },
        "raw": encode_prefixed(signed.raw()),
        "hash": encode_prefixed(signed.hash()),
        "reading": {
            "vehicle": reading.vehicle.to_string(),
            "epoch": epoch,
            "counter": reading.counter.to_string(),
            "odometerKm": reading.odometer_km,
            "flags": reading.flags.bits(),
            "prevHash": encode_prefixed(reading.prev_hash),
            "hash": encode_prefixed(reading.hash),
        },
        "digest": encode_prefixed(digest.as_bytes()),
        "signature": encode_prefixed(signature.to_bytes()),
    })
}

#[test]
fn a_thousand_drawn_cases_equal_ethers() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    println!("seed {seed}");
    let mut draw = Draw { seed, count: 0 };
    let cases: Vec<Value> = (0..CASES).map(|_| case(&mut draw)).collect();

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ethers");
    let setup = Command::new(folder.join("setup.sh")).status().expect("bash runs setup.sh");
    assert!(setup.success(), "ethers could not be installed: node, npm and the npm registry are needed");
    let mut judge = Command::new("node")
        .arg(folder.join("judge.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut input = judge.stdin.take().unwrap();
    for case in cases {
        // A judge that has seen a difference reads no further; its exit says so.
        if writeln!(input, "{case}").is_err() {
            break;
        }
    }
    drop(input);
    let output = judge.wait_with_output().unwrap();
    assert!(output.status.success(), "ethers differs (above); seed {seed}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), CASES.to_string());
}
