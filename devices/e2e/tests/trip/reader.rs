//! Who reads what, and until when: a workshop with a grant on chain, and a stranger.

use crate::scene::{Scene, key};
use crate::{ACCOUNTS, DEVICE, OWNER};
use devices_e2e::{GRANTS, program};
use obd_core::record::{DataKey, HandedKey, OPENING_LEN, Opening, SEALED_LEN, Scope, SealedRecord};
use obd_core::{Address, Key, PublicKey, keccak256};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

type Records = BTreeMap<u64, SealedRecord>;

/// Somebody with a key of their own.
struct Reader {
    secret: [u8; 32],
    file: PathBuf,
}

impl Reader {
    fn new(scene: &Scene, name: &str) -> Self {
        let secret = keccak256(name.as_bytes());
        let file = scene.folder.join(name);
        fs::write(&file, const_hex::encode(secret)).unwrap();
        Self { secret, file }
    }

    fn key(&self) -> Key {
        Key::from_bytes(&self.secret).unwrap()
    }

    fn address(&self) -> Address {
        self.key().address()
    }

    /// Reads what `share` printed, with the program.
    fn read_shared(&self, shared: &str) -> Result<Vec<Value>, String> {
        let read = owner(&["read-shared", "--key-file", self.file.to_str().unwrap()], shared)?;
        Ok(read.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }
}

/// The owner's side: `autochain-owner` with the owner's key and root, asking the chain.
struct Owner {
    file: PathBuf,
    root: String,
    rpc: String,
}

impl Owner {
    fn new(scene: &Scene) -> Self {
        let file = scene.folder.join("owner.key");
        fs::write(&file, OWNER).unwrap();
        let root = const_hex::encode(scene.wrapped_root().as_bytes());
        Self { file, root, rpc: format!("http://127.0.0.1:{}", scene.wire.port) }
    }

    fn give(&self, command: &str, to: &Reader, flags: &[&str], input: &str) -> Result<String, String> {
        let point = const_hex::encode(to.key().public_key().to_compressed());
        let mut args = vec![command, "--key-file", self.file.to_str().unwrap(), "--root", &self.root];
        args.extend(["--reader", &point, "--rpc", &self.rpc, "--grants", GRANTS]);
        args.extend(flags);
        owner(&args, input)
    }

    fn share(&self, to: &Reader, scope: &str, records: &Records) -> Result<String, String> {
        let lines: Vec<String> =
            records.values().map(|sealed| const_hex::encode(sealed.as_bytes())).collect();
        self.give("share", to, &["--scope", scope], &lines.join("\n"))
    }

    fn hand_over(&self, to: &Reader, period: u32, flags: &[&str]) -> Result<String, String> {
        let period = period.to_string();
        self.give("hand-over", to, &[&["--scope", "trip", "--period", &period], flags].concat(), "")
    }
}

/// What the program prints, or its complaint; then it must have printed nothing.
fn owner(args: &[&str], input: &str) -> Result<String, String> {
    let path = program("OWNER_BIN", "autochain-owner", "cargo build --release -p autochain-owner");
    let mut command = Command::new(path);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
    // A program that refuses reads no further.
    thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let [out, complaint] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    if output.status.success() {
        return Ok(out);
    }
    assert_eq!(out, "", "{complaint}");
    Err(complaint)
}

/// Everything that a reader was ever given.
struct Held {
    key: Key,
    openings: Vec<Opening>,
    keys: Vec<DataKey>,
    /// All of it as bytes, in case that a key hides somewhere.
    bytes: Vec<u8>,
}

impl Held {
    fn new(reader: &Reader) -> Self {
        Self { key: reader.key(), openings: Vec::new(), keys: Vec::new(), bytes: reader.secret.to_vec() }
    }

    fn add_shared(&mut self, shared: &str) {
        for line in shared.lines() {
            let (sealed, opening) = line.split_once(' ').unwrap();
            let sealed: [u8; SEALED_LEN] = const_hex::decode_to_array(sealed).unwrap();
            let opening: [u8; OPENING_LEN] = const_hex::decode_to_array(opening).unwrap();
            let opening = Opening::from_bytes(opening);
            let (_, record) = opening.open(&SealedRecord::from_bytes(sealed), &self.key).unwrap();
            self.openings.push(opening);
            self.bytes.extend(sealed.iter().chain(opening.as_bytes()).chain(&record.to_bytes()));
        }
    }

    fn add_key(&mut self, handed: &str) {
        let field = |name: &str| handed.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
        let point: [u8; 64] = const_hex::decode_to_array(field("point")).unwrap();
        let wrapped = const_hex::decode_to_array(field("wrapped")).unwrap();
        let handed = HandedKey { ephemeral: PublicKey::from_bytes(&point).unwrap(), wrapped };
        let key = handed.unwrap(&self.key);
        self.bytes.extend(point.iter().chain(&wrapped).chain(key.expose()));
        self.keys.push(key);
    }

