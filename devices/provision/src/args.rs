use crate::agree::{self, Hand};
use crate::chain::Access;
use crate::giveup::{self, Source, Who};
use crate::keyfile::{self, Secret};
use crate::statement::Statement;
use crate::terms::{Agreement, Bond, Terms, What};
use crate::{burn, image, register, settings};
use device_rpc::{Caps, Pins};
use lexopt::{Arg, Parser};
use obd_core::update::{Board, version};
use obd_core::{Address, Claim, Curve, Key, Pairing, PublicKey};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) const USAGE: &str = "\
Gives a dongle its key, settings and place on the chain, and signs what it runs.
PORT is a serial port (/dev/ttyACM0), or tcp:HOST:PORT for an emulator. URL is a node's http:// address.

On the bench:

autochain-provision hello --port PORT
    What the device is: board, chip, firmware, state (new, keyed, ready, paired), address.

autochain-provision burn --chip esp32c3|esp32c6 [--port PORT] [--block N] [--really] [--espefuse PATH]
    Tries on a copy of the chip's eFuses (a fresh chip's without --port) to burn a new HMAC key into key
    block N (0). With --really and after a typed word, burns it into the chip. Once; before init.

autochain-provision init --port PORT --settings FILE [--curve secp256k1|p256]
    Makes the key on the device, sends the settings, prints the attestation as JSON (keep it). A key on
    secp256k1 (without --curve) owns an account; one on p256 owns none, and a relay carries its readings.

autochain-provision attest --port PORT
    Prints a new attestation.

autochain-provision reset --port PORT
    Ends the device's key, settings and pairing (button). Then init gives it a new life.

autochain-provision sign-image --key-file FILE --board esp32c3|esp32c6|qemu --version 1.2.3 --out FILE IMAGE
    An update file: signed manifest and image.

Maker:

autochain-provision register --rpc URL CHAIN --key-file FILE --definition N ATTESTATION...
    Registers the attested devices on the chain, as models of the maker's definition N; one line for each.

autochain-provision free --rpc URL CHAIN --key-file FILE --device ADDR
    Frees a device of the maker's that has been idle for 30 days: claimed and not paired, or sold with its car.

autochain-provision batch --key-file FILE ATTESTATION...
    The maker's signature over many attestations, as JSON, for who asks no chain.

autochain-provision verify-batch --maker ADDR FILE
    Checks a batch.

Owner:

autochain-provision claim --port PORT --rpc URL OWNER
    Makes the device the owner's (button).

autochain-provision pair --port PORT --rpc URL OWNER --vehicle N --salt HEX
        [--reader KEY | --reader-key-file FILE]
    Lets the device speak for the owner's vehicle (button). Prints the device's signature, the typed data
    and the wrapped root of the record keys (keep it). What opens the records is a compressed public key
    of 33 bytes, or the key in FILE, which is made if it is not there; else the owner's --owner-key-file.

autochain-provision release --rpc URL OWNER (--port PORT | --device ADDR CHAIN)
    Frees the device from the vehicle, or from its claim when it is bound to none.

    OWNER is one of
      --wallet                   the wallet of a browser on this computer, on a page whose address is printed
      --owner-key-file FILE      a key in a file, which also pays
      [--owner ADDR]             somebody else signs the typed data that is printed (claim and pair)
    CHAIN is what the device knows by itself: --settings FILE, or --chain-id N --registry ADDR
    [--genesis HASH]. A node on another chain gets no signature.
      --deadline SECONDS         the last second of the signatures (in an hour)
      --max-gas N                refuse to sign above this gas limit (10000000)
      --max-fee WEI              refuse to sign above this fee per gas (500000000000, 500 gwei)
      --max-priority-fee WEI     refuse to sign above this tip per gas (50000000000, 50 gwei)
      --timeout SECONDS          how long to wait for the block (120)

Without a node:

autochain-provision claim --port PORT --chain-id N --registry ADDR --owner ADDR --nonce N --deadline SECONDS
autochain-provision pair --port PORT --chain-id N --registry ADDR --vehicle N --epoch N --owner ADDR
        --reader KEY --commitment HASH --salt HEX --nonce N --deadline SECONDS
    As above, with everything given that the registry knows: nonces(device), epochOf(vehicle) and
    commitmentOf(vehicle), which is keccak256(VIN, salt).

autochain-provision claim-call --device ADDR --owner ADDR --nonce N --deadline SECONDS
        --device-signature HEX --owner-signature HEX
