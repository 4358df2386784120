//! The relay as a dongle and an owner see it, in front of a node whose answers are scripted.

mod node;

use node::Node;
use obd_core::queue::verify;
use obd_core::record::{
    Content, EpochKeys, Event, Period, Record, SEALED_LEN, Samples, SealedRecord, Time, TimeSource,
};
use obd_core::{Address, Chain, Domain, Flags, Hash, Key, P256Key, Reading, Signer, Source, keccak256};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, process, thread};

const REGISTRY: Address = Address([0xca; 20]);
/// What an upload takes of the staging area, in bytes.
const STAGED: u64 = 4_096;
const HOLDER: Address = Address([0x77; 20]);

/// A relay with a folder of its own.
struct Relay {
    child: Child,
    url: String,
    folder: PathBuf,
}

impl Relay {
    fn start(node: &Node, flags: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("autochain-relay-{}-{count}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("key"), "33".repeat(32)).unwrap();
        let (child, url) = Self::spawn(node, &folder, flags);
        Self { child, url, folder }
    }

    fn spawn(node: &Node, folder: &Path, flags: &[&str]) -> (Child, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_autochain-relay"))
            .args(["--listen", "127.0.0.1:0", "--chain-id", "1337", "--rpc", &node.url])
            .args(["--registry", &REGISTRY.to_string(), "--allow", &HOLDER.to_string()])
            .arg("--data")
            .arg(folder)
            .arg("--key-file")
            .arg(folder.join("key"))
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        (child, url.trim().to_owned())
    }

    fn restart(&mut self, node: &Node, flags: &[&str]) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.url) = Self::spawn(node, &self.folder, flags);
    }

    fn call(&self, method: &str, params: &Value) -> Result<Value, String> {
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut response = ureq::post(&self.url).send(question.to_string()).unwrap();
        let answer: Value = serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap();
        match answer["error"]["message"].as_str() {
            Some(message) => Err(message.to_owned()),
            None => Ok(answer["result"].clone()),
        }
    }

    fn store(&self, records: &[SealedRecord]) -> Hash {
        let records: Vec<String> =
            records.iter().map(|record| const_hex::encode_prefixed(record.as_bytes())).collect();
        let root = self.call("autochain_storeRecords", &json!([records])).unwrap();
        const_hex::decode_to_array(root.as_str().unwrap()).unwrap()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn device() -> Key {
    Key::from_bytes(&[0x11; 32]).unwrap()
}

fn records(count: u64) -> Vec<SealedRecord> {
    sealed(count, [0x55; 32])
}

/// So many records under the keys of this root.
fn sealed(count: u64, root: [u8; 32]) -> Vec<SealedRecord> {
    let keys = EpochKeys::new(1, 1, device().address(), root);
    let mut chain = Chain::default();
    let record = Record {
        time: Time { ms: 1_790_000_000_000, source: TimeSource::Network },
        event: Event::Periodic,
        flags: Flags::new(Source::Obd),
        start: 0,
        odometer: 1_000,
        content: Content::Trip(Samples::new()),
    };
    let period = Period::of(record.time).unwrap();
    (0..count).map(|_| SealedRecord::seal(&record, period, &keys, &mut chain).unwrap().0).collect()
}

/// A reading as a dongle hands it in, signed by `by`.
fn signed(counter: u64, hash: Hash, by: &Key) -> Value {
    signed_for(device().address(), counter, hash, by)
}

fn signed_for(device: Address, counter: u64, hash: Hash, by: &dyn Signer) -> Value {
    let flags = Flags::new(Source::Obd);
    let reading = Reading { vehicle: 1, counter, odometer_km: 100, flags, prev_hash: [0; 32], hash };
    let signature = by.sign_statement(&reading.digest(&Domain::new(1337, REGISTRY), 1)).unwrap();
    json!([{
        "device": device.to_string(), "vehicle": "0x1", "epoch": "0x1",
        "counter": format!("{counter:#x}"), "odometerKm": "0x64", "flags": "0x1",
        "prevHash": format!("0x{}", "00".repeat(32)), "hash": const_hex::encode_prefixed(hash),
        "signature": const_hex::encode_prefixed(signature.as_bytes()),
    }])
}

#[test]
fn records_are_kept_by_their_hash_and_proved_under_their_root() {
    let node = Node::start(HOLDER);
    let mut relay = Relay::start(&node, &[]);
    let records = records(5);
    let root = relay.store(&records);
    assert_eq!(relay.store(&records), root, "handed in twice");
    relay.restart(&node, &[]);
    let upload = relay.call("autochain_getUpload", &json!([const_hex::encode_prefixed(root)])).unwrap();
    let leaves = upload.as_array().unwrap();
    assert_eq!(leaves.len(), 5);
    for (leaf, record) in leaves.iter().zip(&records) {
        assert_eq!(leaf["hash"], const_hex::encode_prefixed(record.hash()));
        let bytes = relay.call("autochain_getRecord", &json!([leaf["hash"]])).unwrap();
        assert_eq!(bytes, const_hex::encode_prefixed(record.as_bytes()));
        let siblings = leaf["proof"].as_array().unwrap().iter();
        let proof: Vec<Hash> =
            siblings.map(|node| const_hex::decode_to_array(node.as_str().unwrap()).unwrap()).collect();
        assert!(verify(&root, &record.hash(), &proof));
    }
    assert!(relay.call("autochain_getRecord", &json!([format!("0x{}", "00".repeat(32))])).is_err());
    assert!(relay.call("autochain_getRecord", &json!(["0x../../etc/passwd"])).is_err());
}

#[test]
fn what_is_no_upload_is_refused() {
    let relay = Relay::start(&Node::start(HOLDER), &[]);
    let record = format!("0x{}", "00".repeat(SEALED_LEN));
    let good = const_hex::encode_prefixed(records(1)[0].as_bytes());
    let too_many = vec![good.clone(); 17];
    for params in [
        json!([]),
        json!([[]]),
        json!([["0x00"]]),
        json!([[record]]),
        json!([too_many]),
        json!([{ "a": 1 }]),
        json!(7),
    ] {
        assert!(relay.call("autochain_storeRecords", &params).is_err(), "{params}");
    }
    assert!(relay.call("eth_sendTransaction", &json!([])).unwrap_err().contains("does not exist"));
    let full = Relay::start(&Node::start(HOLDER), &["--max-bytes", "100"]);
    assert!(full.call("autochain_storeRecords", &json!([[good]])).unwrap_err().contains("no room"));
}

/// Records that differ from upload to upload.
fn upload(number: u8) -> Vec<SealedRecord> {
    sealed(16, [number; 32])
}

/// A stranger fills the staging area: its share and no more, and what was carried is not touched. Once their time
/// is over they go, but for what the registry accepted.
#[test]
fn what_a_stranger_makes_up_does_not_stay() {
    let node = Node::start(HOLDER);
    let share = 8 * STAGED;
    let flags = ["--staging-bytes", &share.to_string()];
    let mut relay = Relay::start(&node, &flags);
    let carried = relay.store(&upload(0));
    relay.call("autochain_relayReading", &signed(2, carried, &device())).unwrap();
    let roots: Vec<Hash> = (1..=8).map(|number| relay.store(&upload(number))).collect();
    let records: Vec<String> =
        upload(9).iter().map(|record| const_hex::encode_prefixed(record.as_bytes())).collect();
    let full = relay.call("autochain_storeRecords", &json!([records])).unwrap_err();
    assert!(full.contains("no room"), "{full}");
    assert_eq!(relay.store(&upload(3)), roots[2], "it is here already");
    let staged = || fs::read_dir(relay.folder.join("staging")).unwrap().count();
    assert_eq!(staged(), 8);

    node.accept(roots[4]);
    let folder = relay.folder.clone();
    relay.restart(&node, &[&flags[..], &["--staging-hours", "0"]].concat());
    // The first sweep comes with the start.
    while fs::read_dir(folder.join("staging")).unwrap().count() > 0 {
        thread::sleep(Duration::from_millis(20));
    }
    relay.restart(&node, &flags);
    let kept = |relay: &Relay, root: &Hash| {
        relay.call("autochain_getUpload", &json!([const_hex::encode_prefixed(root)])).is_ok()
    };
    assert!(kept(&relay, &carried) && kept(&relay, &roots[4]));
    for record in upload(0).iter().chain(&upload(5)) {
        let bytes = relay.call("autochain_getRecord", &json!([const_hex::encode_prefixed(record.hash())]));
        assert_eq!(bytes.unwrap(), const_hex::encode_prefixed(record.as_bytes()));
    }
    assert!(roots.iter().filter(|root| **root != roots[4]).all(|root| !kept(&relay, root)));
    let record = const_hex::encode_prefixed(upload(1)[0].hash());
    assert!(relay.call("autochain_getRecord", &json!([record])).is_err());
    assert_eq!(relay.store(&upload(9)), relay.store(&upload(9)), "there is room again");
    // What is kept for good is counted, not measured at every start.
    let size: u64 = fs::read_to_string(folder.join("size")).unwrap().trim().parse().unwrap();
    assert_eq!(size, 2 * 16 * (SEALED_LEN as u64 + 32));
}

/// Where room is scarce, what has waited for a quarter of an hour goes, and nothing younger.
#[test]
fn scarce_room_is_for_the_young() {
    let node = Node::start(HOLDER);
    let share = (8 * STAGED).to_string();
    let flags = ["--staging-bytes", &share];
    for (uploads, kept) in [(4, 4), (5, 3)] {
        let mut relay = Relay::start(&node, &flags);
        let staging = relay.folder.join("staging");
        for number in 1..=uploads {
            let root = relay.store(&upload(number));
            let age = Duration::from_secs(if number <= 2 { 16 * 60 } else { 14 * 60 });
            let file = fs::File::options().write(true).open(staging.join(const_hex::encode(root))).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        }
        relay.restart(&node, &flags);
        let there = || fs::read_dir(&staging).unwrap().count();
        let begun = Instant::now();
        while there() > kept && begun.elapsed() < Duration::from_secs(120) {
            thread::sleep(Duration::from_millis(20));
        }
        // Long enough for the first sweep to have taken more.
        thread::sleep(Duration::from_millis(300));
        assert_eq!(there(), kept);
    }
}

/// A file that the power cut short is no upload.
#[test]
fn a_torn_upload_is_removed() {
    let node = Node::start(HOLDER);
    let mut relay = Relay::start(&node, &[]);
    let root = relay.store(&upload(1));
    let whole = relay.store(&upload(2));
    let file = relay.folder.join("staging").join(const_hex::encode(root));
    let content = fs::read(&file).unwrap();
    fs::write(&file, &content[..content.len() - 100]).unwrap();
    relay.restart(&node, &[]);
    let kept =
        |root: &Hash| relay.call("autochain_getUpload", &json!([const_hex::encode_prefixed(root)])).is_ok();
    assert!(kept(&whole) && !kept(&root));
    assert!(!file.exists());
}

/// A reading is not carried when its records could not be kept.
#[test]
fn no_reading_is_carried_without_room_for_its_records() {
    let node = Node::start(HOLDER);
    let room = ["--max-bytes", "5000", "--staging-bytes", "4500"];
    let relay = Relay::start(&node, &room);
    let root = relay.store(&upload(1));
    let refused = relay.call("autochain_relayReading", &signed(2, root, &device())).unwrap_err();
    assert!(refused.contains("no room"), "{refused}");
    assert_eq!(node.sent().len(), 0);
}

#[test]
fn a_reading_is_carried_once() {
    let node = Node::start(HOLDER);
    let relay = Relay::start(&node, &[]);
    let root = relay.store(&records(2));
    let first = relay.call("autochain_relayReading", &signed(2, root, &device())).unwrap();
    let again = relay.call("autochain_relayReading", &signed(2, root, &device())).unwrap();
    assert_eq!(first, again);
    let sent = node.sent();
    assert_eq!(sent.len(), 1);
    // The call of `recordFor`: its selector, the device, and the signature at its end.
    let selector = keccak256(b"recordFor(address,uint256,uint64,uint32,uint16,bytes32,bytes32,bytes)");
    let call = sent[0].windows(4).position(|window| window == &selector[..4]).unwrap();
    assert_eq!(sent[0][call + 16..call + 36], device().address().0);
    assert_eq!(first, const_hex::encode_prefixed(keccak256(&sent[0])));
}

/// r ‖ s ‖ x ‖ y at the end of the call, its length before it.
#[test]
fn a_p256_devices_reading_is_carried_with_its_key() {
    let node = Node::start(HOLDER);
    let relay = Relay::start(&node, &[]);
    let root = relay.store(&records(2));
    let key = P256Key::from_bytes(&[0x44; 32]).unwrap();
    let reading = signed_for(key.address(), 2, root, &key);
    let first = relay.call("autochain_relayReading", &reading).unwrap();
    let sent = node.sent();
    assert_eq!(first, const_hex::encode_prefixed(keccak256(&sent[0])));
    let signature = const_hex::decode(reading[0]["signature"].as_str().unwrap()).unwrap();
    assert_eq!((signature.len(), &signature[64..]), (128, &key.public_key()[..]));
    let length = [&[0; 31][..], &[128], &signature].concat();
    assert!(sent[0].windows(length.len()).any(|window| window == length));

    // Another key's word for the same reading, and the same key under another name, cost the relay nothing.
    let other = P256Key::from_bytes(&[0x45; 32]).unwrap();
    for (device, by) in [(key.address(), &other), (other.address(), &key), (device().address(), &key)] {
        let refused = relay.call("autochain_relayReading", &signed_for(device, 3, root, by)).unwrap_err();
        assert!(refused.contains("the signature is not"), "{refused}");
    }
    let mut short = signed_for(key.address(), 3, root, &key);
    short[0]["signature"] = json!(const_hex::encode_prefixed(&signature[..64]));
    assert_eq!(relay.call("autochain_relayReading", &short).unwrap_err(), "signature");
    assert_eq!(node.sent().len(), 1);
}

#[test]
fn only_paired_devices_of_holders_who_are_served_are_carried() {
    let stranger = Key::from_bytes(&[0x22; 32]).unwrap();
    let node = Node::start(HOLDER);
    let relay = Relay::start(&node, &[]);
    let root = relay.store(&records(2));
    let carry = |reading: &Value| relay.call("autochain_relayReading", reading);
    assert!(carry(&signed(2, root, &stranger)).unwrap_err().contains("signature"));
    assert!(carry(&signed(2, [9; 32], &device())).unwrap_err().contains("not handed in"));
    // The registry's counter is 1.
    assert!(carry(&signed(1, root, &device())).unwrap_err().contains("counter 1"));
    let mut altered = signed(2, root, &device());
    altered[0]["odometerKm"] = json!("0x63");
    assert!(carry(&altered).unwrap_err().contains("signature"));
    altered[0]["flags"] = json!("0xffff");
    assert!(carry(&altered).unwrap_err().contains("flags"));
    assert_eq!(node.sent().len(), 0);

    let other = Node::start(Address([0x78; 20]));
    let relay = Relay::start(&other, &[]);
    let root = relay.store(&records(2));
    let refused = relay.call("autochain_relayReading", &signed(2, root, &device())).unwrap_err();
    assert!(refused.contains("does not serve"), "{refused}");
    assert_eq!(other.sent().len(), 0);
}

/// Each reading costs at most 400,000 gas at 3 gwei here. A restart does not fill the purse.
#[test]
fn the_day_has_a_budget_that_outlives_a_restart() {
    let node = Node::start(HOLDER);
    let cap = ["--daily-cap", "2500000000000000"];
    let mut relay = Relay::start(&node, &cap);
    let root = relay.store(&records(2));
    for counter in [2, 3] {
        relay.call("autochain_relayReading", &signed(counter, root, &device())).unwrap();
    }
    relay.restart(&node, &cap);
    let refused = relay.call("autochain_relayReading", &signed(4, root, &device())).unwrap_err();
    assert!(refused.contains("budget"), "{refused}");
    assert_eq!(node.sent().len(), 2);
    let frugal = Relay::start(&node, &["--max-fee", "1000000000"]);
    let root = frugal.store(&records(2));
    let refused = frugal.call("autochain_relayReading", &signed(4, root, &device())).unwrap_err();
    assert!(refused.contains("above the cap"), "{refused}");
}

/// A hundred connections that say nothing, one that lies about its length, one that is not HTTP: each costs itself
/// only.
#[test]
fn a_rude_peer_is_shown_the_door_and_the_others_are_served() {
    let node = Node::start(HOLDER);
    let relay = Relay::start(&node, &[]);
    let address = relay.url.trim_start_matches("http://");
    let say = |text: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        // The relay hangs up on what it did not read, which resets the connection.
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    let crowd: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(address).unwrap()).collect();
    assert_eq!(say("POST / HTTP/1.1\r\nno colon\r\n\r\n"), "");
    assert_eq!(say("POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n"), "");
    assert_eq!(say(&"x".repeat(20_000)), "");
    assert!(say("POST / HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n").starts_with("HTTP/1.1 413"));
    let last = say("POST / HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    assert!(last.starts_with("HTTP/1.1 200") && last.contains("-32601"), "{last}");
    assert_eq!(relay.store(&records(1)).len(), 32);
    drop(crowd);
}
