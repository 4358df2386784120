use crate::config::{Config, ConfigError, MAX_NODES, Peer};
use crate::link::{Buffers, Link};
use crate::network::Network;
use crate::pflash::{Pflash, SECTOR};
use crate::uart::Uart;
use crate::{clock, log};
use core::convert::Infallible;
use embedded_storage::nor_flash::ReadNorFlash as _;
use obd_core::can::slcan::Slcan;
use obd_core::client::{Client, Delivery, Endpoint, Event, Settings, Step, Target, Timing};
use obd_core::poll::{Car, Memory};
use obd_core::queue::{Chip, Layout, Note, Queue, QueueError};
use obd_core::record::{EpochKeys, Time, TimeSource};
use obd_core::recorder::{Commitment, Recorder, StoreError};
use obd_core::{Duration, Instant, Key, KeyError, Policy};
use smoltcp::iface::SocketStorage;
use thiserror::Error;

const GWEI: u128 = 1_000_000_000;
/// The settings are the first sector of the flash image, the queue's parts follow.
const SETTINGS_LEN: usize = 4_096;

/// Runs until something is wrong that no turn of the loop cures.
pub(crate) fn run() -> Result<Infallible, Stop> {
    // SAFETY: the only one.
    let chip = Chip::new(unsafe { Pflash::new() });
    let mut text = [0; SETTINGS_LEN];
    let _ = chip.with(|flash| flash.read(0, &mut text));
    let config = Config::parse(&text)?;
    let key = Key::from_bytes(&config.key)?;

    let mut nodes = [endpoint(&Peer::NONE); MAX_NODES];
    let known = config.nodes.iter().flatten();
    let count = nodes.iter_mut().zip(known).map(|(node, peer)| *node = endpoint(peer)).count();
    let settings = Settings {
        nodes: &nodes[..count],
        relay: config.relay.as_ref().map(endpoint),
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
        timing: TIMING,
    };
    serve(&config, &settings, &key, &chip)
}

/// Everything ten times as fast as on the road: the chain's blocks are a second apart here.
const TIMING: Timing = Timing {
    request: Duration::from_secs(4),
    poll: Duration::from_millis(500),
    patience: Duration::from_secs(15),
    pause: Duration::from_secs(2),
    backoff: Duration::from_millis(250),
    backoff_cap: Duration::from_secs(4),
    clock: Duration::from_secs(3_600),
};

/// How often what the car is remembered by may be written: flash wears.
const REMEMBER: Duration = Duration::from_secs(60);

