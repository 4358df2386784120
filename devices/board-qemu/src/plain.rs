//! A board that is told everything, its secrets included, by the first sector of its flash, and speaks plain HTTP:
//! for tests that know what they look for.

use crate::clock;
use crate::config::{Config, ConfigError, MAX_NODES};
use crate::dongle::{Beside, FAST, NOBODY, Trip, TripError, drive};
use crate::link::Link;
use crate::network::Network;
use crate::pflash::Pflash;
use crate::tcp::{Buffers, Tcp};
use core::convert::Infallible;
use embedded_storage::nor_flash::ReadNorFlash as _;
use obd_core::client::{Delivery, Settings};
use obd_core::queue::Chip;
use obd_core::record::EpochKeys;
use obd_core::recorder::Commitment;
use obd_core::{Duration, Key, KeyError, Policy};
use thiserror::Error;

const GWEI: u128 = 1_000_000_000;
const SETTINGS_LEN: usize = 4_096;

/// Runs until something is wrong that no turn of the loop cures.
pub(crate) fn run() -> Result<Infallible, Stop> {
    // SAFETY: the only one.
    let chip = Chip::new(unsafe { Pflash::new() });
    let mut text = [0; SETTINGS_LEN];
    let _ = chip.with(|flash| flash.read(0, &mut text));
    let config = Config::parse(&text)?;
    let key = Key::from_bytes(&config.key)?;

    let mut nodes = [NOBODY; MAX_NODES];
    let known = config.nodes.into_iter().flatten();
    let count = nodes.iter_mut().zip(known).map(|(node, known)| *node = known).count();
    let settings = Settings {
        nodes: &nodes[..count],
        relay: config.relay,
        delivery: if config.relayed { Delivery::Relay } else { Delivery::Direct },
        policy: Policy {
            chain_id: config.chain_id,
            registry: config.registry(),
            max_gas: 500_000,
            max_fee_per_gas: 500 * GWEI,
            max_priority_fee_per_gas: 50 * GWEI,
        },
        genesis: config.genesis,
        vehicle: config.vehicle,
        epoch: config.epoch,
        gas_limit: 300_000,
        daily_cap: 10 * GWEI * GWEI,
        depth: config.depth,
        quorum: 1,
        timing: FAST,
    };
    let trip = Trip {
        settings: &settings,
        key: &key,
        keys: EpochKeys::new(config.vehicle, config.epoch, key.address(), config.root),
        commitment: Commitment { hash: config.commitment, salt: config.salt },
        interval: Duration::from_millis(config.interval),
        seed: clock::unix(),
    };
    let network = Network::find().ok_or(Stop::NoNetwork)?;
    let mut buffers = Buffers::new();
    let mut link = Link::new(Tcp::new(network, &mut buffers, clock::now(), trip.seed));
    Ok(drive(trip, &chip, &mut link, &mut Nothing)?)
}

/// There is nothing beside the trip; after it the board rests.
struct Nothing;

impl Beside for Nothing {}

/// Why the board stopped.
#[derive(Debug, Error)]
pub(crate) enum Stop {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Trip(#[from] TripError),
    #[error("the machine has no network card")]
    NoNetwork,
}
