use k256::ecdsa::SigningKey;
use obd_core::{Address, Domain, Eip1559, Key, Pairing, Policy, keccak256};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};
use ureq::Agent;

pub(crate) const REGISTRY: &str = "0x4155430000000000000000000000000000000002";
/// The contract behind the registry that keeps the readings and tells of them, in the development genesis.
const READINGS: &str = "0x4155430000000000000000000000000000000014";
const CHAIN_ID: u64 = 1337;
const GWEI: u128 = 1_000_000_000;
/// Nobody here is in a hurry.
const DEADLINE: u64 = u64::MAX / 2;

/// The secret keys of the development chain's accounts that tests use: an owner, a device, a buyer, the
/// relay's, and the registrar.
pub const ACCOUNTS: [&str; 5] = [
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6",
];

/// JSON-RPC to a port of the loopback interface.
#[derive(Clone)]
pub struct Rpc {
    agent: Agent,
    url: String,
}

impl Rpc {
    /// To this port.
    pub fn new(port: u16) -> Self {
        let config = Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).proxy(None);
        Self { agent: config.build().into(), url: format!("http://127.0.0.1:{port}") }
    }

    /// The result, or whatever went wrong in words.
    ///
    /// # Errors
    ///
    /// The link's or the peer's.
    pub fn try_call(&self, method: &str, params: Value) -> Result<Value, String> {
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = self.agent.post(&self.url).content_type("application/json");
        let mut response = request.send(question.to_string()).map_err(|error| error.to_string())?;
        let body = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        match &answer["error"] {
            Value::Null => Ok(answer["result"].clone()),
            error => Err(error.to_string()),
        }
    }

    /// The result.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn call(&self, method: &str, params: Value) -> Value {
        let shown = params.to_string();
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method} {shown}: {error}"))
    }
}

/// The registry on a development chain, and the accounts that act on it.
pub struct Chain {
    rpc: Rpc,
    registry: Address,
}

/// A registered vehicle with a paired device.
#[derive(Clone, Copy, Debug)]
pub struct Vehicle {
    /// Its id.
    pub id: u64,
    /// keccak256(VIN ‖ salt).
    pub commitment: [u8; 32],
    /// The salt.
    pub salt: [u8; 32],
}

impl Chain {
    /// Over a node's RPC.
    pub fn new(rpc: Rpc) -> Self {
        Self { rpc, registry: Address(const_hex::decode_to_array(REGISTRY).unwrap_or_default()) }
    }

    /// The registry's account.
    pub const fn registry(&self) -> Address {
        self.registry
    }

    /// The hash of block 0.
    ///
    /// # Panics
    ///
    /// When the node does not give it.
    pub fn genesis(&self) -> [u8; 32] {
        hash(&self.rpc.call("eth_getBlockByNumber", json!(["0x0", false]))["hash"])
    }

    /// Registers a car for `owner` and pairs `device` with it.
    ///
    /// # Panics
    ///
    /// When the registry refuses.
    pub fn set_up(&self, vin: &[u8; 17], owner: &str, device: &str) -> Vehicle {
        let (vehicle, device) = (self.register(vin, owner), key(device));
        let pairing = self.pairing(vehicle.id, owner);
        let digest = pairing.digest(&Domain::new(CHAIN_ID, self.registry), device.address());
        self.pair(&pairing, owner, device.address(), &device.sign(&digest).unwrap().to_bytes());
        vehicle
    }

    /// Registers a car for `owner`, who has registered none before.
    ///
    /// # Panics
    ///
    /// When the registry refuses.
    pub fn register(&self, vin: &[u8; 17], owner: &str) -> Vehicle {
        let owner_key = key(owner);
        let salt = keccak256(b"the owner's salt");
        let commitment = keccak256(&[&vin[..], &salt].concat());
        let tag = keccak256(vin);
        let deadline = DEADLINE;
        let minter = address_word(owner_key.address());
        let register = [
            keccak256(
                b"Register(bytes32 tag,bytes32 commitment,address minter,uint256 nonce,uint256 deadline)",
            ),
            tag,
            commitment,
            minter,
            word(0),
            word(deadline),
        ];
        let statement = self.sign_as_registrar(keccak256(register.as_flattened()));
        let head =
            [tag, commitment, minter, word(0), word(deadline), word(6 * 32), word(1), word(32), word(65)];
        let selector = "register(bytes32,bytes32,address,uint256,uint256,bytes[])";
        self.send(owner, selector, &[head.as_flattened(), &statement, &[0; 31]].concat());
        let id = self.view("vehicleOf(bytes32)", tag)[0];
        let id = u64::from_be_bytes(id[24..].try_into().unwrap());

        Vehicle { id, commitment, salt }
    }

