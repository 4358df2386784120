//! HTTP/1.1 for one page on the loopback interface: enough for a browser, closed to everybody else.

use crate::error::Error;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// A longer body is refused, in bytes: a wallet's longest answer is a signature of a contract's.
const MAX_BODY: usize = 8 << 10;
const MAX_HEAD: u64 = 8 << 10;
/// More connections at once are closed.
const MAX_CONNECTIONS: usize = 32;
/// For a request to arrive, or an answer to leave.
const PATIENCE: Duration = Duration::from_secs(5);

const FILES: [(&str, &str, &str); 3] = [
    ("", "text/html; charset=utf-8", include_str!("page.html")),
    ("page.js", "text/javascript; charset=utf-8", include_str!("page.js")),
    ("page.css", "text/css; charset=utf-8", include_str!("page.css")),
];

/// Nothing but the page's own files runs or is asked, and nobody frames it.
const HEADERS: &str = "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
    x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\ncache-control: no-store\r\n\
    connection: close\r\n";

/// Serves the page under a secret path and hands on what it posts.
pub(super) struct Server {
    host: String,
    token: String,
    calls: Receiver<Call>,
}

/// What the page posted; it waits for the answer.
pub(super) struct Call {
    pub(super) body: Vec<u8>,
    stream: TcpStream,
}

impl Server {
    /// At a port that the system chooses, under a token that was never used before.
    pub(super) fn start() -> Result<Self, Error> {
        let mut token = [0; 16];
        getrandom::fill(&mut token).map_err(Error::Random)?;
        let token = const_hex::encode(token);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let host = listener.local_addr()?.to_string();
        let (posted, calls) = mpsc::channel();
        let gate = Arc::new(Gate { host: host.clone(), token: token.clone(), open: AtomicUsize::new(0) });
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if gate.open.fetch_add(1, Ordering::Relaxed) >= MAX_CONNECTIONS {
                    gate.open.fetch_sub(1, Ordering::Relaxed);
                    continue;
                }
                let (gate, posted) = (Arc::clone(&gate), posted.clone());
                thread::spawn(move || {
                    // A browser that breaks off is no fault of ours.
                    if let Ok(Some(call)) = gate.talk(stream) {
                        // Whoever asked has gone: so does the call.
                        let _ = posted.send(call);
                    }
                    gate.open.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        Ok(Self { host, token, calls })
    }

    /// What to open in the browser.
    pub(super) fn url(&self) -> String {
        format!("http://{}/{}/", self.host, self.token)
    }

    /// The next thing that the page posts, if it comes in time.
    pub(super) fn next(&self, end: Instant) -> Option<Call> {
        self.calls.recv_timeout(end.saturating_duration_since(Instant::now())).ok()
    }
}

impl Call {
    /// A browser that went away meanwhile gets nothing.
    pub(super) fn answer(self, json: &str) {
        let _ = respond(&self.stream, "200 OK", "application/json", json);
    }

    pub(super) fn refuse(self) {
        let _ = respond(&self.stream, "400 Bad Request", "text/plain", "");
    }
}

/// Who is let in: whoever knows the token and asks this very host.
struct Gate {
    host: String,
    token: String,
    open: AtomicUsize,
}

impl Gate {
    /// Answers a request, or returns what was posted.
    fn talk(&self, stream: TcpStream) -> io::Result<Option<Call>> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut reader = BufReader::new(&stream);
        let head = Head::read(&mut reader)?;
        let refuse = |status| respond(&stream, status, "text/plain", "").map(|()| None);
        // Another name for this address is how a foreign page would reach it (DNS rebinding).
        let own = format!("http://{}", self.host);
        if head.host.as_deref() != Some(&self.host) || head.origin.as_ref().is_some_and(|from| *from != own) {
            return refuse("403 Forbidden");
        }
        let secret = head.path.strip_prefix('/').and_then(|path| path.split_once('/'));
        let Some((token, name)) = secret else { return refuse("404 Not Found") };
        if !same(token.as_bytes(), self.token.as_bytes()) {
            return refuse("404 Not Found");
        }
        match head.method.as_str() {
            "GET" => match FILES.iter().find(|(file, ..)| *file == name) {
                Some((_, kind, text)) => respond(&stream, "200 OK", kind, text).map(|()| None),
                None => refuse("404 Not Found"),
            },
            "POST" if name != "step" => refuse("404 Not Found"),
            "POST" if !head.json => refuse("415 Unsupported Media Type"),
            "POST" if head.length > MAX_BODY => refuse("413 Content Too Large"),
            "POST" => {
                let mut body = vec![0; head.length];
                reader.read_exact(&mut body)?;
                Ok(Some(Call { body, stream }))
            }
            _ => refuse("405 Method Not Allowed"),
        }
    }
}

/// What matters of a request's head.
#[derive(Default)]
struct Head {
    method: String,
    path: String,
    host: Option<String>,
    origin: Option<String>,
    /// Whether the body says that it is JSON, which no form of another page can.
    json: bool,
    length: usize,
}

impl Head {
    fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Self> {
        let mut lines = reader.take(MAX_HEAD);
        let mut line = String::new();
        lines.read_line(&mut line)?;
        let mut words = line.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut head = Self { method, path, ..Self::default() };
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some((name, value)) = line.trim_end().split_once(':') else { return Ok(head) };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "host" => head.host = Some(value.to_owned()),
                "origin" => head.origin = Some(value.to_owned()),
                "content-type" => head.json = value.starts_with("application/json"),
                "content-length" => {
                    head.length = value.parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
                }
                _ => {}
            }
        }
    }
}

fn respond(mut stream: &TcpStream, status: &str, kind: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{HEADERS}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Takes as long wherever the difference is.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |seen, (l, r)| seen | (l ^ r)) == 0
}
