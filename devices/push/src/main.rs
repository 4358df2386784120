//! `autochain-push`: what a dongle does, on the host. `obd-core` numbers, builds and signs; this program
//! reads keys and flags, asks a node for what it may be asked for, and pushes the raw transaction.
//!
//! ```text
//! args ► record ─► device-rpc: chain id, pairing, last reading                 (asked, then checked)
//!           │─► obd-core: Chain ► Reading                                      (numbered and linked)
//!           └─► device-rpc: fees, gas ► Policy ► Key ► transaction, receipt    (signs or refuses)
//! ```

mod args;
mod error;
mod record;
mod registry;

use args::{Command, USAGE, UsageError};
use error::Error;
use obd_core::{AnyKey, DeviceKey as _, Domain, Signer as _};
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let command = match args::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(UsageError(reason)) => {
            eprintln!("autochain-push: {reason}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(command).and_then(|text| Ok(writeln!(io::stdout(), "{text}")?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("autochain-push: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<String, Error> {
    Ok(match command {
        Command::Help => USAGE.to_owned(),
        Command::Version => concat!("autochain-push ", env!("CARGO_PKG_VERSION")).to_owned(),
        Command::Address { curve, secret } => AnyKey::from_secret(curve, &secret)?.address().to_string(),
        Command::PairSignature { curve, secret, chain_id, registry, pairing } => {
            let key = AnyKey::from_secret(curve, &secret)?;
            let digest = pairing.digest(&Domain::new(chain_id, registry), key.address());
            const_hex::encode_prefixed(key.sign_statement(&digest)?.as_bytes())
        }
        Command::Record(order) => record::record(&order)?.to_string(),
    })
}
