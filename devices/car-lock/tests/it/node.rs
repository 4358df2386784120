use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// A node whose safe block is 1000, with one vehicle.
pub(crate) struct Node {
    pub(crate) url: String,
}

impl Node {
    pub(crate) fn start(epoch: u32, owner: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let owner = owner[2..].to_lowercase();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = answer(&request(&stream), epoch, &owner);
                respond(stream, &answer);
            }
        });
        Self { url }
    }
}

fn answer(request: &Value, epoch: u32, owner: &str) -> Value {
    let params = &request["params"];
    match request["method"].as_str().unwrap() {
        "eth_chainId" => json!("0x539"),
        "eth_getBlockByNumber" => {
            let number = match params[0].as_str().unwrap() {
                "safe" => 1_000,
                number => u64::from_str_radix(&number[2..], 16).unwrap(),
            };
            json!({ "number": format!("{number:#x}"), "timestamp": format!("{:#x}", super::T0 + number) })
        }
        "eth_call" => {
            let epoch_of = const_hex::encode_prefixed(&obd_core::keccak256(b"epochOf(uint256)")[..4]);
            let data = params[0]["data"].as_str().unwrap();
            assert!(data.ends_with("05") && params[1] != "latest", "of the vehicle, at the block");
            if data.starts_with(&epoch_of) {
                json!(format!("{epoch:#066x}"))
            } else {
                json!(format!("0x{owner:0>64}"))
            }
        }
        other => panic!("{other}"),
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

fn respond(mut stream: TcpStream, result: &Value) {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).unwrap();
}