autochain-provision pair-call --device ADDR --vehicle N --owner ADDR --nonce N --deadline SECONDS
        --device-signature HEX --owner-signature HEX
    The calldata of claim(...) for Devices, of pair(...) for the registry, which anyone may send.

Exit code: 0 done, 1 failed, 2 wrong flags.";

/// What to do, checked.
pub(crate) enum Command {
    Help,
    Hello { port: String },
    Init { port: String, curve: Curve, settings: PathBuf },
    Attest { port: String },
    Batch { secret: Secret, files: Vec<PathBuf> },
    VerifyBatch { maker: Address, file: PathBuf },
    Register(Box<register::Order>),
    Ask { port: String, terms: Box<Terms> },
    Agree { port: String, order: Box<agree::Order> },
    Call(Box<Call>),
    GiveUp(Box<giveup::Order>),
    Reset { port: String },
    Burn(burn::Order),
    SignImage(Box<image::Order>),
}

/// Both signatures of a statement.
pub(crate) struct Call {
    pub(crate) device: Address,
    pub(crate) statement: Statement,
    pub(crate) by_device: Vec<u8>,
    pub(crate) by_owner: Vec<u8>,
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
            Arg::Long(name @ ("really" | "wallet")) => {
                let name = name.to_owned();
                given.switches.insert(name);
            }
            Arg::Long(name) => {
                let name = name.to_owned();
                let value = parser.value().map_err(|error| UsageError(error.to_string()))?;
                let value = value.into_string().map_err(|_| UsageError(format!("--{name} is not text")))?;
                if given.flags.insert(name.clone(), value).is_some() {
                    return Err(UsageError(format!("--{name} stands there twice")));
                }
            }
            Arg::Value(value) if command.is_none() => {
                command =
                    Some(value.into_string().map_err(|_| UsageError("the command is not text".into()))?);
            }
            Arg::Value(value) => given.files.push(value.into()),
            Arg::Short(other) => return Err(UsageError(format!("unknown flag -{other}"))),
        }
    }
    let command = command.ok_or_else(|| UsageError("which command?".into()))?;
    let parsed = given.command(&command)?;
    match given.flags.keys().chain(&given.switches).next() {
        Some(name) => Err(UsageError(format!("{command} takes no --{name}"))),
        None => match given.files.first() {
            Some(file) => Err(UsageError(format!("{command} does not take {}", file.display()))),
            None => Ok(parsed),
        },
    }
}

/// What stood on the command line; what is used is taken out.
#[derive(Default)]
struct Given {
    flags: BTreeMap<String, String>,
    files: Vec<PathBuf>,
    switches: BTreeSet<String>,
}

impl Given {
    fn command(&mut self, command: &str) -> Result<Command, UsageError> {
        Ok(match command {
            "help" => Command::Help,
            "hello" => Command::Hello { port: self.text("port")? },
            "init" => Command::Init {
                port: self.text("port")?,
                curve: self.curve()?,
                settings: self.text("settings")?.into(),
            },
            "attest" => Command::Attest { port: self.text("port")? },
            "reset" => Command::Reset { port: self.text("port")? },
            "batch" => Command::Batch { secret: self.secret("key-file")?, files: self.files()? },
            "verify-batch" => Command::VerifyBatch { maker: self.address("maker")?, file: self.file()? },
            "register" => Command::Register(Box::new(register::Order {
                access: self.access()?,
                pins: self.pins()?,
                secret: self.secret("key-file")?,
                definition: self.number("definition")?,
                files: self.files()?,
            })),
            "free" => Command::GiveUp(Box::new(giveup::Order {
                access: self.access()?,
                device: Source::Given(self.address("device")?, self.pins()?),
                who: Who::Maker(self.secret("key-file")?),
            })),
            "claim" | "pair" if self.flags.contains_key("rpc") => {
                let port = self.text("port")?;
                Command::Agree { port, order: Box::new(self.agreement(command == "pair")?) }
            }
            "claim" | "pair" => {
                let port = self.text("port")?;
                Command::Ask { port, terms: Box::new(self.terms(command == "pair")?) }
            }
            "release" => Command::GiveUp(Box::new(self.release()?)),
            "claim-call" | "pair-call" => Command::Call(Box::new(Call {
                device: self.address("device")?,
                statement: match command {
                    "pair-call" => Statement::Pair(self.pairing()?),
                    _ => Statement::Claim(self.claim()?),
                },
                by_device: self.hex("device-signature")?,
                by_owner: self.hex("owner-signature")?,
            })),
            "burn" => Command::Burn(burn::Order {
                chip: self.board("chip")?.name().to_owned(),
                port: self.flags.remove("port"),
                block: self.block()?,
                really: self.switches.remove("really"),
                espefuse: self.flags.remove("espefuse").map_or_else(|| "espefuse".into(), Into::into),
            }),
            "sign-image" => Command::SignImage(Box::new(image::Order {
                secret: self.secret("key-file")?,
                board: self.board("board")?,
                version: self.version()?,
                out: self.text("out")?.into(),
                image: self.file()?,
            })),
            other => return Err(UsageError(format!("unknown command {other}"))),
        })
    }

