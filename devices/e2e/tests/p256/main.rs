//! A device with a key on P-256, from its console to the registry: it owns no coin, the relay carries its
//! readings, and the registry checks them with the precompile at 0x100.

mod dongle;

use devices_e2e::{ACCOUNTS, Chain, Node, Relay, Rpc};
use dongle::Dongle;
use obd_core::provision::{Attestation, Endpoint, Protection, Settings, Text};
use obd_core::record::{SealedRecord, WrappedRoot};
use obd_core::{Address, Curve, Domain, Flags, Hash, Key, Policy, Reading, keccak256};
use serde_json::{Value, json};
use std::{env, fs, process};

const VIN: &[u8; 17] = b"LSVAU0330E2119384";
const OWNER: &str = ACCOUNTS[0];
const PRECOMPILE: &str = "0x0000000000000000000000000000000000000100";

fn settings(chain: &Chain, node: u16, relay: u16) -> Settings {
    let endpoint = |port| Some(Endpoint { host: Text::new(b"127.0.0.1").unwrap(), port });
    Settings {
        policy: Policy {
            chain_id: 1337,
            registry: chain.registry(),
            max_gas: 300_000,
            max_fee_per_gas: 500_000_000_000,
            max_priority_fee_per_gas: 50_000_000_000,
        },
        daily_cap: 10_u128.pow(18),
        genesis: chain.genesis(),
        network: Text::new(b"garage").unwrap(),
        passphrase: Text::EMPTY,
        endpoints: [endpoint(node), None, None],
        relay: endpoint(relay),
        relayed: true,
        release_keys: [Address([0; 20]); 3],
        issuer: Text::new(b"no TLS on the loopback interface").unwrap(),
    }
}

#[test]
fn a_p256_device_goes_from_its_console_to_the_registry() {
    let folder = env::temp_dir().join(format!("devices-e2e-{}-p256", process::id()));
    fs::create_dir_all(folder.join("node")).unwrap();
    let node = Node::start(&folder.join("node"));
    let (chain, rpc) = (Chain::new(Rpc::new(node.port)), Rpc::new(node.port));
    let owner = Key::from_bytes(&const_hex::decode_to_array(OWNER).unwrap()).unwrap();
    let key_file = folder.join("relay.key");
    fs::write(&key_file, ACCOUNTS[3]).unwrap();
    let holder = owner.address().to_string();
    let flags = ["--key-file", key_file.to_str().unwrap(), "--allow", &holder];
    let relay = Relay::start(&folder.join("relay"), node.port, &flags);

    // The bench: a key that owns no account, and settings with a relay.
    let mut dongle = Dongle::new();
    let address = dongle.say("key p256")["address"].clone();
    let device = Address(const_hex::decode_to_array(&address).unwrap());
    let settings = settings(&chain, node.port, relay.port).to_bytes();
    dongle.say(&format!("settings {}", const_hex::encode(settings)));
    let signed = dongle.say(&format!("attest {}", "5a".repeat(32)));
    let signed = const_hex::decode(&signed["attestation"]).unwrap();
    let attestation = Attestation::open(&signed, &[0x5a; 32]).unwrap();
    assert_eq!((attestation.device, attestation.protection), (device, Protection::Hardware));
    assert_eq!(Attestation::signature(&signed).unwrap().curve(), Curve::P256);

    // The car: device and owner agree.
    let vehicle = chain.register(VIN, OWNER);
    let pairing = chain.pairing(vehicle.id, OWNER);
    let paired = dongle.say(&format!(
        "pair {} 1 {holder} {} {} {} {} {}",
        vehicle.id,
        const_hex::encode(owner.public_key().to_compressed()),
        const_hex::encode(vehicle.commitment),
        const_hex::encode(vehicle.salt),
        pairing.nonce,
        pairing.deadline,
    ));
    chain.pair(&pairing, OWNER, device, &const_hex::decode(&paired["signature"]).unwrap());
    assert_eq!(dongle.say("hello")["state"], "paired");

    // The road.
    dongle.trip(3, 1_000);

    let [(counter, odometer, root)] = chain.readings(vehicle.id)[..] else { panic!("not one reading") };
    assert_eq!((counter, odometer), (3, 3_000));
    for (method, params) in [
        ("eth_getTransactionCount", json!([address, "latest"])),
        ("eth_getBalance", json!([address, "latest"])),
    ] {
        assert_eq!(rpc.call(method, params), "0x0", "{method}: the device owns nothing and sent nothing");
    }
    verified_by_the_precompile(&rpc, &chain, device, vehicle.id, root);
    read_by_the_owner(&Rpc::new(relay.port), &owner, &paired["wrapped"], root);
    fs::remove_dir_all(folder).unwrap();
}

