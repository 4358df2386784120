//! What asking a car costs: one frame of an answer, and one parameter from the plan to its value.

use crate::machine::count;
use core::hint::black_box;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use embedded_can::{Frame as _, Id, StandardId};
use obd_core::Instant;
use obd_core::can::{Bitrate, Bus, BusError, Frame, Health, Mode};
use obd_core::isotp::{Heard, Pace, Receiver, Timing};
use obd_core::obd::{Answer, Pid, Request, TxFrame};
use obd_core::poll::{Car, Event, MAX_ANSWER};

/// How many requests the cost of one is taken from.
const REQUESTS: u32 = 64;
/// Milliseconds until so many must be out.
const PATIENCE: u64 = 600_000;

/// The instructions for one frame of eight bytes: ISO-TP, the answer's head, and the value. The dearest of a
/// single frame, a first frame and a consecutive frame.
pub(crate) fn frame() -> Option<u32> {
    const NOW: Instant = Instant::from_millis(1);
    let mut receiver = Receiver::<MAX_ANSWER>::new(Pace::default(), Timing::OBD);
    let engine_speed = Request::Current(Pid::RPM);
    let single = black_box([4, 0x41, 0x0c, 0x1a, 0xf8, 0, 0, 0]);
    let (one_frame, value) = count(|| {
        if receiver.on_frame(NOW, &single) != Heard::Complete {
            return None;
        }
        match engine_speed.answer(receiver.message())? {
            Answer::Data(data) => Pid::RPM.quantity()?.decode(data),
            Answer::Pending | Answer::Refused(_) => None,
        }
    });
    if value? != 172_600 {
        return None;
    }
    let first = black_box([0x10, 20, 0x49, 2, 1, b'L', b'S', b'V']);
    let (first_frame, heard) = count(|| receiver.on_frame(NOW, &first));
    matches!(heard, Heard::Send(_)).then_some(())?;
    let next = black_box([0x21, b'A', b'U', b'0', b'3', b'3', b'0', b'E']);
    let (next_frame, heard) = count(|| receiver.on_frame(NOW, &next));
    (heard == Heard::Nothing).then_some(())?;
    Some(one_frame.max(first_frame).max(next_frame))
}

/// What [`asking`] found.
pub(crate) struct Asking {
    /// Instructions for one parameter, from the plan over the request and the answer to the event: the mean
    /// over [`REQUESTS`].
    pub(crate) request: u32,
    /// Instructions of the dearest call that found nothing to do.
    pub(crate) idle: u32,
}

/// Lets the dongle ask a car with one unit, millisecond by millisecond.
pub(crate) fn asking() -> Option<Asking> {
    let mut car = Car::new(Wire::default());
    car.wake();
    let (mut work, mut idle) = (0, 0);
    let mut found = None;
    for millis in 0..PATIENCE {
        let before = REQUESTED.load(Relaxed);
        let answered = ANSWERING.load(Relaxed);
        let (instructions, event) = count(|| car.poll(black_box(Instant::from_millis(millis))));
        let requests = REQUESTED.load(Relaxed);
        // Once it is known what the car can tell, values come.
        if found.is_none() && matches!(event, Some(Event::Value { .. })) {
            found = Some(requests);
            continue;
        }
        let Some(from) = found else { continue };
        if requests == before && !answered && event.is_none() {
            idle = instructions.max(idle);
        } else {
            work += instructions;
        }
        if requests - from == REQUESTS {
            return Some(Asking { request: work / REQUESTS, idle });
        }
    }
    None
}

/// Requests that went out.
static REQUESTED: AtomicU32 = AtomicU32::new(0);
/// Whether an answer waits to be fetched.
static ANSWERING: AtomicBool = AtomicBool::new(false);

/// A controller on whose bus one unit answers at once.
#[derive(Default)]
struct Wire {
    answer: Option<Frame>,
}

impl Bus for Wire {
    fn start(&mut self, _: Bitrate, _: Mode) -> Result<(), BusError> {
        Ok(())
    }

    fn stop(&mut self) {}

    fn receive(&mut self) -> Option<Frame> {
        ANSWERING.store(false, Relaxed);
        self.answer.take()
    }

    fn transmit(&mut self, frame: &TxFrame) -> Result<(), BusError> {
        let id = StandardId::new(0x7e8).map(Id::Standard).ok_or(BusError::Gone)?;
        if let [_, 1, pid, ..] = *frame.frame().data() {
            // Every page of parameters has itself, and the next one up to A0; all values are the same.
            let data = if pid % 0x20 == 0 { [0xff; 4] } else { [0, 0, 0x10, 0] };
            let width =
                if pid % 0x20 == 0 { 4 } else { Pid(pid).quantity().map_or(4, |quantity| quantity.width) };
            let [b0, b1, b2, b3] = data;
            REQUESTED.store(REQUESTED.load(Relaxed) + 1, Relaxed);
            ANSWERING.store(true, Relaxed);
            self.answer = Frame::new(id, &[2 + width, 0x41, pid, b0, b1, b2, b3, 0]);
        }
        Ok(())
    }

    fn health(&mut self) -> Health {
        Health::default()
    }
}