    fn text(&mut self, name: &str) -> Result<String, UsageError> {
        self.flags.remove(name).ok_or_else(|| UsageError(format!("--{name} is missing")))
    }

    fn number<T: std::str::FromStr>(&mut self, name: &str) -> Result<T, UsageError> {
        let text = self.text(name)?;
        text.parse().map_err(|_| UsageError(format!("--{name} {text} is not a number, or too high")))
    }

    fn version(&mut self) -> Result<u32, UsageError> {
        let text = self.text("version")?;
        version(&text)
            .ok_or_else(|| UsageError(format!("--version {text} is not like 1.2.3, each below 1000")))
    }

    fn bytes<const N: usize>(&mut self, name: &str) -> Result<[u8; N], UsageError> {
        let text = self.text(name)?;
        const_hex::decode_to_array(&text).map_err(|_| UsageError(format!("--{name} is not {N} bytes in hex")))
    }

    fn hex(&mut self, name: &str) -> Result<Vec<u8>, UsageError> {
        const_hex::decode(self.text(name)?).map_err(|_| UsageError(format!("--{name} is not hex")))
    }

    fn address(&mut self, name: &str) -> Result<Address, UsageError> {
        self.bytes(name).map(Address)
    }

    fn claim(&mut self) -> Result<Claim, UsageError> {
        Ok(Claim {
            owner: self.address("owner")?,
            nonce: self.number("nonce")?,
            deadline: self.number("deadline")?,
        })
    }

    fn pairing(&mut self) -> Result<Pairing, UsageError> {
        Ok(Pairing {
            vehicle: self.number("vehicle")?,
            owner: self.address("owner")?,
            nonce: self.number("nonce")?,
            deadline: self.number("deadline")?,
        })
    }

    fn board(&mut self, name: &str) -> Result<Board, UsageError> {
        let text = self.text(name)?;
        let boards = [Board::Esp32C3, Board::Esp32C6, Board::Qemu];
        let found = boards.into_iter().find(|board| board.name() == text);
        found.ok_or_else(|| UsageError(format!("--{name} {text} is not esp32c3, esp32c6 or qemu")))
    }

    fn curve(&mut self) -> Result<Curve, UsageError> {
        let Some(text) = self.flags.remove("curve") else { return Ok(Curve::default()) };
        let unknown = || UsageError(format!("--curve {text} is not secp256k1 or p256"));
        Curve::from_name(&text).ok_or_else(unknown)
    }

    fn block(&mut self) -> Result<u8, UsageError> {
        match self.flags.contains_key("block") {
            false => Ok(0),
            true => match self.number("block")? {
                block @ 0..=5 => Ok(block),
                other => Err(UsageError(format!("--block {other} is not 0 to 5"))),
            },
        }
    }

    fn secret(&mut self, name: &str) -> Result<Secret, UsageError> {
        let file = self.text(name)?;
        keyfile::read(&file).map_err(|reason| UsageError(format!("--{name} {reason}")))
    }

    fn files(&mut self) -> Result<Vec<PathBuf>, UsageError> {
        match std::mem::take(&mut self.files) {
            files if files.is_empty() => Err(UsageError("which files?".into())),
            files => Ok(files),
        }
    }

    fn file(&mut self) -> Result<PathBuf, UsageError> {
        if self.files.is_empty() {
            return Err(UsageError("which file?".into()));
        }
        Ok(self.files.remove(0))
    }
}

