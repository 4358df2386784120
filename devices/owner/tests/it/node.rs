use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Answers every call with the same bytes, and remembers the calls.
pub(crate) struct Node {
    pub(crate) url: String,
    pub(crate) calls: Arc<Mutex<Vec<Value>>>,
}

impl Node {
    pub(crate) fn start(result: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::<Mutex<Vec<Value>>>::default();
        let own = Arc::clone(&calls);
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &result, &own);
            }
        });
        Self { url, calls }
    }
}

fn answer(mut stream: TcpStream, result: &[u8], calls: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    calls.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    let answer =
        json!({ "jsonrpc": "2.0", "id": 1, "result": const_hex::encode_prefixed(result) }).to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
        answer.len()
    )
    .unwrap();
}
