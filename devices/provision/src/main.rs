//! `autochain-provision`: the host's half of a dongle's life, from the bench of its maker to a car.
//!
//! ```text
//! burn ──► espefuse: dry run on virtual eFuses, typed word, HMAC key   (once in the life of a chip)
//! init ──► device: key, settings ─► attestation, checked ─► a file
//! batch ─► attestations ─► the maker's signature over all of them
//! pair ──► device: button ─► its signature ─► what the owner's wallet signs ─► pair-call ─► calldata
//! reset ─► device: button ─► new again
//! sign-image ─► manifest ‖ image, for the update over the air
//! ```

mod args;
mod attest;
mod batch;
mod burn;
mod device;
mod error;
mod image;
mod pairing;
mod settings;

use args::{Command, USAGE, UsageError};
use device::Device;
use error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let command = match args::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(UsageError(reason)) => {
            eprintln!("autochain-provision: {reason}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(command).and_then(|text| Ok(writeln!(io::stdout(), "{text}")?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("autochain-provision: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<String, Error> {
    match command {
        Command::Help => Ok(USAGE.to_owned()),
        Command::Hello { port } => Ok(Device::open(&port)?.hello()?.to_string()),
        Command::Init { port, curve, settings } => attest::init(&mut Device::open(&port)?, curve, &settings),
        Command::Attest { port } => attest::attest(&mut Device::open(&port)?),
        Command::Batch { secret, files } => batch::sign(&secret, &files),
        Command::VerifyBatch { maker, file } => batch::verify(maker, &file),
        Command::Pair { port, order } => pairing::pair(&mut Device::open(&port)?, &order),
        Command::PairCall(call) => Ok(pairing::call(&call)),
        Command::Reset { port } => {
            Device::open(&port)?.ask("reset").map(|_| "the device is new again".to_owned())
        }
        Command::Burn(order) => burn::burn(&order, &mut io::stdin().lock(), &mut io::stderr()),
        Command::SignImage(order) => image::sign(&order),
    }
}
