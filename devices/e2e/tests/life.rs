//! The life of a dongle: new from the factory, provisioned and paired over its cable, driven, sold, paired again,
//! released, reset, and once more with a key on the other curve. Its keys are its own, its links TLS, and its power
//! goes at random moments.

use devices_e2e::{Button, Cable, Desk, Machine, TlsProxy, program};
use obd_core::record::{Content, EpochKeys, Record, Sample, SealedRecord, Signal, WrappedRoot};
use obd_core::{Address, Key, Pairing, keccak256};
use serde_json::Value;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};
use std::{env, fs, process};

const OWNER: &str = Desk::OWNER;
const BUYER: &str = Desk::BUYER;
/// The deepest that the stack may go, in bytes. Four fifths of it is what lives as long as the firmware, which a
/// chip keeps in its static memory: 20 KB of TLS records, 20 KB of requests and answers, the queue, the sockets, the
/// console's line.
const STACK: u64 = 106_496;

/// Longer than a busy machine keeps the board from its car: a dongle that nobody answers looks again after 90 and
/// after 180 seconds.
const PATIENCE: Duration = Duration::from_secs(600);

/// Everything that takes part.
struct Scene {
    desk: Desk,
    /// A node that another issuer vouches for, which the board is led to first.
    stranger: TlsProxy,
    moments: u64,
}

/// What a pairing gave the owner.
struct Paired {
    epoch: u32,
    keys: EpochKeys,
}

impl Scene {
    fn new() -> Self {
        let desk = Desk::new(&env::temp_dir().join(format!("devices-e2e-{}-life", process::id())), 2_000);
        desk.pki.issuer("stranger");
        let stranger = TlsProxy::start(&desk.pki.host(Desk::HOST, "stranger"), desk.node.port);
        desk.front.lead_to(stranger.port);
        Self { desk, stranger, moments: 0 }
    }

    /// Up to a second and a half, differing from run to run; printed, so that a failure can be looked at.
    fn random_moment(&mut self) -> Duration {
        self.moments += 1;
        let seed =
            u64::from(process::id()).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(self.moments << 20);
        let hash = keccak256(&seed.to_be_bytes());
        let moment = Duration::from_millis(u64::from(u16::from_be_bytes([hash[0], hash[1]])) % 1_500);
        println!("power goes after {moment:?}");
        moment
    }

    /// Does `work` at the console while the power goes and comes back; what it gave in the end.
    fn cut_during<T>(&mut self, work: impl Fn(&Cable) -> Result<T, String> + Sync) -> Option<T>
    where
        T: Send,
    {
        let moment = self.random_moment();
        let Desk { image, car, log, folder, cable, machine, .. } = &mut self.desk;
        let (cable, car) = (&*cable, car.port);
        scope(|scope| {
            let work = scope.spawn(|| work(cable));
            sleep(moment);
            if let Some(machine) = machine.take() {
                machine.kill();
            }
            *machine = Some(Machine::start_whole(image, car, log, cable, folder));
            work.join().unwrap().ok()
        })
    }

    fn lines(&self) -> Vec<String> {
        self.desk.log.lock().unwrap().clone()
    }

    fn count(&self, start: &str) -> usize {
        self.lines().iter().filter(|line| line.starts_with(start)).count()
    }

    /// The highest number that the board logged after this word.
    fn logged(&self, word: &str) -> u64 {
        let number = |line: &String| line.strip_prefix(word)?.trim_start().parse().ok();
        self.lines().iter().filter_map(number).max().unwrap_or_default()
    }

    fn acknowledged(&self) -> u64 {
        self.logged("acknowledged ")
    }

