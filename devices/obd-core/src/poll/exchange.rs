use crate::can::Frame;
use crate::isotp::{FlowStatus, Heard, Pace, Pci, ReceiveError, Receiver, Timing};
use crate::obd::{Addressing, Answer, Ecu, Request, TxFrame};
use crate::{Duration, Instant};
use embedded_can::Frame as _;

/// The most units that answer a request to all (ISO 15765-4).
pub const MAX_UNITS: usize = 8;
/// The longest answer that is taken: 126 trouble codes, or the identifications of 15 programs.
pub const MAX_ANSWER: usize = 256;

/// One request to all units of a car, and their answers.
#[derive(Debug)]
pub struct Exchange {
    request: Option<Request>,
    addressing: Addressing,
    /// Units that are known to answer this request; 0 when that is not known.
    expected: usize,
    deadline: Instant,
    outcome: Outcome,
    units: [Unit; MAX_UNITS],
}

/// How an exchange went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Units that answered with data.
    pub answered: u8,
    /// Units that refused for good.
    pub refused: u8,
    /// Units that answered nonsense, or began to answer and failed: a lost frame, silence, a message too long,
    /// too many "pending".
    pub failed: u8,
}

/// What a frame led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Nothing to do.
    Nothing,
    /// Send this now.
    Send(TxFrame),
    /// A unit answered.
    Data(Ecu, &'a [u8]),
}

#[derive(Debug)]
struct Unit {
    ecu: Option<Ecu>,
    state: UnitState,
    pendings: u8,
    /// When the answer that it promised must have begun.
    promised: Instant,
    receiver: Receiver<MAX_ANSWER>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UnitState {
    /// Nothing heard of it in this exchange.
    Silent,
    /// It is sending, or has said "pending".
    Busy,
    Done,
}

impl Exchange {
    /// P2CAN of ISO 15765-4 is 50 ms; gateways are given as long again.
    pub const PATIENCE: Duration = Duration::from_millis(100);
    /// P2*CAN, after "pending".
    pub const PENDING_PATIENCE: Duration = Duration::from_millis(5_000);
    /// How often a unit may say "pending": an answer that takes longer than this is none.
    pub const MAX_PENDINGS: u8 = 6;

    /// No request.
    pub const fn new() -> Self {
        Self {
            request: None,
            addressing: Addressing::Standard,
            expected: 0,
            deadline: Instant::from_micros(0),
            outcome: Outcome { answered: 0, refused: 0, failed: 0 },
            units: [const { Unit::new() }; MAX_UNITS],
        }
    }

    /// Begins. The frame is to be sent at once. `expected` units are waited for, or, when it is 0, as many as
    /// answer in time.
    pub fn start(
        &mut self,
        now: Instant,
        request: Request,
        addressing: Addressing,
        expected: usize,
    ) -> TxFrame {
        self.request = Some(request);
        self.addressing = addressing;
        self.expected = expected;
        self.deadline = now.after(Self::PATIENCE);
        self.outcome = Outcome::default();
        for unit in &mut self.units {
            unit.forget();
        }
        TxFrame::to_all(request, addressing)
    }

    /// A request is out and its answers are waited for.
    pub const fn is_open(&self) -> bool {
        self.request.is_some()
    }

    /// The request that is out.
    pub const fn request(&self) -> Option<Request> {
        self.request
    }

    /// Gives up.
    pub fn abort(&mut self) {
        self.request = None;
    }