/// What is done on the chain.
impl Given {
    fn access(&mut self) -> Result<Access, UsageError> {
        let rpc = self.text("rpc")?;
        if rpc.strip_prefix("http://").is_none_or(str::is_empty) {
            let reason = "is not an http:// address; TLS is not spoken here, use a local node";
            return Err(UsageError(format!("--rpc {rpc} {reason}")));
        }
        let caps = Caps {
            gas: self.number_or("max-gas", 10_000_000)?,
            fee: self.number_or("max-fee", 500_000_000_000)?,
            priority_fee: self.number_or("max-priority-fee", 50_000_000_000)?,
            patience: Duration::from_secs(self.number_or::<u32>("timeout", 120)?.into()),
        };
        Ok(Access { rpc, caps })
    }

    fn pins(&mut self) -> Result<Pins, UsageError> {
        if let Some(file) = self.flags.remove("settings") {
            let settings = settings::read(Path::new(&file));
            let settings = settings.map_err(|error| UsageError(format!("--settings {error}")))?;
            let (chain_id, registry) = (settings.policy.chain_id, settings.policy.registry);
            return Ok(Pins { chain_id, genesis: Some(settings.genesis), registry });
        }
        let genesis = self.flags.contains_key("genesis").then(|| self.bytes("genesis")).transpose()?;
        Ok(Pins { chain_id: self.number("chain-id")?, genesis, registry: self.address("registry")? })
    }

    /// What claim and pairing need when a node gives the rest.
    fn agreement(&mut self, pair: bool) -> Result<agree::Order, UsageError> {
        let access = self.access()?;
        let deadline = self.flags.contains_key("deadline").then(|| self.number("deadline")).transpose()?;
        let hand = if self.switches.remove("wallet") {
            Hand::Wallet
        } else if self.flags.contains_key("owner-key-file") {
            Hand::Key(self.secret("owner-key-file")?)
        } else {
            Hand::Elsewhere(self.flags.contains_key("owner").then(|| self.address("owner")).transpose()?)
        };
        let what = match pair {
            true => What::Pair {
                vehicle: self.number("vehicle")?,
                salt: self.bytes("salt")?,
                reader: self.reader(&hand)?,
            },
            false => What::Claim,
        };
        Ok(agree::Order { access, what, hand, deadline })
    }

    /// Who opens the records: said so, or the owner whose key is here anyway.
    fn reader(&mut self, hand: &Hand) -> Result<PublicKey, UsageError> {
        let secret = match (self.flags.remove("reader-key-file"), hand) {
            _ if self.flags.contains_key("reader") => return self.public_key("reader"),
            (Some(file), _) => keyfile::read_or_make(&file)
                .map_err(|reason| UsageError(format!("--reader-key-file {reason}")))?,
            (None, Hand::Key(secret)) => secret.clone(),
            (None, _) => {
                let reason = "--reader-key-file is missing: a file for the key that opens the records, which \
                    is made if it is not there";
                return Err(UsageError(reason.into()));
            }
        };
        let key = Key::from_bytes(&secret).map_err(|error| UsageError(error.to_string()))?;
        Ok(key.public_key())
    }

    fn public_key(&mut self, name: &str) -> Result<PublicKey, UsageError> {
        let key = PublicKey::from_compressed(&self.bytes(name)?);
        key.map_err(|error| UsageError(format!("--{name}: {error}")))
    }

    /// What claim and pairing need without a node: everything.
    fn terms(&mut self, pair: bool) -> Result<Terms, UsageError> {
        let agreement = match pair {
            true => {
                let bond = Bond {
                    epoch: self.number("epoch")?,
                    reader: self.public_key("reader")?,
                    commitment: self.bytes("commitment")?,
                    salt: self.bytes("salt")?,
                };
                Agreement::Pair(self.pairing()?, bond)
            }
            false => Agreement::Claim(self.claim()?),
        };
        Ok(Terms { pins: self.pins()?, agreement })
    }

    fn release(&mut self) -> Result<giveup::Order, UsageError> {
        let access = self.access()?;
        let device = match self.flags.remove("port") {
            Some(port) => Source::Port(port),
            None => Source::Given(self.address("device")?, self.pins()?),
        };
        let who = match self.switches.remove("wallet") {
            true => Who::Wallet,
            false => Who::Owner(self.secret("owner-key-file")?),
        };
        Ok(giveup::Order { access, device, who })
    }

    fn number_or<T: std::str::FromStr>(&mut self, name: &str, default: T) -> Result<T, UsageError> {
        if self.flags.contains_key(name) { self.number(name) } else { Ok(default) }
    }
}
