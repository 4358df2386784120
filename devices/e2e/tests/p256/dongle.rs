use flash_mock::Flash;
use obd_core::client::{Client, Delivery, Endpoint, Event, Settings, Step, Target, Timing};
use obd_core::provision::{Console, Fixture, Protection, Stored, Vault};
use obd_core::queue::{Chip, Layout, Priority, Queue};
use obd_core::record::{self, Content, EpochKeys, Period, Record, Samples, SealedRecord, Time, TimeSource};
use obd_core::update::Board;
use obd_core::{AnyKey, Chain, Duration, Flags, Source, keccak256};
use std::collections::{BTreeMap, HashMap};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Instant;

/// The core of a dongle on the host: console, queue and client as a board puts them together, without a car.
pub(crate) struct Dongle {
    console: Console<Bench, AnyKey>,
}

impl Dongle {
    /// New from the factory.
    pub(crate) fn new() -> Self {
        let vault = Vault::new(keccak256(b"what an eFuse gives"), Protection::Hardware);
        Self { console: Console::with_p256(Bench::default(), vault) }
    }

    /// Says a line to the console; the fields of its answer.
    pub(crate) fn say(&mut self, line: &str) -> BTreeMap<String, String> {
        let mut answer = String::new();
        self.console.answer(line, &mut answer).unwrap();
        let fields = answer.strip_prefix("ok").unwrap_or_else(|| panic!("{line}: {answer}"));
        let pairs = fields.split_whitespace().map(|field| field.split_once('=').unwrap());
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Records `count` times, `km` apart, and uploads until the registry's word for the last is deep in the
    /// chain.
    pub(crate) fn trip(&mut self, count: u64, km: u32) {
        let (key, bond) = (self.console.key().unwrap(), self.console.bond().unwrap());
        let keys = self.console.record_keys(&bond, obd_core::Signer::address(&key)).unwrap();
        let known = self.console.settings().unwrap();
        let chip = Chip::new(Flash::<4096>::new(8));
        let layout = Layout { main: 0..4 * 4096, keep: 4 * 4096..6 * 4096, journal: 6 * 4096..8 * 4096 };
        let mut queue = Queue::open(&chip, layout).unwrap();
        let mut chain = Chain::default();
        for number in 1..=count {
            let sealed = sealed(number, km, &keys, &mut chain);
            queue.push(Priority::Low, number, sealed.as_bytes()).unwrap();
        }

        let endpoint = |known: &'_ Option<obd_core::provision::Endpoint>| known.clone().unwrap();
        let (node, relay) = (endpoint(&known.endpoints[0]), endpoint(&known.relay));
        let at = |port| Endpoint { host: "127.0.0.1", port, path: "/", tls: false };
        let nodes = [at(node.port)];
        let settings = Settings {
            nodes: &nodes,
            relay: Some(at(relay.port)),
            delivery: if known.relayed { Delivery::Relay } else { Delivery::Direct },
            policy: known.policy,
            genesis: known.genesis,
            vehicle: bond.vehicle,
            epoch: bond.epoch,
            gas_limit: known.policy.max_gas,
            daily_cap: known.daily_cap,
            depth: 2,
            quorum: 1,
            timing: TIMING,
        };
        let mut client = Client::new(&settings, &key, 1);
        let (start, mut events) = (Instant::now(), Vec::new());
        while !events.contains(&Event::Acknowledged { counter: count }) {
            assert!(start.elapsed().as_secs() < 180, "not acknowledged: {events:?}");
            let now = obd_core::Instant::from_micros(start.elapsed().as_micros() as u64);
            match client.step(now, None, &mut queue).unwrap() {
                Step::Busy { until } | Step::Wait { until } => {
                    sleep(std::time::Duration::from_micros(until.since(now).as_micros().min(200_000)));
                }
                Step::Request { target, bytes, .. } => {
                    let port = if target == Target::Relay { relay.port } else { node.port };
                    let request = bytes.to_vec();
                    exchange(port, &request, &mut client);
                }
            }
            events.extend(std::iter::from_fn(|| client.event()));
        }
    }
}

/// Sends a request on a connection of its own, and gives the client what comes back.
fn exchange(port: u16, request: &[u8], client: &mut Client<'_>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(request).unwrap();
    let mut bytes = [0; 512];
    loop {
        let read = stream.read(&mut bytes).unwrap();
        assert!(read > 0, "closed before the answer was whole");
        if client.receive(&bytes[..read]) {
            return;
        }
    }
}

fn sealed(number: u64, km: u32, keys: &EpochKeys, chain: &mut Chain) -> SealedRecord {
    let record = Record {
        time: Time { ms: 1_790_000_000_000 + number * 60_000, source: TimeSource::Network },
        event: record::Event::Periodic,
        flags: Flags::new(Source::Obd),
        start: 1,
        odometer: km * 10 * u32::try_from(number).unwrap(),
        content: Content::Trip(Samples::new()),
    };
    SealedRecord::seal(&record, Period::of(record.time).unwrap(), keys, chain).unwrap().0
}

/// The chain's blocks are a second apart here.
const TIMING: Timing = Timing {
    request: Duration::from_secs(10),
    poll: Duration::from_millis(500),
    patience: Duration::from_secs(15),
    pause: Duration::from_secs(2),
    backoff: Duration::from_millis(250),
    backoff_cap: Duration::from_secs(4),
    clock: Duration::from_secs(3_600),
};

/// A board whose button somebody holds. Its random generator repeats itself from test to test.
#[derive(Default)]
struct Bench {
    drawn: u64,
    stored: HashMap<u8, Vec<u8>>,
}

impl Fixture for Bench {
    fn board(&self) -> Board {
        Board::Esp32C3
    }

    fn chip(&self) -> [u8; 6] {
        [0xaa, 0, 0, 0, 0, 1]
    }

    fn firmware(&self) -> u32 {
        1
    }

    fn random(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.drawn += 1;
            chunk.copy_from_slice(&keccak256(&self.drawn.to_be_bytes())[..chunk.len()]);
        }
    }

    fn button(&mut self) -> bool {
        true
    }

    fn load(&mut self, what: Stored, bytes: &mut [u8]) -> bool {
        bytes.fill(0xff);
        if let Some(stored) = self.stored.get(&(what as u8)) {
            bytes[..stored.len()].copy_from_slice(stored);
        }
        true
    }

    fn store(&mut self, what: Stored, bytes: &[u8]) -> bool {
        self.stored.insert(what as u8, bytes.to_vec());
        true
    }
}
