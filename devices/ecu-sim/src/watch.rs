use embedded_can::{Frame as _, Id};
use obd_core::can::Frame;
use obd_core::obd::Addressing;
use obd_core::{Duration, Instant};
use std::fmt::Write as _;
use thiserror::Error;

/// Sees everything that the tester sends and remembers the first thing that it must not.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    violation: Option<Violation>,
    /// When the last requests came, for the rate.
    requests: Vec<Instant>,
}

/// Something that a dongle which only reads never sends.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Violation {
    /// Not an identifier on which a tester asks.
    #[error("identifier {0:08x} is not a tester's")]
    Identifier(u32),
    /// A remote request.
    #[error("a remote frame")]
    Remote,
    /// ISO 15765-4 wants eight bytes.
    #[error("a frame of {0} bytes instead of 8")]
    Length(usize),
    /// A service other than 01, 02, 03, 07, 09, 0A, 22 and 19, or a malformed request of one of them.
    #[error("the request {0} is not a reading one")]
    Request(String),
    /// A segmented request, or a kind of frame that does not exist.
    #[error("the frame {0} is neither a single frame nor a flow control")]
    Segmented(String),
    /// A flow control that no unit waits for.
    #[error("a flow control that nobody waits for")]
    FlowControl,
    /// More requests in a second than a dongle has business sending.
    #[error("more than {} requests in a second", Watch::MAX_RATE)]
    Flood,
    /// A frame sent at another bit rate than the bus has, after the first one had failed.
    #[error("kept sending after an error at a wrong bit rate")]
    KeptSending,
}

impl Watch {
    /// Requests in one second.
    pub const MAX_RATE: usize = 60;

    /// The first violation.
    pub const fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Notes a violation that was found elsewhere.
    pub(crate) fn report(&mut self, violation: Violation) {
        self.violation.get_or_insert(violation);
    }

    /// Looks at a frame of the tester. `awaited` tells whether the unit with this number waits for a flow
    /// control.
    pub(crate) fn see(
        &mut self,
        now: Instant,
        frame: &Frame,
        addressing: Addressing,
        awaited: impl Fn(u8) -> bool,
    ) {
        if let Err(violation) = self.check(now, frame, addressing, awaited) {
            self.report(violation);
        }
    }

    fn check(
        &mut self,
        now: Instant,
        frame: &Frame,
        addressing: Addressing,
        awaited: impl Fn(u8) -> bool,
    ) -> Result<(), Violation> {
        let target = Target::of(frame.id()).ok_or_else(|| Violation::Identifier(raw(frame.id())))?;
        if frame.is_remote_frame() {
            return Err(Violation::Remote);
        }
        let data: [u8; 8] = frame.data().try_into().map_err(|_| Violation::Length(frame.dlc()))?;
        match (data[0] >> 4, target) {
            (0, _) => {
                self.requests.retain(|at| now.since(*at) < Duration::from_secs(1));
                self.requests.push(now);
                if self.requests.len() > Self::MAX_RATE {
                    return Err(Violation::Flood);
                }
                let request = data.get(1..=usize::from(data[0])).unwrap_or(&[]);
                if is_reading(request) { Ok(()) } else { Err(Violation::Request(hex(request))) }
            }
            // Which set of identifiers the car has, the tester knows when a unit has answered it.
            (3, Target::Unit(extended, number))
                if extended == (addressing == Addressing::Extended) && awaited(number) =>
            {
                Ok(())
            }
            (3, _) => Err(Violation::FlowControl),
            _ => Err(Violation::Segmented(hex(&data))),
        }
    }
}

/// Whom a frame of the tester is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    All(bool),
    /// Whether with 29 bits, and the unit's number.
    Unit(bool, u8),
}

impl Target {
    pub(crate) fn of(id: Id) -> Option<Self> {
        match id {
            Id::Standard(id) => match id.as_raw() {
                0x7df => Some(Self::All(false)),
                raw @ 0x7e0..=0x7e7 => Some(Self::Unit(false, (raw & 7) as u8)),
                _ => None,
            },
            Id::Extended(id) => match id.as_raw() {
                0x18db_33f1 => Some(Self::All(true)),
                raw if raw & 0xffff_00ff == 0x18da_00f1 => Some(Self::Unit(true, (raw >> 8) as u8)),
                _ => None,
            },
        }
    }
}

