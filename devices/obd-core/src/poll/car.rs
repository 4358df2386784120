use super::{
    Asked, Dialect, Discovery, Event, Exchange, Item, Knowledge, Link, Memory, NoLink, Nonsense, Outcome,
    Plan, Step, Units,
};
use crate::can::{Bitrate, Bus, Guard, Silence};
use crate::obd::{Ecu, Pid, Request};
use crate::power::Observation;
use crate::{Duration, Instant};
use embedded_can::Frame as _;

/// A car on the connector: finds it, asks it what the [`Plan`] says, and tells what it learns. It never waits;
/// [`Car::poll`] is to be called every millisecond or so, and whenever a frame has arrived.
#[derive(Debug)]
pub struct Car<B> {
    guard: Guard<B>,
    exchange: Exchange,
    phase: Phase,
    plan: Plan,
    asked: Option<Asked>,
    knowledge: Knowledge,
    /// No request before.
    pause_until: Instant,
    /// Exchanges in a row in which nobody said a word.
    unheard: u8,
    /// A bit field that a unit left unanswered, and when it is asked for again.
    lost: Option<(u8, Instant)>,
    /// How often that was in this conversation.
    losses: u8,
    /// Times in this trip that the dongle fell silent.
    silences: u8,
    foreign_frames: u32,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Told to leave the car alone. The bus may be listened to.
    Resting,
    Discovering(Discovery),
    /// Finds out which parameters exist, 32 at a time.
    Exploring {
        link: Link,
        page: u8,
        tries: u8,
    },
    Polling(Link),
    /// Fell silent; looks for the car again at this time, if ever on this trip.
    Silent {
        again: Option<Instant>,
    },
}

impl<B: Bus> Car<B> {
    /// Between two requests, so that the car's own traffic has the bus.
    pub const PAUSE: Duration = Duration::from_millis(20);
    /// After so many exchanges without a word the car is taken for asleep.
    const MAX_UNHEARD: u8 = 8;
    /// The dongle looks again after this, and twice as long each time. A car that has gone to sleep looks like
    /// one with a broken bus; by then the power policy has hushed the dongle, which leaves the sleeper alone.
    const REST: Duration = Duration::from_secs(90);
    /// So often at most in a trip.
    const MAX_SILENCES: u8 = 6;
    /// How often a bit field is asked for again at once.
    const MAX_TRIES: u8 = 3;
    /// After this it is asked for once more, and after twice as long each time: with the ignition come requests of
    /// other testers and units that still start, and a page that is lost there must not be missing for the trip.
    const ASK_AGAIN: Duration = Duration::from_secs(30);
    /// So often at most.
    const MAX_LOSSES: u8 = 6;
    /// Frames that one call of [`Car::poll`] takes at most.
    const FRAMES_AT_ONCE: u8 = 32;

    /// At rest: nothing is sent before [`Car::wake`].
    pub fn new(bus: B) -> Self {
        Self {
            guard: Guard::new(bus),
            exchange: Exchange::new(),
            phase: Phase::Resting,
            plan: Plan::new(Instant::default(), Dialect::Classic, |_| false),
            asked: None,
            knowledge: Knowledge::default(),
            pause_until: Instant::default(),
            unheard: 0,
            lost: None,
            losses: 0,
            silences: 0,
            foreign_frames: 0,
        }
    }

    /// A new trip: looks for the car, whatever happened on the last one.
    pub fn wake(&mut self) {
        self.silences = 0;
        self.begin();
    }

    /// Stops asking at once and only listens, so that the car can go to sleep.
    pub fn hush(&mut self, now: Instant) {
        let bitrate = self.link().map_or(Bitrate::Kbit500, |link| link.bitrate);
        self.part();
        self.phase = Phase::Resting;
        // A controller that is gone is as silent.
        let _ = self.guard.listen(now, bitrate);
    }