    /// Takes a frame in. Frames that do not belong to the answers of the request are ignored; in particular
    /// no flow control goes to a unit that is answering another tester.
    pub fn on_frame(&mut self, now: Instant, frame: &Frame) -> Step<'_> {
        let Some(request) = self.request else { return Step::Nothing };
        let Some(ecu) = Ecu::from_reply(frame.id()).filter(|ecu| ecu.addressing() == self.addressing) else {
            return Step::Nothing;
        };
        let begins = match Pci::parse(frame.data()) {
            Some(Pci::First { data, .. }) if request.answer(data).is_none() => return Step::Nothing,
            pci => matches!(pci, Some(Pci::First { .. })),
        };
        let Some(unit) = find(&mut self.units, ecu).filter(|unit| unit.state != UnitState::Done) else {
            return Step::Nothing;
        };
        if begins && unit.receiver.is_receiving() {
            // A unit that begins again and again would draw a flow control each time.
            unit.state = UnitState::Done;
            self.outcome.failed = self.outcome.failed.saturating_add(1);
            return Step::Nothing;
        }
        match unit.receiver.on_frame(now, frame.data()) {
            Heard::Nothing => Step::Nothing,
            Heard::Send(status) => {
                unit.state = UnitState::Busy;
                Step::Send(TxFrame::flow_control(status, unit.receiver.pace(), ecu))
            }
            Heard::Failed(error) => {
                unit.state = UnitState::Done;
                self.outcome.failed = self.outcome.failed.saturating_add(1);
                match error {
                    ReceiveError::TooLong { .. } => {
                        Step::Send(TxFrame::flow_control(FlowStatus::Overflow, Pace::default(), ecu))
                    }
                    ReceiveError::Timeout | ReceiveError::WrongIndex { .. } => Step::Nothing,
                }
            }
            Heard::Complete => {
                let (count, step) = match request.answer(unit.receiver.message()) {
                    None => return Step::Nothing,
                    Some(Answer::Pending) if unit.pendings < Self::MAX_PENDINGS => {
                        unit.pendings = unit.pendings.saturating_add(1);
                        unit.promised = now.after(Self::PENDING_PATIENCE);
                        unit.state = UnitState::Busy;
                        return Step::Nothing;
                    }
                    Some(Answer::Data(data)) => (&mut self.outcome.answered, Step::Data(ecu, data)),
                    Some(Answer::Refused(code)) if code.is_final() => {
                        (&mut self.outcome.refused, Step::Nothing)
                    }
                    Some(Answer::Pending | Answer::Refused(_)) => (&mut self.outcome.failed, Step::Nothing),
                };
                *count = count.saturating_add(1);
                unit.state = UnitState::Done;
                step
            }
        }
    }

    /// The data of the last answer made no sense: the unit has failed.
    pub fn reject(&mut self) {
        self.outcome.answered = self.outcome.answered.saturating_sub(1);
        self.outcome.failed = self.outcome.failed.saturating_add(1);
    }

    /// To be called now and then: once, how the exchange went, when all units have answered or the time is up.
    pub fn on_time(&mut self, now: Instant) -> Option<Outcome> {
        self.request?;
        let (mut busy, mut done) = (false, 0_usize);
        for unit in &mut self.units {
            if unit.state == UnitState::Busy {
                let broke_off = unit.receiver.on_time(now).is_some();
                if broke_off || !unit.receiver.is_receiving() && now > unit.promised {
                    unit.state = UnitState::Done;
                    self.outcome.failed = self.outcome.failed.saturating_add(1);
                }
            }
            busy |= unit.state == UnitState::Busy;
            done = done.saturating_add(usize::from(unit.state == UnitState::Done));
        }
        let everyone = self.expected > 0 && done >= self.expected;
        if busy || !everyone && now <= self.deadline {
            return None;
        }
        self.request = None;
        Some(self.outcome)
    }
}

impl Default for Exchange {
    fn default() -> Self {
        Self::new()
    }
}

impl Unit {
    const fn new() -> Self {
        Self {
            ecu: None,
            state: UnitState::Silent,
            pendings: 0,
            promised: Instant::from_micros(0),
            receiver: Receiver::new(Pace { block_size: 0, st_min: 0 }, Timing::OBD),
        }
    }

    /// For the next exchange; the bytes of the last answer stay where they are, unread.
    fn forget(&mut self) {
        self.ecu = None;
        self.state = UnitState::Silent;
        self.pendings = 0;
        self.receiver.abort();
    }
}