    /// The numbers of the records that anything held opens.
    fn readable(&self, records: &Records) -> BTreeSet<u64> {
        let device = key(DEVICE).address();
        let keys = self.bytes.windows(32).map(|bytes| DataKey::from_bytes(bytes.try_into().unwrap()));
        let keys: Vec<DataKey> = keys.collect();
        let opens = |sealed: &SealedRecord| {
            self.openings.iter().any(|opening| opening.open(sealed, &self.key).is_ok())
                || self.keys.iter().chain(&keys).any(|key| sealed.open(key, device).is_ok())
        };
        records.iter().filter(|(_, sealed)| opens(sealed)).map(|(number, _)| *number).collect()
    }
}

/// The records of trips, or the others.
fn of_trips(records: &Records, trips: bool) -> Records {
    let is = |sealed: &SealedRecord| (sealed.head().unwrap().scope == Scope::Trip) == trips;
    records.iter().filter(|(_, sealed)| is(sealed)).map(|(number, sealed)| (*number, *sealed)).collect()
}

fn numbers(records: &Records) -> BTreeSet<u64> {
    records.keys().copied().collect()
}

/// As `ecu-sim --values` has them, and each with a hash that stands under a root on chain.
fn assert_values(read: &[Value], arrived: &Records) {
    let trips = of_trips(arrived, true);
    let on_chain = trips.values().map(|sealed| const_hex::encode_prefixed(sealed.hash()));
    let shown = read.iter().map(|record| record["hash"].as_str().unwrap().to_owned());
    assert_eq!(shown.collect::<BTreeSet<_>>(), on_chain.collect());
    let samples = || read.iter().flat_map(|record| record["samples"].as_array().unwrap());
    for (signal, value) in [("EngineSpeed", 1726.0), ("VehicleSpeed", 60.0)] {
        let values = samples().filter(|sample| sample["signal"] == signal).map(|sample| &sample["value"]);
        let values: Vec<&Value> = values.collect();
        assert!(
            !values.is_empty() && values.iter().all(|seen| **seen == json!(value)),
            "{signal}: {values:?}"
        );
    }
    assert!(read.iter().any(|record| record["odometerKm"] == json!(123_456.7)), "{read:?}");
}

#[test]
fn a_revoked_grantee_and_a_stranger_read_nothing_new() {
    let mut scene = Scene::new("grants", false);
    let (workshop, stranger) = (Reader::new(&scene, "workshop"), Reader::new(&scene, "stranger"));
    let owner_tool = Owner::new(&scene);
    let car = scene.vehicle.id;
    let trips = 1 << Scope::Trip.id();
    scene.power_on();
    scene.chain.grant(car, OWNER, workshop.address(), trips);
    scene.wait("the first uploads", 240, |scene| scene.acknowledged() >= 8);
    let early = scene.arrived().unwrap();
    let running = early.values().next().unwrap().head().unwrap().period.0;

    // The workshop reads the trips, and the chain vouches for them.
    let shared = owner_tool.share(&workshop, "trip", &early).unwrap();
    assert_values(&workshop.read_shared(&shared).unwrap(), &early);
    let mut held = Held::new(&workshop);
    held.add_shared(&shared);
    held.add_key(&owner_tool.hand_over(&workshop, running - 2, &[]).unwrap());
    assert_eq!(held.readable(&early), numbers(&of_trips(&early, true)));
    // It gets no other scope, and not the key that opens what is still to come.
    let refused = owner_tool.share(&workshop, "health", &early).unwrap_err();
    assert!(refused.contains("has no grant for health of period"), "{refused}");
    let refused = owner_tool.hand_over(&workshop, running, &[]).unwrap_err();
    assert!(refused.contains("is not closed"), "{refused}");

    // A stranger gets nothing, and makes nothing of what the workshop got.
    let refused = owner_tool.share(&stranger, "trip", &early).unwrap_err();
    assert!(refused.contains(&format!("{} has no grant for trip", stranger.address())), "{refused}");
    for line in shared.lines() {
        assert!(stranger.read_shared(line).unwrap_err().contains("line 1 does not open"));
    }
    let mut overheard = Held::new(&stranger);
    overheard.bytes.extend(scene.wrapped_root().as_bytes());
    overheard.bytes.extend(const_hex::decode(shared.replace([' ', '\n'], "")).unwrap());
    assert_eq!(overheard.readable(&early), BTreeSet::new());
    for reader in [&workshop, &stranger] {
        let file = reader.file.to_str().unwrap();
        let refused = owner(&["open", "--key-file", file, "--root", &owner_tool.root], "").unwrap_err();
        assert!(refused.contains("the root does not open"), "{refused}");
    }

    // What an owner can do against the advice: the key of the running period. It is put aside.
    let mut leaked = Held::new(&workshop);
    leaked.add_key(&owner_tool.hand_over(&workshop, running, &["--with-records-to-come"]).unwrap());

    // The owner takes the grant back; the car drives on.
    scene.chain.revoke(car, OWNER, workshop.address());
    let at = scene.stored();
    scene.wait("records after the revocation", 240, |scene| scene.acknowledged() > at + 6);
    let late: Records = scene.arrived().unwrap().split_off(&(at + 1));
    let late_trips = of_trips(&late, true);
    assert!(!late_trips.is_empty());
    let refused = owner_tool.share(&workshop, "trip", &late).unwrap_err();
    assert!(refused.contains(&format!("{} has no grant for trip", workshop.address())), "{refused}");
    let refused = owner_tool.hand_over(&workshop, running - 2, &[]).unwrap_err();
    assert!(refused.contains("has no grant for trip"), "{refused}");
    // Nothing that it was ever given opens any of them, nor any other scope's.
    assert_eq!(held.readable(&late), BTreeSet::new());
    assert_eq!(held.readable(&of_trips(&early, false)), BTreeSet::new());
    // The check bites: with the key of the running period it finds every new trip, and no more.
    assert_eq!(leaked.readable(&late), numbers(&late_trips));

    // A new grant ends with a sale, without anybody taking it back.
    scene.chain.grant(car, OWNER, workshop.address(), trips);
    assert_values(
        &workshop.read_shared(&owner_tool.share(&workshop, "trip", &late).unwrap()).unwrap(),
        &late,
    );
    scene.chain.sell(car, OWNER, ACCOUNTS[2]);
    let refused = owner_tool.share(&workshop, "trip", &late).unwrap_err();
    assert!(refused.contains("has no grant for trip"), "{refused}");
}
