use crate::{burn, image, pairing};
use lexopt::{Arg, Parser};
use obd_core::update::{Board, version};
use obd_core::{Address, Pairing, PublicKey};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

pub(crate) const USAGE: &str = "\
Gives a dongle its key, settings and pairing, and signs what it runs.
PORT is a serial port (/dev/ttyACM0), or tcp:HOST:PORT for an emulator.

autochain-provision hello --port PORT
    What the device is: board, chip, firmware, state (new, keyed, ready, paired), address.

autochain-provision burn --chip esp32c3|esp32c6 [--port PORT] [--block N] [--really] [--espefuse PATH]
    Tries on a copy of the chip's eFuses (a fresh chip's without --port) to burn a new HMAC key into key
    block N (0). With --really and after a typed word, burns it into the chip. Once; before init.

autochain-provision init --port PORT --settings FILE
    Makes the key on the device, sends the settings, prints the attestation as JSON (keep it).

autochain-provision attest --port PORT
    Prints a new attestation.

autochain-provision batch --key-file FILE ATTESTATION...
    The maker's signature over many attestations, as JSON.

autochain-provision verify-batch --maker ADDR FILE
    Checks a batch.

autochain-provision pair --port PORT --chain-id N --registry ADDR --vehicle N --epoch N --owner ADDR
        --reader KEY --commitment HASH --salt HEX --nonce N --deadline SECONDS
    Asks the device to agree (button), prints its signature, the typed data for the owner's wallet and
    the wrapped root of the record keys (keep it). KEY is the compressed public key that opens the
    records, 33 bytes; HASH is the vehicle's commitment in the registry, keccak256(VIN, salt).

autochain-provision pair-call --device ADDR --vehicle N --owner ADDR --nonce N --deadline SECONDS
        --device-signature HEX --owner-signature HEX
    The calldata of the registry's pair(...), which anyone may send.

autochain-provision reset --port PORT
    Ends the device's key, settings and pairing (button). Then init gives it a new life.

autochain-provision sign-image --key-file FILE --board esp32c3|esp32c6|qemu --version 1.2.3 --out FILE IMAGE
    An update file: signed manifest and image.

Exit code: 0 done, 1 failed, 2 wrong flags.";

/// What to do, checked.
pub(crate) enum Command {
    Help,
    Hello { port: String },
    Init { port: String, settings: PathBuf },
    Attest { port: String },
    Batch { secret: Zeroizing<[u8; 32]>, files: Vec<PathBuf> },
    VerifyBatch { maker: Address, file: PathBuf },
    Pair { port: String, order: Box<pairing::Order> },
    PairCall(Box<pairing::Call>),
    Reset { port: String },
    Burn(burn::Order),
    SignImage(Box<image::Order>),
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
            Arg::Long("really") => given.really = true,
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
    match given.flags.keys().next() {
        Some(name) => Err(UsageError(format!("{command} takes no --{name}"))),
        None if given.really => Err(UsageError(format!("{command} takes no --really"))),
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
    really: bool,
}

impl Given {
    fn command(&mut self, command: &str) -> Result<Command, UsageError> {
        Ok(match command {
            "help" => Command::Help,
            "hello" => Command::Hello { port: self.text("port")? },
            "init" => Command::Init { port: self.text("port")?, settings: self.text("settings")?.into() },
            "attest" => Command::Attest { port: self.text("port")? },
            "reset" => Command::Reset { port: self.text("port")? },
            "batch" => Command::Batch { secret: self.secret()?, files: self.files()? },
            "verify-batch" => Command::VerifyBatch { maker: self.address("maker")?, file: self.file()? },
            "pair" => {
                let port = self.text("port")?;
                let reader = PublicKey::from_compressed(&self.bytes("reader")?);
                let order = pairing::Order {
                    chain_id: self.number("chain-id")?,
                    registry: self.address("registry")?,
                    epoch: self.number("epoch")?,
                    reader: reader.map_err(|error| UsageError(format!("--reader: {error}")))?,
                    commitment: self.bytes("commitment")?,
                    salt: self.bytes("salt")?,
                    pairing: self.pairing()?,
                };
                Command::Pair { port, order: Box::new(order) }
            }
            "pair-call" => Command::PairCall(Box::new(pairing::Call {
                device: self.address("device")?,
                pairing: self.pairing()?,
                by_device: self.hex("device-signature")?,
                by_owner: self.hex("owner-signature")?,
            })),
            "burn" => Command::Burn(burn::Order {
                chip: self.board("chip")?.name().to_owned(),
                port: self.flags.remove("port"),
                block: self.block()?,
                really: std::mem::take(&mut self.really),
                espefuse: self.flags.remove("espefuse").map_or_else(|| "espefuse".into(), Into::into),
            }),
            "sign-image" => Command::SignImage(Box::new(image::Order {
                secret: self.secret()?,
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

    fn block(&mut self) -> Result<u8, UsageError> {
        match self.flags.contains_key("block") {
            false => Ok(0),
            true => match self.number("block")? {
                block @ 0..=5 => Ok(block),
                other => Err(UsageError(format!("--block {other} is not 0 to 5"))),
            },
        }
    }

    fn secret(&mut self) -> Result<Zeroizing<[u8; 32]>, UsageError> {
        let file = self.text("key-file")?;
        let text = fs::read_to_string(&file).map(Zeroizing::new);
        let text = text.map_err(|error| UsageError(format!("--key-file {file}: {error}")))?;
        let bytes = const_hex::decode_to_array(text.trim());
        bytes.map(Zeroizing::new).map_err(|_| UsageError(format!("--key-file {file} is not 32 bytes in hex")))
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
