use obd_core::{Address, Hash, keccak256};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A node whose registry knows one device: vehicle 1, epoch 1, counter 1, active.
pub(crate) struct Node {
    pub(crate) url: String,
    accepted: Arc<Mutex<Vec<Hash>>>,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Node {
    /// `holder` paired the device.
    pub(crate) fn start(holder: Address) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&sent);
        let accepted = Arc::new(Mutex::new(Vec::<Hash>::new()));
        let readings = Arc::clone(&accepted);
        let where_readings_are = const_hex::encode_prefixed(&keccak256(b"READINGS()")[..4]);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let question = request(&stream);
                let method = question["method"].as_str().unwrap();
                let result = match method {
                    "eth_chainId" => json!("0x539"),
                    "eth_call" if question["params"][0]["data"] == where_readings_are => {
                        json!(format!("0x{:0>64}", "ad".repeat(20)))
                    }
                    "eth_blockNumber" => json!("0x2710"),
                    "eth_getLogs" => {
                        let filter = &question["params"][0];
                        assert_eq!(filter["address"], Address([0xad; 20]).to_string());
                        assert_eq!(filter["topics"][1], format!("{:#066x}", 1), "the vehicle");
                        let log = |hash: &Hash| json!({ "data": format!("0x{}{}", "00".repeat(128), const_hex::encode(hash)) });
                        readings.lock().unwrap().iter().map(log).collect()
                    }
                    "eth_call" => {
                        let words = format!(
                            "{:064x}{:064x}{:0>64}{:064x}{:064x}",
                            1,
                            1,
                            const_hex::encode(holder.0),
                            1,
                            1
                        );
                        json!(format!("0x{words}"))
                    }
                    "eth_feeHistory" => json!({
                        "oldestBlock": "0x1", "baseFeePerGas": ["0x3b9aca00", "0x3b9aca00"],
                        "reward": [["0x3b9aca00"]],
                    }),
                    "eth_getTransactionCount" => json!(format!("{:#x}", log.lock().unwrap().len())),
                    "eth_sendRawTransaction" => {
                        let raw = const_hex::decode(question["params"][0].as_str().unwrap()).unwrap();
                        let hash = const_hex::encode_prefixed(keccak256(&raw));
                        log.lock().unwrap().push(raw);
                        json!(hash)
                    }
                    other => panic!("the relay asks for {other}"),
                };
                let body = json!({ "jsonrpc": "2.0", "id": question["id"], "result": result }).to_string();
                let length = body.len();
                let head =
                    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
                (&stream).write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Self { url, accepted, sent }
    }

    /// The registry accepts a reading of vehicle 1 with this hash.
    pub(crate) fn accept(&self, hash: Hash) {
        self.accepted.lock().unwrap().push(hash);
    }

    /// The raw transactions that arrived.
    pub(crate) fn sent(&self) -> Vec<Vec<u8>> {
        self.sent.lock().unwrap().clone()
    }
}

fn request(stream: &TcpStream) -> Value {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}