    /// Asks, listens, and tells one thing that was learnt, if any.
    pub fn poll(&mut self, now: Instant) -> Option<Event> {
        if let Some(event) = self.knowledge.second() {
            return Some(event);
        }
        match self.phase {
            Phase::Resting => {
                self.drain();
                None
            }
            Phase::Silent { again } => {
                self.drain();
                if again.is_some_and(|again| now >= again) {
                    self.begin();
                }
                None
            }
            Phase::Discovering(mut discovery) => {
                let found = discovery.poll(now, &mut self.guard, &mut self.exchange);
                self.phase = Phase::Discovering(discovery);
                match found? {
                    Ok(link) => {
                        self.plan = Plan::new(now, link.dialect, |_| false);
                        self.phase = Phase::Exploring { link, page: 0, tries: 0 };
                        Some(Event::Connected(link))
                    }
                    Err(reason) => Some(self.fall_silent(now, reason)),
                }
            }
            Phase::Exploring { .. } | Phase::Polling(_) => self.talk(now),
        }
    }

    /// The car that answers, while it does.
    pub const fn link(&self) -> Option<Link> {
        match self.phase {
            Phase::Exploring { link, .. } | Phase::Polling(link) => Some(link),
            Phase::Resting | Phase::Discovering(_) | Phase::Silent { .. } => None,
        }
    }

    /// What the power policy has to know of the car, with what the dongle itself measures.
    pub fn observation(&self, millivolts: u16, ignition: Option<bool>) -> Observation {
        Observation {
            millivolts,
            engine_runs: self.knowledge.engine_runs,
            moving: self.knowledge.speed.is_moving(),
            answering: self.link().is_some(),
            ignition,
            foreign_frames: self.foreign_frames,
        }
    }

    /// The units that answered and what they have.
    pub const fn units(&self) -> &Units {
        &self.knowledge.units
    }

    /// What has to outlive a sleep.
    pub const fn memory(&self) -> &Memory {
        &self.knowledge.memory
    }

    /// Puts back what outlived a sleep.
    pub const fn remember(&mut self, memory: Memory) {
        self.knowledge.memory = memory;
    }

    fn begin(&mut self) {
        self.part();
        self.guard.stop();
        self.phase = Phase::Discovering(Discovery::new());
    }

    /// Ends the conversation.
    fn part(&mut self) {
        self.exchange.abort();
        self.asked = None;
        self.unheard = 0;
        (self.lost, self.losses) = (None, 0);
        self.knowledge.part();
    }

    /// The dongle looks for the car again after a rest (a car that was asleep looks like one without CAN),
    /// unless it has done so too often, the bus is one that it must not disturb, or the controller took itself
    /// off the bus of a car that may be moving.
    fn fall_silent(&mut self, now: Instant, reason: NoLink) -> Event {
        let never = match reason {
            NoLink::Silenced(Silence::BusOff) => self.knowledge.speed.may_be_moving(now),
            NoLink::MixedBus => true,
            _ => false,
        };
        self.part();
        if reason == NoLink::NoAnswer {
            self.guard.stop();
        }
        let rest = Self::REST.times(1_u64.wrapping_shl(self.silences.into()));
        self.silences = self.silences.saturating_add(1);
        let again = (!never && self.silences <= Self::MAX_SILENCES).then(|| now.after(rest));
        self.phase = Phase::Silent { again };
        Event::Silent { reason, again }
    }

    /// Takes the frames of a bus that is only listened to.
    fn drain(&mut self) {
        for _ in 0..Self::FRAMES_AT_ONCE {
            if self.guard.receive().is_none() {
                return;
            }
            self.foreign_frames = self.foreign_frames.wrapping_add(1);
        }
    }

    fn talk(&mut self, now: Instant) -> Option<Event> {
        if let Some(silence) = self.guard.check(now) {
            return Some(self.fall_silent(now, NoLink::Silenced(silence)));
        }
        if let Some(event) = self.fetch(now) {
            return Some(event);
        }
        if let Some(request) = self.exchange.request() {
            let outcome = self.exchange.on_time(now)?;
            return self.finish(now, request, outcome);
        }
        if now >= self.pause_until {
            self.ask(now);
        }
        None
    }

