//! Carries what waits in the queue to the chain: runs the client's steps over TLS.

use crate::flash::{self, Flash, LAYOUT};
use crate::net::{self, Buffers};
use crate::ota;
use crate::shared::Shared;
use crate::start::{Device, now};
use crate::tls::{self, Connection};
use device_tls::Records;
use embassy_net::Stack;
use embassy_time::{Duration, Timer, with_timeout};
use esp_hal::system::software_reset;
use obd_core::client::{
    Client, Delivery, Endpoint, Event, LinkError, REQUEST_LEN, Settings, Step, Target, Timing,
};
use obd_core::provision::Stored;
use obd_core::update::{Checks, confirm};
use obd_core::{Instant, provision};
use static_cell::StaticCell;

/// The longest wait for an answer on an open link; the client's own limit is shorter.
const PATIENCE: Duration = Duration::from_secs(30);

/// A new pairing has so long to reach the chain: its owner may have to find the wallet first.
const ON_ITS_WAY: Instant = Instant::from_millis(20 * 60 * 1_000);

/// After the flash failed.
const FLASH_PAUSE: Duration = Duration::from_secs(30);

/// Between two questions for an update.
const UPDATES: obd_core::Duration = obd_core::Duration::from_secs(24 * 3_600);

/// How soon a new record, or a car that is not the paired one, is noticed.
const NOTICE: Duration = Duration::from_secs(1);

/// Uploads for ever; the first acknowledged upload ends the trial of a new image.
#[embassy_executor::task]
pub(crate) async fn task(
    stack: Stack<'static>,
    chip: &'static Flash,
    device: &'static Device,
    shared: &'static Shared,
    seed: u64,
    self_test: bool,
) {
    static RECORDS: StaticCell<Records> = StaticCell::new();
    static BUFFERS: StaticCell<Buffers> = StaticCell::new();
    let records = RECORDS.init_with(Records::new);
    let buffers = BUFFERS.init_with(Buffers::new);

    let mut nodes = [endpoint(None); provision::MAX_ENDPOINTS];
    let known = device.settings.endpoints.iter().flatten();
    let count = nodes.iter_mut().zip(known).map(|(node, known)| *node = endpoint(Some(known))).count();
    let settings = Settings {
        nodes: nodes.get(..count).unwrap_or_default(),
        relay: device.settings.relay.as_ref().map(|relay| endpoint(Some(relay))),
        delivery: if device.settings.relayed { Delivery::Relay } else { Delivery::Direct },
        policy: device.settings.policy,
        genesis: device.settings.genesis,
        vehicle: device.bond.vehicle,
        epoch: device.bond.epoch,
        gas_limit: device.settings.policy.max_gas,
        daily_cap: device.settings.daily_cap,
        depth: Settings::DEPTH,
        quorum: Settings::majority(count),
        timing: Timing::DEFAULT,
    };
    let client = Client::new(&settings, &device.key, seed);
    let issuer = device.settings.issuer.as_bytes();
    let mut uplink = Uplink { stack, client, chip, shared, self_test, request: [0; REQUEST_LEN], length: 0 };

    let mut asked: Option<Instant> = None;
    let mut target = uplink.next().await.0;
    loop {
        if asked.is_none_or(|asked| now().since(asked) >= UPDATES) {
            asked = Some(now());
            shared.updating.set(true);
            ota::check(stack, chip, &device.settings, buffers, records).await;
            shared.updating.set(false);
        }
        let endpoint = match target {
            Target::Node(place) => settings.nodes.get(place),
            Target::Relay => settings.relay.as_ref(),
        };
        let link = match endpoint {
            None => Err(LinkError::Unreachable),
            Some(endpoint) => match net::connect(stack, endpoint.host, endpoint.port, buffers).await {
                None => Err(LinkError::Unreachable),
                Some(socket) => {
                    tls::open(socket, endpoint.host, issuer, records).await.map_err(|_| LinkError::Tls)
                }
            },
        };
        target = match link {
            Ok(link) => uplink.talk(target, link).await,
            Err(error) => {
                uplink.client.closed(error);
                uplink.next().await.0
            }
        };
    }
}

