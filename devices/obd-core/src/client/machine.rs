use super::answer::{Receipt, Standing};
use super::ask::Ask;
use super::backoff::{Health, Random};
use super::budget::Budget;
use super::http::{Request, Response};
use super::pending::Pending;
use super::{Delivery, Event, Failure, MAX_ENDPOINTS, Settings};
use crate::queue::{Note, Queue, QueueError};
use crate::record::SealedRecord;
use crate::{Domain, Eip1559, Flags, Instant, Key, Quality, Reading, Source};
use core::ops::ControlFlow;
use embedded_storage::nor_flash::MultiwriteNorFlash;
use thiserror::Error;

mod put;
mod settle;

/// Room for the longest request, in bytes: a full upload's records in hexadecimal.
pub const REQUEST_LEN: usize = 4_608;
/// The longest response that is read, in bytes: a block without transactions, a receipt.
pub const RESPONSE_LEN: usize = 4_096;
/// The most records in one upload: as many as a request holds.
const UPLOAD: usize = 8;
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
    key: &'s Key,
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
    loaded: bool,
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
    /// The nodes that agree on what would be acknowledged or given up, one bit each.
    agreeing: u8,
}

enum Plan {
    Ask(Ask),
    Wait(Instant),
    /// Something changed: plan again.
    Again,
}

impl<'s> Client<'s> {
    /// `seed` is any number that differs between devices; it spreads their retries in time.
    pub fn new(settings: &'s Settings<'s>, key: &'s Key, seed: u64) -> Self {
        Self {
            settings,
            key,
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
            loaded: false,
            resume_at: Instant::default(),
            random: Random::new(seed),
            id: 0,
            events: [None; EVENTS],
        }
    }

    /// Decides what to do next. Returns at once; errors are the flash chip's. `day` is the number of days
    /// since the Unix epoch, when a clock knows it.
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

    // ---- what to do ----

