use core::str::{FromStr, SplitAsciiWhitespace};
use obd_core::client::Endpoint;
use obd_core::{Address, Hash};
use smoltcp::wire::Ipv4Address;
use thiserror::Error;

/// The most nodes.
pub(crate) const MAX_NODES: usize = 3;

/// What the emulated board is told through its flash image, one name and its value on each line. A real one
/// makes its secrets itself; here the test that owns the image is to know them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Config<'a> {
    /// The device's secret key.
    pub(crate) key: Hash,
    /// The root of the record keys.
    pub(crate) root: Hash,
    pub(crate) chain_id: u64,
    pub(crate) genesis: Hash,
    pub(crate) registry: [u8; 20],
    pub(crate) vehicle: u64,
    pub(crate) epoch: u32,
    /// The vehicle's commitment and the salt that opens it.
    pub(crate) commitment: Hash,
    pub(crate) salt: Hash,
    pub(crate) nodes: [Option<Endpoint<'a>>; MAX_NODES],
    pub(crate) relay: Option<Endpoint<'a>>,
    /// Whether the relay sends the transactions too.
    pub(crate) relayed: bool,
    /// In blocks.
    pub(crate) depth: u64,
    /// Between two records, in milliseconds.
    pub(crate) interval: u64,
}

impl<'a> Config<'a> {
    /// Reads the lines up to the first byte that is not text.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, ConfigError> {
        let end = bytes.iter().position(|byte| matches!(byte, 0 | 0xff)).unwrap_or(bytes.len());
        let text = core::str::from_utf8(&bytes[..end]).map_err(|_| ConfigError)?;
        let mut config = Self::default();
        let mut nodes = 0;
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                None => {}
                Some("key") => config.key = hex(&mut words)?,
                Some("root") => config.root = hex(&mut words)?,
                Some("chain-id") => config.chain_id = number(&mut words)?,
                Some("genesis") => config.genesis = hex(&mut words)?,
                Some("registry") => config.registry = hex(&mut words)?,
                Some("vehicle") => config.vehicle = number(&mut words)?,
                Some("epoch") => config.epoch = number(&mut words)?,
                Some("commitment") => config.commitment = hex(&mut words)?,
                Some("salt") => config.salt = hex(&mut words)?,
                Some("node") => {
                    *config.nodes.get_mut(nodes).ok_or(ConfigError)? = Some(peer(&mut words)?);
                    nodes += 1;
                }
                Some("relay") => config.relay = Some(peer(&mut words)?),
                Some("relayed") => config.relayed = true,
                Some("depth") => config.depth = number(&mut words)?,
                Some("interval") => config.interval = number(&mut words)?,
                Some(_) => return Err(ConfigError),
            }
        }
        Ok(config)
    }

    pub(crate) const fn registry(&self) -> Address {
        Address(self.registry)
    }
}

/// The image holds no settings.
#[derive(Clone, Copy, Debug, Error)]
#[error("the flash image holds no settings that this board understands")]
pub(crate) struct ConfigError;

fn number<T: FromStr>(words: &mut SplitAsciiWhitespace<'_>) -> Result<T, ConfigError> {
    words.next().and_then(|word| word.parse().ok()).ok_or(ConfigError)
}

/// An address and port. Plain HTTP names both.
fn peer<'a>(words: &mut SplitAsciiWhitespace<'a>) -> Result<Endpoint<'a>, ConfigError> {
    let (host, port) = words.next().and_then(|word| word.split_once(':')).ok_or(ConfigError)?;
    let _: Ipv4Address = host.parse().map_err(|_| ConfigError)?;
    Ok(Endpoint { host, port: port.parse().map_err(|_| ConfigError)?, path: "/", tls: false })
}

fn hex<const N: usize>(words: &mut SplitAsciiWhitespace<'_>) -> Result<[u8; N], ConfigError> {
    let digits = words.next().ok_or(ConfigError)?.as_bytes();
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return Err(ConfigError);
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        let pair = core::str::from_utf8(pair).map_err(|_| ConfigError)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| ConfigError)?;
    }
    Ok(bytes)
}
