use lexopt::{Arg, Parser, ValueExt as _};
use obd_core::{Address, Policy};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use zeroize::Zeroizing;

pub(crate) const USAGE: &str = "\
Keeps dongles' encrypted records and carries their signed readings to the registry.

autochain-relay --data DIR --rpc URL --chain-id N --registry ADDR [--allow HOLDER]...
    [--key-file FILE] [--listen ADDR] [caps]
  --data DIR                records, and what was spent today
  --rpc URL                 the node, over plain HTTP: one of your own
  --chain-id N              the only chain to sign for
  --allow HOLDER            serve the devices that this account paired; nobody is served unless named
  --key-file FILE           32 bytes in hexadecimal: the account that pays; without it records are kept
                            and no reading is carried
  --listen ADDR             where to listen (127.0.0.1:8645; port 0 takes any and prints it)
  --daily-cap WEI           the most that may be signed away in a day (1000000000000000000)
  --max-fee WEI             refuse to sign above this fee per gas (500000000000, 500 gwei)
  --max-priority-fee WEI    refuse to sign above this tip per gas (50000000000, 50 gwei)
  --gas-limit N             what one reading gets (400000)
  --max-bytes N             the most that records may take on disk (10737418240)
  --staging-bytes N         how much of it uploads may take that no reading stands for yet, 4096 for each
                            (67108864)
  --staging-hours N         how long these are kept (24)";

/// What to do, checked.
pub(crate) enum Command {
    Help,
    Serve(Box<Order>),
}

/// How to serve.
pub(crate) struct Order {
    pub(crate) data: PathBuf,
    pub(crate) rpc: String,
    pub(crate) policy: Policy,
    pub(crate) allowed: Vec<Address>,
    pub(crate) secret: Option<Zeroizing<[u8; 32]>>,
    pub(crate) listen: SocketAddr,
    pub(crate) daily_cap: u128,
    pub(crate) max_bytes: u64,
    pub(crate) staging_bytes: u64,
    pub(crate) staging: Duration,
}

pub(crate) fn parse(mut parser: Parser) -> Result<Command, String> {
    let (mut data, mut rpc, mut chain_id, mut registry, mut secret) = (None, None, None, None, None);
    let mut allowed = Vec::new();
    let mut listen = SocketAddr::from(([127, 0, 0, 1], 8645));
    let (mut daily_cap, mut max_fee, mut max_tip) = (10_u128.pow(18), 500_000_000_000, 50_000_000_000);
    let (mut max_gas, mut max_bytes, mut staging_bytes, mut hours) = (400_000, 10 << 30, 64 << 20, 24_u32);
    while let Some(arg) = parser.next().map_err(text)? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("data") => data = Some(parser.value().map_err(text)?.into()),
            Arg::Long("rpc") => rpc = Some(parser.value().map_err(text)?.string().map_err(text)?),
            Arg::Long("chain-id") => chain_id = Some(number(&mut parser)?),
            Arg::Long("registry") => registry = Some(address(&mut parser)?),
            Arg::Long("allow") => allowed.push(address(&mut parser)?),
            Arg::Long("key-file") => secret = Some(key(&PathBuf::from(parser.value().map_err(text)?))?),
            Arg::Long("listen") => listen = number(&mut parser)?,
            Arg::Long("daily-cap") => daily_cap = number(&mut parser)?,
            Arg::Long("max-fee") => max_fee = number(&mut parser)?,
            Arg::Long("max-priority-fee") => max_tip = number(&mut parser)?,
            Arg::Long("gas-limit") => max_gas = number(&mut parser)?,
            Arg::Long("max-bytes") => max_bytes = number(&mut parser)?,
            Arg::Long("staging-bytes") => staging_bytes = number(&mut parser)?,
            Arg::Long("staging-hours") => hours = number(&mut parser)?,
            other => return Err(other.unexpected().to_string()),
        }
    }
    let missing = |name: &str| format!("{name} is missing");
    let policy = Policy {
        chain_id: chain_id.ok_or_else(|| missing("--chain-id"))?,
        registry: registry.ok_or_else(|| missing("--registry"))?,
        max_gas,
        max_fee_per_gas: max_fee,
        max_priority_fee_per_gas: max_tip,
    };
    let data = data.ok_or_else(|| missing("--data"))?;
    let rpc = rpc.ok_or_else(|| missing("--rpc"))?;
    let staging = Duration::from_secs(u64::from(hours) * 3_600);
    Ok(Command::Serve(Box::new(Order {
        data,
        rpc,
        policy,
        allowed,
        secret,
        listen,
        daily_cap,
        max_bytes,
        staging_bytes,
        staging,
    })))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn number<T: std::str::FromStr>(parser: &mut Parser) -> Result<T, String>
where
    T::Err: std::fmt::Display + std::error::Error + Send + Sync + 'static,
{
    parser.value().map_err(text)?.parse().map_err(text)
}

fn address(parser: &mut Parser) -> Result<Address, String> {
    let given = parser.value().map_err(text)?.string().map_err(text)?;
    const_hex::decode_to_array(&given).map(Address).map_err(|error| format!("{given}: {error}"))
}

fn key(file: &PathBuf) -> Result<Zeroizing<[u8; 32]>, String> {
    let given = fs::read_to_string(file).map(Zeroizing::new);
    let given = given.map_err(|error| format!("{}: {error}", file.display()))?;
    let bytes = const_hex::decode_to_array(given.trim());
    bytes.map(Zeroizing::new).map_err(|error| format!("{}: {error}", file.display()))
}
