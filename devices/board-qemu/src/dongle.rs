use crate::pflash::{Pflash, SECTOR};
use crate::uart::Uart;
use crate::{clock, log};
use core::convert::Infallible;
use obd_core::can::slcan::Slcan;
use obd_core::client::{Client, Endpoint, Event, LinkError, Settings, Step, Target, Timing};
use obd_core::poll::{Car, Memory};
use obd_core::queue::{Chip, Layout, Note, Queue, QueueError};
use obd_core::record::{EpochKeys, Time, TimeSource};
use obd_core::recorder::{Commitment, Recorder, StoreError};
use obd_core::{Duration, Instant, Signer};
use thiserror::Error;

/// A connection to one host at a time, served a little whenever the loop comes by.
pub(crate) trait Uplink<'s> {
    /// Begins to send a request, over the open connection if it may be used again.
    fn send(&mut self, target: Target, endpoint: &Endpoint<'s>, fresh: bool, bytes: &[u8]);

    /// Serves the network, and gives what arrived to `receive`, which says when the answer is whole. An error
    /// ends the connection.
    fn poll(&mut self, now: Instant, receive: impl FnMut(&[u8]) -> bool) -> Result<(), LinkError>;
}

/// What a board does beside the trip.
pub(crate) trait Beside {
    /// Comes with each turn of the loop.
    fn turn(&mut self) {}

    /// The chain is sure that the device does not speak for the vehicle any more.
    fn unpaired(&mut self) {}
}

/// What a trip needs to know.
pub(crate) struct Trip<'a> {
    pub(crate) settings: &'a Settings<'a>,
    pub(crate) key: &'a dyn Signer,
    pub(crate) keys: EpochKeys,
    pub(crate) commitment: Commitment,
    /// Between two records.
    pub(crate) interval: Duration,
    /// Differs from device to device.
    pub(crate) seed: u64,
}

/// Everything ten times as fast as on the road: the chain's blocks are a second apart here.
pub(crate) const FAST: Timing = Timing {
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

/// Reads the car and uploads what it says, until something is wrong that no turn of the loop cures.
pub(crate) fn drive<'s>(
    trip: Trip<'s>,
    chip: &Chip<Pflash>,
    link: &mut impl Uplink<'s>,
    beside: &mut impl Beside,
) -> Result<Infallible, TripError> {
    let Trip { settings, key, keys, commitment, interval, seed } = trip;
    let sectors = |from: u32, to: u32| from * SECTOR as u32..to * SECTOR as u32;
    // The first sector is for settings.
    let layout = Layout { journal: sectors(1, 3), keep: sectors(3, 5), main: sectors(5, 9) };
    let mut queue = Queue::open(chip, layout)?;
    let mut recorder = Recorder::open(keys, Some(commitment), 0, &mut queue)?;
    let mut client = Client::new(settings, key, seed);
    let mut car = Car::new(Slcan::new(Uart::CAR));
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

    let (mut remembered, mut remember_at) = (car.memory().to_bytes(), clock::now());
    let mut store_at = clock::now().after(interval);
    let mut call_at = Instant::default();
    // When it is not any more, nothing is recorded or sent until the device is paired again.
    let mut paired = true;
    loop {
        let now = clock::now();
        beside.turn();
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
            if matches!(event, Event::Unpaired { .. }) {
                paired = false;
                beside.unpaired();
            }
        }
        if (now < call_at && !answered) || !paired || recorder.is_other_vehicle() {
            continue;
        }
        let day = u32::try_from(clock::unix() / 86_400).ok();
        call_at = match client.step(now, day, &mut queue)? {
            Step::Busy { until } | Step::Wait { until } => until,
            Step::Request { target, fresh, bytes } => {
                let endpoint = match target {
                    Target::Node(index) => settings.nodes.get(index),
                    Target::Relay => settings.relay.as_ref(),
                };
                link.send(target, endpoint.unwrap_or(&NOBODY), fresh, bytes);
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
        Event::Awaited => log!("not paired yet"),
        Event::Time { stamp, .. } => log!("block of {stamp}"),
        Event::PassedOver { counter } => log!("passed over up to {counter}"),
        Event::Conflict { counter } => log!("the registry is at {counter}"),
        Event::Refused(_) => log!("the policy refuses"),
        Event::OverBudget => log!("the day's budget is spent"),
        Event::NoFunds => log!("no coin"),
        Event::NoRelay => log!("no relay"),
    }
}

/// Cannot be reached.
pub(crate) const NOBODY: Endpoint<'static> = Endpoint { host: "", port: 0, path: "/", tls: false };

/// The machine's clock is the host's, which has it from the network.
fn time() -> Time {
    Time { ms: clock::unix() * 1_000, source: TimeSource::Network }
}

/// Why the trip ended.
#[derive(Debug, Error)]
pub(crate) enum TripError {
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
