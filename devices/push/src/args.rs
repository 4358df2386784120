use lexopt::{Arg, Parser};
use obd_core::{Address, Curve, Flags, Hash, Pairing, Quality, Source, keccak256};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;
use zeroize::Zeroizing;

pub(crate) const USAGE: &str = "\
Signs a vehicle's reading as a dongle does and pushes it to a node.

autochain-push address (--key HEX | --key-file FILE) [--curve secp256k1|p256]
    The address of the device: an account on secp256k1, a name in the registry on p256.

autochain-push pair-signature (--key HEX | --key-file FILE) [--curve secp256k1|p256] --chain-id N
        --registry ADDR --vehicle N --owner ADDR --nonce N --deadline SECONDS
    The device's half of the registry's pair(...): 65 bytes, or 128 on p256. The nonce is nonces(device),
    the deadline is in seconds since the epoch.

autochain-push record (--key HEX | --key-file FILE) --rpc URL --chain-id N --registry ADDR --vehicle N
        [--odometer KM] [--flags LIST] [--payload FILE]
    Sends one reading and waits until it is mined.
      --chain-id N               the only chain to sign for (1337 for --dev); never taken from the node
      --genesis-hash HASH        the only chain to talk to, if given
      --odometer KM              whole kilometres; without it the reading says \"no odometer\"
      --flags LIST               none, obd, maker, estimate or manual (where the odometer is from; obd if
                                 one is given), clock-unset, records-lost, power-lost, partial,
                                 other-vehicle;
                                 separated by commas; or one number as the registry takes it
      --payload FILE             the encrypted rest of the record, of which the chain gets the hash;
                                 without it, nothing (the hash of the empty string)
      --counter N                use this number instead of the registry's last one plus 1
      --prev-hash HASH           link to this reading instead of the registry's last one
      --gas-limit N              use this limit instead of asking; the node's estimate is not heard then
      --max-gas N                refuse to sign above this gas limit (500000)
      --max-fee WEI              refuse to sign above this fee per gas (500000000000, 500 gwei)
      --max-priority-fee WEI     refuse to sign above this tip per gas (50000000000, 50 gwei)
      --timeout SECONDS          how long to wait for the block (120)

Exit code: 0 done, 1 failed, 2 wrong flags. A key on the command line is visible to other users of the
machine; a file is not.";

/// What to do, checked.
pub(crate) enum Command {
    Help,
    Version,
    Address { curve: Curve, secret: Secret },
    PairSignature { curve: Curve, secret: Secret, chain_id: u64, registry: Address, pairing: Pairing },
    Record(Box<Order>),
}

/// One reading to send.
pub(crate) struct Order {
    pub(crate) secret: Secret,
    pub(crate) rpc: String,
    pub(crate) chain_id: u64,
    pub(crate) genesis_hash: Option<Hash>,
    pub(crate) registry: Address,
    pub(crate) vehicle: u64,
    pub(crate) odometer_km: u32,
    pub(crate) flags: Flags,
    /// keccak256 of the payload.
    pub(crate) hash: Hash,
    pub(crate) counter: Option<u64>,
    pub(crate) prev_hash: Option<Hash>,
    pub(crate) gas_limit: Option<u64>,
    pub(crate) max_gas: u64,
    pub(crate) max_fee: u128,
    pub(crate) max_priority_fee: u128,
    pub(crate) timeout: Duration,
}

/// A private key, wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The command line makes no sense.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

pub(crate) fn parse(mut parser: Parser) -> Result<Command, UsageError> {
    let mut command = None;
    let mut given = Given::default();
    while let Some(arg) = parser.next().map_err(usage)? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Long(name) => {
                let name = name.to_owned();
                let value = parser.value().map_err(usage)?;
                let value = value.into_string().map_err(|_| UsageError(format!("--{name} is not UTF-8")))?;
                if given.0.insert(name.clone(), value).is_some() {
                    return Err(UsageError(format!("--{name} is given twice")));
                }
            }
            Arg::Value(word) if command.is_none() => command = Some(word.to_string_lossy().into_owned()),
            other => return Err(usage(other.unexpected())),
        }
    }
    let Some(command) = command else { return Err(UsageError("a subcommand is missing".to_owned())) };
    let checked = match command.as_str() {
        "help" => return Ok(Command::Help),
        "address" => Command::Address { curve: given.curve()?, secret: given.secret()? },
        "pair-signature" => Command::PairSignature {
            curve: given.curve()?,
            secret: given.secret()?,
            chain_id: given.need("chain-id", number)?,
            registry: given.need("registry", address)?,
            pairing: Pairing {
                vehicle: given.need("vehicle", number)?,
                owner: given.need("owner", address)?,
                nonce: given.need("nonce", number)?,
                deadline: given.need("deadline", number)?,
            },
        },
        "record" => Command::Record(Box::new(order(&mut given)?)),
        other => return Err(UsageError(format!("there is no subcommand `{other}`"))),
    };
    match given.0.first_key_value() {
        Some((name, _)) => Err(UsageError(format!("`{command}` knows no flag --{name}"))),
        None => Ok(checked),
    }
}