/// The registry asked the precompile, which saw the digest of this reading and the signature that came along;
/// with any other signature the same call would not have gone through.
fn verified_by_the_precompile(rpc: &Rpc, chain: &Chain, device: Address, vehicle: u64, root: Hash) {
    let topic = keccak256(b"ReadingRecorded(uint256,address,uint64,uint32,uint16,bytes32,bytes32)");
    let logs = rpc.call(
        "eth_getLogs",
        json!([{
            "fromBlock": "0x0", "topics": [const_hex::encode_prefixed(topic), format!("{vehicle:#066x}")],
        }]),
    );
    let transaction = &rpc.call("eth_getTransactionByHash", json!([logs[0]["transactionHash"]]));
    let call = const_hex::decode(transaction["input"].as_str().unwrap()).unwrap();
    let signature = &call[4 + 9 * 32..];
    assert_eq!((&call[16..36], signature.len()), (&device.0[..], 128));
    let flags = Flags::try_from(u16::from_be_bytes(call[4 + 4 * 32 + 30..4 + 5 * 32].try_into().unwrap()));
    let reading = Reading {
        vehicle,
        counter: 3,
        odometer_km: 3_000,
        flags: flags.unwrap(),
        prev_hash: [0; 32],
        hash: root,
    };
    let digest = reading.digest(&Domain::new(1337, chain.registry()), 1);
    let trace = rpc.call("debug_traceTransaction", json!([transaction["hash"], { "tracer": "callTracer" }]));
    let mut found = Vec::new();
    calls_to(PRECOMPILE, &trace, &mut found);
    let [verification] = found[..] else { panic!("not one call of {PRECOMPILE}: {trace:#}") };
    assert_eq!(verification["type"], "STATICCALL");
    let input = const_hex::encode_prefixed([digest.as_bytes(), signature].concat());
    assert_eq!(verification["input"].as_str(), Some(&input[..]));
    assert_eq!(verification["output"], format!("{:#066x}", 1));

    // Once more on the block before: with the signature, and with each of its words changed.
    let block = transaction["blockNumber"].as_str().unwrap();
    let before = format!("{:#x}", u64::from_str_radix(&block[2..], 16).unwrap() - 1);
    let again = |call: &[u8]| {
        let call = json!({
            "from": transaction["from"], "to": transaction["to"], "data": const_hex::encode_prefixed(call),
        });
        rpc.try_call("eth_call", json!([call, before]))
    };
    again(&call).unwrap();
    for word in 0..4 {
        let mut changed = call.clone();
        changed[4 + (9 + word) * 32 + 31] ^= 1;
        assert!(again(&changed).is_err(), "word {word} of the signature does not count");
    }
}

fn calls_to<'t>(to: &str, frame: &'t Value, found: &mut Vec<&'t Value>) {
    if frame["to"].as_str().is_some_and(|callee| callee.eq_ignore_ascii_case(to)) {
        found.push(frame);
    }
    for inner in frame["calls"].as_array().into_iter().flatten() {
        calls_to(to, inner, found);
    }
}

/// The relay keeps what the owner's key opens.
fn read_by_the_owner(relay: &Rpc, owner: &Key, wrapped: &str, root: Hash) {
    let keys = WrappedRoot::from_bytes(const_hex::decode_to_array(wrapped).unwrap()).unwrap(owner).unwrap();
    let upload = relay.call("autochain_getUpload", json!([const_hex::encode_prefixed(root)]));
    let odometers = upload.as_array().unwrap().iter().map(|leaf| {
        let bytes = relay.call("autochain_getRecord", json!([leaf["hash"]]));
        let sealed = SealedRecord::from_bytes(const_hex::decode_to_array(bytes.as_str().unwrap()).unwrap());
        sealed.open_with(&keys).unwrap().1.odometer
    });
    assert_eq!(odometers.collect::<Vec<_>>(), [10_000, 20_000, 30_000]);
}