    fn plan<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        if !self.loaded {
            let noted = queue.journal().read(Note::Pending)?.and_then(|bytes| bytes.try_into().ok());
            self.upload = Upload { pending: noted.and_then(Pending::from_bytes), ..Upload::default() };
            self.loaded = true;
        }
        let timing = self.settings.timing;
        let under_way = self.upload.pending.filter(|pending| !pending.done);
        if under_way.is_none() && queue.newest() <= queue.acknowledged().counter() {
            return Ok(Plan::Wait(now.after(timing.poll)));
        }
        if now < self.resume_at {
            return Ok(Plan::Wait(self.resume_at));
        }
        if let Err(until) = self.choose_node(now) {
            return Ok(Plan::Wait(until));
        }
        if !self.session.chain {
            return Ok(Plan::Ask(Ask::ChainId));
        }
        if !self.session.genesis {
            return Ok(Plan::Ask(Ask::Genesis));
        }
        let Some(head) = self.session.head.filter(|head| now < head.at.after(timing.poll)) else {
            return Ok(Plan::Ask(Ask::Fees));
        };
        match under_way {
            Some(pending) => self.plan_upload(now, day, head, pending, queue),
            None => self.plan_next(now, day, head, queue),
        }
    }

    /// Makes the current node one that may be asked, or says when one may be.
    fn choose_node(&mut self, now: Instant) -> Result<(), Instant> {
        let count = self.settings.nodes.len().min(MAX_ENDPOINTS);
        let health = |index: usize| self.nodes.get(index).copied().unwrap_or_default();
        let order = (self.current..count).chain(0..self.current.min(count));
        let Some(next) = order.min_by_key(|index| health(*index).retry_at().max(now)) else {
            return Err(now.after(self.settings.timing.pause));
        };
        if health(next).retry_at() > now {
            return Err(health(next).retry_at());
        }
        if next != self.current {
            self.leave_node();
            self.current = next;
        }
        Ok(())
    }

    fn leave_node(&mut self) {
        self.session = Session::default();
        self.fresh = true;
    }

    /// Turns to another node, without a grudge.
    fn next_node(&mut self) {
        self.leave_node();
        let count = self.settings.nodes.len().min(MAX_ENDPOINTS);
        self.current = self.current.saturating_add(1).checked_rem(count).unwrap_or_default();
    }

    /// Nothing is under way: may something be?
    fn plan_next<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        head: Head,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        let Some(standing) = self.session.standing else { return Ok(Plan::Ask(Ask::Standing(None))) };
        if !self.is_ours(&standing) {
            return Ok(Plan::Ask(Ask::Standing(Some(self.deep(head)))));
        }
        let direct = self.settings.delivery == Delivery::Direct;
        let nonce = match self.session.nonce {
            None if direct => return Ok(Plan::Ask(Ask::Nonce)),
            nonce => nonce.unwrap_or_default(),
        };
        let reading = self.next_reading(queue)?;
        if standing.counter >= reading.counter {
            return Ok(Plan::Ask(Ask::LastReading(self.deep(head))));
        }
        let (priority_fee, fee) = self.fees(head);
        let floor = self.upload.pending.map_or(0, |done| done.floor);
        let pending = Pending::new(nonce, floor, reading, priority_fee, fee);
        if direct && !self.charge(now, day, pending, queue)? {
            return Ok(Plan::Again);
        }
        if !direct {
            self.begin(pending, queue)?;
        }
        Ok(Plan::Again)
    }

    fn plan_upload<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        head: Head,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        let timing = self.settings.timing;
        let upload = self.upload;
        if self.settings.relay.is_some() {
            let relay_at = self.relay.retry_at();
            let relay_needed =
                !upload.stored || (self.settings.delivery == Delivery::Relay && upload.sent_at.is_none());
            if relay_needed && relay_at > now {
                return Ok(Plan::Wait(relay_at));
            }
            if !upload.stored {
                // Records that were dropped since then cannot be handed in any more.
                let whole = queue.batch_to(pending.reading.counter, UPLOAD)?.root() == pending.reading.hash;
                self.upload.stored = !whole;
                return Ok(if whole { Plan::Ask(Ask::Store) } else { Plan::Again });
            }
        }
        let Some(sent_at) = upload.sent_at else {
            return Ok(Plan::Ask(match self.settings.delivery {
                Delivery::Direct => Ask::Send([0; 32]),
                Delivery::Relay => Ask::Relay,
            }));
        };
        if let Some(nonce) = upload.taken {
            return match pending.variants().get(upload.variant) {
                Some(hash) => Ok(Plan::Ask(Ask::Receipt(*hash))),
                None => self.renumber(now, day, head, pending.with_nonce(nonce), queue),
            };
        }
        let relayed = self.settings.delivery == Delivery::Relay;
        let stuck = upload.receipt.is_none() && now >= sent_at.after(timing.patience);
        if upload.doubted {
            return self.replace(now, day, head, pending, queue);
        }
        if stuck {
            // The node may have swallowed it, or lied about the nonce: ask and tell another one.
            self.next_node();
            if relayed {
                self.upload.sent_at = None
            } else {
                self.upload.doubted = true
            }
            return Ok(Plan::Again);
        }
        if let Some(asked) = upload.asked_at.filter(|asked| now < asked.after(timing.poll)) {
            return Ok(Plan::Wait(asked.after(timing.poll)));
        }
        let deep = |receipt: &Receipt| receipt.block.saturating_add(self.settings.depth) <= head.number;
        let mined = upload.receipt.filter(deep).is_some_and(|receipt| receipt.succeeded);
        if relayed || mined {
            return Ok(Plan::Ask(Ask::LastReading(self.deep(head))));
        }
        let hash = pending.variants().get(upload.variant).or_else(|| pending.variants().first());
        Ok(Plan::Ask(hash.map_or(Ask::Send([0; 32]), |hash| Ask::Receipt(*hash))))
    }

    /// The transaction is stuck: the same nonce again, with a fee that nodes take for a replacement.
    fn replace<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        head: Head,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        let Some(nonce) = self.session.nonce.take() else { return Ok(Plan::Ask(Ask::Nonce)) };
        self.upload.doubted = false;
        if nonce > pending.nonce {
            (self.upload.taken, self.upload.variant) = (Some(nonce), 0);
            return Ok(Plan::Again);
        }
        if nonce < pending.nonce {
            // The node that gave the nonce was ahead of this one, or lied.
            return self.renumber(now, day, head, pending.with_nonce(nonce), queue);
        }
        self.upload.sent_at = None;
        // Nodes want a tenth more; an eighth leaves no doubt about the rounding.
        let raised = |old: u128| old.saturating_add(old >> 3).saturating_add(1);
        let policy = self.settings.policy;
        let (priority_fee, fee) = self.fees(head);
        let (priority_fee, fee) =
            (raised(pending.priority_fee).max(priority_fee), raised(pending.fee).max(fee));
        if pending.may_be_replaced()
            && fee <= policy.max_fee_per_gas
            && priority_fee <= policy.max_priority_fee_per_gas
            && self.charge(now, day, pending.with_fees(priority_fee, fee), queue)?
        {
            self.tell(Event::Replaced { counter: pending.reading.counter, fee });
        }
        // Otherwise the same transaction again: nodes drop some.
        Ok(Plan::Again)
    }

    /// Another transaction of this account took the nonce: the same reading with the next one. Should both
    /// be mined after all, the registry refuses the second by its counter.
    fn renumber<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        head: Head,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<Plan, QueueError> {
        let (priority_fee, fee) = self.fees(head);
        if !self.charge(now, day, pending.with_fees(priority_fee, fee), queue)? {
            self.upload.taken = None;
        }
        Ok(Plan::Again)
    }

    /// Charges the day's budget for what `pending` may cost beyond what it was charged for, and makes it
    /// the upload under way; `false` when the policy or the budget does not allow it.
    fn charge<F: MultiwriteNorFlash>(
        &mut self,
        now: Instant,
        day: Option<u32>,
        mut pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<bool, QueueError> {
        let data = pending.reading.calldata();
        if let Err(refusal) = self.transaction(&pending, &data).check(&self.settings.policy) {
            self.tell(Event::Refused(refusal));
            self.fail(now, &Ask::Fees, Failure::Fees);
            return Ok(false);
        }
        let worst = u128::from(self.settings.gas_limit).saturating_mul(pending.fee);
        let more = worst.saturating_sub(pending.charged);
        let spent = queue.journal().read(Note::Spending)?.and_then(|bytes| bytes.try_into().ok());
        let spent = spent.map(Budget::from_bytes).unwrap_or_default();
        let Some(spent) = spent.charge(day, more, self.settings.daily_cap) else {
            self.tell(Event::OverBudget);
            self.resume_at = now.after(self.settings.timing.pause);
            return Ok(false);
        };
        pending.charged = worst.max(pending.charged);
        queue.journal().write(Note::Spending, &spent.to_bytes())?;
        self.begin(pending, queue)?;
        Ok(true)
    }

    /// Notes the upload in flash and forgets what was known of an earlier form of it.
    fn begin<F: MultiwriteNorFlash>(
        &mut self,
        pending: Pending,
        queue: &mut Queue<'_, F>,
    ) -> Result<(), QueueError> {
        queue.journal().write(Note::Pending, &pending.to_bytes())?;
        let same = self.upload.pending.is_some_and(|before| before.reading == pending.reading);
        let stored = same && self.upload.stored;
        self.upload = Upload { pending: Some(pending), stored, ..Upload::default() };
        Ok(())
    }

    /// The tip that is usual, and a fee that outlives six full blocks; both in wei per gas, within the caps
    /// where the base fee leaves room.
    fn fees(&self, head: Head) -> (u128, u128) {
        let tip = head.tip.min(self.settings.policy.max_priority_fee_per_gas);
        let fee = head.base_fee.saturating_mul(2).saturating_add(tip);
        let least = head.base_fee.saturating_add(tip);
        (
            tip,
            if least <= self.settings.policy.max_fee_per_gas {
                fee.min(self.settings.policy.max_fee_per_gas)
            } else {
                fee
            },
        )
    }

    /// The public part of the next upload: the newest of its records, the root of them all.
    fn next_reading<F: MultiwriteNorFlash>(&self, queue: &mut Queue<'_, F>) -> Result<Reading, QueueError> {
        let prev_hash = queue.acknowledged().hash();
        let batch = queue.batch(UPLOAD)?;
        let mut newest = None;
        queue.waiting(|entry| {
            if entry.seq > batch.last() {
                return ControlFlow::Break(());
            }
            let sealed = entry.payload.try_into().ok().map(SealedRecord::from_bytes);
            newest = sealed.and_then(|sealed| sealed.head().ok()).or(newest);
            ControlFlow::Continue(())
        })?;
        let (odometer_km, flags) =
            newest.map_or((0, Flags::new(Source::None)), |head| (head.odometer_km, head.flags));
        let flags = if batch.has_gap() { flags.with(Quality::RecordsLost) } else { flags };
        let vehicle = self.settings.vehicle;
        Ok(Reading { vehicle, counter: batch.last(), odometer_km, flags, prev_hash, hash: batch.root() })
    }

    const fn deep(&self, head: Head) -> u64 {
        head.number.saturating_sub(self.settings.depth)
    }

    fn is_ours(&self, standing: &Standing) -> bool {
        standing.active && standing.vehicle == self.settings.vehicle
    }

    fn transaction<'a>(&self, pending: &Pending, data: &'a [u8]) -> Eip1559<'a> {
        Eip1559 {
            chain_id: self.settings.policy.chain_id,
            nonce: pending.nonce,
            max_priority_fee_per_gas: pending.priority_fee,
            max_fee_per_gas: pending.fee,
            gas_limit: self.settings.gas_limit,
            to: self.settings.registry(),
            value: 0,
            data,
        }
    }
}