/// The closed list, written here a second time so that a mistake in the dongle's own cannot hide.
fn is_reading(request: &[u8]) -> bool {
    match request {
        [0x01, pids @ ..] => (1..=6).contains(&pids.len()),
        [0x02, _, _] | [0x03] | [0x07] | [0x0a] | [0x09, _] => true,
        [0x22, dids @ ..] => {
            matches!(dids.len(), 2 | 4 | 6) && dids.chunks(2).all(|did| matches!(did[0], 0xf4..=0xf8))
        }
        [0x19, 0x42, 0x33, _, _] | [0x19, 0x55, 0x33] => true,
        _ => false,
    }
}

fn raw(id: Id) -> u32 {
    match id {
        Id::Standard(id) => id.as_raw().into(),
        Id::Extended(id) => id.as_raw(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_can::StandardId;

    fn seen(id: u16, data: &[u8]) -> Option<Violation> {
        let mut watch = Watch::default();
        let frame = Frame::new(StandardId::new(id).unwrap(), data).unwrap();
        watch.see(Instant::default(), &frame, Addressing::Standard, |number| number == 2);
        watch.violation().cloned()
    }

    #[test]
    fn reading_requests_and_awaited_flow_controls_pass() {
        for data in [[2, 1, 0, 0, 0, 0, 0, 0], [3, 0x22, 0xf8, 0x02, 0, 0, 0, 0], [1, 0x0a, 0, 0, 0, 0, 0, 0]]
        {
            assert_eq!(seen(0x7df, &data), None);
            assert_eq!(seen(0x7e0, &data), None);
        }
        assert_eq!(seen(0x7e2, &[0x30, 0, 0, 0, 0, 0, 0, 0]), None);
    }

    /// The run fails on each of these, which shows that the check bites.
    #[test]
    fn everything_else_is_a_violation() {
        assert_eq!(seen(0x7df, &[1, 0x04, 0, 0, 0, 0, 0, 0]), Some(Violation::Request("04".to_owned())));
        for service in (0..=u8::MAX).filter(|s| ![0x01, 0x02, 0x03, 0x07, 0x09, 0x0a, 0x19, 0x22].contains(s))
        {
            for len in 1..=7 {
                let violation = seen(0x7e0, &[len, service, 0xf4, 0, 0, 0, 0, 0]);
                assert!(matches!(violation, Some(Violation::Request(_))), "{service:02x}");
            }
        }
        assert!(matches!(seen(0x7e0, &[3, 0x22, 0xf1, 0x90, 0, 0, 0, 0]), Some(Violation::Request(_))));
        assert!(matches!(seen(0x7e0, &[3, 0x19, 0x02, 0xff, 0, 0, 0, 0]), Some(Violation::Request(_))));
        assert!(matches!(seen(0x7e0, &[0x10, 9, 1, 0, 0, 0, 0, 0]), Some(Violation::Segmented(_))));
        assert_eq!(seen(0x7e0, &[0x30, 0, 0, 0, 0, 0, 0, 0]), Some(Violation::FlowControl));
        assert_eq!(seen(0x7e8, &[2, 1, 0, 0, 0, 0, 0, 0]), Some(Violation::Identifier(0x7e8)));
        assert_eq!(seen(0x123, &[2, 1, 0, 0, 0, 0, 0, 0]), Some(Violation::Identifier(0x123)));
        assert_eq!(seen(0x7df, &[2, 1, 0]), Some(Violation::Length(3)));
    }

    #[test]
    fn a_flood_is_a_violation() {
        let mut watch = Watch::default();
        let frame = Frame::new(StandardId::new(0x7df).unwrap(), &[2, 1, 0xc, 0, 0, 0, 0, 0]).unwrap();
        for request in 0..61 {
            assert_eq!(watch.violation(), None);
            watch.see(Instant::from_millis(request * 10), &frame, Addressing::Standard, |_| false);
        }
        assert_eq!(watch.violation(), Some(&Violation::Flood));
    }
}
