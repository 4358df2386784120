use crate::fetch::Order;
use crate::grants::Grants;
use device_rpc::Rpc;
use lexopt::{Arg, Parser};
use obd_core::record::{HandedKey, Period, Scope, WRAPPED_LEN, WrappedRoot};
use obd_core::{Address, PublicKey};
use std::collections::BTreeMap;
use std::fs;
use std::str::FromStr;
use zeroize::Zeroizing;

pub(crate) const USAGE: &str = "\
Fetches and opens a vehicle's records, and lets others read what its owner wants them to.

autochain-owner fetch --rpc URL --registry ADDR --vehicle N --relay URL [--epoch N] [--from-block N]
    Prints the vehicle's records, one a line as hexadecimal digits, in the order of the chain: those that the
    node's chain has readings of, from the relay, each proved to stand under its reading. Anybody may; only
    who has a key opens them. Those of all key epochs without --epoch, from block 0 without --from-block.

autochain-owner open --key-file FILE --root HEX < RECORDS
    Decrypts records, one a line as hexadecimal digits, and prints one JSON object a line. The root is what
    the device printed when it was paired: the secret of the key epoch, wrapped to this key.

autochain-owner share --key-file FILE --root HEX --scope NAME --reader POINT [CHAIN] < RECORDS
    Opens the records of one scope (trip, health, energy, identity) for the holder of POINT, one by one, and
    leaves out the others: prints each with its opening, encrypted to POINT, on a line. An opening opens no
    other record.

autochain-owner read-shared --key-file FILE < SHARED
    The reader's half: decrypts what `share` printed, as `open` does. The `hash` that it shows is what the
    device signed: look it up under a root on chain.

autochain-owner hand-over --key-file FILE --root HEX --scope NAME --period N --reader POINT [CHAIN]
                [--with-records-to-come]
    Wraps the key of one scope and period (of 30 days, counted from the Unix epoch) for the holder of POINT,
    as the data market takes it: prints point, wrapped and device. A key cannot be taken back. That of a
    period that is not closed (seven days after its end) is handed over only --with-records-to-come: it
    opens what is recorded until then, whatever happens to a grant. Period 0, of records that were made
    while no clock was set, never closes.

autochain-owner read --key-file FILE --point POINT --wrapped HEX --device ADDR < RECORDS
    The reader's half: decrypts records of that scope and period.

CHAIN is --rpc URL --grants ADDR [--giver ADDR]: a node (plain HTTP) and the contract Grants on its chain.
With it, only what the account of POINT has a grant for now is shared or handed over: from the owner, or
from the holder of an encumbrance that --giver names.

A POINT is a public key of secp256k1: 64 bytes, x and y, or 33 bytes, compressed. A key file holds 32 bytes
as hexadecimal digits. Exit code: 0 done, 1 failed, 2 wrong flags.";

/// The flag without a value.
const TO_COME: &str = "with-records-to-come";

const SCOPES: [(&str, Scope); 4] = [
    ("trip", Scope::Trip),
    ("health", Scope::Health),
    ("energy", Scope::Energy),
    ("identity", Scope::Identity),
];

/// What to do, checked.
pub(crate) enum Command {
    Help,
    Fetch(Box<Order>),
    Open {
        secret: Secret,
        root: WrappedRoot,
    },
    Share {
        secret: Secret,
        root: WrappedRoot,
        scope: Scope,
        reader: PublicKey,
        grants: Option<Grants>,
    },
    ReadShared {
        secret: Secret,
    },
    HandOver {
        secret: Secret,
        root: WrappedRoot,
        scope: Scope,
        period: Period,
        reader: PublicKey,
        /// The key may open records that are still to be made.
        to_come: bool,
        grants: Option<Grants>,
    },
    Read {
        secret: Secret,
        handed: HandedKey,
        device: Address,
    },
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
                let value = match &name[..] {
                    TO_COME => String::new(),
                    _ => {
                        let value = parser.value().map_err(|error| error.to_string())?;
                        value.into_string().map_err(|_| format!("--{name} is not UTF-8"))?
                    }
                };
                if given.0.insert(name.clone(), value).is_some() {
                    return Err(format!("--{name} is given twice"));
                }
            }
            Arg::Value(word) if command.is_none() => command = Some(word.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let checked = match command.as_deref() {
        Some("fetch") => Command::Fetch(Box::new(Order {
            node: Rpc::new(&given.need("rpc", |url| Ok(url.to_owned()))?),
            registry: Address(given.need("registry", hex)?),
            relay: Rpc::new(&given.need("relay", |url| Ok(url.to_owned()))?),
            vehicle: given.need("vehicle", number)?,
            epoch: given.optional("epoch", number)?,
            from: given.optional("from-block", number)?.unwrap_or_default(),
        })),
        Some("open") => Command::Open { secret: given.secret()?, root: given.root()? },
        Some("share") => Command::Share {
            secret: given.secret()?,
            root: given.root()?,
            scope: given.need("scope", scope)?,
            reader: given.need("reader", point)?,
            grants: given.grants()?,
        },
        Some("read-shared") => Command::ReadShared { secret: given.secret()? },
        Some("hand-over") => Command::HandOver {
            secret: given.secret()?,
            root: given.root()?,
            scope: given.need("scope", scope)?,
            period: Period(given.need("period", number)?),
            reader: given.need("reader", point)?,
            to_come: given.0.remove(TO_COME).is_some(),
            grants: given.grants()?,
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

    fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        if self.0.contains_key(name) { self.need(name, read).map(Some) } else { Ok(None) }
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

    fn grants(&mut self) -> Result<Option<Grants>, String> {
        if !["rpc", "grants", "giver"].iter().any(|name| self.0.contains_key(*name)) {
            return Ok(None);
        }
        let node = Rpc::new(&self.need("rpc", |url| Ok(url.to_owned()))?);
        let contract = Address(self.need("grants", hex)?);
        let given = self.0.contains_key("giver");
        let giver = if given { Address(self.need("giver", hex)?) } else { Address([0; 20]) };
        Ok(Some(Grants { node, contract, giver }))
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "not a number, or too high".to_owned())
}

fn scope(name: &str) -> Result<Scope, String> {
    let known = SCOPES.iter().find(|(known, _)| *known == name);
    known.map(|(_, scope)| *scope).ok_or_else(|| "one of trip, health, energy, identity".to_owned())
}

/// The word that stands for a scope on the command line.
pub(crate) fn scope_name(scope: Scope) -> &'static str {
    SCOPES.iter().find(|(_, known)| *known == scope).map_or("", |(name, _)| name)
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
