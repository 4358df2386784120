//! A chain with a registry, the nodes that show it, and a clock, all scripted.

use flash_mock::Flash;
use obd_core::client::{Client, Delivery, Endpoint, Event, LinkError, Settings, Step, Target, Timing};
use obd_core::queue::{Chip, Layout, Priority, Queue, QueueError};
use obd_core::record::{self, Content, EpochKeys, Period, Record, Samples, SealedRecord, Time, TimeSource};
use obd_core::{Address, Chain, Clock, Flags, Hash, Instant, Key, Policy, Source, keccak256};
use serde_json::{Value, json};
use std::collections::VecDeque;

pub(crate) type Nor = Flash<4096>;
pub(crate) const GENESIS: Hash = [0x9e; 32];
pub(crate) const VEHICLE: u64 = 7;
pub(crate) const GWEI: u128 = 1_000_000_000;
const BLOCK_SECONDS: u64 = 13;
/// When the world begins: a midnight, in seconds since the Unix epoch.
pub(crate) const BEGIN: u64 = 20_718 * 86_400;

/// One transaction as the chain has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tx {
    pub(crate) hash: Hash,
    pub(crate) nonce: u64,
    pub(crate) tip: u128,
    pub(crate) fee: u128,
    pub(crate) counter: u64,
    pub(crate) root: Hash,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    txs: Vec<Tx>,
    /// The vehicle changes hands in this block.
    pub(crate) sale: bool,
}

/// What the blocks up to one make of the registry and the device's account.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) accepted: Vec<(u64, Hash)>,
    pub(crate) nonce: u64,
    sold: bool,
    counter_check: bool,
}

impl State {
    fn last(&self) -> (u64, Hash) {
        self.accepted.last().copied().unwrap_or_default()
    }

    /// Whether the call goes through.
    fn apply(&mut self, tx: &Tx) -> bool {
        self.nonce = tx.nonce + 1;
        let fine = !self.sold && (tx.counter > self.last().0 || !self.counter_check);
        if fine {
            self.accepted.push((tx.counter, tx.root));
        }
        fine
    }
}

/// What a node does with a question.
pub(crate) enum Reply {
    Honest,
    /// A result of its own.
    Result(Value),
    /// An error of its own.
    Error(&'static str),
    /// These bytes, then it closes.
    Raw(Vec<u8>),
    /// Nothing, ever.
    Silence,
    /// No connection.
    Down,
    /// The board's TLS refuses the certificate.
    BadCertificate,
}

type Lie = Box<dyn FnMut(&str, &Value) -> Reply>;

pub(crate) struct World {
    pub(crate) blocks: Vec<Block>,
    pub(crate) pool: Vec<Tx>,
    pub(crate) mining: bool,
    pub(crate) base_fee: u128,
    pub(crate) counter_check: bool,
    pub(crate) now: u64,
    next_block: u64,
    pub(crate) lies: Vec<Lie>,
    pub(crate) relay: Lie,
    /// Roots of the records that the relay took.
    pub(crate) stored: Vec<(Hash, Vec<Vec<u8>>)>,
    pub(crate) relayed: Vec<Value>,
    pub(crate) asked: Vec<(Target, String)>,
    pub(crate) events: Vec<Event>,
    /// The device's.
    pub(crate) clock: Clock,
    pub(crate) piece: usize,
}

impl World {
    /// `nodes` honest ones.
    pub(crate) fn new(nodes: usize) -> Self {
        Self {
            blocks: vec![Block::default(); 40],
            pool: Vec::new(),
            mining: true,
            base_fee: GWEI,
            counter_check: true,
            now: 0,
            next_block: BLOCK_SECONDS * 1_000,
            lies: (0..nodes).map(|_| Box::new(|_: &str, _: &Value| Reply::Honest) as Lie).collect(),
            relay: Box::new(|_, _| Reply::Honest),
            stored: Vec::new(),
            relayed: Vec::new(),
            asked: Vec::new(),
            events: Vec::new(),
            clock: Clock::new(),
            piece: 700,
        }
    }

    pub(crate) fn lie(&mut self, node: usize, lie: impl FnMut(&str, &Value) -> Reply + 'static) {
        self.lies[node] = Box::new(lie);
    }

    pub(crate) fn state_at(&self, block: usize) -> State {
        let mut state = State { counter_check: self.counter_check, ..State::default() };
        for block in &self.blocks[..=block] {
            state.sold |= block.sale;
            for tx in &block.txs {
                state.apply(tx);
            }
        }
        state
    }

