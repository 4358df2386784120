//! The program as an owner and a reader run it, on records that a device sealed.

use obd_core::record::{
    Content, EpochKeys, Event, Identity, Period, Record, Sample, Samples, SealedRecord, Signal, Time,
    TimeSource, WrappedRoot,
};
use obd_core::{Address, Chain, Flags, Key, Source};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const DEVICE: Address = Address([0xde; 20]);
const PERIOD: Period = Period(690);

fn key(byte: u8) -> Key {
    Key::from_bytes(&[byte; 32]).unwrap()
}

/// The file of a key of equal bytes.
fn key_file(byte: u8) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{byte}.key"));
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
            time: Time { ms: 1_790_000_000_000, source: TimeSource::Network },
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

#[test]
fn a_reader_reads_the_scope_that_was_handed_over() {
    let (root, [trip, health, _]) = left();
    let file = key_file(1);
    let reader = const_hex::encode(key(4).public_key().to_compressed());
    let output = owner(
        &[
            "hand-over",
            "--key-file",
            file.to_str().unwrap(),
            "--root",
            &root,
            "--scope",
            "trip",
            "--period",
            "690",
            "--reader",
            &reader,
        ],
        "",
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let (point, wrapped, device) = (field("point"), field("wrapped"), field("device"));
    let file = key_file(4);
    let mut read = vec!["read", "--key-file", file.to_str().unwrap(), "--point", &point];
    read.extend(["--wrapped", &wrapped, "--device", &device]);
    assert_eq!(lines(&owner(&read, &trip))[0]["scope"], json!("Trip"));
    let refused = owner(&read, &health);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("line 1 does not open"));
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
        (&["shut"], "no subcommand `shut`"),
        (&[], "a subcommand is missing"),
    ] {
        let output = owner(args, "");
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(complaint), "{complaint}");
    }
}
