//! `autochain-owner`: fetches the encrypted records of a vehicle, opens them with its owner's key, and lets others read
//! what the owner wants them to: single records, or the key of one scope and one closed period.
//!
//! ```text
//!  readings on chain ─► fetch ◄─ relay: records, each proved to stand under a reading ─► the others' input
//!
//!  owner's key + wrapped root ─► EpochKeys ─┬► open: every record of the key epoch, as JSON
//!                                           ├► share ─► records, each with its opening ──────┐
//!                                           │    ▲ Grants on chain: is the reader allowed?   │
//!                                           └► hand-over ─► point, wrapped key ─┐            │
//!  reader's key ───────────────────────────────────────┬────────────────────────┴► read      │
//!                                                      └─────────────────────────────────────┴► read-shared
//! ```

mod args;
mod error;
mod fetch;
mod grants;
mod records;
mod show;

use args::{Command, USAGE};
use error::Error;
use grants::Permission;
use obd_core::Key;
use obd_core::record::{EpochKeys, HandedKey, Opening, Period};
use records::{each_line, print};
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};
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
        Command::Fetch(order) => fetch::fetch(&order)?,
        Command::Open { secret, root } => {
            let keys = root.unwrap(&Key::from_bytes(&secret)?)?;
            each_line(|line, out| {
                let sealed = line.record()?;
                let opened = sealed.open_with(&keys);
                let opened = opened.map_err(|reason| Error::Closed { line: line.number, reason })?;
                print(out, &opened, &sealed)
            })?;
        }
        Command::Share { secret, root, scope, reader, grants } => {
            let keys = root.unwrap(&Key::from_bytes(&secret)?)?;
            let mut permission = Permission::new(grants, keys.vehicle(), reader.address());
            each_line(|line, out| {
                let closed = |reason| Error::Closed { line: line.number, reason };
                let sealed = line.record()?;
                let head = sealed.head().map_err(closed)?;
                if head.scope != scope {
                    return Ok(());
                }
                permission.check(scope, head.period)?;
                let opening = Opening::make(&sealed, &keys, &reader, &one_time_key()?).map_err(closed)?;
                let [sealed, opening] = [&sealed.as_bytes()[..], opening.as_bytes()].map(const_hex::encode);
                Ok(writeln!(out, "{sealed} {opening}")?)
            })?;
        }
        Command::ReadShared { secret } => {
            let key = Key::from_bytes(&secret)?;
            each_line(|line, out| {
                let (sealed, opening) = line.shared()?;
                let opened = opening.open(&sealed, &key);
                let opened = opened.map_err(|reason| Error::NotOpened { line: line.number, reason })?;
                print(out, &opened, &sealed)
            })?;
        }
        Command::HandOver { secret, root, scope, period, reader, to_come, grants } => {
            let keys: EpochKeys = root.unwrap(&Key::from_bytes(&secret)?)?;
            if !to_come {
                require_closed(period)?;
            }
            Permission::new(grants, keys.vehicle(), reader.address()).check(scope, period)?;
            let handed = HandedKey::wrap(&keys.data_key(scope, period), &reader, &one_time_key()?);
            let mut out = io::stdout();
            writeln!(out, "point {}", const_hex::encode_prefixed(handed.ephemeral.to_bytes()))?;
            writeln!(out, "wrapped {}", const_hex::encode_prefixed(handed.wrapped))?;
            writeln!(out, "device {}", keys.device())?;
        }
        Command::Read { secret, handed, device } => {
            let key = handed.unwrap(&Key::from_bytes(&secret)?);
            each_line(|line, out| {
                let sealed = line.record()?;
                let opened = sealed.open(&key, device);
                let opened = opened.map_err(|reason| Error::Closed { line: line.number, reason })?;
                print(out, &opened, &sealed)
            })?;
        }
    }
    Ok(())
}

/// A key that is handed over cannot be taken back: it must not open what is still to be recorded.
fn require_closed(period: Period) -> Result<(), Error> {
    // A clock before 1970 closes nothing.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    match period {
        _ if period.is_closed(now.as_secs()) => Ok(()),
        Period::UNTIMED => Err(Error::Untimed(period)),
        _ => Err(Error::NotClosed(period)),
    }
}

/// A key out of the system's random source.
fn one_time_key() -> Result<Key, Error> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret).map_err(|_| Error::NoRandom)?;
    Ok(Key::from_bytes(&secret)?)
}