    /// What a device that was never paired before and `owner` agree to.
    ///
    /// # Panics
    ///
    /// When `owner` is no key.
    pub fn pairing(&self, vehicle: u64, owner: &str) -> Pairing {
        Pairing { vehicle, owner: key(owner).address(), nonce: 0, deadline: DEADLINE }
    }

    /// Pairs `device`, which agreed by a signature on either curve; `owner` agrees and sends.
    ///
    /// # Panics
    ///
    /// When the registry refuses.
    pub fn pair(&self, pairing: &Pairing, owner: &str, device: Address, by_device: &[u8]) {
        let digest = pairing.digest(&Domain::new(CHAIN_ID, self.registry), device);
        let by_owner = key(owner).sign(&digest).unwrap().to_bytes();
        let tail = |signature: &[u8]| {
            let padding = vec![0; signature.len().next_multiple_of(32) - signature.len()];
            [&word(signature.len() as u64)[..], signature, &padding].concat()
        };
        let (by_device, by_owner) = (tail(by_device), tail(&by_owner));
        let head = [
            address_word(device),
            word(pairing.vehicle),
            address_word(pairing.owner),
            word(pairing.nonce),
            word(pairing.deadline),
            word(7 * 32),
            word(7 * 32 + by_device.len() as u64),
        ];
        let call = [head.as_flattened(), &by_device, &by_owner].concat();
        self.send(owner, "pair(address,uint256,address,uint256,uint256,bytes,bytes)", &call);
    }

    /// The owner gives the vehicle to `buyer`: the key epoch advances, the pairing is suspended.
    ///
    /// # Panics
    ///
    /// When the registry refuses.
    pub fn sell(&self, vehicle: u64, owner: &str, buyer: &str) {
        let words = [address_word(key(owner).address()), address_word(key(buyer).address()), word(vehicle)];
        self.send(owner, "transferFrom(address,address,uint256)", words.as_flattened());
    }

    /// The five words that a view of the registry gives.
    ///
    /// # Panics
    ///
    /// When it gives fewer than one.
    pub fn view(&self, signature: &str, argument: [u8; 32]) -> Vec<[u8; 32]> {
        let data = [&keccak256(signature.as_bytes())[..4], &argument].concat();
        let call = json!({ "to": REGISTRY, "data": const_hex::encode_prefixed(data) });
        let result = self.rpc.call("eth_call", json!([call, "latest"]));
        let bytes = const_hex::decode(result.as_str().unwrap()).unwrap();
        assert!(!bytes.is_empty(), "no registry");
        bytes.as_chunks().0.to_vec()
    }

    /// Counter and hash of each reading that the registry recorded for a vehicle, in the order of the chain.
    ///
    /// # Panics
    ///
    /// When the node's logs make no sense.
    pub fn readings(&self, vehicle: u64) -> Vec<(u64, u32, [u8; 32])> {
        let topic = keccak256(b"ReadingRecorded(uint256,address,uint64,uint32,uint16,bytes32,bytes32)");
        let filter = json!({
            "address": READINGS,
            "fromBlock": "0x0",
            "topics": [const_hex::encode_prefixed(topic), const_hex::encode_prefixed(word(vehicle))],
        });
        let logs = self.rpc.call("eth_getLogs", json!([filter]));
        let reading = |log: &Value| {
            let data = const_hex::decode(log["data"].as_str().unwrap()).unwrap();
            let words: [[u8; 32]; 5] = data.as_chunks().0.try_into().unwrap();
            let counter = u64::from_be_bytes(words[0][24..].try_into().unwrap());
            let odometer = u32::from_be_bytes(words[1][28..].try_into().unwrap());
            (counter, odometer, words[4])
        };
        logs.as_array().unwrap().iter().map(reading).collect()
    }

