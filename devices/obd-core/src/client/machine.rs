use super::answer::{Receipt, Standing};
use super::ask::Ask;
use super::backoff::{Health, Random};
use super::http::{Request, Response};
use super::pending::Pending;
use super::{Delivery, Event, Failure, MAX_ENDPOINTS, Settings};
use crate::queue::{MAX_BATCH, Queue, QueueError};
use crate::{Domain, Hash, Instant, Key, Signer};
use embedded_storage::nor_flash::MultiwriteNorFlash;
use stamp::Stamps;
use thiserror::Error;

mod plan;
mod put;
mod recover;
mod settle;
mod stamp;

/// Room for the longest request, in bytes: a full upload's records in hexadecimal.
pub const REQUEST_LEN: usize = 7_680;
/// The longest response that is read, in bytes: a block without transactions, a receipt.
pub const RESPONSE_LEN: usize = 4_096;
/// The most records in one upload. One is under way at a time, so that a device stores for good at most so
/// many in the time that [`super::Settings::depth`] blocks take.
const UPLOAD: usize = MAX_BATCH;
const EVENTS: usize = 8;

/// What the board is to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'c> {
    /// Send these bytes, and give what comes back to [`Client::receive`]. The link of the last request may
    /// be used again when it is to the same target, still open, and not `fresh`.
    Request {
        /// Whom to connect to.
        target: Target,
        /// Whether an open link must be closed first.
        fresh: bool,
        /// A whole request.
        bytes: &'c [u8],
    },
    /// An answer is on its way. Call again when bytes were received, or at this time.
    Busy {
        /// When the request has failed.
        until: Instant,
    },
    /// Nothing to do before this time, unless a record is pushed.
    Wait {
        /// When to call again.
        until: Instant,
    },
}

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A node, by its place in the settings.
    Node(usize),
    /// The relay.
    Relay,
}

/// What happened to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// No connection.
    #[error("no connection")]
    Unreachable,
    /// The certificate or the handshake was refused.
    #[error("TLS refused")]
    Tls,
    /// The peer closed before the answer was whole.
    #[error("the peer closed")]
    Closed,
}

/// Carries what waits in a queue to the registry. See the [module](super).
pub struct Client<'s> {
    settings: &'s Settings<'s>,
    signer: &'s dyn Signer,
    /// The account that sends and pays; without one the relay does.
    account: Option<&'s Key>,
    domain: Domain,
    request: Request<REQUEST_LEN>,
    response: Response<RESPONSE_LEN>,
    nodes: [Health; MAX_ENDPOINTS],
    relay: Health,
    current: usize,
    fresh: bool,
    flight: Option<Flight>,
    outcome: Option<Result<(), Failure>>,
    session: Session,
    upload: Upload,
    stamps: Stamps,
    /// Records were passed over, which no reading has told yet.
    lost: bool,
    loaded: bool,
    /// Whether the registry was seen to have the pairing, since the start.
    spoke: bool,
    /// Whether an upload that flash held is known to be of this pairing.
    vetted: bool,
    resume_at: Instant,
    random: Random,
    id: u64,
    events: [Option<Event>; EVENTS],
}

/// A question under way.
#[derive(Clone, Copy)]
struct Flight {
    ask: Ask,
    id: u64,
    deadline: Instant,
}

/// What the current node said since it became the current one.
#[derive(Clone, Copy, Default)]
struct Session {
    chain: bool,
    genesis: bool,
    head: Option<Head>,
    standing: Option<Standing>,
    /// The device's counter in `standing` is so deep in the chain that it stays.
    settled: bool,
    nonce: Option<u64>,
}

#[derive(Clone, Copy)]
struct Head {
    number: u64,
    base_fee: u128,
    tip: u128,
    at: Instant,
}

/// The upload under way, and what is known of it beyond what flash holds.
#[derive(Clone, Copy, Default)]
struct Upload {
    pending: Option<Pending>,
    stored: bool,
    sent_at: Option<Instant>,
    receipt: Option<Receipt>,
    /// Which of its transactions is asked for next.
    variant: usize,
    asked_at: Option<Instant>,
    /// The account's nonce, when it is above the transaction's: ours was mined, or another took its place.
    taken: Option<u64>,
    /// A node says that the nonce is gone: see to it without waiting.
    doubted: bool,
    /// The vehicle's last reading is not this one, and its counter not below this one's.
    overtaken: bool,
    /// The relay does not carry it: is the device still paired?
    refused: bool,
    /// The nodes that agree on what would be acknowledged or given up, one bit each.
    agreeing: u8,
    /// What they agree on.
    claim: Option<Claim>,
}