/// As the client wants it; nowhere for none, or for a host that is no text.
fn endpoint(known: Option<&provision::Endpoint>) -> Endpoint<'_> {
    let host = known.and_then(|known| known.host.as_str()).unwrap_or_default();
    Endpoint { host, port: known.map_or(0, |known| known.port), path: "/", tls: true }
}

struct Uplink<'s> {
    stack: Stack<'static>,
    client: Client<'s>,
    chip: &'static Flash,
    shared: &'static Shared,
    self_test: bool,
    request: [u8; REQUEST_LEN],
    length: usize,
}

impl Uplink<'_> {
    /// Waits until there is a request, and keeps its bytes; whom it is for, and whether on a new link.
    async fn next(&mut self) -> (Target, bool) {
        loop {
            let mut wait = NOTICE;
            // Without a network nothing is asked, so that the first question after it comes is not held back.
            if !self.shared.other_vehicle.get() && self.stack.is_config_up() {
                let day = self.shared.day();
                match self.client.step(now(), day, &mut self.shared.queue.borrow_mut()) {
                    Ok(Step::Request { target, fresh, bytes }) => {
                        self.length = bytes.len();
                        for (to, from) in self.request.iter_mut().zip(bytes) {
                            *to = *from;
                        }
                        return (target, fresh);
                    }
                    Ok(Step::Wait { until } | Step::Busy { until }) => wait = span(until).min(NOTICE),
                    Err(_) => wait = FLASH_PAUSE,
                }
            }
            self.attend();
            Timer::after(wait).await;
        }
    }

    /// Sends the kept request and those that follow on the same link; whom the next one is for.
    async fn talk(&mut self, target: Target, mut link: Connection<'_>) -> Target {
        loop {
            if let Err(error) = self.exchange(&mut link).await {
                self.client.closed(error);
                return self.next().await.0;
            }
            match self.next().await {
                (same, false) if same == target => {}
                (other, _) => return other,
            }
        }
    }

    async fn exchange(&mut self, link: &mut Connection<'_>) -> Result<(), LinkError> {
        let mut rest = self.request.get(..self.length).unwrap_or_default();
        while !rest.is_empty() {
            let sent = link.write(rest).await.map_err(|_| LinkError::Closed)?;
            rest = rest.get(sent..).unwrap_or_default();
        }
        link.flush().await.map_err(|_| LinkError::Closed)?;
        let mut bytes = [0; 512];
        loop {
            match with_timeout(PATIENCE, link.read(&mut bytes)).await {
                Ok(Ok(read)) if read > 0 => {
                    if self.client.receive(bytes.get(..read).unwrap_or_default()) {
                        return Ok(());
                    }
                }
                _ => return Err(LinkError::Closed),
            }
        }
    }

    fn unpair(&self) {
        if flash::store(self.chip, Stored::Bond, &[]) {
            software_reset()
        }
    }

    /// Sees to what happened since.
    fn attend(&mut self) {
        while let Some(event) = self.client.event() {
            match event {
                Event::Acknowledged { .. } => {
                    let checks = Checks { self_test: self.self_test, upload: true };
                    // Without the flash the trial goes on, and the next acknowledgement ends it.
                    let _ = self.chip.with(|flash| confirm(flash, &LAYOUT, checks));
                }
                Event::Time { stamp, nodes } => self.shared.set_clock(stamp, nodes),
                // Sold or released: the record keys go, and the console waits for a new pairing.
                Event::Unpaired { .. } => self.unpair(),
                Event::Awaited if now() >= ON_ITS_WAY => self.unpair(),
                _ => {}
            }
        }
    }
}

fn span(until: Instant) -> Duration {
    Duration::from_micros(until.since(now()).as_micros())
}