    /// Every byte that went on chain in transactions of `device`, and the data of every log.
    ///
    /// # Panics
    ///
    /// When the node's blocks make no sense.
    pub fn public_bytes(&self, device: Address) -> Vec<u8> {
        let head = self.rpc.call("eth_blockNumber", json!([]));
        let head = u64::from_str_radix(&head.as_str().unwrap()[2..], 16).unwrap();
        let mut bytes = Vec::new();
        for number in 0..=head {
            let block = self.rpc.call("eth_getBlockByNumber", json!([format!("{number:#x}"), true]));
            for transaction in block["transactions"].as_array().unwrap() {
                if transaction["from"].as_str().unwrap().eq_ignore_ascii_case(&device.to_string()) {
                    bytes.extend(const_hex::decode(transaction["input"].as_str().unwrap()).unwrap());
                }
            }
        }
        let logs = self.rpc.call("eth_getLogs", json!([{ "fromBlock": "0x0" }]));
        for log in logs.as_array().unwrap() {
            bytes.extend(const_hex::decode(log["data"].as_str().unwrap()).unwrap());
        }
        bytes
    }

    fn sign_as_registrar(&self, statement: [u8; 32]) -> [u8; 65] {
        let domain = [
            keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            keccak256(b"Autochain Vehicle"),
            keccak256(b"1"),
            word(CHAIN_ID),
            address_word(self.registry),
        ];
        let digest = keccak256(&[&b"\x19\x01"[..], &keccak256(domain.as_flattened()), &statement].concat());
        let key = SigningKey::from_slice(&secret(ACCOUNTS[4])).unwrap();
        let (signature, id) = key.sign_prehash_recoverable(&digest).unwrap();
        let mut bytes = [27 + id.to_byte(); 65];
        bytes[..64].copy_from_slice(&signature.to_bytes());
        bytes
    }

    /// Sends a call of the registry and waits until it is mined.
    fn send(&self, from: &str, signature: &str, arguments: &[u8]) {
        let key = key(from);
        let count = self.rpc.call("eth_getTransactionCount", json!([key.address().to_string(), "pending"]));
        let data = [&keccak256(signature.as_bytes())[..4], arguments].concat();
        let policy = Policy {
            chain_id: CHAIN_ID,
            registry: self.registry,
            max_gas: 1_000_000,
            max_fee_per_gas: 1_000 * GWEI,
            max_priority_fee_per_gas: GWEI,
        };
        let transaction = Eip1559 {
            chain_id: CHAIN_ID,
            nonce: u64::from_str_radix(&count.as_str().unwrap()[2..], 16).unwrap(),
            max_priority_fee_per_gas: GWEI,
            max_fee_per_gas: 100 * GWEI,
            gas_limit: 1_000_000,
            to: self.registry,
            value: 0,
            data: &data,
        };
        let mut out = vec![0; transaction.signed_len()];
        let raw = transaction.check(&policy).unwrap().sign(&key, &mut out).unwrap();
        let hash = self.rpc.call("eth_sendRawTransaction", json!([const_hex::encode_prefixed(raw.raw())]));
        let start = Instant::now();
        loop {
            let receipt = self.rpc.call("eth_getTransactionReceipt", json!([hash]));
            if !receipt.is_null() {
                assert_eq!(receipt["status"], "0x1", "{signature} reverted");
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{signature} is not mined");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

pub(crate) fn secret(hex: &str) -> [u8; 32] {
    const_hex::decode_to_array(hex).unwrap_or_default()
}

fn key(hex: &str) -> Key {
    Key::from_bytes(&secret(hex)).unwrap()
}

pub(crate) fn hash(value: &Value) -> [u8; 32] {
    const_hex::decode_to_array(value.as_str().unwrap()).unwrap()
}

fn word(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

fn address_word(address: Address) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(&address.0);
    word
}