    fn fetch(&mut self, now: Instant) -> Option<Event> {
        for _ in 0..Self::FRAMES_AT_ONCE {
            let frame = self.guard.receive()?;
            if Ecu::from_reply(frame.id()).is_none() {
                self.foreign_frames = self.foreign_frames.wrapping_add(1);
                continue;
            }
            match (self.exchange.request(), self.asked, self.exchange.on_frame(now, &frame)) {
                // A flow control that cannot be sent ends in the timeout of the unit that waits for it.
                (_, _, Step::Send(control)) => {
                    let _ = self.guard.transmit(now, &control);
                }
                (Some(request), Some(asked), Step::Data(ecu, data)) => {
                    match self.knowledge.learn(now, asked, request, ecu, data) {
                        Ok(None) => {}
                        Ok(event) => return event,
                        // Told when the exchange is over.
                        Err(Nonsense) => self.exchange.reject(),
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// An exchange is over.
    fn finish(&mut self, now: Instant, request: Request, outcome: Outcome) -> Option<Event> {
        self.pause_until = now.after(Self::PAUSE);
        self.unheard = if outcome == Outcome::default() { self.unheard.saturating_add(1) } else { 0 };
        if self.unheard >= Self::MAX_UNHEARD {
            return Some(self.fall_silent(now, NoLink::NoAnswer));
        }
        match self.asked.take()? {
            Asked::Page(page) => self.explored(now, page, outcome),
            Asked::Item(place, _) => {
                let standing = !self.knowledge.engine_runs && !self.knowledge.speed.is_moving();
                self.plan.set_standing(standing);
                self.plan.note(now, place, outcome);
            }
        }
        (outcome.failed > 0).then_some(Event::Nonsense(request))
    }

    /// A bit field was asked for. All that it would have named is missing where it is lost, so it is asked for again
    /// when a unit stays silent that should answer, at once and later; the first one, where nobody knows who should,
    /// always.
    fn explored(&mut self, now: Instant, page: u8, outcome: Outcome) {
        let Phase::Exploring { link, tries, .. } = self.phase else { return };
        let units = self.knowledge.units;
        let lost = outcome.failed > 0 || usize::from(outcome.answered) < units.count(Pid(page)).max(1);
        if tries < Self::MAX_TRIES && (lost || page == 0 && tries == 0) {
            self.phase = Phase::Exploring { link, page, tries: tries.saturating_add(1) };
            return;
        }
        if lost && self.lost.is_none() && self.losses < Self::MAX_LOSSES {
            let rest = Self::ASK_AGAIN.times(1_u64.wrapping_shl(self.losses.into()));
            self.lost = Some((page, now.after(rest)));
            self.losses = self.losses.saturating_add(1);
        }
        self.phase = match page.checked_add(0x20).filter(|next| units.count(Pid(*next)) > 0) {
            Some(page) => Phase::Exploring { link, page, tries: 0 },
            None => {
                self.plan.learn(now, |item| units.exists(item));
                Phase::Polling(link)
            }
        };
    }

    fn ask(&mut self, now: Instant) {
        if let (Phase::Polling(link), Some((page, again))) = (self.phase, self.lost)
            && now >= again
        {
            self.lost = None;
            self.phase = Phase::Exploring { link, page, tries: 0 };
        }
        let (link, asked, request, expected) = match self.phase {
            Phase::Exploring { link, page, .. } => {
                let item = Item::Value(Pid(page));
                // Whoever has anything has the first one, and more may come than have come so far.
                let expected = if page == 0 { 0 } else { self.knowledge.units.expected(item) };
                (link, Asked::Page(page), item.request(link.dialect), expected)
            }
            Phase::Polling(link) => {
                let Some((place, item)) = self.plan.due(now) else { return };
                let expected = self.knowledge.units.expected(item);
                (link, Asked::Item(place, item), item.request(link.dialect), expected)
            }
            Phase::Resting | Phase::Discovering(_) | Phase::Silent { .. } => return,
        };
        self.asked = Some(asked);
        let frame = self.exchange.start(now, request, link.addressing, expected);
        // Refused only while the frame before is still going out; then nobody answers and it is asked again.
        let _ = self.guard.transmit(now, &frame);
    }
}
