use super::Voltage;
use crate::{Duration, Instant};

/// Decides between asking, listening, sleeping and giving up. To be told what is seen about once a second.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    state: State,
    voltage: Voltage,
    /// When the car was last seen driven.
    driven_at: Instant,
    /// It has been driven since the dongle woke up.
    driven: bool,
    bus: Bus,
    /// Since when the voltage has been low, and very low.
    low_since: Option<Instant>,
    critical_since: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Polling,
    /// A short look whether the car is driven again.
    Looking {
        until: Instant,
        looks: u8,
    },
    Hushed {
        since: Instant,
        /// Looks taken so far.
        looks: u8,
    },
    Asleep,
    CutOff,
}

/// What the dongle sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// Of the battery, at the connector.
    pub millivolts: u16,
    /// The engine runs, as far as it was asked; false in a battery car.
    pub engine_runs: bool,
    /// The car moves, as far as it was asked.
    pub moving: bool,
    /// Somebody answers requests.
    pub answering: bool,
    /// The ignition line, where the dongle has one.
    pub ignition: Option<bool>,
    /// Frames received so far that no request of ours caused. Wraps.
    pub foreign_frames: u32,
}

/// What the dongle is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ask the car.
    Poll,
    /// Ask nothing; only listen to the bus.
    Hush,
    /// Sleep, and look at voltage and bus from time to time ([`Sleeper`](super::Sleeper)).
    Sleep,
    /// Sleep as deeply as possible until the voltage rises: the battery is low.
    CutOff,
}

impl Policy {
    /// A car that has not been driven for so long is parked: traffic lights are shorter.
    pub const PARKED: Duration = Duration::from_secs(180);
    /// The same when the voltage has fallen, as it does with the engine, or nobody answers any more.
    pub const PARKED_FOR_SURE: Duration = Duration::from_secs(60);
    /// How long a hushed car's bus must be silent.
    pub const SILENCE: Duration = Duration::from_secs(30);
    /// How long a look takes: finding the car, and asking a few values.
    pub const LOOK: Duration = Duration::from_secs(15);
    /// The first look at a car whose bus does not sleep; each next one after twice the time …
    pub const FIRST_LOOK: Duration = Duration::from_secs(60);
    /// … up to this many doublings: 32 minutes, longer than units stay awake after a request.
    const MAX_DOUBLINGS: u8 = 5;
    /// Below this for [`Self::LOW_TIME`] the battery is being emptied, in millivolts.
    pub const LOW: i32 = 12_100;
    const LOW_TIME: Duration = Duration::from_secs(600);
    /// Below this for [`Self::CRITICAL_TIME`] the car may not start any more, in millivolts.
    pub const CRITICAL: i32 = 11_800;
    const CRITICAL_TIME: Duration = Duration::from_secs(60);

    /// The dongle has just got power, or woken up.
    pub fn new(now: Instant, millivolts: u16) -> Self {
        Self {
            state: State::Polling,
            voltage: Voltage::new(now, millivolts),
            driven_at: now,
            driven: false,
            bus: Bus::new(now),
            low_since: None,
            critical_since: None,
        }
    }

    /// Whether the car has been driven since the dongle woke up; if not, it woke up for nothing.
    pub const fn was_driven(&self) -> bool {
        self.driven
    }

    /// Whether the car is parked, as far as is known; a look at a parked car does not change it.
    pub const fn is_parked(&self) -> bool {
        !matches!(self.state, State::Polling)
    }

    /// Takes in what is seen. After [`Order::Sleep`] and [`Order::CutOff`] the policy is over: the next one
    /// begins when the dongle wakes up.
    pub fn observe(&mut self, now: Instant, seen: &Observation) -> Order {
        self.voltage.measure(now, seen.millivolts);
        self.bus.count(now, seen.foreign_frames);
        let driven = seen.engine_runs || seen.moving || seen.ignition == Some(true);
        if driven {
            self.driven_at = now;
            self.driven = true;
        }
        if self.is_empty(now, driven) {
            self.state = State::CutOff;
        }
        self.state = self.next(now, driven, seen);
        match self.state {
            State::Polling | State::Looking { .. } => Order::Poll,
            State::Hushed { .. } => Order::Hush,
            State::Asleep => Order::Sleep,
            State::CutOff => Order::CutOff,
        }
    }

    fn next(&self, now: Instant, driven: bool, seen: &Observation) -> State {
        match self.state {
            State::Polling => {
                let sure = seen.ignition == Some(false) || !seen.answering || self.voltage.is_falling();
                let limit = if sure { Self::PARKED_FOR_SURE } else { Self::PARKED };
                if now.since(self.driven_at) > limit {
                    State::Hushed { since: now, looks: 0 }
                } else {
                    State::Polling
                }
            }
            State::Looking { .. } if driven => State::Polling,
            State::Looking { until, looks } if now > until => {
                State::Hushed { since: now, looks: looks.saturating_add(1).min(Self::MAX_DOUBLINGS) }
            }
            State::Hushed { since, looks } => {
                let hushed = now.since(since);
                let pause = Self::FIRST_LOOK.times(1_u64.wrapping_shl(looks.into()));
                if seen.ignition == Some(true) {
                    State::Polling
                } else if self.voltage.is_rising() && hushed > Self::SILENCE {
                    // Somebody starts the engine, or charges.
                    State::Looking { until: now.after(Self::LOOK), looks }
                } else if self.bus.is_silent(now) && hushed > Self::SILENCE {
                    State::Asleep
                } else if hushed > pause {
                    State::Looking { until: now.after(Self::LOOK), looks }
                } else {
                    self.state
                }
            }
            State::Looking { .. } | State::Asleep | State::CutOff => self.state,
        }
    }

    /// The battery is being emptied: low for long, or very low for a while, and nothing charges it. Cranking
    /// is shorter.
    fn is_empty(&mut self, now: Instant, driven: bool) -> bool {
        let level = self.voltage.level();
        let hold = |since: &mut Option<Instant>, limit: i32, time: Duration| {
            if driven || level >= limit || self.voltage.is_rising() {
                *since = None;
                return false;
            }
            now.since(*since.get_or_insert(now)) > time
        };
        let low = hold(&mut self.low_since, Self::LOW, Self::LOW_TIME);
        let critical = hold(&mut self.critical_since, Self::CRITICAL, Self::CRITICAL_TIME);
        low || critical
    }
}

/// Whether the car's bus still speaks.
#[derive(Clone, Copy, Debug)]
struct Bus {
    frames: u32,
    /// When the present window of counting began.
    window: Instant,
    /// The last window in which the bus spoke.
    spoke_at: Instant,
}

impl Bus {
    const WINDOW: Duration = Duration::from_secs(10);
    /// Fewer frames in a window are a unit that turns in its sleep.
    const FEW: u32 = 10;

    const fn new(now: Instant) -> Self {
        Self { frames: 0, window: now, spoke_at: now }
    }

    fn count(&mut self, now: Instant, frames: u32) {
        if frames.wrapping_sub(self.frames) >= Self::FEW {
            self.spoke_at = now;
            self.frames = frames;
            self.window = now;
        } else if now.since(self.window) > Self::WINDOW {
            self.frames = frames;
            self.window = now;
        }
    }

    fn is_silent(&self, now: Instant) -> bool {
        now.since(self.spoke_at) > Policy::SILENCE
    }
}
