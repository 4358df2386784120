//! The program as an owner and a reader run it, on records that a device sealed.

mod node;

use node::Node;
use obd_core::queue::root;
use obd_core::record::{
    Content, EpochKeys, Event, Identity, PERIOD_SECONDS, Period, Record, Sample, Samples, SealedRecord,
    Signal, Time, TimeSource, WrappedRoot,
};
use obd_core::{Address, Chain, Flags, Key, Source};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{self, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

const DEVICE: Address = Address([0xde; 20]);
/// Long over.
const PERIOD: Period = Period(600);

fn key(byte: u8) -> Key {
    Key::from_bytes(&[byte; 32]).unwrap()
}

/// A file with a key of equal bytes, another at each call: tests run side by side.
fn key_file(byte: u8) -> PathBuf {
    static FILES: AtomicU32 = AtomicU32::new(0);
    let name = format!("{}-{}.key", process::id(), FILES.fetch_add(1, Ordering::Relaxed));
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, format!("0x{}\n", const_hex::encode([byte; 32]))).unwrap();
    path
}

/// What a device left: the wrapped root for owner 1, and a record of trip, health and identity.
fn left() -> (String, [String; 3]) {
    let keys = EpochKeys::new(3, 2, DEVICE, [0x5a; 32]);
    let root = WrappedRoot::wrap(&keys, &key(1).public_key(), &key(2));
    let mut chain = Chain::default();
    let mut seal = |content| {
        let record = Record {
            time: Time { ms: 1_555_300_000_000, source: TimeSource::Network },
            event: Event::Periodic,
            flags: Flags::new(Source::Obd),
            start: 1,
            odometer: 1_234_567,
            content,
        };
        let (sealed, _) = SealedRecord::seal(&record, PERIOD, &keys, &mut chain).unwrap();
        const_hex::encode(sealed.as_bytes())
    };
    let mut trip = Samples::new();
    trip.push(Sample::good(Signal::EngineSpeed, 172_625)).unwrap();
    let mut health = Samples::new();
    health.push(Sample::bits(Signal::StoredCode, 0x0133)).unwrap();
    health.push(Sample::bits(Signal::PendingCode, 0xc1_0011)).unwrap();
    health.push(Sample::bits(Signal::MonitorStatus, 0x8107_6504)).unwrap();
    let identity = Identity { vin: *b"LSVAU0330E2119384", cvn: [0x1791_bc82, 0, 0, 0, 0, 0, 0, 0] };
    let records =
        [seal(Content::Trip(trip)), seal(Content::Health(health)), seal(Content::Identity(identity))];
    (const_hex::encode(root.as_bytes()), records)
}

fn owner(args: &[&str], input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_autochain-owner"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its flags reads nothing.
    let _ = program.stdin.take().unwrap().write_all(input.as_bytes());
    program.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_owner_reads_everything() {
    let (root, records) = left();
    let file = key_file(1);
    let output = owner(&["open", "--key-file", file.to_str().unwrap(), "--root", &root], &records.join("\n"));
    let [trip, health, identity] = &lines(&output)[..] else { panic!("three records") };
    assert_eq!(trip["samples"][0]["value"], json!(1726.25));
    assert_eq!(trip["samples"][0]["unit"], json!("Rpm"));
    assert_eq!((&trip["odometerKm"], &trip["counter"]), (&json!(123_456.7), &json!(1)));
    let codes: Vec<&Value> =
        health["samples"].as_array().unwrap().iter().map(|sample| &sample["value"]).collect();
    assert_eq!(codes, [&json!("P0133"), &json!("U0100-11"), &json!("81076504")]);
    assert_eq!(identity["identity"], json!({ "vin": "LSVAU0330E2119384", "cvn": ["1791BC82"] }));
    assert_eq!(identity["prevHash"], health["hash"]);
}

#[test]
fn a_stranger_reads_nothing() {
    let (root, records) = left();
    let file = key_file(9);
    let output = owner(&["open", "--key-file", file.to_str().unwrap(), "--root", &root], &records.join("\n"));
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("the root does not open"));
}

