//! A trip with everything that goes wrong on one: the node is killed and started again, the network drops,
//! the board loses its power at random moments.

use devices_e2e::{
    ACCOUNTS, Board, Car, Chain as Registry, Image, Log, Machine, Node, Relay, Rpc, Vehicle, Wire,
};
use obd_core::queue::verify;
use obd_core::record::{Content, EpochKeys, Record, SEALED_LEN, Scope, SealedRecord, Signal, WrappedRoot};
use obd_core::{Chain, Key, keccak256};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant, UNIX_EPOCH};
use std::{env, fs, process};

const VIN: &[u8; 17] = b"LSVAU0330E2119384";
const OWNER: &str = ACCOUNTS[0];
const DEVICE: &str = ACCOUNTS[1];
const STRANGER: &str = ACCOUNTS[2];
const ROOT: [u8; 32] = [0x5e; 32];

/// Everything that takes part.
struct Scene {
    folder: PathBuf,
    node: Option<Node>,
    wire: Wire,
    relay: Relay,
    car: Car,
    chain: Registry,
    vehicle: Vehicle,
    board: Board,
    image: Image,
    log: Log,
    machine: Option<Machine>,
}

impl Scene {
    fn new(name: &str, relayed: bool) -> Self {
        let folder = env::temp_dir().join(format!("devices-e2e-{}-{name}", process::id()));
        fs::create_dir_all(folder.join("node")).unwrap();
        let node = Node::start(&folder.join("node"));
        let wire = Wire::new(node.port);
        // The test itself looks over a wire of its own kind: the node's port changes.
        let chain = Registry::new(Rpc::new(wire.port));
        let vehicle = chain.set_up(VIN, OWNER, DEVICE);
        let owner = key(OWNER).address().to_string();
        let key_file = folder.join("relay.key");
        fs::write(&key_file, ACCOUNTS[3]).unwrap();
        let pays = ["--key-file", key_file.to_str().unwrap(), "--allow", &owner];
        let flags: &[&str] = if relayed { &pays } else { &[] };
        let relay = Relay::start(&folder.join("relay"), wire.port, flags);
        let board = Board {
            key: const_hex::decode_to_array(DEVICE).unwrap(),
            root: ROOT,
            genesis: chain.genesis(),
            registry: chain.registry().0,
            vehicle: vehicle.id,
            commitment: vehicle.commitment,
            salt: vehicle.salt,
            nodes: vec![wire.port],
            relay: Some(relay.port),
            relayed,
        };
        let image = Image::new(&folder.join("flash"), &board);
        let (car, log) = (Car::start(), Log::default());
        let node = Some(node);
        Self { folder, node, wire, relay, car, chain, vehicle, board, image, log, machine: None }
    }

    fn power_on(&mut self) {
        self.machine = Some(Machine::start(&self.image, self.car.port, &self.log));
    }

    fn power_off(&mut self) {
        if let Some(machine) = self.machine.take() {
            machine.kill();
        }
    }

    /// The highest number that the board logged after this word.
    fn logged(&self, word: &str) -> u64 {
        let log = self.log.lock().unwrap();
        let number = |line: &String| {
            let rest = line.strip_prefix(word)?;
            rest.trim_start().split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
        };
        log.iter().filter_map(number).max().unwrap_or_default()
    }

    fn stored(&self) -> u64 {
        self.logged("stored up to")
    }

    fn acknowledged(&self) -> u64 {
        self.logged("acknowledged ")
    }

