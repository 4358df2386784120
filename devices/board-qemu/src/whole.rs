//! A dongle as a person gets it: new from the factory, provisioned and paired at its console, with keys that it
//! draws itself, over TLS to hosts of the pinned issuer.
//!
//! ```text
//!  reset ─► Desk (console) ─┬─ not paired: the console only
//!                           └─ paired: drive, the console beside it ─ sold ─► bond dropped ─► reset
//! ```

use crate::console::{Bench, Desk};
use crate::dongle::{Beside, NOBODY, Trip, TripError, drive};
use crate::network::Network;
use crate::pflash::Pflash;
use crate::random::{Draw, Random};
use crate::stack::Gauge;
use crate::tcp::{Buffers, Tcp};
use crate::tempo::Tempo;
use crate::tls::{Line, Link, serve};
use crate::{clock, log, pci, store};
use core::convert::Infallible;
use core::pin::pin;
use device_tls::Records;
use embedded_storage::nor_flash::ReadNorFlash as _;
use obd_core::Signer as _;
use obd_core::client::{Delivery, Endpoint, Settings};
use obd_core::provision::{self, Protection, Vault};
use obd_core::queue::Chip;
use rand_core::RngCore as _;
use thiserror::Error;

const TEMPO_LEN: usize = 256;

/// Runs until something is wrong that no turn of the loop cures.
pub(crate) fn run() -> Result<Infallible, Stop> {
    // SAFETY: the only one.
    let chip = Chip::new(unsafe { Pflash::new() });
    let mut text = [0; TEMPO_LEN];
    let _ = chip.with(|flash| flash.read(0, &mut text));
    let tempo = Tempo::parse(&text).ok_or(Stop::Tempo)?;
    let random = Random::find().ok_or(Stop::NoRandom)?;
    let network = Network::find().ok_or(Stop::NoNetwork)?;
    let port = pci::serial().ok_or(Stop::NoConsole)?;
    let sealing_key = store::sealing_key(&chip, &random).ok_or(Stop::Flash)?;
    let bench = Bench { chip: &chip, random: &random, mac: network.address() };
    let desk = Desk::new(port, bench, Vault::new(sealing_key, Protection::None));
    let mut office = Office { desk, gauge: Gauge::default() };

    let console = office.desk.console();
    let (Some(key), Some(known), Some(bond)) = (console.key(), console.settings(), console.bond()) else {
        log!("waits at its console");
        loop {
            office.turn();
        }
    };
    let keys = console.record_keys(&bond, key.address()).ok_or(Stop::Bond)?;

    let mut nodes = [NOBODY; provision::MAX_ENDPOINTS];
    let endpoints = known.endpoints.iter().flatten();
    let count = nodes.iter_mut().zip(endpoints).map(|(node, known)| *node = endpoint(known)).count();
    let settings = Settings {
        nodes: &nodes[..count],
        relay: known.relay.as_ref().map(endpoint),
        delivery: if known.relayed { Delivery::Relay } else { Delivery::Direct },
        policy: known.policy,
        genesis: known.genesis,
        vehicle: bond.vehicle,
        epoch: bond.epoch,
        gas_limit: known.policy.max_gas,
        daily_cap: known.daily_cap,
        depth: tempo.depth,
        quorum: Settings::majority(count),
        timing: tempo.timing,
    };
    let seed = Draw(&random).next_u64();
    let trip = Trip {
        settings: &settings,
        key: &key,
        keys,
        commitment: bond.commitment,
        interval: tempo.interval,
        seed,
    };
    let mut buffers = Buffers::new();
    let mut records = Records::new();
    let line = Line::new(Tcp::new(network, &mut buffers, clock::now(), seed));
    let service = pin!(serve(&line, known.issuer.as_bytes(), &random, &mut records));
    let mut link = Link::new(&line, service);
    Ok(drive(trip, &chip, &mut link, &mut office)?)
}

/// As the client wants it; nowhere for a host that is no text.
fn endpoint(known: &provision::Endpoint) -> Endpoint<'_> {
    Endpoint { host: known.host.as_str().unwrap_or_default(), port: known.port, path: "/", tls: true }
}

/// The console, and who watches the stack.
struct Office<'a> {
    desk: Desk<'a>,
    gauge: Gauge,
}

impl Beside for Office<'_> {
    fn turn(&mut self) {
        self.desk.turn();
        self.gauge.turn();
    }

    fn unpaired(&mut self) {
        self.desk.unpair();
    }
}

/// Why the board stopped.
#[derive(Debug, Error)]
pub(crate) enum Stop {
    #[error("the flash image's first sector holds something that this board does not understand")]
    Tempo,
    #[error("the flash failed")]
    Flash,
    #[error("the bond is not of this device")]
    Bond,
    #[error("the machine has no random generator")]
    NoRandom,
    #[error("the machine has no network card")]
    NoNetwork,
    #[error("the machine has no serial card for the console")]
    NoConsole,
    #[error(transparent)]
    Trip(#[from] TripError),
}
