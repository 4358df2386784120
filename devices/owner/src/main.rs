//! `autochain-owner`: opens the encrypted records of a vehicle with its owner's key, and hands the key of one
//! scope and period to somebody whom the owner lets read.
//!
//! ```text
//!  owner's key + wrapped root ─► EpochKeys ─┬► open: every record of the key epoch, as JSON
//!                                           └► hand-over ─► point, wrapped key ─┐
//!  reader's key ────────────────────────────────────────────────────────────────┴► read: one scope and period
//! ```

mod args;
mod error;
mod show;

use args::{Command, USAGE};
use error::Error;
use obd_core::Key;
use obd_core::record::{EpochKeys, HandedKey, SEALED_LEN, SealedRecord};
use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;
use zeroize::Zeroizing;

fn main() -> ExitCode {
    let command = match args::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(reason) => {
            eprintln!("autochain-owner: {reason}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("autochain-owner: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Help => writeln!(io::stdout(), "{USAGE}")?,
        Command::Open { secret, root } => {
            let keys = root.unwrap(&Key::from_bytes(&secret)?)?;
            each_record(|record| record.open_with(&keys))?;
        }
        Command::HandOver { secret, root, scope, period, reader } => {
            let keys: EpochKeys = root.unwrap(&Key::from_bytes(&secret)?)?;
            let handed = HandedKey::wrap(&keys.data_key(scope, period), &reader, &one_time_key()?);
            let mut out = io::stdout();
            writeln!(out, "point {}", const_hex::encode_prefixed(handed.ephemeral.to_bytes()))?;
            writeln!(out, "wrapped {}", const_hex::encode_prefixed(handed.wrapped))?;
            writeln!(out, "device {}", keys.device())?;
        }
        Command::Read { secret, handed, device } => {
            let key = handed.unwrap(&Key::from_bytes(&secret)?);
            each_record(|record| record.open(&key, device))?;
        }
    }
    Ok(())
}

/// Reads records as lines of hexadecimal digits and writes them as lines of JSON. The first that does not
/// open ends it, with the number of its line.
fn each_record(
    open: impl Fn(&SealedRecord) -> Result<show::Opened, obd_core::record::OpenError>,
) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    for (number, line) in (1..).zip(io::stdin().lock().lines()) {
        let line = line?;
        let digits = line.trim().trim_matches('"');
        if digits.is_empty() {
            continue;
        }
        let mut bytes = [0; SEALED_LEN];
        const_hex::decode_to_slice(digits, &mut bytes).map_err(|_| Error::NoRecord { line: number })?;
        let sealed = SealedRecord::from_bytes(bytes);
        let opened = open(&sealed).map_err(|reason| Error::Closed { line: number, reason })?;
        writeln!(out, "{}", show::json(&opened, &sealed.hash()))?;
    }
    Ok(())
}

/// A key out of the system's random source.
fn one_time_key() -> Result<Key, Error> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret).map_err(|_| Error::NoRandom)?;
    Ok(Key::from_bytes(&secret)?)
}
