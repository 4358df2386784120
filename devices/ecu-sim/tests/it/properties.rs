use ecu_sim::encode;
use obd_core::can::slcan::{Lines, Notice, Port, Slcan, encode as slcan_line};
use obd_core::can::{Bitrate, Bus, BusError, Frame, Health, Id, Mode, StandardId};
use obd_core::isotp::{FlowStatus, Heard, Next, Pace, Pci, Receiver, Sender, Timing};
use obd_core::obd::{Addressing, CodeList, CodeQuery, Did, InfoType, Pid, Request, TxFrame};
use obd_core::poll::{Car, Exchange, Step};
use obd_core::{Duration, Instant};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// Frames that look like something: reply identifiers and plausible first bytes are as frequent as rubbish.
fn frame() -> impl Strategy<Value = Frame> {
    use obd_core::can::ExtendedId;
    let id = prop_oneof![
        (0x7e8_u16..0x7f0).prop_map(|raw| Id::Standard(StandardId::new(raw).unwrap())),
        (0_u16..0x800).prop_map(|raw| Id::Standard(StandardId::new(raw).unwrap())),
        (0x18da_f100_u32..0x18da_f200).prop_map(|raw| Id::Extended(ExtendedId::new(raw).unwrap())),
    ];
    let head = prop_oneof![Just(0x10_u8), 0x20_u8..0x30, 0x01_u8..0x08, 0x30_u8..0x33, any::<u8>()];
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..=7),
        Just(vec![0x41, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff]),
        Just(vec![0x41, 0x0c, 0x1a, 0xf8, 0, 0, 0]),
        Just(vec![0x14, 0x49, 0x02, 0x01, 0x4c, 0x53, 0x56]),
        Just(vec![0x7f, 0x01, 0x78, 0, 0, 0, 0]),
    ];
    (id, head, body).prop_map(|(id, head, body)| {
        let data: Vec<u8> = std::iter::once(head).chain(body).take(8).collect();
        embedded_can::Frame::new(id, &data).unwrap()
    })
}

/// A controller that gives what a hostile bus may.
#[derive(Clone)]
struct Hostile {
    frames: Rc<RefCell<VecDeque<Frame>>>,
    sent: Rc<Cell<usize>>,
    health: Health,
}

impl Bus for Hostile {
    fn start(&mut self, _: Bitrate, _: Mode) -> Result<(), BusError> {
        Ok(())
    }

    fn stop(&mut self) {}

    fn receive(&mut self) -> Option<Frame> {
        self.frames.borrow_mut().pop_front()
    }

    fn transmit(&mut self, _: &TxFrame) -> Result<(), BusError> {
        self.sent.set(self.sent.get() + 1);
        Ok(())
    }

    fn health(&mut self) -> Health {
        self.health
    }
}

/// Bytes on a serial line.
struct Bytes(VecDeque<u8>);

impl Port for Bytes {
    fn read(&mut self) -> Option<u8> {
        self.0.pop_front()
    }