/// The place of `ecu`, or a free one; none when nine units answer.
fn find(units: &mut [Unit; MAX_UNITS], ecu: Ecu) -> Option<&mut Unit> {
    let unit = units.iter_mut().find(|unit| unit.ecu.is_none_or(|known| known == ecu))?;
    unit.ecu = Some(ecu);
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obd::{InfoType, Pid};
    use embedded_can::{Id, StandardId};

    const START: Instant = Instant::from_millis(10);
    const SPEED: Request = Request::Current(Pid::SPEED);

    fn reply(number: u16, data: &[u8]) -> Frame {
        Frame::new(Id::Standard(StandardId::new(0x7e8 + number).unwrap()), data).unwrap()
    }

    fn started(request: Request, expected: usize) -> Exchange {
        let mut exchange = Exchange::new();
        exchange.start(START, request, Addressing::Standard, expected);
        exchange
    }

    #[test]
    fn another_testers_answers_are_left_alone() {
        let mut exchange = started(Request::Info(InfoType::VIN), 0);
        let calibrations = [0x10, 0x13, 0x49, 0x04, 0x01, b'A', b'U', b'C'];
        assert_eq!(exchange.on_frame(START, &reply(0, &calibrations)), Step::Nothing);
        assert_eq!(exchange.on_frame(START, &reply(0, &[3, 0x41, 0x0d, 60])), Step::Nothing);
        let ours = [0x10, 0x14, 0x49, 0x02, 0x01, b'L', b'S', b'V'];
        assert!(matches!(exchange.on_frame(START, &reply(0, &ours)), Step::Send(_)));
        assert_eq!(Exchange::new().on_frame(START, &reply(0, &ours)), Step::Nothing, "nobody asked");
    }

    #[test]
    fn an_exchange_ends_with_the_last_unit_that_is_known_to_answer() {
        let mut exchange = started(SPEED, 2);
        assert_ne!(exchange.on_frame(START, &reply(0, &[3, 0x41, 0x0d, 60])), Step::Nothing);
        assert_eq!(exchange.on_time(START), None);
        assert_ne!(exchange.on_frame(START, &reply(1, &[3, 0x41, 0x0d, 60])), Step::Nothing);
        let outcome = Outcome { answered: 2, refused: 0, failed: 0 };
        assert_eq!(exchange.on_time(START), Some(outcome));
        assert_eq!(exchange.on_time(START.after(Exchange::PENDING_PATIENCE)), None, "told once");
    }

    #[test]
    fn a_promise_is_waited_for_and_broken_once() {
        let mut exchange = started(SPEED, 0);
        exchange.on_frame(START, &reply(0, &[3, 0x7f, 0x01, 0x78]));
        assert_eq!(exchange.on_time(START.after(Exchange::PENDING_PATIENCE)), None);
        let late = START.after(Exchange::PENDING_PATIENCE).after(Duration::from_micros(1));
        assert_eq!(exchange.on_time(late), Some(Outcome { answered: 0, refused: 0, failed: 1 }));
    }

    #[test]
    fn endless_promises_are_broken_off() {
        let mut exchange = started(SPEED, 1);
        let pending = reply(0, &[3, 0x7f, 0x01, 0x78]);
        for _ in 0..Exchange::MAX_PENDINGS {
            exchange.on_frame(START, &pending);
            assert_eq!(exchange.on_time(START), None);
        }
        exchange.on_frame(START, &pending);
        assert_eq!(exchange.on_time(START), Some(Outcome { answered: 0, refused: 0, failed: 1 }));
    }

    #[test]
    fn an_answer_that_comes_twice_counts_once() {
        let mut exchange = started(SPEED, 2);
        let speed = reply(0, &[3, 0x41, 0x0d, 60]);
        assert_ne!(exchange.on_frame(START, &speed), Step::Nothing);
        assert_eq!(exchange.on_frame(START, &speed), Step::Nothing);
        assert_eq!(exchange.on_time(START), None, "the other unit has not answered");
    }

    #[test]
    fn refusals_for_good_and_for_now_are_told_apart() {
        let mut exchange = started(SPEED, 0);
        exchange.on_frame(START, &reply(0, &[3, 0x7f, 0x01, 0x12]));
        exchange.on_frame(START, &reply(1, &[3, 0x7f, 0x01, 0x21]));
        exchange.on_frame(START, &reply(1, &[3, 0x41, 0x0d, 60]));
        let late = START.after(Exchange::PATIENCE).after(Duration::from_micros(1));
        assert_eq!(exchange.on_time(late), Some(Outcome { answered: 0, refused: 1, failed: 1 }));
    }
}
