use crate::{Command, Sim, Violation};
use embedded_can::{Frame as _, Id, StandardId};
use obd_core::can::{Bitrate, Frame, Health, Mode};
use obd_core::{Duration, Instant};

/// The two wires between the car and the tester's controller: bit rate, acknowledgement, errors, and the
/// frames that the car's units send each other.
#[derive(Clone, Debug)]
pub struct Wire {
    sim: Sim,
    patience: Duration,
    opened: Option<Opened>,
    health: Health,
    next_traffic: Instant,
    traffic_count: u32,
    transmissions: u32,
}

/// What the tester's controller does.
#[derive(Clone, Copy, Debug)]
struct Opened {
    /// None for a rate that no car has on this connector.
    bitrate: Option<Bitrate>,
    mode: Mode,
    /// A frame that nobody acknowledged is being repeated since then.
    repeating_since: Option<Instant>,
}

/// What runs on the bus by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// Nothing: a gateway stands between the connector and the car.
    Hidden,
    /// The frames of the car's units.
    Open,
    /// The same, most of them CAN FD.
    CanFd,
    /// There is no CAN on the pins.
    NoCan,
}

impl Wire {
    const TRAFFIC_PAUSE: Duration = Duration::from_millis(10);

    /// With the controller closed. A tester must stop a controller that keeps repeating a frame which nobody
    /// takes, most likely at the wrong bit rate, within `patience`.
    pub fn new(sim: Sim, patience: Duration) -> Self {
        Self {
            sim,
            patience,
            opened: None,
            health: Health::default(),
            next_traffic: Instant::default(),
            traffic_count: 0,
            transmissions: 0,
        }
    }

    /// The car's units.
    pub const fn sim(&self) -> &Sim {
        &self.sim
    }

    /// How many frames the tester put on the wires, repetitions not counted.
    pub const fn transmissions(&self) -> u32 {
        self.transmissions
    }

    /// Changes the car, or what happens on its bus.
    pub fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Errors(count) => self.health.bus_errors = self.health.bus_errors.saturating_add(count),
            Command::TransmitErrors(count) => self.health.transmit_errors = count,
            Command::BusOff => self.health.bus_off = self.opened.is_some(),
            _ => self.sim.command(now, command),
        }
    }

    /// Opens the tester's controller, at a rate that no car has when `bitrate` is none.
    pub fn open(&mut self, now: Instant, bitrate: Option<Bitrate>, mode: Mode) {
        self.settle(now);
        self.health = Health::default();
        self.next_traffic = now;
        self.opened = Some(Opened { bitrate, mode, repeating_since: None });
    }

    /// Closes it.
    pub fn close(&mut self, now: Instant) {
        self.settle(now);
        self.opened = None;
    }

    /// The tester sends. False when its controller may not.
    pub fn transmit(&mut self, now: Instant, frame: &Frame) -> bool {
        self.settle(now);
        let Some(opened) = &mut self.opened else { return false };
        if opened.mode != Mode::Normal || self.health.bus_off {
            return false;
        }
        self.transmissions += 1;
        let right_rate = opened.bitrate == Some(self.sim.car().bitrate);
        let heard = right_rate && self.sim.car().traffic != Traffic::NoCan && self.sim.is_awake(now);
        if heard {
            self.sim.on_frame(now, frame);
        } else {
            if right_rate && self.sim.car().traffic != Traffic::NoCan {
                self.sim.rouse(now);
            }
            opened.repeating_since.get_or_insert(now);
            self.health.bus_errors += 1;
            self.health.transmit_errors += 8;
        }
        true
    }

    /// The next frame that the tester's controller receives.
    pub fn receive(&mut self, now: Instant) -> Option<Frame> {
        self.settle(now);
        let opened = self.opened.filter(|_| !self.health.bus_off)?;
        if opened.bitrate == Some(self.sim.car().bitrate)
            && let Some(frame) = self.sim.poll(now)
        {
            return Some(frame);
        }
        while now >= self.next_traffic && self.sim.is_awake(now) {
            self.next_traffic = self.next_traffic.after(Self::TRAFFIC_PAUSE);
            if let Some(frame) = self.traffic(opened) {
                return Some(frame);
            }
        }
        None
    }

    /// What the tester's controller has counted.
    pub fn health(&mut self, now: Instant) -> Health {
        self.settle(now);
        self.health
    }

    /// One frame of the car's own, or the error that the tester's controller makes of it.
    fn traffic(&mut self, opened: Opened) -> Option<Frame> {
        self.traffic_count = self.traffic_count.wrapping_add(1);
        let readable = match self.sim.car().traffic {
            Traffic::Hidden | Traffic::NoCan => return None,
            Traffic::Open => opened.bitrate == Some(self.sim.car().bitrate),
            Traffic::CanFd => {
                opened.bitrate == Some(self.sim.car().bitrate) && self.traffic_count.is_multiple_of(4)
            }
        };
        if !readable {
            self.health.bus_errors += 1;
            return None;
        }
        let id = StandardId::new(0x100 + (self.traffic_count % 64) as u16)?;
        Frame::new(Id::Standard(id), &self.traffic_count.to_be_bytes())
    }

    /// Lets the time pass for a controller that repeats a frame: each try raises its counter, until it is
    /// error passive when nobody is there, or bus-off when it disturbs others.
    fn settle(&mut self, now: Instant) {
        let Some(since) = self.opened.and_then(|opened| opened.repeating_since) else { return };
        let span = now.since(since);
        let tries = u16::try_from(span.as_micros() / 250).unwrap_or(u16::MAX);
        let alone = matches!(self.sim.car().traffic, Traffic::Hidden | Traffic::NoCan);
        let limit = if alone { 128 } else { 256 };
        self.health.transmit_errors = tries.saturating_mul(8).saturating_add(8).min(limit);
        self.health.bus_errors = self.health.bus_errors.max(u32::from(tries) + 1);
        self.health.bus_off = self.health.bus_off || self.health.transmit_errors >= 256;
        self.health.transmitting = !self.health.bus_off;
        if span > self.patience {
            self.sim.report(Violation::KeptSending);
        }
    }
}