    pub(crate) fn state(&self) -> State {
        self.state_at(self.blocks.len() - 1)
    }

    pub(crate) fn mine(&mut self) {
        let nonce = self.state().nonce;
        let base_fee = self.base_fee;
        let payable = self.pool.iter().filter(|tx| tx.nonce == nonce && tx.fee >= base_fee);
        let best = payable.max_by_key(|tx| tx.tip).cloned();
        self.pool.retain(|tx| tx.nonce > nonce || (tx.nonce == nonce && best.is_none()));
        self.blocks.push(Block { txs: best.into_iter().collect(), sale: false });
    }

    /// Takes the newest blocks away; their transactions are lost or wait again.
    pub(crate) fn reorganise(&mut self, depth: usize, keep_transactions: bool) {
        for _ in 0..depth {
            let block = self.blocks.pop().unwrap();
            if keep_transactions {
                self.pool.extend(block.txs);
            }
        }
        // The other branch is heavier.
        self.blocks.resize(self.blocks.len() + depth + 1, Block::default());
    }

    /// Drives a client until `done`, or for so many seconds of the world's time.
    pub(crate) fn run(
        &mut self,
        client: &mut Client<'_>,
        queue: &mut Queue<'_, Nor>,
        seconds: u64,
        done: impl FnMut(&Self) -> bool,
    ) -> bool {
        self.try_run(client, queue, seconds, done).unwrap()
    }

    /// As [`World::run`], on flash that may fail.
    pub(crate) fn try_run(
        &mut self,
        client: &mut Client<'_>,
        queue: &mut Queue<'_, Nor>,
        seconds: u64,
        mut done: impl FnMut(&Self) -> bool,
    ) -> Result<bool, QueueError> {
        let end = self.now + seconds * 1_000;
        while self.now < end {
            let now = Instant::from_millis(self.now);
            while let Some(event) = client.event() {
                if let Event::Time { stamp, nodes } = event {
                    self.clock.set(now, stamp, nodes);
                }
                self.events.push(event);
            }
            if done(self) {
                return Ok(true);
            }
            let (target, request) = match client.step(now, self.clock.day(now), queue)? {
                Step::Request { target, bytes, .. } => (target, bytes.to_vec()),
                Step::Busy { until } | Step::Wait { until } => {
                    self.advance(until.as_micros() / 1_000);
                    continue;
                }
            };
            // A request and its answer take a while.
            self.advance(self.now + 50);
            match self.answer(target, &request) {
                Err(error) => client.closed(error),
                Ok(bytes) => {
                    let mut whole = false;
                    for piece in bytes.chunks(self.piece) {
                        if client.receive(piece) {
                            whole = true;
                            break;
                        }
                    }
                    if !whole && !bytes.is_empty() {
                        client.closed(LinkError::Closed);
                    }
                }
            }
        }
        Ok(false)
    }

    fn advance(&mut self, to: u64) {
        self.now = to.max(self.now + 1);
        while self.next_block <= self.now {
            self.next_block += BLOCK_SECONDS * 1_000;
            if self.mining {
                self.mine();
            }
        }
    }

    fn answer(&mut self, target: Target, request: &[u8]) -> Result<Vec<u8>, LinkError> {
        let text = str::from_utf8(request).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /rpc HTTP/1.1\r\nhost: "), "{head}");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        let question: Value = serde_json::from_str(body).unwrap();
        let method = question["method"].as_str().unwrap().to_owned();
        self.asked.push((target, method.clone()));
        let params = question["params"].clone();
        let reply = match target {
            Target::Node(node) => (self.lies[node])(&method, &params),
            Target::Relay => (self.relay)(&method, &params),
        };
        let result = match reply {
            Reply::Honest => self.honest(&method, &params),
            Reply::Result(result) => Ok(result),
            Reply::Error(message) => Err(message),
            Reply::Raw(bytes) => return Ok(bytes),
            Reply::Silence => return Ok(Vec::new()),
            Reply::Down => return Err(LinkError::Unreachable),
            Reply::BadCertificate => return Err(LinkError::Tls),
        };
        let mut answer = json!({ "jsonrpc": "2.0", "id": question["id"] });
        match result {
            Ok(result) => answer["result"] = result,
            Err(message) => answer["error"] = json!({ "code": -32000, "message": message }),
        }
        Ok(http(&answer.to_string()))
    }

