use super::{Dialect, Exchange, Outcome, Step};
use crate::can::{Bitrate, Bus, Guard, Silence};
use crate::obd::{Addressing, Did, InfoType, Pid, Request};
use crate::{Duration, Instant};
use core::fmt;

/// Finds out whether a car on the connector speaks to us, and how, without doing harm:
///
/// ```text
///  listen at 500, then at 250 kbit/s, driving nothing
///    frames and no error at one rate ─► that rate is the bus's ─┐
///    nothing at either ──────────────► the bus sleeps or a gateway hides it: try both ─┤
///    frames and errors, or errors only ─► Passive                                      ▼
///  one request (01 00) ─ error ─► stopped at once; the other rate, if the bus is silent
///                      ─ answer ─► Found
///                      ─ silence ─► 29 bits, then J1979-2 (22 F810) in 11 and 29 bits, then the other rate
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Discovery {
    stage: Stage,
    heard: [Heard; 2],
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Begin,
    Listening { rate: Rate, until: Instant },
    Asking { rate: Rate, trial: usize, silent_bus: bool },
}

/// What a rate's listening gave.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    frames: u32,
    errors: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rate {
    First,
    Second,
}

impl Rate {
    const fn bitrate(self) -> Bitrate {
        match self {
            Self::First => Bitrate::Kbit500,
            Self::Second => Bitrate::Kbit250,
        }
    }
}

/// A car that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Of its bus.
    pub bitrate: Bitrate,
    /// Of its identifiers.
    pub addressing: Addressing,
    /// Of its services.
    pub dialect: Dialect,
}

/// Why there is no car to talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLink {
    /// Frames and errors side by side: most likely CAN FD, which a classic controller must not disturb.
    MixedBus,
    /// Traffic, but no valid frame at either rate: another rate, or CAN FD only.
    UnknownBus,
    /// The bus talks, or acknowledges, and nobody answers diagnostic requests.
    NoAnswer,
    /// No CAN on the connector's pins, as in K-line and J1850 cars; or it sleeps.
    NotSupported,
    /// The guard fell silent.
    Silenced(Silence),
}

impl fmt::Display for NoLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MixedBus => {
                f.write_str("frames and errors on the bus: it may carry CAN FD, so this device only listens")
            }
            Self::UnknownBus => {
                f.write_str("traffic at neither 500 nor 250 kbit/s, or CAN FD: this device only listens")
            }
            Self::NoAnswer => {
                f.write_str("the car has a CAN bus on the connector but answers no OBD request")
            }
            Self::NotSupported => f.write_str(
                "not supported: no CAN bus on the OBD connector (K-line and J1850 cars cannot be read), unless the \
                 car sleeps",
            ),
            Self::Silenced(silence) => silence.fmt(f),
        }
    }
}

/// In the order of ISO 15765-4, the most common car first.
const TRIALS: [(Request, Addressing, Dialect); 4] = {
    const CLASSIC: Request = Request::Current(Pid(0x00));
    const UDS: Request = Request::Data(Did::of_info(InfoType::PROTOCOL));
    [
        (CLASSIC, Addressing::Standard, Dialect::Classic),
        (CLASSIC, Addressing::Extended, Dialect::Classic),
        (UDS, Addressing::Standard, Dialect::Uds),
        (UDS, Addressing::Extended, Dialect::Uds),
    ]
};

impl Discovery {
    /// How long each rate is listened to. Cars repeat their frames many times in a second.
    pub const LISTEN: Duration = Duration::from_secs(1);

    /// Frames that one call takes at most.
    const FRAMES_AT_ONCE: u8 = 32;

    /// From the start.
    pub const fn new() -> Self {
        Self { stage: Stage::Begin, heard: [Heard { frames: 0, errors: 0 }; 2] }
    }

    /// To be called as often as possible until it returns something.
    pub fn poll<B: Bus>(
        &mut self,
        now: Instant,
        guard: &mut Guard<B>,
        exchange: &mut Exchange,
    ) -> Option<Result<Link, NoLink>> {
        self.step(now, guard, exchange).unwrap_or_else(|silence| Some(Err(NoLink::Silenced(silence))))
    }

