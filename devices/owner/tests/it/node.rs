use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A node, or a relay, that answers as it is told and remembers the calls.
pub(crate) struct Node {
    pub(crate) url: String,
    pub(crate) calls: Arc<Mutex<Vec<Value>>>,
}

impl Node {
    /// Answers every call with the same bytes.
    pub(crate) fn start(result: Vec<u8>) -> Self {
        let result = json!(const_hex::encode_prefixed(result));
        Self::scripted(move |_, _| Ok(result.clone()))
    }

    /// Answers each method as `script` says: with a result, or an error's words.
    pub(crate) fn scripted(
        script: impl Fn(&str, &Value) -> Result<Value, &'static str> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::<Mutex<Vec<Value>>>::default();
        let own = Arc::clone(&calls);
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &script, &own);
            }
        });
        Self { url, calls }
    }
}

fn answer(
    mut stream: TcpStream,
    script: &impl Fn(&str, &Value) -> Result<Value, &'static str>,
    calls: &Mutex<Vec<Value>>,
) {
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
    let call: Value = serde_json::from_slice(&body).unwrap();
    let answer = match script(call["method"].as_str().unwrap(), &call["params"]) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
        Err(words) => json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32000, "message": words } }),
    };
    calls.lock().unwrap().push(call);
    let answer = answer.to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
        answer.len()
    )
    .unwrap();
}