/// What a node says of the chain at a depth that no reorganisation reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// The device's last reading has this counter and hash.
    Holds(u64, Hash),
    /// The device's last reading has this counter, and is not the one under way.
    Overtaken(u64),
    /// The device does not speak for its vehicle; the epoch of its last pairing.
    Unpaired(u32),
}

enum Plan {
    Ask(Ask),
    Wait(Instant),
    /// Something changed: plan again.
    Again,
}

impl<'s> Client<'s> {
    /// Delivers as the settings say, but always through the relay when `signer` has no account. `seed` is
    /// any number that differs between devices; it spreads their retries in time.
    pub fn new(settings: &'s Settings<'s>, signer: &'s dyn Signer, seed: u64) -> Self {
        Self {
            settings,
            signer,
            account: signer.account().filter(|_| settings.delivery == Delivery::Direct),
            domain: Domain::new(settings.policy.chain_id, settings.registry()),
            request: Request::new(),
            response: Response::new(),
            nodes: [Health::default(); MAX_ENDPOINTS],
            relay: Health::default(),
            current: 0,
            fresh: true,
            flight: None,
            outcome: None,
            session: Session::default(),
            upload: Upload::default(),
            stamps: Stamps::default(),
            lost: false,
            loaded: false,
            spoke: false,
            vetted: false,
            resume_at: Instant::default(),
            random: Random::new(seed),
            id: 0,
            events: [None; EVENTS],
        }
    }

    /// Decides what to do next. Returns at once; errors are the flash chip's. `day` is the number of days
    /// since the Unix epoch, when a clock knows it ([`Clock::day`](crate::Clock::day)).
    pub fn step<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        queue: &mut Queue<'_, F>,
    ) -> Result<Step<'_>, QueueError> {
        if let Some(flight) = self.flight {
            match self.outcome.take() {
                None if now < flight.deadline => return Ok(Step::Busy { until: flight.deadline }),
                None => self.fail(now, &flight.ask, Failure::Timeout),
                Some(Err(failure)) => self.fail(now, &flight.ask, failure),
                Some(Ok(())) => self.settle(now, flight, queue)?,
            }
            self.flight = None;
        }
        // Each turn without a question changes what is known, so that a few always end it.
        for _ in 0..8 {
            match self.plan(now, day, queue)? {
                Plan::Wait(until) => return Ok(Step::Wait { until }),
                Plan::Again => {}
                Plan::Ask(ask) => {
                    if let Some((target, ask)) = self.put(ask, queue)? {
                        let deadline = now.after(self.settings.timing.request);
                        self.flight = Some(Flight { ask, id: self.id, deadline });
                        let fresh = core::mem::take(&mut self.fresh);
                        return Ok(Step::Request { target, fresh, bytes: self.request.bytes() });
                    }
                    // It cannot be written down: nothing that waiting a little would not do as well.
                    return Ok(Step::Wait { until: now.after(self.settings.timing.pause) });
                }
            }
        }
        Ok(Step::Wait { until: now.after(self.settings.timing.poll) })
    }

    /// Takes in what came back; `true` when the answer is whole or of no use, and `step` should be called.
    pub fn receive(&mut self, bytes: &[u8]) -> bool {
        if self.flight.is_none() || self.outcome.is_some() {
            // Nobody asked.
            self.fresh = true;
            return true;
        }
        match self.response.feed(bytes) {
            Ok(false) => return false,
            Ok(true) => self.outcome = Some(Ok(())),
            Err(error) => self.outcome = Some(Err(error.into())),
        }
        true
    }

    /// The link is closed, or could not be opened.
    pub fn closed(&mut self, error: LinkError) {
        self.fresh = true;
        if self.flight.is_some() && self.outcome.is_none() {
            let whole = error == LinkError::Closed && self.response.closed();
            self.outcome = Some(if whole { Ok(()) } else { Err(error.into()) });
        }
    }

    /// The next thing that happened, oldest first. Those that nobody asks for are forgotten.
    pub fn event(&mut self) -> Option<Event> {
        let event = self.events.first_mut()?.take();
        self.events.rotate_left(1);
        event
    }

    fn tell(&mut self, event: Event) {
        if self.events.iter().all(Option::is_some) {
            self.event();
        }
        if let Some(free) = self.events.iter_mut().find(|event| event.is_none()) {
            *free = Some(event);
        }
    }
}
