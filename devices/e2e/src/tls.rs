use crate::process::Guard;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// TLS 1.3 in front of a port that speaks plain HTTP; Python's, which is OpenSSL.
pub struct TlsProxy {
    _process: Guard,
    /// The script ends with it.
    _end: ChildStdin,
    handshakes: Arc<AtomicUsize>,
    /// On the loopback interface.
    pub port: u16,
}

impl TlsProxy {
    /// Shows this certificate, whose key is in the other file, and leads to a port of the loopback interface.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start((certificate, key): &(PathBuf, PathBuf), to: u16) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", include_str!("tls_proxy.py")]).args([certificate, key]).arg(to.to_string());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 is needed");
        let end = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let process = Guard(child);
        let port = lines.next().and_then(|line| line.parse().ok()).expect("the proxy prints its port");
        let handshakes = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&handshakes);
        thread::spawn(move || {
            for _ in lines {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { _process: process, _end: end, handshakes, port }
    }

    /// How many clients have believed it.
    pub fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }
}