fn order(given: &mut Given) -> Result<Order, UsageError> {
    let odometer = given.take("odometer", number::<u32>)?;
    let default_source = if odometer.is_some() { Source::Obd } else { Source::None };
    let flags =
        given.take("flags", |text| flags(text, default_source))?.unwrap_or(Flags::new(default_source));
    if odometer.is_some() != (flags.source() != Source::None) {
        let reason = "--odometer and an odometer source in --flags go together";
        return Err(UsageError(reason.to_owned()));
    }
    Ok(Order {
        secret: given.secret()?,
        rpc: given.need("rpc", http_url)?,
        chain_id: given.need("chain-id", number)?,
        genesis_hash: given.take("genesis-hash", hash)?,
        registry: given.need("registry", address)?,
        vehicle: given.need("vehicle", number)?,
        odometer_km: odometer.unwrap_or(0),
        flags,
        hash: keccak256(&given.take("payload", file)?.unwrap_or_default()),
        counter: given.take("counter", number)?,
        prev_hash: given.take("prev-hash", hash)?,
        gas_limit: given.take("gas-limit", number)?,
        max_gas: given.take("max-gas", number)?.unwrap_or(500_000),
        max_fee: given.take("max-fee", number)?.unwrap_or(500_000_000_000),
        max_priority_fee: given.take("max-priority-fee", number)?.unwrap_or(50_000_000_000),
        timeout: Duration::from_secs(given.take("timeout", number::<u32>)?.unwrap_or(120).into()),
    })
}

/// The flags that stood on the command line and are not used yet.
#[derive(Default)]
struct Given(BTreeMap<String, String>);

impl Given {
    fn take<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, UsageError> {
        let Some(text) = self.0.remove(name).map(Zeroizing::new) else { return Ok(None) };
        read(&text).map(Some).map_err(|reason| UsageError(format!("--{name}: {reason}")))
    }

    fn need<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, UsageError> {
        self.take(name, read)?.ok_or_else(|| UsageError(format!("--{name} is missing")))
    }

    fn curve(&mut self) -> Result<Curve, UsageError> {
        let read =
            |text: &str| Curve::from_name(text).ok_or_else(|| format!("`{text}` is not secp256k1 or p256"));
        self.take("curve", read).map(Option::unwrap_or_default)
    }

    fn secret(&mut self) -> Result<Secret, UsageError> {
        let key = self.take("key", secret)?;
        let from_file = self.take("key-file", |path| secret(&Zeroizing::new(text_file(path)?)))?;
        match (key, from_file) {
            (Some(secret), None) | (None, Some(secret)) => Ok(secret),
            _ => Err(UsageError("give either --key HEX or --key-file FILE".to_owned())),
        }
    }
}

fn usage(error: lexopt::Error) -> UsageError {
    UsageError(error.to_string())
}

/// Decimal, or hexadecimal after 0x.
fn number<T: TryFrom<u128>>(text: &str) -> Result<T, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16),
        None => text.parse(),
    };
    let number = number.map_err(|_| format!("`{text}` is not a whole number"))?;
    T::try_from(number).map_err(|_| format!("{number} is too large"))
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], String> {
    const_hex::decode_to_array(text.trim()).map_err(|_| format!("expected {N} bytes in hexadecimal"))
}

fn address(text: &str) -> Result<Address, String> {
    bytes(text).map(Address)
}

fn hash(text: &str) -> Result<Hash, String> {
    bytes(text)
}

fn secret(text: &str) -> Result<Secret, String> {
    bytes(text).map(Zeroizing::new)
}

fn http_url(text: &str) -> Result<String, String> {
    match text.strip_prefix("http://") {
        Some(rest) if !rest.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is not an http:// address; TLS is not spoken here, use a local node")),
    }
}

fn file(path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{path}: {error}"))
}