    fn step<B: Bus>(
        &mut self,
        now: Instant,
        guard: &mut Guard<B>,
        exchange: &mut Exchange,
    ) -> Result<Option<Result<Link, NoLink>>, Silence> {
        match self.stage {
            Stage::Begin => {
                self.listen(now, guard, Rate::First)?;
                Ok(None)
            }
            Stage::Listening { rate, until } => {
                let heard = self.heard_mut(rate);
                for _ in 0..Self::FRAMES_AT_ONCE {
                    if guard.receive().is_none() {
                        break;
                    }
                    heard.frames = heard.frames.saturating_add(1);
                }
                heard.errors = guard.health().bus_errors;
                if now < until {
                    return Ok(None);
                }
                let Heard { frames, errors } = *heard;
                match (frames > 0, errors > 0, rate) {
                    (true, true, _) => {
                        guard.stop();
                        Ok(Some(Err(NoLink::MixedBus)))
                    }
                    (true, false, _) => self.ask(now, guard, exchange, rate, 0, false).map(|()| None),
                    (false, _, Rate::First) => self.listen(now, guard, Rate::Second).map(|()| None),
                    (false, _, Rate::Second) if self.heard.iter().any(|heard| heard.errors > 0) => {
                        guard.stop();
                        Ok(Some(Err(NoLink::UnknownBus)))
                    }
                    (false, _, Rate::Second) => {
                        self.ask(now, guard, exchange, Rate::First, 0, true).map(|()| None)
                    }
                }
            }
            Stage::Asking { rate, trial, silent_bus } => {
                self.asking(now, guard, exchange, rate, trial, silent_bus)
            }
        }
    }

    fn asking<B: Bus>(
        &mut self,
        now: Instant,
        guard: &mut Guard<B>,
        exchange: &mut Exchange,
        rate: Rate,
        trial: usize,
        silent_bus: bool,
    ) -> Result<Option<Result<Link, NoLink>>, Silence> {
        if let Some(silence) = guard.check(now) {
            exchange.abort();
            guard.stop();
            if !silent_bus {
                return Err(silence);
            }
            return match rate {
                Rate::First => self.ask(now, guard, exchange, Rate::Second, 0, true).map(|()| None),
                Rate::Second => Ok(Some(Err(NoLink::NotSupported))),
            };
        }
        for _ in 0..Self::FRAMES_AT_ONCE {
            let Some(frame) = guard.receive() else { break };
            match exchange.on_frame(now, &frame) {
                Step::Nothing | Step::Data(..) => {}
                // An answer to these requests is never long; whoever sends one is left alone.
                Step::Send(_) => exchange.abort(),
            }
        }
        let outcome = if exchange.is_open() { exchange.on_time(now) } else { Some(Outcome::default()) };
        let Some(outcome) = outcome else { return Ok(None) };
        if let Some((_, addressing, dialect)) = TRIALS.get(trial).filter(|_| outcome.answered > 0) {
            guard.trust();
            let link = Link { bitrate: rate.bitrate(), addressing: *addressing, dialect: *dialect };
            return Ok(Some(Ok(link)));
        }
        let next = trial.saturating_add(1);
        if next < TRIALS.len() {
            return self.ask(now, guard, exchange, rate, next, silent_bus).map(|()| None);
        }
        // Somebody acknowledged every request, so the rate was right: the other one would do harm.
        guard.stop();
        Ok(Some(Err(NoLink::NoAnswer)))
    }

    fn listen<B: Bus>(&mut self, now: Instant, guard: &mut Guard<B>, rate: Rate) -> Result<(), Silence> {
        guard.listen(now, rate.bitrate())?;
        self.stage = Stage::Listening { rate, until: now.after(Self::LISTEN) };
        Ok(())
    }

    fn ask<B: Bus>(
        &mut self,
        now: Instant,
        guard: &mut Guard<B>,
        exchange: &mut Exchange,
        rate: Rate,
        trial: usize,
        silent_bus: bool,
    ) -> Result<(), Silence> {
        guard.try_talking(now, rate.bitrate())?;
        self.stage = Stage::Asking { rate, trial, silent_bus };
        if let Some((request, addressing, _)) = TRIALS.get(trial) {
            let frame = exchange.start(now, *request, *addressing, 0);
            // A controller that was just started has room; one that refuses answers nothing either.
            let _ = guard.transmit(now, &frame);
        }
        Ok(())
    }

    const fn heard_mut(&mut self, rate: Rate) -> &mut Heard {
        let [first, second] = &mut self.heard;
        match rate {
            Rate::First => first,
            Rate::Second => second,
        }
    }
}

impl Default for Discovery {
    fn default() -> Self {
        Self::new()
    }
}