    /// Waits, with the board running, until `done`.
    fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            if let Some(machine) = &mut self.desk.machine {
                machine.assert_running();
            }
            self.desk.car.assert_unharmed();
            assert!(start.elapsed() < PATIENCE, "{what}: {:#?}", self.lines());
            sleep(Duration::from_millis(100));
        }
    }

    /// What the device says that it is: its state, and its address if it has one.
    fn hello(&self) -> (String, Option<String>) {
        let said = self.desk.cable.provision("hello", &[]).unwrap();
        let field = |name: &str| {
            said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned))
        };
        assert_eq!(field("board").as_deref(), Some("qemu"));
        (field("state").unwrap(), field("address"))
    }

    /// Gives the device its key and settings, through power cuts; its address, which stays once it is there.
    fn provision(&mut self) -> Address {
        let settings = self.desk.settings.clone();
        let fleet = ["--settings", settings.to_str().unwrap()];
        let mut known = None;
        for _ in 0..4 {
            self.cut_during(|cable| cable.provision("init", &fleet));
            let (_, address) = self.hello();
            assert!(known.is_none() || known == address, "the key changed");
            known = address;
        }
        let document: Value =
            serde_json::from_str(&self.desk.cable.provision("init", &fleet).unwrap()).unwrap();
        let address = document["address"].as_str().unwrap().to_owned();
        assert!(known.is_none_or(|known| known == address));
        assert_eq!(self.hello(), ("ready".to_owned(), Some(address.clone())));
        Address(const_hex::decode_to_array(address).unwrap())
    }

    /// Pairs the device with the vehicle of `owner`: its button, the power that goes, the owner's signature, the
    /// registry.
    fn pair(&mut self, device: Address, owner: &str) -> Paired {
        let epoch = word(&self.desk.chain.view("epochOf(uint256)", number(self.desk.vehicle.id)));
        let mut account = [0; 32];
        account[12..].copy_from_slice(&device.0);
        let nonce = word(&self.desk.chain.view("nonces(address)", account));
        let pairing = Pairing { nonce, ..self.desk.chain.pairing(self.desk.vehicle.id, owner) };
        let terms = [
            ("--chain-id", "1337".to_owned()),
            ("--registry", self.desk.chain.registry().to_string()),
            ("--vehicle", pairing.vehicle.to_string()),
            ("--epoch", epoch.to_string()),
            ("--owner", pairing.owner.to_string()),
            ("--reader", const_hex::encode(key(owner).public_key().to_compressed())),
            ("--commitment", const_hex::encode(self.desk.vehicle.commitment)),
            ("--salt", const_hex::encode(self.desk.vehicle.salt)),
            ("--nonce", nonce.to_string()),
            ("--deadline", pairing.deadline.to_string()),
        ];
        let terms: Vec<&str> = terms.iter().flat_map(|(name, value)| [*name, value.as_str()]).collect();
        let ask = |cable: &Cable| cable.provision("pair", &terms);
        let complaint = ask(&self.desk.cable).unwrap_err();
        assert!(complaint.contains("nobody pressed the button"), "{complaint}");

        let button = Button::new(&self.desk.folder);
        let started = self.count("ready as");
        let answer = button.press(|| {
            // Whoever was cut off without an answer asks again, and the keys are new.
            let cut = self.cut_during(ask);
            cut.unwrap_or_else(|| ask(&self.desk.cable).unwrap())
        });
        self.wait("a trip", |scene| scene.count("ready as") > started);
        if self.acknowledged() > 0 {
            // The owner takes their time, and a device that sees what the registry knows so far waits for them.
            let early = self.count("not paired yet");
            self.wait("patience", |scene| scene.count("not paired yet") > early);
        }
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["device"], device.to_string());
        let bytes = |name: &str| const_hex::decode(answer[name].as_str().unwrap()).unwrap();
        self.desk.chain.pair(&pairing, owner, device, &bytes("deviceSignature"));

        let wrapped = WrappedRoot::from_bytes(bytes("wrappedRoot").try_into().unwrap());
        let other = if owner == OWNER { BUYER } else { OWNER };
        assert!(wrapped.unwrap(&key(other)).is_err(), "a stranger opens the root");
        let keys = wrapped.unwrap(&key(owner)).unwrap();
        assert_eq!((keys.vehicle(), keys.device()), (pairing.vehicle, device));
        Paired { epoch: u32::try_from(epoch).unwrap(), keys }
    }

    /// Has the tool do this on the chain for the buyer, by key file.
    fn on_chain(&self, command: &str, args: &[&str]) -> String {
        let key_file = self.desk.folder.join("buyer.key");
        fs::write(&key_file, BUYER).unwrap();
        let url = format!("http://127.0.0.1:{}", self.desk.node.port);
        let access = ["--rpc", &url, "--owner-key-file", key_file.to_str().unwrap()];
        self.desk.cable.provision(command, &[&access, args].concat()).unwrap()
    }

    /// Every record that the registry knows of, as the owner's tool fetches them from the relay.
    fn records(&self) -> Vec<SealedRecord> {
        let program = program("OWNER_BIN", "autochain-owner", "cargo build --release -p autochain-owner");
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let output = process::Command::new(program)
            .args(["fetch", "--rpc", &url(self.desk.node.port), "--relay", &url(self.desk.relay.port)])
            .args(["--registry", &self.desk.chain.registry().to_string()])
            .args(["--vehicle", &self.desk.vehicle.id.to_string()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        let record = |line| SealedRecord::from_bytes(const_hex::decode_to_array(line).unwrap());
        lines.lines().map(record).collect()
    }

    /// The owner's key opened the root that the device drew; the root opens these records. A trip's first ones go out
    /// before the car is asked for its odometer, and repeat the last that was known: waits for later ones.
    fn the_owner_reads_the_car(&mut self, keys: &EpochKeys) {
        let opened = |records: &[SealedRecord]| -> Vec<Record> {
            records.iter().filter_map(|record| Some(record.open_with(keys).ok()?.1)).collect()
        };
        // As `ecu-sim --values` has them: A6 0012D687, 0D 3C.
        self.wait("the car's odometer and speed", |scene| {
            let records = opened(&scene.records());
            let odometer = records.iter().map(|record| record.odometer).max();
            odometer == Some(1_234_567) && records.iter().any(|record| !speeds(record).is_empty())
        });
        for record in opened(&self.records()) {
            assert!(record.odometer <= 1_234_567, "{}", record.odometer);
            assert!(speeds(&record).iter().all(|speed| *speed == 60), "{record:?}");
            if let Content::Identity(identity) = record.content {
                assert_eq!(&identity.vin, Desk::VIN);
            }
        }
    }
}

/// The speeds in a record, in km/h.
fn speeds(record: &Record) -> Vec<i32> {
    match &record.content {
        Content::Identity(_) => Vec::new(),
        Content::Trip(samples) | Content::Health(samples) | Content::Energy(samples) => {
            let speed = |sample: &Sample| sample.signal == Signal::VehicleSpeed;
            samples.iter().filter(speed).map(|sample| sample.value).collect()
        }
    }
}

fn key(secret: &str) -> Key {
    Key::from_bytes(&const_hex::decode_to_array(secret).unwrap()).unwrap()
}

fn number(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

/// The number in the only word.
fn word(words: &[[u8; 32]]) -> u64 {
    u64::from_be_bytes(words[0][24..].try_into().unwrap())
}

#[test]
fn from_the_factory_to_a_second_owner() {
    let mut scene = Scene::new();
    scene.desk.power_on();
    assert_eq!(scene.hello(), ("new".to_owned(), None));
    let device = scene.provision();
    let first = scene.pair(device, OWNER);
    assert_eq!(first.epoch, 1);

    // A node that another issuer vouches for is told nothing, and so is the relay: who would carry it?
    scene.wait("a refusal", |scene| {
        scene.count("node 0: TLS refused") > 1 && scene.logged("stored up to") > 2
    });
    assert_eq!((scene.stranger.handshakes(), scene.desk.relay_proxy.handshakes()), (0, 0));
    assert_eq!((scene.count("sent"), scene.desk.chain.readings(scene.desk.vehicle.id).len()), (0, 0));

    // The right one.
    scene.desk.front.lead_to(scene.desk.node_proxy.port);
    scene.wait("the first uploads", |scene| scene.acknowledged() > 3);
    for _ in 0..3 {
        let moment = scene.random_moment() * 2;
        sleep(moment);
        scene.desk.power_off();
        scene.desk.power_on();
    }
    let before = scene.acknowledged();
    scene.wait("uploads after the cuts", |scene| scene.acknowledged() > before);
    scene.the_owner_reads_the_car(&first.keys);
    assert!(
        scene.records().iter().all(|record| record.open_with(&first.keys).is_ok()),
        "a record stays closed"
    );

    // Sold: back at its console, with the same key and no bond.
    let waiting = scene.count("waits at its console");
    scene.desk.chain.sell(scene.desk.vehicle.id, OWNER, BUYER);
    scene.wait("the end of the pairing", |scene| scene.count("waits at its console") > waiting);
    assert_eq!(scene.hello(), ("ready".to_owned(), Some(device.to_string())));
    let sold = scene.desk.chain.readings(scene.desk.vehicle.id).len();
    let second = scene.pair(device, BUYER);
    assert_eq!(second.epoch, 2);
    let before = scene.acknowledged();
    scene.wait("the new owner's uploads", |scene| {
        scene.acknowledged() > before && scene.desk.chain.readings(scene.desk.vehicle.id).len() > sold
    });
    scene.the_owner_reads_the_car(&second.keys);
    let records = scene.records();
    let [of_first, of_second] = [1, 2].map(|epoch| {
        let of = |record: &&SealedRecord| record.head().unwrap().epoch == epoch;
        records.iter().filter(of).cloned().collect::<Vec<_>>()
    });
    assert_eq!(of_first.len() + of_second.len(), records.len());
    assert!(of_second.iter().all(|record| record.open_with(&second.keys).is_ok()), "a record stays closed");
    assert!(of_first.iter().all(|record| record.open_with(&second.keys).is_err()), "the buyer reads on");
    assert!(of_second.iter().all(|record| record.open_with(&first.keys).is_err()), "the seller reads on");

    // Its paired console answers beside the trip. Released on the chain, it is back there; made new, it forgets
    // everything.
    assert_eq!(scene.hello().0, "paired");
    assert!(scene.desk.cable.provision("reset", &[]).unwrap_err().contains("nobody pressed the button"));
    let waiting = scene.count("waits at its console");
    let told = scene.on_chain("release", &[]);
    assert!(told.contains("is free of vehicle 1"), "{told}");
    scene.wait("the end of the pairing", |scene| scene.count("waits at its console") > waiting);
    let button = Button::new(&scene.desk.folder);
    button.press(|| scene.desk.cable.provision("reset", &[])).unwrap();
    assert_eq!(scene.hello(), ("new".to_owned(), None));
    a_second_life_on_p256(&mut scene, device);
    scene.desk.car.assert_unharmed();

    let stack = scene.logged("stack ");
    println!("the stack went {stack} bytes deep");
    assert!((1..=STACK).contains(&stack), "{stack} bytes of stack");
}

/// The same board with a key on P-256, claimed and paired as an owner does it: with a node and a key file.
fn a_second_life_on_p256(scene: &mut Scene, before: Address) {
    let settings = scene.desk.settings.to_str().unwrap();
    let made = scene.desk.cable.provision("init", &["--curve", "p256", "--settings", settings]);
    let made: Value = serde_json::from_str(&made.unwrap()).unwrap();
    let (state, device) = scene.hello();
    assert_eq!((state.as_str(), made["address"].as_str()), ("ready", device.as_deref()));
    assert_ne!(device, Some(before.to_string()));

    let button = Button::new(&scene.desk.folder);
    button.press(|| scene.on_chain("claim", &[]));
    let (vehicle, salt) = (scene.desk.vehicle.id.to_string(), const_hex::encode(scene.desk.vehicle.salt));
    let answer = button.press(|| scene.on_chain("pair", &["--vehicle", &vehicle, "--salt", &salt]));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let bytes = |name: &str| const_hex::decode(answer[name].as_str().unwrap()).unwrap();
    assert_eq!(bytes("deviceSignature").len(), 128);
    let wrapped = WrappedRoot::from_bytes(bytes("wrappedRoot").try_into().unwrap());
    let keys = wrapped.unwrap(&key(BUYER)).unwrap();

    let known = scene.desk.chain.readings(scene.desk.vehicle.id).len();
    scene.wait("uploads of the P-256 device", |scene| {
        scene.desk.chain.readings(scene.desk.vehicle.id).len() > known + 1
    });
    scene.the_owner_reads_the_car(&keys);
}