    fn write(&mut self, _: &[u8]) -> Result<(), BusError> {
        Ok(())
    }
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        any::<u8>().prop_map(|pid| Request::Current(Pid(pid))),
        any::<u8>().prop_map(|item| Request::Info(InfoType(item))),
        Just(Request::ConfirmedCodes),
        any::<u8>().prop_map(|mask| Request::Codes(CodeQuery::Status(mask))),
        Just(Request::Codes(CodeQuery::Permanent)),
        any::<u8>().prop_map(|pid| Request::Data(Did::of_pid(Pid(pid)))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Any message arrives as it was sent, whatever the receiver asks for.
    #[test]
    fn messages_arrive(
        message in proptest::collection::vec(any::<u8>(), 1..=600),
        block_size in any::<u8>(),
        st_min in any::<u8>(),
        waits in 0_u8..8,
    ) {
        let mut now = Instant::from_millis(7);
        let mut receiver = Receiver::<600>::new(Pace { block_size, st_min }, Timing::OBD);
        let mut sender = Sender::new(&message[..], Timing::OBD).unwrap();
        loop {
            match sender.poll(now).unwrap() {
                Next::Send(frame) => {
                    sender.sent(now);
                    match receiver.on_frame(now, &frame) {
                        Heard::Nothing => {}
                        Heard::Complete => break,
                        Heard::Failed(error) => prop_assert!(false, "{error}"),
                        Heard::Send(status) => {
                            for _ in 0..waits {
                                sender.on_flow_control(now, FlowStatus::Wait, 0, 0).unwrap();
                            }
                            sender.on_flow_control(now, status, block_size, st_min).unwrap();
                        }
                    }
                }
                Next::Wait => now = now.after(Duration::from_micros(100)),
                Next::Done => prop_assert!(false, "done, and not complete"),
            }
        }
        prop_assert_eq!(receiver.message(), &message[..]);
        prop_assert_eq!(sender.poll(now), Ok(Next::Done));
    }

    /// A message that lost, repeated or swapped frames never arrives as another one.
    #[test]
    fn damaged_messages_do_not_arrive_as_others(
        message in proptest::collection::vec(any::<u8>(), 8..=200),
        damage in 0_u8..3,
        place in any::<prop::sample::Index>(),
    ) {
        let mut sender = Sender::new(&message[..], Timing::OBD).unwrap();
        let mut frames = Vec::new();
        let now = Instant::default();
        while let Next::Send(frame) = sender.poll(now).unwrap() {
            sender.sent(now);
            frames.push(frame);
            sender.on_flow_control(now, FlowStatus::Continue, 0, 0).unwrap();
        }
        let place = place.index(frames.len());
        match damage {
            0 => drop(frames.remove(place)),
            1 => frames.insert(place, frames[place]),
            _ => {
                let next = (place + 1) % frames.len();
                frames.swap(place, next);
            }
        }
        let mut receiver = Receiver::<256>::new(Pace::default(), Timing::OBD);
        for frame in frames {
            if receiver.on_frame(now, &frame) == Heard::Complete {
                prop_assert_eq!(receiver.message(), &message[..]);
            }
        }
    }

    /// No frames make a receiver panic or overrun its buffer.
    #[test]
    fn any_frames_are_survived(frames in proptest::collection::vec(frame(), 0..200)) {
        let mut receiver = Receiver::<32>::new(Pace { block_size: 3, st_min: 0 }, Timing::OBD);
        let mut now = Instant::default();
        for frame in &frames {
            now = now.after(Duration::from_millis(3));
            let data = embedded_can::Frame::data(frame);
            let _ = Pci::parse(data);
            if receiver.on_frame(now, data) == Heard::Complete {
                prop_assert!(!receiver.message().is_empty() && receiver.message().len() <= 32);
            }
            receiver.on_time(now);
        }
    }

    /// An exchange on a hostile bus ends in time, with few flow controls to each of eight units.
    #[test]
    fn an_exchange_ends(frames in proptest::collection::vec(frame(), 0..400), request in request()) {
        let mut exchange = Exchange::new();
        let mut now = Instant::default();
        exchange.start(now, request, Addressing::Standard, 0);
        let mut controls = 0;
        for frame in &frames {
            now = now.after(Duration::from_millis(1));
            controls += u32::from(matches!(exchange.on_frame(now, frame), Step::Send(_)));
            exchange.on_time(now);
        }
        prop_assert!(controls <= 8 * 8, "{controls}");
        // A "pending" is good for five seconds.
        let end = now.after(Duration::from_secs(6));
        while now < end && exchange.is_open() {
            now = now.after(Duration::from_millis(10));
            exchange.on_time(now);
        }
        prop_assert!(!exchange.is_open());
    }

    /// A unit that begins its answer again and again is not answered each time.
    #[test]
    fn endless_first_frames_draw_one_flow_control(count in 2_usize..50) {
        let mut exchange = Exchange::new();
        let now = Instant::default();
        exchange.start(now, Request::Info(InfoType::VIN), Addressing::Standard, 0);
        let id = Id::Standard(StandardId::new(0x7e8).unwrap());
        let first = embedded_can::Frame::new(id, &[0x10, 20, 0x49, 0x02, 1, b'L', b'S', b'V']).unwrap();
        let sent = (0..count).filter(|_| matches!(exchange.on_frame(now, &first), Step::Send(_))).count();
        prop_assert_eq!(sent, 1);
    }

    /// A whole dongle on a hostile bus neither panics nor floods it.
    #[test]
    fn a_hostile_bus_is_survived(
        frames in proptest::collection::vec(frame(), 0..600),
        transmit_errors in prop_oneof![9 => Just(0_u16), 1 => any::<u16>()],
    ) {
        let health = Health { transmit_errors, ..Health::default() };
        let bus = Hostile { frames: Rc::default(), sent: Rc::default(), health };
        let mut car = Car::new(bus.clone());
        let mut now = Instant::default();
        let mut left: VecDeque<_> = frames.into();
        let mut told = 0;
        car.wake();
        for tick in 0..4_000_u32 {
            now = now.after(Duration::from_millis(5));
            // The bus is silent while it is listened to, so that the conversation begins.
            if tick > 405 {
                bus.frames.borrow_mut().extend(left.pop_front());
            }
            if let Some(event) = car.poll(now) {
                told += 1;
                event.samples().for_each(drop);
            }
        }
        // 20 s at 50 requests a second, and a flow control for each frame at most.
        prop_assert!(bus.sent.get() <= 1_600 && told <= 2_000, "{} {told}", bus.sent.get());
    }

    /// Any bytes on the serial line are lines, or nothing.
    #[test]
    fn any_line_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut lines = Lines::new();
        for byte in &bytes {
            if let Some(line) = lines.push(*byte)
                && let Some(Notice::Frame(frame)) = Notice::parse(line)
            {
                let (text, len) = slcan_line(&frame);
                prop_assert_eq!(Notice::parse(&text[..len - 1]), Some(Notice::Frame(frame)));
            }
        }
        let mut bus = Slcan::new(Bytes(bytes.into()));
        bus.start(Bitrate::Kbit500, Mode::Normal).unwrap();
        while bus.receive().is_some() {}
    }

    /// Any answer is read or refused.
    #[test]
    fn any_answer_is_survived(message in proptest::collection::vec(any::<u8>(), 0..256), request in request()) {
        if let Some(obd_core::obd::Answer::Data(data)) = request.answer(&message) {
            if let Some(list) = CodeList::from_answer(request, data) {
                prop_assert!(list.codes().len() <= usize::from(list.total()));
            }
            let _ = obd_core::obd::Vin::from_answer(data);
            let _ = obd_core::obd::verification_numbers(data).count();
        }
    }

    /// What a car encodes by the standard's formulas, the dongle decodes to within half a step.
    #[test]
    fn values_come_through(pid in any::<u8>(), value in -50.0_f64..600_000.0) {
        let quantity = Pid(pid).quantity();
        prop_assert_eq!(quantity.is_some(), encode(pid, value).is_some(), "PID {:02x}", pid);
        if let (Some(quantity), Some(bytes)) = (quantity, encode(pid, value)) {
            let decoded = quantity.decode(&bytes).unwrap();
            let again = encode(pid, f64::from(decoded) / 10_f64.powi(quantity.decimals.into())).unwrap();
            prop_assert_eq!(again, bytes, "PID {:02x}", pid);
        }
    }
}
