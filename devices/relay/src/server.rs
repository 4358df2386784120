use crate::error::Error;
use crate::relay::Relay;
use serde_json::{Value, json};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A longer body is refused, in bytes: sixteen records and room to spare.
const MAX_BODY: usize = 32 << 10;
const MAX_HEAD: u64 = 8 << 10;
/// More connections at once are closed.
const MAX_CONNECTIONS: usize = 256;
const PATIENCE: Duration = Duration::from_secs(60);

/// JSON-RPC 2.0 over HTTP/1.1, a thread for each connection.
pub(crate) fn serve(listener: &TcpListener, relay: &Arc<Relay>) -> io::Result<()> {
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        let stream = stream?;
        if open.fetch_add(1, Ordering::Relaxed) >= MAX_CONNECTIONS {
            open.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (relay, open) = (Arc::clone(relay), Arc::clone(&open));
        thread::spawn(move || {
            // A peer that breaks off is no fault of ours.
            let _ = talk(&stream, &relay);
            open.fetch_sub(1, Ordering::Relaxed);
        });
    }
    Ok(())
}

fn talk(stream: &TcpStream, relay: &Relay) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    while let Some(length) = head(&mut reader)? {
        if length > MAX_BODY {
            return respond(stream, "413 Content Too Large", "");
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        respond(stream, "200 OK", &answer(relay, &body).to_string())?;
    }
    Ok(())
}

/// The length of the body that follows; `None` at the end of the connection.
fn head(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<usize>> {
    let mut head = reader.take(MAX_HEAD);
    let mut length = 0;
    let mut line = String::new();
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    loop {
        line.clear();
        if head.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.trim_end().is_empty() {
            return Ok(Some(length));
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
        }
    }
}

fn respond(mut stream: &TcpStream, status: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn answer(relay: &Relay, body: &[u8]) -> Value {
    let Ok(question) = serde_json::from_slice::<Value>(body) else {
        return json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32700, "message": "not JSON" } });
    };
    let id = &question["id"];
    match relay.call(question["method"].as_str().unwrap_or_default(), &question["params"]) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => {
            let code = match error {
                Error::NoMethod(_) => -32601,
                Error::Params(_) | Error::Records(_) => -32602,
                _ => -32000,
            };
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": error.to_string() } })
        }
    }
}
