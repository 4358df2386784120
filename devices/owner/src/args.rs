use lexopt::{Arg, Parser};
use obd_core::record::{HandedKey, Period, Scope, WRAPPED_LEN, WrappedRoot};
use obd_core::{Address, PublicKey};
use std::collections::BTreeMap;
use std::fs;
use zeroize::Zeroizing;

pub(crate) const USAGE: &str = "\
Opens a vehicle's records with its owner's key, and hands keys to those who may read.

autochain-owner open --key-file FILE --root HEX < RECORDS
    Decrypts records, one a line as hexadecimal digits, and prints one JSON object a line. The root is what
    the device printed when it was paired: the secret of the key epoch, wrapped to this key.

autochain-owner hand-over --key-file FILE --root HEX --scope NAME --period N --reader POINT
    Wraps the key of one scope (trip, health, energy, identity) and period (of 30 days, counted from the
    Unix epoch) for the holder of POINT, as the data market takes it: prints point, wrapped and device.

autochain-owner read --key-file FILE --point POINT --wrapped HEX --device ADDR < RECORDS
    The reader's half: decrypts records of that scope and period.

A POINT is a public key of secp256k1: 64 bytes, x and y, or 33 bytes, compressed. A key file holds 32 bytes
as hexadecimal digits. Exit code: 0 done, 1 failed, 2 wrong flags.";

/// What to do, checked.
pub(crate) enum Command {
    Help,
    Open { secret: Secret, root: WrappedRoot },
    HandOver { secret: Secret, root: WrappedRoot, scope: Scope, period: Period, reader: PublicKey },
    Read { secret: Secret, handed: HandedKey, device: Address },
}

/// A private key, wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// Why the command line makes no sense.
pub(crate) fn parse(mut parser: Parser) -> Result<Command, String> {
    let mut command = None;
    let mut given = Given::default();
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long(name) => {
                let name = name.to_owned();
                let value = parser.value().map_err(|error| error.to_string())?;
                let value = value.into_string().map_err(|_| format!("--{name} is not UTF-8"))?;
                if given.0.insert(name.clone(), value).is_some() {
                    return Err(format!("--{name} is given twice"));
                }
            }
            Arg::Value(word) if command.is_none() => command = Some(word.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let checked = match command.as_deref() {
        Some("open") => Command::Open { secret: given.secret()?, root: given.root()? },
        Some("hand-over") => Command::HandOver {
            secret: given.secret()?,
            root: given.root()?,
            scope: given.need("scope", scope)?,
            period: Period(given.need("period", |text| text.parse().map_err(|_| "not a number".to_owned()))?),
            reader: given.need("reader", point)?,
        },
        Some("read") => Command::Read {
            secret: given.secret()?,
            handed: HandedKey {
                ephemeral: given.need("point", point)?,
                wrapped: given.need("wrapped", hex)?,
            },
            device: Address(given.need("device", hex)?),
        },
        Some(other) => return Err(format!("there is no subcommand `{other}`")),
        None => return Err("a subcommand is missing".to_owned()),
    };
    match given.0.keys().next() {
        None => Ok(checked),
        Some(name) => Err(format!("--{name} has no meaning here")),
    }
}

/// Flags that nobody has asked for yet.
#[derive(Default)]
struct Given(BTreeMap<String, String>);

impl Given {
    fn need<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, String> {
        let text = self.0.remove(name).ok_or_else(|| format!("--{name} is missing"))?;
        read(&text).map_err(|reason| format!("--{name}: {reason}"))
    }

    fn secret(&mut self) -> Result<Secret, String> {
        self.need("key-file", |path| {
            let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?);
            hex(text.trim()).map(Secret::new)
        })
    }

    fn root(&mut self) -> Result<WrappedRoot, String> {
        self.need("root", |text| hex::<WRAPPED_LEN>(text).map(WrappedRoot::from_bytes))
    }
}

fn scope(name: &str) -> Result<Scope, String> {
    match name {
        "trip" => Ok(Scope::Trip),
        "health" => Ok(Scope::Health),
        "energy" => Ok(Scope::Energy),
        "identity" => Ok(Scope::Identity),
        _ => Err("one of trip, health, energy, identity".to_owned()),
    }
}

fn point(text: &str) -> Result<PublicKey, String> {
    let point = match text.trim_start_matches("0x").len() {
        66 => PublicKey::from_compressed(&hex(text)?),
        _ => PublicKey::from_bytes(&hex(text)?),
    };
    point.map_err(|error| error.to_string())
}

fn hex<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    const_hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| format!("not {N} bytes as hexadecimal digits"))?;
    Ok(bytes)
}
