use crate::error::Error;
use device_rpc::Pins;
use obd_core::{Address, Curve};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than a device waits for its button.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest answer that is read.
const LONGEST: usize = 16 * 1024;

/// A device at the other end of a serial line, or of TCP (`tcp:HOST:PORT`, an emulator).
pub(crate) struct Device {
    line: Box<dyn Line>,
}

trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

impl Device {
    pub(crate) fn open(port: &str) -> Result<Self, Error> {
        let failed = |reason: String| Error::Port { port: port.to_owned(), reason };
        let line: Box<dyn Line> = if let Some(address) = port.strip_prefix("tcp:") {
            let stream = TcpStream::connect(address).map_err(|error| failed(error.to_string()))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Box::new(stream)
        } else {
            // The chip's USB port takes any rate.
            let line = serialport::new(port, 115_200).timeout(PATIENCE).open();
            Box::new(line.map_err(|error| failed(error.to_string()))?)
        };
        Ok(Self { line })
    }

    /// What the device says that it is.
    pub(crate) fn hello(&mut self) -> Result<Hello, Error> {
        self.ask("hello").map(Hello)
    }

    /// The account of its key.
    pub(crate) fn address(&mut self) -> Result<Address, Error> {
        let hello = self.ask("hello")?;
        let address = hello.get("address").ok_or(Error::NoKey)?;
        bytes(address).map(Address)
    }

    /// The chain that is pinned in it: it signs for no other.
    pub(crate) fn pins(&mut self) -> Result<Pins, Error> {
        let pinned = self.ask("chain")?;
        let chain_id = field(&pinned, "chain")?;
        Ok(Pins {
            chain_id: chain_id.parse().map_err(|_| Error::Answer(chain_id.to_owned()))?,
            genesis: Some(bytes(field(&pinned, "genesis")?)?),
            registry: bytes(field(&pinned, "registry")?).map(Address)?,
        })
    }

    /// Sends a line; the fields of the answer.
    pub(crate) fn ask(&mut self, line: &str) -> Result<BTreeMap<String, String>, Error> {
        writeln!(self.line, "{line}")?;
        self.line.flush()?;
        let answer = self.read()?;
        if let Some(sentence) = answer.strip_prefix("error ") {
            return Err(Error::Refused(sentence.to_owned()));
        }
        let fields = answer.strip_prefix("ok").ok_or_else(|| Error::Answer(answer.clone()))?;
        let field =
            |word: &str| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        let fields: Option<_> = fields.split_ascii_whitespace().map(field).collect();
        fields.ok_or(Error::Answer(answer))
    }

    /// One answer; other lines, such as a log's, are passed over.
    fn read(&mut self) -> Result<String, Error> {
        let mut answer = Vec::new();
        let mut byte = [0];
        loop {
            match self.line.read(&mut byte) {
                Ok(0) => return Err(Error::Silent),
                Ok(_) => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {
                    return Err(Error::Silent);
                }
                Err(error) => return Err(error.into()),
            }
            if byte != *b"\n" {
                answer.extend(byte);
            } else {
                let text = String::from_utf8_lossy(&answer).trim().to_owned();
                if text.starts_with("ok") || text.starts_with("error ") {
                    return Ok(text);
                }
                answer.clear();
            }
            if answer.len() > LONGEST {
                return Err(Error::Answer("more than 16 KB without an end".into()));
            }
        }
    }
}

/// The fields of `hello`.
pub(crate) struct Hello(BTreeMap<String, String>);

impl Hello {
    /// `new`, `keyed`, `ready` or `paired`.
    pub(crate) fn state(&self) -> &str {
        self.0.get("state").map_or("", String::as_str)
    }

    /// The key's curve; secp256k1 where the firmware knows no other and does not say.
    pub(crate) fn curve(&self) -> &str {
        self.0.get("curve").map_or(Curve::default().name(), String::as_str)
    }
}

impl fmt::Display for Hello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(|(name, value)| format!("{name} {value}")).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// A field that an answer must have.
pub(crate) fn field<'a>(fields: &'a BTreeMap<String, String>, name: &str) -> Result<&'a str, Error> {
    fields.get(name).map(String::as_str).ok_or_else(|| Error::Answer(format!("{fields:?}")))
}

/// Exactly `N` bytes in hex.
fn bytes<const N: usize>(text: &str) -> Result<[u8; N], Error> {
    const_hex::decode_to_array(text).map_err(|_| Error::Answer(text.to_owned()))
}
