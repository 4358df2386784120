//! `autochain-relay`: for dongles that own no coin. It keeps their encrypted records, which it cannot read,
//! and carries their signed readings to the registry with its own account, for the owners it is told to
//! serve, within a daily budget.
//!
//! ```text
//!  dongle ─ autochain_storeRecords ─► Staging: a share of the room, for a time
//!         ─ autochain_relayReading ─► signature ─► pairing: active? holder allowed? ─► Budget ─► node
//!                                         └─► or on chain when its time is over ─► Store: for good
//!  owner  ─ autochain_getRecord ────► Store, Staging
//! ```

mod args;
mod budget;
mod error;
mod node;
mod reading;
mod relay;
mod server;
mod staging;
mod store;

use args::{Command, Order, USAGE};
use relay::Relay;
use std::io;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    match args::parse(lexopt::Parser::from_env()) {
        Err(reason) => {
            eprintln!("autochain-relay: {reason}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Ok(Command::Help) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Ok(Command::Serve(order)) => match open(*order) {
            Ok((listener, relay)) => server::serve(&listener, &relay),
            Err(error) => {
                eprintln!("autochain-relay: {error}");
                ExitCode::FAILURE
            }
        },
    }
}

/// Listens, and says where.
fn open(order: Order) -> io::Result<(TcpListener, Arc<Relay>)> {
    let listener = TcpListener::bind(order.listen)?;
    let address = listener.local_addr()?;
    let relay = Relay::open(order)?;
    println!("http://{address}");
    Ok((listener, relay))
}
