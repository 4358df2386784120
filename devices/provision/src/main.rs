//! `autochain-provision`: the host's half of a dongle's life, from the bench of its maker to a car.
//!
//! ```text
//! burn ─────► espefuse: dry run on virtual eFuses, typed word, HMAC key   (once in the life of a chip)
//! init ─────► device: key, settings ─► attestation, checked ─► a file
//! batch ────► attestations ─► the maker's signature over all of them
//! register ─► attestations ─► the maker's transactions                    (Devices.registerDevices)
//! claim, pair ─► device: button ─► its signature ─► owner: key, wallet's page or typed data ─► the chain
//! release, free ─► owner's or maker's transaction                         (Devices.release, reset)
//! reset ────► device: button ─► new again
//! sign-image ─► manifest ‖ image, for the update over the air
//! ```

mod agree;
mod args;
mod attest;
mod batch;
mod burn;
mod chain;
mod device;
mod error;
mod giveup;
mod image;
mod keyfile;
mod objection;
mod register;
mod settings;
mod statement;
mod terms;
mod wallet;

use args::{Command, USAGE, UsageError};
use device::Device;
use error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let command = match args::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(UsageError(reason)) => {
            eprintln!("autochain-provision: {reason}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(command, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("autochain-provision: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, out: &mut impl Write) -> Result<(), Error> {
    let text = match command {
        Command::Help => USAGE.to_owned(),
        Command::Hello { port } => Device::open(&port)?.hello()?.to_string(),
        Command::Init { port, curve, settings } => attest::init(&mut Device::open(&port)?, curve, &settings)?,
        Command::Attest { port } => attest::attest(&mut Device::open(&port)?)?,
        Command::Batch { secret, files } => batch::sign(&secret, &files)?,
        Command::VerifyBatch { maker, file } => batch::verify(maker, &file)?,
        Command::Register(order) => return register::register(&order, out),
        Command::Ask { port, terms } => return agree::offline(&mut Device::open(&port)?, &terms, out),
        Command::Agree { port, order } => return agree::agree(&mut Device::open(&port)?, &order, out),
        Command::Call(call) => {
            const_hex::encode_prefixed(call.statement.call(call.device, &call.by_device, &call.by_owner))
        }
        Command::GiveUp(order) => giveup::give_up(&order)?,
        Command::Reset { port } => {
            Device::open(&port)?.ask("reset")?;
            "the device is new again".to_owned()
        }
        Command::Burn(order) => burn::burn(&order, &mut io::stdin().lock(), &mut io::stderr())?,
        Command::SignImage(order) => image::sign(&order)?,
    };
    Ok(writeln!(out, "{text}")?)
}