    fn honest(&mut self, method: &str, params: &Value) -> Result<Value, &'static str> {
        let head = self.blocks.len() - 1;
        Ok(match method {
            "eth_chainId" => json!("0x539"),
            "eth_getBlockByNumber" => json!({ "number": "0x0", "hash": const_hex::encode_prefixed(GENESIS) }),
            "eth_feeHistory" => json!({
                "oldestBlock": format!("{head:#x}"),
                "baseFeePerGas": [format!("{:#x}", self.base_fee), format!("{:#x}", self.base_fee)],
                "gasUsedRatio": [0.5],
                "reward": [[format!("{GWEI:#x}")]],
            }),
            "eth_getTransactionCount" => json!(format!("{:#x}", self.state().nonce)),
            // The code that returns the block's time.
            "eth_call" if params[0].get("to").is_none() => {
                assert_eq!(params, &json!([{ "data": "0x4260005260206000f3" }, "latest"]));
                words(&[BEGIN + self.now / (BLOCK_SECONDS * 1_000) * BLOCK_SECONDS])
            }
            "eth_call" => {
                let block = match params[1].as_str().unwrap() {
                    "latest" => head,
                    number => usize::from_str_radix(&number[2..], 16).unwrap(),
                };
                let state = self.state_at(block);
                let selector = &params[0]["data"].as_str().unwrap()[..10];
                let (counter, root) = state.last();
                if selector == const_hex::encode_prefixed(&keccak256(b"pairingOf(address)")[..4]) {
                    words(&[VEHICLE, 1, 0, counter, u64::from(!state.sold)])
                } else {
                    let words = words(&[counter, 0, 0, 0]);
                    json!(format!("{}{}", words.as_str().unwrap(), const_hex::encode(root)))
                }
            }
            "eth_sendRawTransaction" => return self.take(&bytes(&params[0])),
            "eth_getTransactionReceipt" => {
                let hash = bytes(&params[0]);
                let found =
                    self.blocks.iter().position(|block| block.txs.iter().any(|tx| tx.hash[..] == hash));
                let Some(block) = found else { return Ok(Value::Null) };
                let mut state = self.state_at(block - 1);
                state.sold |= self.blocks[block].sale;
                let succeeded = state.apply(&self.blocks[block].txs[0]);
                json!({
                    "transactionHash": const_hex::encode_prefixed(&hash),
                    "status": if succeeded { "0x1" } else { "0x0" },
                    "blockNumber": format!("{block:#x}"),
                })
            }
            "autochain_storeRecords" => {
                let records: Vec<Vec<u8>> = params[0].as_array().unwrap().iter().map(bytes).collect();
                let mut level: Vec<Hash> = records
                    .iter()
                    .map(|record| SealedRecord::from_bytes(record[..].try_into().unwrap()).hash())
                    .collect();
                while level.len() > 1 {
                    level = level
                        .chunks(2)
                        .map(|pair| match pair {
                            [a, b] => keccak256(&[*a.min(b), *a.max(b)].concat()),
                            one => one[0],
                        })
                        .collect();
                }
                self.stored.push((level[0], records));
                json!(const_hex::encode_prefixed(level[0]))
            }
            "autochain_relayReading" => {
                let reading = &params[0];
                let counter = u64::from_str_radix(&reading["counter"].as_str().unwrap()[2..], 16).unwrap();
                if counter <= self.state().last().0 {
                    return Err("the counter is not above the device's last");
                }
                let tx = Tx {
                    hash: keccak256(reading.to_string().as_bytes()),
                    nonce: self.state().nonce + u64::try_from(self.pool.len()).unwrap(),
                    tip: GWEI,
                    fee: u128::MAX,
                    counter,
                    root: bytes(&reading["hash"]).try_into().unwrap(),
                };
                self.relayed.push(reading.clone());
                let hash = tx.hash;
                self.pool.push(tx);
                json!(const_hex::encode_prefixed(hash))
            }
            _ => return Err("the method does not exist"),
        })
    }

    fn take(&mut self, raw: &[u8]) -> Result<Value, &'static str> {
        let tx = decode(raw);
        let hash = json!(const_hex::encode_prefixed(tx.hash));
        if self.pool.contains(&tx) {
            return Err("already known");
        }
        if tx.nonce < self.state().nonce {
            return Err("nonce too low");
        }
        if let Some(old) = self.pool.iter_mut().find(|old| old.nonce == tx.nonce) {
            if tx.fee * 10 < old.fee * 11 || tx.tip * 10 < old.tip * 11 {
                return Err("replacement transaction underpriced");
            }
            *old = tx;
        } else {
            self.pool.push(tx);
        }
        Ok(hash)
    }
}

