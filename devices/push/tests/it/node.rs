use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// An honest development chain's answers, each of which a test may replace.
pub(crate) struct Node {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

/// One answer.
pub(crate) enum Answer {
    Result(Value),
    Error(Value),
    /// The body as it is, whatever it is.
    Body(Vec<u8>),
}

impl Node {
    /// `lie` answers what it wants to; the rest is honest.
    pub(crate) fn start(lie: impl Fn(&str, &Value) -> Option<Answer> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (method, params) = request(&stream);
                let answer = lie(&method, &params).unwrap_or_else(|| honest(&method, &params));
                log.lock().unwrap().push((method, params));
                respond(stream, answer);
            }
        });
        Self { url, asked }
    }

    pub(crate) fn honest() -> Self {
        Self::start(|_, _| None)
    }

    /// The raw transactions that arrived.
    pub(crate) fn pushed(&self) -> Vec<Vec<u8>> {
        let asked = self.asked.lock().unwrap();
        let sent = asked.iter().filter(|(method, _)| method == "eth_sendRawTransaction");
        sent.map(|(_, params)| const_hex::decode(params[0].as_str().unwrap()).unwrap()).collect()
    }
}

/// 32-byte words as the answer of a view.
pub(crate) fn words(words: &[u64]) -> Value {
    let words: String = words.iter().map(|word| format!("{word:064x}")).collect();
    Value::String(format!("0x{words}"))
}

fn honest(method: &str, params: &Value) -> Answer {
    Answer::Result(match method {
        "eth_chainId" => json!("0x539"),
        "eth_call" => {
            let data = params[0]["data"].as_str().unwrap();
            let pairing = &const_hex::encode_prefixed(&obd_core::keccak256(b"pairingOf(address)")[..4]);
            if data.starts_with(pairing) { words(&[1, 1, 0, 6, 1]) } else { words(&[6, 100, 1, 0, 0x33]) }
        }
        "eth_getBlockByNumber" => {
            json!({ "hash": format!("0x{:064x}", 0xbeef), "baseFeePerGas": "0x3b9aca00" })
        }
        "eth_maxPriorityFeePerGas" => json!("0x3b9aca00"),
        "eth_getTransactionCount" => json!("0x0"),
        "eth_estimateGas" => json!("0x186a0"),
        "eth_sendRawTransaction" => {
            let raw = const_hex::decode(params[0].as_str().unwrap()).unwrap();
            json!(const_hex::encode_prefixed(obd_core::keccak256(&raw)))
        }
        "eth_getTransactionReceipt" => json!({ "status": "0x1", "blockNumber": "0x5", "gasUsed": "0x15f90" }),
        _ => return Answer::Error(json!({ "code": -32601, "message": format!("no method {method}") })),
    })
}

fn request(stream: &TcpStream) -> (String, Value) {
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
    let mut request: Value = serde_json::from_slice(&body).unwrap();
    (request["method"].as_str().unwrap().to_owned(), request["params"].take())
}

fn respond(mut stream: TcpStream, answer: Answer) {
    let body = match answer {
        Answer::Result(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string().into(),
        Answer::Error(error) => json!({ "jsonrpc": "2.0", "id": 1, "error": error }).to_string().into(),
        Answer::Body(body) => body,
    };
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    // A client that hangs up on a body too long is part of the tests.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}