fn serve(
    config: &Config<'_>,
    settings: &Settings<'_>,
    key: &Key,
    chip: &Chip<Pflash>,
) -> Result<Infallible, Stop> {
    let sectors = |from: u32, to: u32| from * SECTOR as u32..to * SECTOR as u32;
    let layout = Layout { journal: sectors(1, 3), keep: sectors(3, 5), main: sectors(5, 9) };
    let mut queue = Queue::open(chip, layout)?;
    let keys = EpochKeys::new(config.vehicle, config.epoch, key.address(), config.root);
    let commitment = Commitment { hash: config.commitment, salt: config.salt };
    let mut recorder = Recorder::open(keys, Some(commitment), 0, &mut queue)?;

    let seed = clock::unix();
    let mut buffers = Buffers { receive: [0; 2_048], send: [0; 2_048], storage: [SocketStorage::EMPTY] };
    let network = Network::find().ok_or(Stop::NoNetwork)?;
    // Ports that the host may still remember from the last start are left out.
    let port = 49_152 + (seed % 16_000) as u16;
    let mut link = Link::new(network, &mut buffers, clock::now(), port);
    let mut client = Client::new(settings, key, seed);
    let mut car = Car::new(Slcan::new(Uart));
    if let Some(memory) = queue.journal().read(Note::Car)?.and_then(|bytes| bytes.try_into().ok()) {
        car.remember(Memory::from_bytes(memory));
    }
    car.wake();
    log!(
        "ready as {}: {} stored, {} acknowledged",
        key.address(),
        queue.newest(),
        queue.acknowledged().counter()
    );

    let interval = Duration::from_millis(config.interval);
    let (mut remembered, mut remember_at) = (car.memory().to_bytes(), clock::now());
    let mut store_at = clock::now().after(interval);
    let mut call_at = Instant::default();
    // When it is not any more, nothing is recorded or sent until the device is paired again.
    let mut paired = true;
    loop {
        let now = clock::now();
        if let Some(event) = car.poll(now)
            && paired
        {
            recorder.note(&event, time(), &mut queue)?;
        }
        if paired && now >= store_at {
            store_at = now.after(interval);
            if recorder.store(time(), &mut queue)? > 0 {
                log!("stored up to {}", queue.newest());
                call_at = now;
            }
            let memory = car.memory().to_bytes();
            if now >= remember_at && memory != remembered {
                remember_at = now.after(REMEMBER);
                queue.journal().write(Note::Car, &memory)?;
                remembered = memory;
            }
        }
        let mut answered = false;
        let served = link.poll(now, |bytes| {
            answered = client.receive(bytes);
            answered
        });
        if let Err(error) = served {
            client.closed(error);
            answered = true;
        }
        while let Some(event) = client.event() {
            tell(&event);
            paired &= !matches!(event, Event::Unpaired { .. });
        }
        if (now < call_at && !answered) || !paired || recorder.is_other_vehicle() {
            continue;
        }
        let day = u32::try_from(clock::unix() / 86_400).ok();
        call_at = match client.step(now, day, &mut queue)? {
            Step::Busy { until } | Step::Wait { until } => until,
            Step::Request { target, fresh, bytes } => {
                let peer = match target {
                    Target::Node(index) => config.nodes.get(index).copied().flatten(),
                    Target::Relay => config.relay,
                };
                link.send(target, &peer.unwrap_or(Peer::NONE), fresh, bytes);
                now.after(settings.timing.request)
            }
        };
    }
}

/// One line for each thing that happened, in few words: text is what images are made of.
fn tell(event: &Event) {
    match event {
        Event::Failed { node: Some(node), failure } => log!("node {node}: {failure}"),
        Event::Failed { node: None, failure } => log!("relay: {failure}"),
        Event::Sent { counter, .. } => log!("sent {counter}"),
        Event::Replaced { counter, .. } => log!("sent {counter} again, for more"),
        Event::Reorganised { counter } => log!("reorganised {counter}"),
        Event::Reverted { counter } => log!("reverted {counter}"),
        Event::Acknowledged { counter } => log!("acknowledged {counter}"),
        Event::Forgotten { counter } => log!("forgot up to {counter}"),
        Event::Suspended => log!("the pairing is suspended"),
        Event::Unpaired { epoch } => log!("not paired any more; epoch {epoch}"),
        Event::Time { stamp, .. } => log!("block of {stamp}"),
        Event::PassedOver { counter } => log!("passed over up to {counter}"),
        Event::Conflict { counter } => log!("the registry is at {counter}"),
        Event::Refused(_) => log!("the policy refuses"),
        Event::OverBudget => log!("the day's budget is spent"),
        Event::NoFunds => log!("no coin"),
        Event::NoRelay => log!("no relay"),
    }
}

const fn endpoint<'a>(peer: &Peer<'a>) -> Endpoint<'a> {
    Endpoint { host: peer.host, port: peer.port, path: "/", tls: false }
}

/// The machine's clock is the host's, which has it from the network.
fn time() -> Time {
    Time { ms: clock::unix() * 1_000, source: TimeSource::Network }
}

/// Why the board stopped.
#[derive(Debug, Error)]
pub(crate) enum Stop {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the machine has no network card")]
    NoNetwork,
}