pub(crate) fn http(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(crate) fn words(words: &[u64]) -> Value {
    let words: String = words.iter().map(|word| format!("{word:064x}")).collect();
    Value::String(format!("0x{words}"))
}

fn bytes(value: &Value) -> Vec<u8> {
    const_hex::decode(value.as_str().unwrap()).unwrap()
}

/// A transaction of type 2 with a call of `record`, fields as RLP strings.
fn decode(raw: &[u8]) -> Tx {
    assert_eq!(raw[0], 2);
    let mut fields = VecDeque::new();
    let mut at = if raw[1] >= 0xf8 { 2 + usize::from(raw[1] - 0xf7) } else { 2 };
    while at < raw.len() {
        let (start, len) = match raw[at] {
            0..0x80 => (at, 1),
            short @ 0x80..0xb8 => (at + 1, usize::from(short - 0x80)),
            0xb8 => (at + 2, usize::from(raw[at + 1])),
            0xc0 => (at + 1, 0),
            other => panic!("{other:#x}"),
        };
        fields.push_back(raw[start..start + len].to_vec());
        at = start + len;
    }
    let number = |field: &[u8]| field.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let data = &fields[7];
    assert_eq!((number(&fields[0]), fields[6].len(), data.len()), (1337, 0, 196));
    Tx {
        hash: keccak256(raw),
        nonce: number(&fields[1]).try_into().unwrap(),
        tip: number(&fields[2]),
        fee: number(&fields[3]),
        counter: number(&data[36..68]).try_into().unwrap(),
        root: data[164..196].try_into().unwrap(),
    }
}

pub(crate) fn layout() -> Layout {
    Layout { main: 0..4 * 4096, keep: 4 * 4096..6 * 4096, journal: 6 * 4096..8 * 4096 }
}

pub(crate) fn chip() -> Chip<Nor> {
    Chip::new(Nor::new(8))
}

pub(crate) fn key() -> Key {
    Key::from_bytes(&[0x11; 32]).unwrap()
}

/// Pushes records up to the number `to`; record `n` was taken at `10 n` kilometres.
pub(crate) fn push(queue: &mut Queue<'_, Nor>, to: u64) {
    try_push(queue, to).unwrap();
}

/// As [`push`], on flash that may fail.
pub(crate) fn try_push(queue: &mut Queue<'_, Nor>, to: u64) -> Result<(), QueueError> {
    push_in_epoch(queue, to, 1)
}

/// As [`try_push`], in another key epoch.
pub(crate) fn push_in_epoch(queue: &mut Queue<'_, Nor>, to: u64, epoch: u32) -> Result<(), QueueError> {
    let keys = EpochKeys::new(VEHICLE, epoch, key().address(), [0x77; 32]);
    for seq in queue.newest() + 1..=to {
        let record = Record {
            time: Time { ms: 1_790_000_000_000, source: TimeSource::Network },
            event: record::Event::Periodic,
            flags: Flags::new(Source::Obd),
            start: 1,
            odometer: u32::try_from(seq * 100).unwrap(),
            content: Content::Trip(Samples::new()),
        };
        let mut chain = Chain::resume(seq - 1, [0; 32]);
        let period = Period::of(record.time).unwrap();
        let (sealed, _) = SealedRecord::seal(&record, period, &keys, &mut chain).unwrap();
        queue.push(Priority::Low, seq, sealed.as_bytes())?;
    }
    Ok(())
}

pub(crate) const fn node(host: &str) -> Endpoint<'_> {
    Endpoint { host, port: 8545, path: "/rpc", tls: false }
}

pub(crate) const NODES: [Endpoint<'static>; 3] = [node("one.test"), node("two.test"), node("three.test")];

pub(crate) fn settings(nodes: usize) -> Settings<'static> {
    Settings {
        nodes: &NODES[..nodes],
        relay: None,
        delivery: Delivery::Direct,
        policy: Policy {
            chain_id: 1337,
            registry: Address([0xca; 20]),
            max_gas: 300_000,
            max_fee_per_gas: 100 * GWEI,
            max_priority_fee_per_gas: 10 * GWEI,
        },
        genesis: GENESIS,
        vehicle: VEHICLE,
        epoch: 1,
        gas_limit: 200_000,
        daily_cap: 10_u128.pow(18),
        depth: 4,
        quorum: 1,
        timing: Timing::DEFAULT,
    }
}
