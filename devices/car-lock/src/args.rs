use crate::attest;
use crate::sign::Signer;
use lexopt::{Arg, Parser};
use obd_core::lock::{Certificate, Credential, LockDomain, MAX_OFFLINE, Pins};
use obd_core::{Address, Hash};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

pub(crate) const USAGE: &str = "\
A car lock on the host, and the tools of those who talk to it.
All take --chain-id N and --lock ADDR (the lock's own account); who signs takes --key-file FILE.

car-lock run --attestor ADDR... --threshold N --state FILE
    A lock that reads lines: at SECONDS, clock SECONDS, see still|idle|moving|silent|unknown,
    tenure ..., credential ..., challenge, start ..., recover ..., engage. Answers ok or no: why.

car-lock attest --key-file FILE --rpc URL --registry ADDR --vehicle N [--block N] [--valid SECONDS]
    One attestor's word, of the node's safe block or an earlier one: a tenure line. More attestors of
    the same block append their signatures to it. Good for --valid seconds (172800).

car-lock certificate --key-file FILE --epoch N --driver ADDR --from SECONDS --until SECONDS
    The owner lets a driver start the car: the end of a start line.

car-lock credential --key-file FILE --epoch N --recovery ADDR
    The owner names the recovery key: a credential line.

car-lock respond --key-file FILE --challenge HEX --epoch N [--recover]
    Answers a challenge: a start line (append the certificate), or a recover line.

Exit code: 0 done, 1 failed, 2 wrong flags.";

/// What to do, checked.
pub(crate) enum Command {
    Help,
    Run { pins: Pins, state: PathBuf },
    Attest(Box<attest::Order>),
    Certificate { signer: Signer, certificate: Certificate },
    Credential { signer: Signer, credential: Credential },
    Respond { signer: Signer, challenge: Hash, epoch: u32, recover: bool },
}

/// The command line makes no sense.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

pub(crate) fn parse(mut parser: Parser) -> Result<Command, UsageError> {
    let mut given = Given::default();
    let mut command = None;
    while let Some(arg) = parser.next().map_err(|error| UsageError(error.to_string()))? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("recover") => given.recover = true,
            Arg::Long(name) => {
                let name = name.to_owned();
                let value = parser.value().map_err(|error| UsageError(error.to_string()))?;
                let value = value.into_string().map_err(|_| UsageError(format!("--{name} is not text")))?;
                given.flags.entry(name).or_default().push(value);
            }
            Arg::Value(value) if command.is_none() => {
                command =
                    Some(value.into_string().map_err(|_| UsageError("the command is not text".into()))?);
            }
            other => return Err(UsageError(other.unexpected().to_string())),
        }
    }
    let command = command.ok_or_else(|| UsageError("which command?".into()))?;
    let parsed = given.command(&command)?;
    match given.flags.keys().next() {
        Some(name) => Err(UsageError(format!("{command} takes no --{name}, or not twice"))),
        None if given.recover => Err(UsageError(format!("{command} takes no --recover"))),
        None => Ok(parsed),
    }
}

/// What stood on the command line; what is used is taken out.
#[derive(Default)]
struct Given {
    flags: BTreeMap<String, Vec<String>>,
    recover: bool,
}

impl Given {
    fn command(&mut self, command: &str) -> Result<Command, UsageError> {
        if command == "help" {
            return Ok(Command::Help);
        }
        let chain_id = self.number("chain-id")?;
        let domain = LockDomain::new(chain_id, self.address("lock")?);
        if command == "run" {
            let attestors = self.flags.remove("attestor").unwrap_or_default();
            let attestors: Result<Vec<_>, _> =
                attestors.iter().map(|hex| const_hex::decode_to_array(hex).map(Address)).collect();
            let attestors = attestors.map_err(|_| UsageError("--attestor is not an account".into()))?;
            let pins = Pins::new(domain, &attestors, self.number("threshold")?, MAX_OFFLINE);
            let pins = pins.map_err(|error| UsageError(error.to_string()))?;
            return Ok(Command::Run { pins, state: self.text("state")?.into() });
        }
        let signer = Signer { secret: self.secret()?, domain };
        Ok(match command {
            "attest" => Command::Attest(Box::new(attest::Order {
                signer,
                chain_id,
                rpc: self.text("rpc")?,
                registry: self.address("registry")?,
                vehicle: self.number("vehicle")?,
                block: if self.flags.contains_key("block") { Some(self.number("block")?) } else { None },
                valid: if self.flags.contains_key("valid") { self.number("valid")? } else { 48 * 3_600 },
            })),
            "certificate" => {
                let certificate = Certificate {
                    epoch: self.number("epoch")?,
                    driver: self.address("driver")?,
                    from: self.number("from")?,
                    until: self.number("until")?,
                };
                Command::Certificate { signer, certificate }
            }
            "credential" => {
                let credential =
                    Credential { epoch: self.number("epoch")?, recovery: self.address("recovery")? };
                Command::Credential { signer, credential }
            }
            "respond" => Command::Respond {
                signer,
                challenge: self.bytes("challenge")?,
                epoch: self.number("epoch")?,
                recover: std::mem::take(&mut self.recover),
            },
            other => return Err(UsageError(format!("unknown command {other}"))),
        })
    }

    fn text(&mut self, name: &str) -> Result<String, UsageError> {
        let values = self.flags.get_mut(name).and_then(Vec::pop);
        if self.flags.get(name).is_some_and(Vec::is_empty) {
            self.flags.remove(name);
        }
        values.ok_or_else(|| UsageError(format!("--{name} is missing")))
    }

    fn number<T: std::str::FromStr>(&mut self, name: &str) -> Result<T, UsageError> {
        let text = self.text(name)?;
        text.parse().map_err(|_| UsageError(format!("--{name} {text} is not a number, or too high")))
    }

    fn bytes<const N: usize>(&mut self, name: &str) -> Result<[u8; N], UsageError> {
        let text = self.text(name)?;
        const_hex::decode_to_array(&text).map_err(|_| UsageError(format!("--{name} is not {N} bytes in hex")))
    }

    fn address(&mut self, name: &str) -> Result<Address, UsageError> {
        self.bytes(name).map(Address)
    }

    fn secret(&mut self) -> Result<Zeroizing<[u8; 32]>, UsageError> {
        let file = self.text("key-file")?;
        let text = fs::read_to_string(&file).map(Zeroizing::new);
        let text = text.map_err(|error| UsageError(format!("--key-file {file}: {error}")))?;
        let bytes = const_hex::decode_to_array(text.trim());
        bytes.map(Zeroizing::new).map_err(|_| UsageError(format!("--key-file {file} is not 32 bytes in hex")))
    }
}