/// A subcommand that lets reader 4 read, run by owner 1.
fn give(command: &str, more: &[&str], input: &str) -> Output {
    let (root, _) = left();
    let (file, reader) = (key_file(1), const_hex::encode(key(4).public_key().to_compressed()));
    let mut args = vec![command, "--key-file", file.to_str().unwrap(), "--root", &root, "--reader", &reader];
    args.extend(more);
    owner(&args, input)
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_reader_reads_the_scope_that_was_handed_over() {
    let (_, [trip, health, _]) = left();
    let output = give("hand-over", &["--scope", "trip", "--period", "600"], "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let (point, wrapped, device) = (field("point"), field("wrapped"), field("device"));
    let file = key_file(4);
    let mut read = vec!["read", "--key-file", file.to_str().unwrap(), "--point", &point];
    read.extend(["--wrapped", &wrapped, "--device", &device]);
    assert_eq!(lines(&owner(&read, &trip))[0]["scope"], json!("Trip"));
    assert!(refusal(&owner(&read, &health)).contains("line 1 does not open"));
}

/// A key cannot be taken back, so it must not open what is still to come.
#[test]
fn the_key_of_a_period_is_handed_over_when_the_period_is_closed() {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let running = now / PERIOD_SECONDS;
    for (period, reason) in [(running, "is not closed"), (running + 1, "is not closed"), (0, "never closes")]
    {
        let period = period.to_string();
        let flags = ["--scope", "trip", "--period", &period];
        let refused = refusal(&give("hand-over", &flags, ""));
        assert!(refused.contains(reason) && refused.contains("--with-records-to-come"), "{refused}");
        let plainly = [&flags[..], &["--with-records-to-come"]].concat();
        assert!(give("hand-over", &plainly, "").status.success());
    }
}

#[test]
fn a_reader_reads_the_records_that_were_shared() {
    let (_, records) = left();
    let output = give("share", &["--scope", "trip"], &records.join("\n"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shared = String::from_utf8(output.stdout).unwrap();
    assert_eq!(shared.lines().count(), 1, "one scope is shared");
    assert!(shared.starts_with(&records[0]));
    let read = |reader: u8, input: &str| {
        owner(&["read-shared", "--key-file", key_file(reader).to_str().unwrap()], input)
    };
    let [trip] = &lines(&read(4, &shared))[..] else { panic!("one record") };
    assert_eq!(trip["samples"][0]["value"], json!(1726.25));
    assert!(refusal(&read(9, &shared)).contains("line 1 does not open"), "a stranger");
    // The opening of one record does nothing for another.
    let other = shared.replace(&records[0], &records[1]);
    assert!(refusal(&read(4, &other)).contains("the opening's MAC is wrong"));
    assert!(refusal(&read(4, &records[0])).contains("line 1 is no shared record"));
}

#[test]
fn the_chain_is_asked_whether_the_reader_may() {
    let (_, records) = left();
    let (yes, no) = ([&[0; 31][..], &[1]].concat(), vec![0; 32]);
    let contract = "0x4155430000000000000000000000000000000015";
    for (command, flags) in
        [("share", &["--scope", "trip"][..]), ("hand-over", &["--scope", "trip", "--period", "600"])]
    {
        let node = Node::start(yes.clone());
        let chain = [flags, &["--rpc", &node.url, "--grants", contract]].concat();
        assert!(give(command, &chain, &records[0]).status.success());
        // The call that Foundry's `cast calldata` makes of
        // "allowsData(uint256,address,address,uint8,uint16)" 3 READER 0x0 1 600.
        let reader = key(4).public_key().address();
        let call = node.calls.lock().unwrap().pop().unwrap();
        let words = format!("{:064x}{:0>64}{:064x}{:064x}{:064x}", 3, const_hex::encode(reader.0), 0, 1, 600);
        assert_eq!(call["params"][0]["to"], json!(contract));
        assert_eq!(call["params"][0]["data"], json!(format!("0x1963a223{words}")));
        let giver = "0x00000000000000000000000000000000000000aa";
        assert!(give(command, &[&chain[..], &["--giver", giver]].concat(), &records[0]).status.success());
        let call = node.calls.lock().unwrap().pop().unwrap();
        assert!(call["params"][0]["data"].as_str().unwrap().contains(&giver[2..]));

        for (answer, reason) in [
            (no.clone(), format!("{reader} has no grant for trip of period 600")),
            (vec![], "there is no contract at 0x4155430000000000000000000000000000000015".to_owned()),
            ([&[0; 31][..], &[7]].concat(), "neither yes nor no".to_owned()),
            (vec![7; 32], "makes no sense".to_owned()),
        ] {
            let node = Node::start(answer);
            let chain = [flags, &["--rpc", &node.url, "--grants", contract]].concat();
            let refused = refusal(&give(command, &chain, &records[0]));
            assert!(refused.contains(&reason), "{refused}");
        }
        let gone = [flags, &["--rpc", "http://127.0.0.1:1", "--grants", contract]].concat();
        assert!(refusal(&give(command, &gone, &records[0])).contains("no answer from http://127.0.0.1:1"));
    }
    // What is not shared is not asked for.
    let node = Node::start(no);
    let chain = ["--scope", "trip", "--rpc", &node.url, "--grants", contract];
    assert!(give("share", &chain, &records[1]).status.success());
    assert!(node.calls.lock().unwrap().is_empty());
}

#[test]
fn what_makes_no_sense_is_named() {
    let (root, _) = left();
    let file = key_file(1);
    let open = ["open", "--key-file", file.to_str().unwrap(), "--root", &root];
    let output = owner(&open, "\n0xabc\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 2 is no record"));
    for (args, complaint) in [
        (&["open", "--root", &root][..], "--key-file is missing"),
        (&["open", "--key-file", "/nonexistent", "--root", &root], "--key-file: /nonexistent"),
        (&["share", "--grants", "0x4155430000000000000000000000000000000015"], "--key-file is missing"),
        (&["shut"], "no subcommand `shut`"),
        (&[], "a subcommand is missing"),
    ] {
        let output = owner(args, "");
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(complaint), "{complaint}");
    }
}

/// What the chain and the relay say of one reading over two records: the node's script, and the relay's.
fn recorded(
    records: &[SealedRecord; 2],
) -> (Node, impl Fn(&str, &Value) -> Result<Value, &'static str> + Clone + use<>) {
    let leaves = [records[0].hash(), records[1].hash()];
    let root = root(&leaves);
    let data = [[0; 32], [0; 32], [0; 32], [0; 32], root].concat();
    let node = Node::scripted(move |method, params| {
        Ok(match method {
            "eth_blockNumber" => json!("0x2fff"),
            "eth_call" => json!(format!("0x{:064x}", 0x14)),
            // In the second of two spans.
            "eth_getLogs" if params[0]["fromBlock"] == "0x2000" && params[0]["toBlock"] == "0x2fff" => {
                json!([{ "data": const_hex::encode_prefixed(&data) }])
            }
            "eth_getLogs" => json!([]),
            other => panic!("{other}"),
        })
    });
    let bytes = records.map(|record| const_hex::encode_prefixed(record.as_bytes()));
    let relay = move |method: &str, params: &Value| match method {
        "autochain_getUpload" => {
            assert_eq!(params[0], const_hex::encode_prefixed(root));
            let leaf = |index: usize| {
                json!({
                    "hash": const_hex::encode_prefixed(leaves[index]),
                    "proof": [const_hex::encode_prefixed(leaves[1 - index])],
                })
            };
            Ok(json!([leaf(0), leaf(1)]))
        }
        _ => Ok(json!(bytes[usize::from(params[0] == const_hex::encode_prefixed(leaves[1]))])),
    };
    (node, relay)
}

#[test]
fn records_are_fetched_and_a_relay_cannot_change_them() {
    let (_, lines) = left();
    let sealed = |line: &String| SealedRecord::from_bytes(const_hex::decode_to_array(line).unwrap());
    let records = [sealed(&lines[0]), sealed(&lines[1])];
    let (node, honest) = recorded(&records);
    let fetch = |relay: &Node, more: &[&str]| {
        let registry = "0x4155430000000000000000000000000000000002";
        let flags = ["--rpc", &node.url, "--relay", &relay.url, "--registry", registry, "--vehicle", "3"];
        owner(&[&["fetch"][..], &flags, more].concat(), "")
    };
    let shown = |output: &Output| String::from_utf8(output.stdout.clone()).unwrap();
    let relay = Node::scripted(honest.clone());
    let all = fetch(&relay, &[]);
    assert!(all.status.success(), "{}", String::from_utf8_lossy(&all.stderr));
    assert_eq!(shown(&all), format!("{}\n{}\n", lines[0], lines[1]));
    assert_eq!(shown(&fetch(&relay, &["--epoch", "2"])), shown(&all));
    assert_eq!(shown(&fetch(&relay, &["--epoch", "1"])), "");
    assert_eq!(shown(&fetch(&relay, &["--from-block", "12288"])), "", "above the head");

    // Another's record under the name of one, and one that stands under no reading.
    let other = json!(format!("0x{}", lines[2]));
    let changed = honest.clone();
    let swapped = Node::scripted(move |method, params| match method {
        "autochain_getRecord" => Ok(other.clone()),
        _ => changed(method, params),
    });
    assert!(refusal(&fetch(&swapped, &[])).contains("does not stand under reading 0"));
    let name = const_hex::encode_prefixed(sealed(&lines[2]).hash());
    let other = json!(format!("0x{}", lines[2]));
    let foreign = Node::scripted(move |method, _| match method {
        "autochain_getUpload" => Ok(json!([{ "hash": name, "proof": [] }])),
        _ => Ok(other.clone()),
    });
    assert!(refusal(&fetch(&foreign, &[])).contains("does not stand under reading 0"));
    // A relay that lost it.
    let poor = Node::scripted(|_, _| Err("no such record"));
    let refused = refusal(&fetch(&poor, &[]));
    assert!(refused.contains("no such record") && refused.contains("no records of 1 readings"), "{refused}");
}
