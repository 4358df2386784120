use crate::{DEVICE, OWNER, ROOT, VIN};
use devices_e2e::{
    ACCOUNTS, Board, Car, Chain as Registry, Image, Log, Machine, Node, Relay, Rpc, Vehicle, Wire,
};
use obd_core::queue::verify;
use obd_core::record::{EpochKeys, SEALED_LEN, SealedRecord, WrappedRoot};
use obd_core::{Key, keccak256};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs, process};

/// Everything that takes part.
pub(crate) struct Scene {
    pub(crate) folder: PathBuf,
    pub(crate) node: Option<Node>,
    pub(crate) wire: Wire,
    relay_wire: Wire,
    pub(crate) relay: Relay,
    car: Car,
    pub(crate) chain: Registry,
    pub(crate) vehicle: Vehicle,
    pub(crate) board: Board,
    pub(crate) image: Image,
    pub(crate) log: Log,
    machine: Option<Machine>,
}

impl Scene {
    pub(crate) fn new(name: &str, relayed: bool) -> Self {
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
        let relay_wire = Wire::new(relay.port);
        let board = Board {
            key: const_hex::decode_to_array(DEVICE).unwrap(),
            root: ROOT,
            genesis: chain.genesis(),
            registry: chain.registry().0,
            vehicle: vehicle.id,
            commitment: vehicle.commitment,
            salt: vehicle.salt,
            nodes: vec![wire.port],
            relay: Some(relay_wire.port),
            relayed,
        };
        let image = Image::new(&folder.join("flash"), &board);
        let (car, log) = (Car::start(), Log::default());
        let node = Some(node);
        Self { folder, node, wire, relay_wire, relay, car, chain, vehicle, board, image, log, machine: None }
    }

    pub(crate) fn power_on(&mut self) {
        self.machine = Some(Machine::start(&self.image, self.car.port, &self.log));
    }

    pub(crate) fn power_off(&mut self) {
        if let Some(machine) = self.machine.take() {
            machine.kill();
        }
    }

    /// Cuts the board off from everything, or mends that.
    pub(crate) fn cut(&self, cut: bool) {
        self.wire.cut(cut);
        self.relay_wire.cut(cut);
    }

    /// What the device left for the owner at pairing: the root, wrapped to the owner's key.
    pub(crate) fn wrapped_root(&self) -> WrappedRoot {
        let drawn = EpochKeys::new(self.vehicle.id, 1, key(DEVICE).address(), ROOT);
        let ephemeral = Key::from_bytes(&keccak256(b"ephemeral")).unwrap();
        WrappedRoot::wrap(&drawn, &key(OWNER).public_key(), &ephemeral)
    }

    /// The highest number that the board logged after this word.
    pub(crate) fn logged(&self, word: &str) -> u64 {
        let log = self.log.lock().unwrap();
        let number = |line: &String| {
            let rest = line.strip_prefix(word)?;
            rest.trim_start().split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
        };
        log.iter().filter_map(number).max().unwrap_or_default()
    }

    pub(crate) fn stored(&self) -> u64 {
        self.logged("stored up to")
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.logged("acknowledged ")
    }

    /// Waits, with the board running, until `done`.
    pub(crate) fn wait(&mut self, what: &str, seconds: u64, done: impl Fn(&Self) -> bool) {
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
    pub(crate) fn end_trip(&mut self) {
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

    /// Every record that stands under a root in the registry, as the relay has it and proves it.
    pub(crate) fn arrived(&self) -> Result<BTreeMap<u64, SealedRecord>, String> {
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
        Ok(records)
    }

    /// Everything that the registry and the relay hold, against everything that the board promised.
    pub(crate) fn check(&self) -> Result<BTreeMap<u64, SealedRecord>, String> {
        let records = self.arrived()?;
        let last = records.keys().next_back().copied().unwrap_or_default();
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

pub(crate) fn key(secret: &str) -> Key {
    Key::from_bytes(&const_hex::decode_to_array(secret).unwrap()).unwrap()
}
