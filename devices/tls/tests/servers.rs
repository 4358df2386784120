//! Against OpenSSL's server with certificates of every kind that must and must not be believed.

mod impostor;

use device_tls::{Records, TlsError, open};
use embedded_io_async::{ErrorType, Read, Write};
use std::future::Future;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const HOST: &str = "node.example";

/// A folder with keys and certificates.
struct Pki(PathBuf);

impl Pki {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn openssl(&self, args: &str) {
        let output = Command::new("openssl").args(args.split(' ')).current_dir(&self.0).output();
        let output = output.expect("openssl is needed");
        assert!(output.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A certificate that signs itself and, by its extension, others.
    fn root(&self, name: &str, curve: &str) {
        self.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:{curve} -nodes -keyout {name}.key -out {name}.pem \
             -subj /CN={name} -addext basicConstraints=critical,CA:TRUE -days 30"
        ));
        self.openssl(&format!("x509 -in {name}.pem -outform der -out {name}.der"));
    }

    /// A certificate for a host, signed by `issuer` on P-256.
    fn leaf(&self, name: &str, key: &str, host: &str, issuer: &str) {
        self.leaf_by(name, key, host, issuer, "sha256");
    }

    /// The hash has to be as long as the issuer's curve: what public authorities do, and all that is believed.
    fn leaf_by(&self, name: &str, key: &str, host: &str, issuer: &str, hash: &str) {
        self.openssl(&format!(
            "req -newkey {key} -nodes -keyout {name}.key -out {name}.csr -subj /CN={host}"
        ));
        std::fs::write(self.0.join("san"), format!("subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\n"))
            .unwrap();
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -out {name}.pem -days 30 -{hash} -extfile san"
        ));
    }

    fn issuer(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name).with_extension("der")).unwrap()
    }

    fn certificate(&self, name: &str) -> Vec<u8> {
        self.openssl(&format!("x509 -in {name}.pem -outform der -out {name}.der"));
        std::fs::read(self.0.join(name).with_extension("der")).unwrap()
    }

    fn serve(&self, name: &str, options: &[&str]) -> Server {
        let mut child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", &format!("{name}.pem")])
            .args(["-key", &format!("{name}.key")])
            .args(options)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // "ACCEPT 127.0.0.1:12345"
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find(|line| line.as_ref().unwrap().starts_with("ACCEPT")).unwrap().unwrap();
        let address = line.split(' ').nth(1).unwrap().to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, address }
    }
}

struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A blocking socket whose futures are always ready.
struct Socket(TcpStream);

impl Socket {
    fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(stream)
    }
}

impl ErrorType for Socket {
    type Error = io::Error;
}

impl Read for Socket {
    async fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Write for Socket {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

/// Shakes hands and asks for a page; the beginning of the answer.
fn fetch(address: &str, host: &str, issuer: &[u8]) -> Result<String, TlsError> {
    let mut records = Box::new(Records::new());
    ready(async {
        let socket = Socket::connect(address);
        let mut link = open(socket, host, issuer, rand_core::OsRng, &mut records).await?;
        let mut rest: &[u8] = b"GET / HTTP/1.0\r\n\r\n";
        while !rest.is_empty() {
            rest = &rest[link.write(rest).await?..];
        }
        link.flush().await?;
        let mut bytes = [0; 64];
        let read = link.read(&mut bytes).await?;
        Ok(String::from_utf8_lossy(&bytes[..read]).into_owned())
    })
}

const P256: &str = "ec -pkeyopt ec_paramgen_curve:P-256";
const P384: &str = "ec -pkeyopt ec_paramgen_curve:P-384";

#[test]
fn a_host_of_the_pinned_issuer_is_believed() {
    let pki = Pki::new("good");
    for (curve, hash) in [("P-256", "sha256"), ("P-384", "sha384")] {
        pki.root("issuer", curve);
        for key in [P256, P384] {
            pki.leaf_by("host", key, HOST, "issuer", hash);
            let server = pki.serve("host", &[]);
            let answer = fetch(&server.address, HOST, &pki.issuer("issuer"));
            let believed = answer.as_ref().is_ok_and(|text| text.starts_with("HTTP/1.0 200"));
            let known = cfg!(feature = "p384") || (curve, key) == ("P-256", P256);
            assert_eq!(believed, known, "{key}, {curve}: {answer:?}");
        }
    }
}

#[test]
fn whoever_is_not_is_refused() {
    let pki = Pki::new("bad");
    pki.root("issuer", "P-256");
    pki.root("stranger", "P-256");
    let issuer = pki.issuer("issuer");
    let refused = |name: &str, options: &[&str]| {
        let server = pki.serve(name, options);
        let answer = fetch(&server.address, HOST, &issuer);
        assert!(answer.is_err(), "{name}: {answer:?}");
    };
    pki.leaf("other", P256, HOST, "stranger");
    refused("other", &[]);
    pki.leaf("elsewhere", P256, "elsewhere.example", "issuer");
    refused("elsewhere", &[]);
    pki.root("itself", "P-256");
    refused("itself", &[]);
    // A host of the issuer that plays issuer itself, and sends its own certificate along.
    pki.leaf("forged", P256, HOST, "elsewhere");
    refused("forged", &["-cert_chain", "elsewhere.pem"]);
    pki.leaf("rsa", "rsa:2048", HOST, "issuer");
    refused("rsa", &[]);
    pki.leaf("old", P256, HOST, "issuer");
    refused("old", &["-tls1_2"]);
    // The right certificate with a key that is not its own cannot be served by OpenSSL; the good one again,
    // so that the refusals above are not for a reason of their own.
    pki.leaf("good", P256, HOST, "issuer");
    let server = pki.serve("good", &[]);
    assert!(fetch(&server.address, HOST, &issuer).is_ok());
    assert!(fetch(&server.address, "other.example", &issuer).is_err(), "asked as another host");
}

#[test]
fn nonsense_and_silence_end() {
    let pki = Pki::new("nonsense");
    pki.root("issuer", "P-256");
    let replies: [&[u8]; 4] =
        [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", &[0x16, 3, 3, 0xff, 0xff, 2], &[0xff; 20_000]];
    for reply in replies {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(reply);
        });
        let answer = fetch(&address, HOST, &pki.issuer("issuer"));
        assert!(answer.is_err(), "{answer:?}");
        server.join().unwrap();
    }
}

/// Somebody on the way, who has no key that the issuer vouches for, and does the rest of the handshake right.
#[test]
fn a_server_that_proves_nothing_is_refused() {
    use impostor::Proof;
    let pki = Pki::new("impostor");
    pki.root("issuer", "P-256");
    pki.leaf("host", P256, HOST, "issuer");
    for (proof, error) in [
        (Proof::None, "InvalidCertificate"),
        // Everybody has seen the host's certificate.
        (Proof::Certificate(pki.certificate("host")), "InvalidCertificate"),
        (Proof::Signature, "InvalidHandshake"),
    ] {
        let answer = fetch(&impostor::serve(proof), HOST, &pki.issuer("issuer"));
        assert_eq!(format!("{:?}", answer.unwrap_err()), error);
    }
}
