//! `car-lock`: a lock on the host, driven line by line, and what the others in its play do.
//!
//! ```text
//!  attest ─ node: `safe` block, epochOf, ownerOf there ─► tenure line, signed by one attestor
//!  certificate, credential ─ the owner's signatures        respond ─ the owner's, driver's or recovery key's
//!  run ◄─ lines: at, clock, see, tenure, credential, challenge, start, recover, engage ─► ok │ no: why
//! ```

mod args;
mod attest;
mod error;
mod run;
mod sign;

use args::{Command, USAGE, UsageError};
use error::Error;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let command = match args::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(UsageError(reason)) => {
            eprintln!("car-lock: {reason}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match execute(command) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("car-lock: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> Result<String, Error> {
    match command {
        Command::Help => Ok(USAGE.to_owned()),
        Command::Attest(order) => attest::attest(&order),
        Command::Certificate { signer, certificate } => sign::certificate(&signer, &certificate),
        Command::Credential { signer, credential } => sign::credential(&signer, &credential),
        Command::Respond { signer, challenge, epoch, recover } => {
            sign::respond(&signer, &challenge, epoch, recover)
        }
        Command::Run { pins, state } => run::run(pins, &state, io::stdin().lock(), &mut io::stdout().lock()),
    }
}