    /// Waits, with the board running, until `done`.
    fn wait(&mut self, what: &str, seconds: u64, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            if let Some(machine) = &mut self.machine {
                machine.assert_running();
            }
            self.car.assert_unharmed();
            let log = || self.log.lock().unwrap().iter().rev().take(25).cloned().collect::<Vec<_>>();
            assert!(
                start.elapsed() < Duration::from_secs(seconds),
                "{what}: not in {seconds} s: {:#?}",
                log()
            );
            sleep(Duration::from_millis(100));
        }
    }

    /// The car falls silent. When everything that is stored has arrived, the board is unplugged.
    fn end_trip(&mut self) {
        self.car.assert_unharmed();
        self.car.stop();
        let mut seen = (0, Instant::now());
        let start = Instant::now();
        while self.acknowledged() < self.stored() || seen.1.elapsed() < Duration::from_secs(8) {
            if self.stored() != seen.0 {
                seen = (self.stored(), Instant::now());
            }
            assert!(start.elapsed() < Duration::from_secs(180), "{:#?}", self.log.lock().unwrap());
            sleep(Duration::from_millis(100));
        }
        self.power_off();
    }

    /// Everything that the registry and the relay hold, against everything that the board promised.
    fn check(&self) -> Result<BTreeMap<u64, SealedRecord>, String> {
        let relay = Rpc::new(self.relay.port);
        let mut records = BTreeMap::new();
        let mut last = 0;
        for (counter, _, root) in self.chain.readings(self.vehicle.id) {
            if counter <= last {
                return Err(format!("counter {counter} after {last}"));
            }
            last = counter;
            let root_hex = const_hex::encode_prefixed(root);
            let upload = relay.try_call("autochain_getUpload", json!([root_hex]))?;
            for leaf in upload.as_array().unwrap() {
                let fetched = relay.try_call("autochain_getRecord", json!([leaf["hash"]]))?;
                let bytes: [u8; SEALED_LEN] = const_hex::decode_to_array(fetched.as_str().unwrap()).unwrap();
                let record = SealedRecord::from_bytes(bytes);
                let proof: Vec<[u8; 32]> = leaf["proof"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|sibling| const_hex::decode_to_array(sibling.as_str().unwrap()).unwrap())
                    .collect();
                if !verify(&root, &record.hash(), &proof) {
                    return Err(format!("a record does not stand under the root of {counter}"));
                }
                let number = record.head().unwrap().counter;
                if records.insert(number, record).is_some() {
                    return Err(format!("record {number} is written twice"));
                }
            }
        }
        if self.acknowledged() > last {
            return Err(format!("{} was acknowledged, the registry ends with {last}", self.acknowledged()));
        }
        // Whatever the board said was stored has arrived, each once.
        let numbers: Vec<u64> = records.keys().copied().collect();
        let expected: Vec<u64> = (1..=self.stored()).collect();
        if !numbers.starts_with(&expected) {
            return Err(format!("stored up to {}, arrived {numbers:?}", self.stored()));
        }
        Ok(records)
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.power_off();
        self.node = None;
        // What cannot be deleted is in the system's temporary folder anyway.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn key(secret: &str) -> Key {
    Key::from_bytes(&const_hex::decode_to_array(secret).unwrap()).unwrap()
}

/// Half a second to three, differing from run to run; printed, so that a failure can be looked at.
fn random_moment(salt: u64) -> Duration {
    let seed = u64::from(process::id()).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt << 20);
    let hash = keccak256(&seed.to_be_bytes());
    let moment = Duration::from_millis(500 + u64::from(u16::from_be_bytes([hash[0], hash[1]])) % 2_500);
    println!("power goes after {moment:?}");
    moment
}

#[test]
fn a_trip_with_everything_that_goes_wrong() {
    let mut scene = Scene::new("trip", false);
    scene.power_on();
    scene.wait("the first uploads", 240, |scene| scene.acknowledged() >= 3);

    // The node is killed and started again on the same chain.
    scene.node = None;
    let before = scene.stored();
    scene.wait("records without a node", 240, |scene| scene.stored() > before + 2);
    let node = Node::start(&scene.folder.join("node"));
    scene.wire.lead_to(node.port);
    scene.node = Some(node);
    scene.wait("uploads to the node that came back", 240, |scene| scene.acknowledged() > before);

    // The network drops; the car is read on.
    scene.wire.cut(true);
    let before = scene.stored();
    sleep(Duration::from_secs(12));
    scene.wait("records without a network", 240, |scene| scene.stored() > before + 3);
    scene.wire.cut(false);
    scene.wait("uploads after the network came back", 240, |scene| scene.acknowledged() > before);

    // The board loses its power at random moments.
    for round in 0..8 {
        sleep(random_moment(round));
        scene.power_off();
        scene.power_on();
    }
    let before = scene.stored();
    scene.wait("records after the cuts", 240, |scene| scene.stored() > before);
    scene.end_trip();

    let records = scene.check().unwrap();
    assert!(records.len() > 20, "{}", records.len());
    the_owner_reads_the_car(&scene, &records);
    the_registry_shows_nothing_else(&scene, &records);
}

