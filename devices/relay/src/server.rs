use crate::error::Error;
use crate::relay::Relay;
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// A longer body is refused, in bytes: sixteen records and room to spare.
const MAX_BODY: usize = 32 << 10;
const MAX_HEAD: u64 = 8 << 10;
/// More connections at once are closed.
const MAX_CONNECTIONS: usize = 256;
/// How long a request may take to arrive whole, from the end of the one before it, and an answer to leave: a
/// peer that sends a byte now and then does not hold a place for ever.
const PATIENCE: Duration = Duration::from_secs(60);
/// After a connection could not be taken in, for want of descriptors or threads.
const PAUSE: Duration = Duration::from_millis(100);

/// JSON-RPC 2.0 over HTTP/1.1, a thread for each connection.
pub(crate) fn serve(listener: &TcpListener, relay: &Arc<Relay>) -> ! {
    let places = Arc::new(());
    loop {
        let taken = listener.accept().and_then(|(stream, _)| {
            // One count is the loop's own.
            if Arc::strong_count(&places) > MAX_CONNECTIONS {
                return Ok(());
            }
            let (relay, place) = (Arc::clone(relay), Arc::clone(&places));
            let work = move || {
                let _place = place;
                // A peer that breaks off is no fault of ours.
                let _ = talk(&stream, &relay);
            };
            thread::Builder::new().spawn(work).map(drop)
        });
        if let Err(error) = taken {
            eprintln!("autochain-relay: a connection was lost: {error}");
            thread::sleep(PAUSE);
        }
    }
}

fn talk(stream: &TcpStream, relay: &Relay) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(Timed { stream, until: Instant::now() + PATIENCE });
    while let Some(head) = Head::read(&mut reader)? {
        if head.length > MAX_BODY {
            return respond(stream, "413 Content Too Large", "");
        }
        let mut body = vec![0; head.length];
        reader.read_exact(&mut body)?;
        respond(stream, "200 OK", &answer(relay, &body).to_string())?;
        if head.close {
            break;
        }
        reader.get_mut().until = Instant::now() + PATIENCE;
    }
    Ok(())
}

/// A stream that gives nothing any more after a point in time.
struct Timed<'a> {
    stream: &'a TcpStream,
    until: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(bytes)
    }
}

/// What the relay looks at in a request's head.
struct Head {
    length: usize,
    /// Whether the peer wants no further request on this connection.
    close: bool,
}

impl Head {
    /// `None` at the end of the connection.
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut text = reader.take(MAX_HEAD);
        let mut line = String::new();
        if text.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut head = Self { length: 0, close: false };
        loop {
            line.clear();
            if text.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            if line.is_empty() {
                return Ok(Some(head));
            }
            let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                head.length = value.parse().map_err(|_| io::ErrorKind::InvalidData)?;
            } else if name.eq_ignore_ascii_case("connection") {
                head.close = value.eq_ignore_ascii_case("close");
            }
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
