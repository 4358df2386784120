use crate::watch::Target;
use crate::{Car, Command, Fault, FaultKind, Violation, Watch};
use embedded_can::{Frame as _, Id, StandardId};
use obd_core::can::{ExtendedId, Frame};
use obd_core::isotp::{Next, Pci, Sender, Timing};
use obd_core::obd::Addressing;
use obd_core::{Duration, Instant};
use std::collections::VecDeque;

/// The car's control units at work: requests in, answers out.
#[derive(Clone, Debug)]
pub struct Sim {
    car: Car,
    ports: Vec<Port>,
    watch: Watch,
    fault: Option<Fault>,
    answers: u32,
    ignition: bool,
    /// Units stay awake for a while after the ignition, or a request, was last seen.
    last_stir: Option<Instant>,
    wake_ups: u32,
}

/// The transport layer of one unit.
#[derive(Clone, Debug, Default)]
struct Port {
    /// Messages to be sent, none before its time.
    messages: VecDeque<(Instant, Vec<u8>)>,
    sender: Option<Sender<Vec<u8>>>,
    /// Frames that are ready to go.
    frames: VecDeque<[u8; 8]>,
    fault: Option<FaultKind>,
}

impl Sim {
    /// From a request to the first frame of its answer.
    const DELAY: Duration = Duration::from_millis(1);
    /// Between two messages of "pending".
    const PENDING_PAUSE: Duration = Duration::from_millis(30);
    /// How long units stay awake after the ignition went off, or after a request.
    pub const AFTER_RUN: Duration = Duration::from_secs(30);

    /// With the ignition on.
    pub fn new(car: Car) -> Self {
        let ports = vec![Port::default(); car.units.len()];
        Self {
            car,
            ports,
            watch: Watch::default(),
            fault: None,
            answers: 0,
            ignition: true,
            last_stir: None,
            wake_ups: 0,
        }
    }

    /// The car.
    pub const fn car(&self) -> &Car {
        &self.car
    }

    /// The first thing that the tester must not have sent.
    pub const fn violation(&self) -> Option<&Violation> {
        self.watch.violation()
    }

    /// How often the tester woke the car while its ignition was off.
    pub const fn wake_ups(&self) -> u32 {
        self.wake_ups
    }

    /// The units hear and acknowledge.
    pub fn is_awake(&self, now: Instant) -> bool {
        self.ignition || self.last_stir.is_some_and(|stir| now.since(stir) < Self::AFTER_RUN)
    }

    pub(crate) fn report(&mut self, violation: Violation) {
        self.watch.report(violation);
    }

    /// A frame reached a sleeping car: it wakes up, but nobody has heard the frame.
    pub(crate) fn rouse(&mut self, now: Instant) {
        self.wake_ups += 1;
        self.last_stir = Some(now);
    }

    /// Changes the car.
    pub fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Set { pid, value } => {
                for unit in &mut self.car.units {
                    if unit.parameters.contains_key(&pid) {
                        unit.set(pid, value);
                    }
                }
            }
            Command::Vin(vin) => {
                for unit in &mut self.car.units {
                    unit.info.entry(0x02).and_modify(|data| *data = [&[1], vin.as_bytes()].concat());
                }
            }
            Command::ClearCodes => self.car.units.iter_mut().for_each(crate::Unit::clear_codes),
            Command::Fault(fault) => self.fault = fault,
            Command::Ignition(on) => {
                self.ignition = on;
                self.last_stir = Some(now);
            }
            Command::Sleep => (self.ignition, self.last_stir) = (false, None),
            Command::Errors(_) | Command::TransmitErrors(_) | Command::BusOff => {}
        }
    }

    /// A frame of the tester, which every unit hears.
    pub fn on_frame(&mut self, now: Instant, frame: &Frame) {
        let (units, ports) = (&self.car.units, &self.ports);
        let awaited = |number| {
            let index = units.iter().position(|unit| unit.number == number);
            let sender = index.and_then(|index| ports[index].sender.as_ref());
            sender.is_some_and(Sender::awaits_flow_control)
        };
        self.watch.see(now, frame, self.car.addressing, awaited);
        if !self.ignition {
            self.last_stir = Some(now);
        }
        let Some(target) = Target::of(frame.id()) else { return };
        let extended = self.car.addressing == Addressing::Extended;
        for index in 0..self.car.units.len() {
            let to_all = target == Target::All(extended);
            if !to_all && target != Target::Unit(extended, self.car.units[index].number) {
                continue;
            }
            match Pci::parse(frame.data()) {
                Some(Pci::Single(request)) => self.on_request(now, index, request, to_all),
                Some(Pci::FlowControl { status, block_size, st_min }) => {
                    let port = &mut self.ports[index];
                    if let Some(sender) = &mut port.sender
                        && sender.on_flow_control(now, status, block_size, st_min).is_err()
                    {
                        port.sender = None;
                    }
                }
                _ => {}
            }
        }
    }

    /// The next frame of the car, if one is due.
    pub fn poll(&mut self, now: Instant) -> Option<Frame> {
        let index = (0..self.ports.len()).find(|index| self.ports[*index].fill(now))?;
        let data = self.ports[index].frames.pop_front()?;
        Frame::new(self.reply_id(self.car.units[index].number)?, &data)
    }

    fn on_request(&mut self, now: Instant, index: usize, request: &[u8], to_all: bool) {
        let Some(answer) = self.car.units[index].answer(request, to_all) else { return };
        self.answers += 1;
        let fault =
            self.fault.filter(|fault| self.answers.is_multiple_of(fault.every)).map(|fault| fault.kind);
        let messages = match fault {
            None => vec![answer],
            Some(kind) => kind.messages(request, answer),
        };
        let due = (0_u64..).map(|place| now.after(Self::DELAY).after(Self::PENDING_PAUSE.times(place)));
        self.ports[index] = Port { messages: due.zip(messages).collect(), fault, ..Port::default() };
    }

    fn reply_id(&self, number: u8) -> Option<Id> {
        Some(match self.car.addressing {
            Addressing::Standard => Id::Standard(StandardId::new(0x7e8 | u16::from(number))?),
            Addressing::Extended => Id::Extended(ExtendedId::new(0x18da_f100 | u32::from(number))?),
        })
    }
}

impl Port {
    /// Whether a frame is ready to go.
    fn fill(&mut self, now: Instant) -> bool {
        if self.sender.is_none()
            && let Some((due, _)) = self.messages.front()
            && *due <= now
        {
            let message = self.messages.pop_front().map(|(_, message)| message).unwrap_or_default();
            self.sender = Sender::new(message, Timing::RELAXED).ok();
        }
        let waiting = self.frames.len();
        while let Some(sender) = &mut self.sender {
            match sender.poll(now) {
                Ok(Next::Send(frame)) => {
                    sender.sent(now);
                    self.frames.push_back(frame);
                }
                Ok(Next::Wait) => break,
                Ok(Next::Done) | Err(_) => self.sender = None,
            }
        }
        if self.frames.len() > waiting
            && let Some(fault) = self.fault
        {
            fault.spoil(&mut self.frames);
        }
        !self.frames.is_empty()
    }
}