fn text_file(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

fn flags(text: &str, default_source: Source) -> Result<Flags, String> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Flags::try_from(number::<u16>(text)?).map_err(|error| error.to_string());
    }
    let mut source = None;
    let mut qualities = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let found = match name {
            "none" => Source::None,
            "obd" => Source::Obd,
            "maker" => Source::Maker,
            "estimate" => Source::Estimate,
            "manual" => Source::Manual,
            _ => {
                qualities.push(quality(name)?);
                continue;
            }
        };
        if source.replace(found).is_some() {
            return Err("one odometer source at most".to_owned());
        }
    }
    Ok(qualities.into_iter().fold(Flags::new(source.unwrap_or(default_source)), Flags::with))
}

fn quality(name: &str) -> Result<Quality, String> {
    Ok(match name {
        "clock-unset" => Quality::ClockUnset,
        "records-lost" => Quality::RecordsLost,
        "power-lost" => Quality::PowerLost,
        "partial" => Quality::Partial,
        "other-vehicle" => Quality::OtherVehicle,
        _ => return Err(format!("there is no flag `{name}`")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0x2bf34ea501cef69370381bd0d9621ede250bd2f12a5e9493b7c1cc61eac9d91a";
    const REGISTRY: &str = "0x00000000000000000000000000000000000000CA";

    fn parsed(line: &str) -> Result<Command, String> {
        parse(Parser::from_args(line.split_whitespace())).map_err(|UsageError(reason)| reason)
    }

    fn reason(line: &str) -> String {
        parsed(line).err().expect("a usage error")
    }

    fn record(rest: &str) -> Result<Order, String> {
        let line = format!(
            "record --rpc http://localhost:8545 --chain-id 1337 --registry {REGISTRY} --vehicle 1 --key {KEY} {rest}"
        );
        parsed(&line).map(|command| match command {
            Command::Record(order) => *order,
            _ => panic!("another command"),
        })
    }

    #[test]
    fn an_odometer_comes_from_the_car_unless_said_otherwise() {
        let order = record("--odometer 123456").unwrap();
        assert_eq!((order.odometer_km, order.flags.bits()), (123_456, 1));
        assert_eq!(record("").unwrap().flags.bits(), 0);
        assert_eq!(record("--odometer 1 --flags manual,clock-unset").unwrap().flags.bits(), 0b1100);
        assert_eq!(record("--odometer 1 --flags partial").unwrap().flags.bits(), 0b100_0001);
        assert_eq!(record("--flags partial").unwrap().flags.bits(), 0b100_0000);
        assert_eq!(record("--odometer 1 --flags 0x9").unwrap().flags.bits(), 9);
    }

    #[test]
    fn nonsense_is_refused_with_the_flag_named() {
        let cases = [
            ("", "a subcommand is missing"),
            ("sign", "there is no subcommand `sign`"),
            ("address", "give either --key HEX or --key-file FILE"),
            ("address --key 0x12", "--key: expected 32 bytes in hexadecimal"),
            ("address --key", "missing argument for option '--key'"),
            ("address --curve p384", "--curve: `p384` is not secp256k1 or p256"),
            ("record --key-file /nonexistent/key", "--key-file: /nonexistent/key: No such file"),
        ];
        for (line, expected) in cases {
            let reason = reason(line);
            assert!(reason.starts_with(expected), "{line}: {reason}");
        }
        let cases = [
            ("--odometer 4294967296", "--odometer: 4294967296 is too large"),
            ("--odometer -1", "--odometer: `-1` is not a whole number"),
            ("--flags obd", "--odometer and an odometer source in --flags go together"),
            ("--odometer 1 --flags none", "--odometer and an odometer source in --flags go together"),
            ("--odometer 1 --flags obd,manual", "--flags: one odometer source at most"),
            ("--flags 0x4000", "--flags: flags 0x4000: bits 14 and 15 belong to the registry"),
            ("--flags shiny", "--flags: there is no flag `shiny`"),
            ("--curve p256", "`record` knows no flag --curve"),
            ("--speed 3", "`record` knows no flag --speed"),
            ("--vehicle 2", "--vehicle is given twice"),
            ("2", "unexpected argument \"2\""),
        ];
        for (rest, expected) in cases {
            assert_eq!(record(rest).err().as_deref(), Some(expected), "{rest}");
        }
    }

    #[test]
    fn the_chain_id_is_never_left_to_the_node() {
        let line = format!("record --rpc http://h --registry {REGISTRY} --vehicle 1 --key {KEY}");
        assert_eq!(reason(&line), "--chain-id is missing");
        let line =
            format!("record --rpc https://h --chain-id 1 --registry {REGISTRY} --vehicle 1 --key {KEY}");
        assert!(reason(&line).starts_with("--rpc: `https://h` is not an http:// address"));
    }
}