/// The owner's key opens the root that the device wrapped for it, and the root every record.
fn the_owner_reads_the_car(scene: &Scene, records: &BTreeMap<u64, SealedRecord>) {
    let device = key(DEVICE).address();
    let drawn = EpochKeys::new(scene.vehicle.id, 1, device, ROOT);
    let ephemeral = Key::from_bytes(&keccak256(b"ephemeral")).unwrap();
    let wrapped = WrappedRoot::wrap(&drawn, &key(OWNER).public_key(), &ephemeral);
    let keys = wrapped.unwrap(&key(OWNER)).unwrap();
    assert!(wrapped.unwrap(&key(STRANGER)).is_err(), "a stranger opens the root");

    // A grantee holds one scope's key of this period. It opens that scope and no other, and nothing of the
    // epoch that the owner begins to end the grant.
    let period = records.values().next().unwrap().head().unwrap().period;
    let granted = keys.data_key(Scope::Trip, period);
    let later = EpochKeys::new(scene.vehicle.id, 2, device, [0x99; 32]);
    let mut vins = 0;
    let mut values: HashMap<Signal, Vec<i32>> = HashMap::new();
    let mut odometer = 0;
    for sealed in records.values() {
        let (_, record): (_, Record) = sealed.open_with(&keys).unwrap();
        odometer = odometer.max(record.odometer);
        match record.content {
            Content::Identity(identity) => {
                assert_eq!(&identity.vin, VIN);
                vins += 1;
            }
            Content::Trip(samples) | Content::Health(samples) | Content::Energy(samples) => {
                for sample in samples.iter() {
                    values.entry(sample.signal).or_default().push(sample.value);
                }
            }
        }
        assert_eq!(sealed.open(&granted, device).is_ok(), record.content.scope() == Scope::Trip);
        let mut chain = Chain::default();
        let (renewed, _) = SealedRecord::seal(&record, period, &later, &mut chain).unwrap();
        assert!(renewed.open(&granted, device).is_err(), "a revoked grantee reads on");
        assert!(renewed.open_with(&keys).is_err());
    }
    assert!(vins >= 1);
    // As `ecu-sim --values` has them: 0C 1AF8, A6 0012D687, 0D 3C; P0301 and P0420 are stored.
    assert_eq!(odometer, 1_234_567);
    let all = |signal, value| values[&signal].iter().all(|seen| *seen == value);
    assert!(all(Signal::EngineSpeed, 172_600), "{values:?}");
    assert!(all(Signal::VehicleSpeed, 60), "{values:?}");
    assert!(all(Signal::Odometer, 1_234_567), "{values:?}");
    let codes = &values[&Signal::StoredCode];
    assert!(codes.contains(&0x0133) && codes.contains(&0xc100), "{codes:x?}");
}

/// What the device told the chain holds no VIN, no speed, and none of the records' bytes.
fn the_registry_shows_nothing_else(scene: &Scene, records: &BTreeMap<u64, SealedRecord>) {
    let public = scene.chain.public_bytes(key(DEVICE).address());
    let shows = |needle: &[u8]| public.windows(needle.len()).any(|window| window == needle);
    assert!(!shows(VIN));
    assert!(!shows(&VIN[..8]));
    for record in records.values() {
        assert!(!shows(&record.body()[record.body().len() - 32..]), "a ciphertext stands on chain");
    }
    let last = scene.chain.readings(scene.vehicle.id).last().copied().unwrap();
    assert_eq!(last.1, 123_456, "whole kilometres");
    assert!(shows(&last.2));
}

/// The same with a device that owns no coin.
#[test]
fn a_trip_through_the_relay() {
    let mut scene = Scene::new("relay", true);
    scene.power_on();
    scene.wait("relayed uploads", 240, |scene| scene.acknowledged() >= 6);
    scene.power_off();
    scene.power_on();
    let before = scene.stored();
    scene.wait("relayed uploads after a cut", 240, |scene| scene.acknowledged() > before);
    scene.end_trip();
    // What a board without a clock of its own would go by.
    let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
    assert!(now.abs_diff(scene.logged("block of")) < 600);
    let records = scene.check().unwrap();
    assert!(records.len() > 5);
}

/// The vehicle is sold under way. When the chain is sure of it, the device rests; what it still holds of the
/// old owner's trip never reaches the new one's record.
#[test]
fn a_sale_ends_the_pairing() {
    let mut scene = Scene::new("sale", false);
    scene.power_on();
    scene.wait("an upload", 240, |scene| scene.acknowledged() >= 3);
    scene.chain.sell(scene.vehicle.id, OWNER, STRANGER);
    let recorded = scene.chain.readings(scene.vehicle.id).len();
    scene.wait("the end of the pairing", 240, |scene| {
        scene.log.lock().unwrap().iter().any(|line| line.starts_with("not paired any more"))
    });
    let stored = scene.stored();
    sleep(Duration::from_secs(6));
    assert_eq!(scene.stored(), stored, "it records for nobody");
    scene.power_off();
    assert_eq!(scene.chain.readings(scene.vehicle.id).len(), recorded);
    assert!(scene.chain.view("epochOf(uint256)", vehicle_word(scene.vehicle.id))[0][31] == 2);
}

fn vehicle_word(id: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&id.to_be_bytes());
    word
}

/// The test bites: on flash that forgets, the same check complains.
#[test]
fn flash_that_forgets_is_noticed() {
    let mut scene = Scene::new("forgetful", false);
    scene.power_on();
    scene.wait("an upload", 240, |scene| scene.acknowledged() >= 3);
    scene.wire.cut(true);
    let before = scene.stored();
    scene.wait("records without a network", 240, |scene| scene.stored() > before + 3);
    scene.power_off();
    scene.image = Image::new(&scene.folder.join("flash"), &scene.board);
    scene.wire.cut(false);
    scene.power_on();
    sleep(Duration::from_secs(25));
    scene.power_off();
    let complaint = scene.check().unwrap_err();
    println!("noticed: {complaint}");
}
