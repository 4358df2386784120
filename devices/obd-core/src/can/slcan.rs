//! A CAN controller at the other end of a serial line, in the ASCII protocol of Lawicel's adapters ("SLCAN")
//! with the state and error lines that Linux' `slcan` driver understands.
//!
//! ```text
//!  S6⏎ L⏎            500 kbit/s (S5: 250), open in listen-only; O⏎ opens to take part, C⏎ closes
//!  t7DF8…⏎  T18DB33F18…⏎   a frame: identifier in 3 or 8 digits, length, bytes;  r, R: a remote request
//!  sw096000⏎         state: a active, w warning, p passive, f off; then REC and TEC in three digits each
//!  e2cs⏎             two errors on the wires, their kinds in a letter each
//! ```

use super::{Bitrate, Bus, BusError, Frame, Health, MAX_DATA, Mode};
use crate::obd::TxFrame;
use embedded_can::{ExtendedId, Frame as _, Id, StandardId};

/// The longest line: an extended frame of eight bytes with a time stamp and the end of the line.
pub const MAX_LINE: usize = 31;

/// A serial line that never waits.
pub trait Port {
    /// The next byte that arrived, if any.
    fn read(&mut self) -> Option<u8>;

    /// Sends all of `bytes`; [`BusError::Gone`] when the line is closed.
    fn write(&mut self, bytes: &[u8]) -> Result<(), BusError>;
}

/// A [`Bus`] over a [`Port`]. The adapter's acknowledgements are not waited for: not every adapter sends
/// them, so [`Health::transmitting`] stays false.
#[derive(Debug)]
pub struct Slcan<P> {
    port: P,
    lines: Lines,
    mode: Option<Mode>,
    health: Health,
}

impl<P: Port> Slcan<P> {
    /// The most bytes that one [`Bus::receive`] looks at: a peer that only talks rubbish cannot hold it.
    const PATIENCE: usize = 256;

    /// A closed controller behind `port`.
    pub const fn new(port: P) -> Self {
        Self { port, lines: Lines::new(), mode: None, health: NOTHING }
    }

    /// The line itself.
    pub const fn port(&mut self) -> &mut P {
        &mut self.port
    }

    fn note(&mut self, notice: Notice) -> Option<Frame> {
        match notice {
            Notice::Frame(frame) => return self.mode.is_some().then_some(frame),
            Notice::Errors(count) => {
                self.health.bus_errors = self.health.bus_errors.saturating_add(u32::from(count));
            }
            Notice::State { receive_errors, transmit_errors, bus_off } => {
                self.health.receive_errors = receive_errors;
                self.health.transmit_errors = transmit_errors;
                self.health.bus_off = bus_off;
            }
        }
        None
    }
}

impl<P: Port> Bus for Slcan<P> {
    fn start(&mut self, bitrate: Bitrate, mode: Mode) -> Result<(), BusError> {
        self.stop();
        self.health = NOTHING;
        self.port.write(match bitrate {
            Bitrate::Kbit500 => b"S6\r",
            Bitrate::Kbit250 => b"S5\r",
        })?;
        self.port.write(match mode {
            Mode::ListenOnly => b"L\r",
            Mode::Normal => b"O\r",
        })?;
        self.mode = Some(mode);
        Ok(())
    }

    fn stop(&mut self) {
        self.mode = None;
        // A line that is gone is found out by whoever next sends on it.
        let _ = self.port.write(b"C\r");
    }

    fn receive(&mut self) -> Option<Frame> {
        for _ in 0..Self::PATIENCE {
            let byte = self.port.read()?;
            if let Some(frame) =
                self.lines.push(byte).and_then(Notice::parse).and_then(|notice| self.note(notice))
            {
                return Some(frame);
            }
        }
        None
    }

    fn transmit(&mut self, frame: &TxFrame) -> Result<(), BusError> {
        if self.mode != Some(Mode::Normal) || self.health.bus_off {
            return Err(BusError::Silent);
        }
        let (line, len) = encode(frame.frame());
        self.port.write(line.get(..len).unwrap_or(&[]))
    }

    fn health(&mut self) -> Health {
        self.health
    }
}

const NOTHING: Health = Health {
    transmit_errors: 0,
    receive_errors: 0,
    bus_errors: 0,
    overruns: 0,
    bus_off: false,
    transmitting: false,
};

/// Cuts a stream of bytes into lines. A line that is too long is dropped as a whole.
#[derive(Clone, Debug)]
pub struct Lines {
    bytes: [u8; MAX_LINE],
    len: usize,
    complete: bool,
}

impl Lines {
    /// Nothing read yet.
    pub const fn new() -> Self {
        Self { bytes: [0; MAX_LINE], len: 0, complete: false }
    }

    /// Takes one byte in; the line that it ended, without its end. The bell, an adapter's "no", and the line
    /// feed of a careless peer end a line too.
    pub fn push(&mut self, byte: u8) -> Option<&[u8]> {
        if self.complete {
            self.complete = false;
            self.len = 0;
        }
        if let b'\r' | b'\n' | 0x07 = byte {
            self.complete = true;
            return self.bytes.get(..self.len).filter(|line| !line.is_empty());
        }
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
        }
        // One beyond the end marks a line that is too long: `get(..len)` then finds nothing.
        self.len = self.len.saturating_add(1).min(MAX_LINE.saturating_add(1));
        None
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}

/// What a controller says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A frame arrived.
    Frame(Frame),
    /// So many errors were seen on the wires.
    Errors(u8),
    /// The controller's error state changed.
    State {
        /// REC.
        receive_errors: u16,
        /// TEC.
        transmit_errors: u16,
        /// The controller has left the bus.
        bus_off: bool,
    },
}

impl Notice {
    /// Reads a line without its end; none for anything else, acknowledgements included.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let (kind, rest) = line.split_first()?;
        match kind {
            b't' | b'T' | b'r' | b'R' => parse_frame(*kind, rest).map(Self::Frame),
            b'e' => rest.first().and_then(|digit| hex(*digit)).map(Self::Errors),
            b's' => {
                let (state, counters) = rest.split_first()?;
                let bus_off = match state {
                    b'a' | b'w' | b'p' => false,
                    b'f' => true,
                    _ => return None,
                };
                let receive_errors = decimal(counters.get(..3)?)?;
                let transmit_errors = decimal(counters.get(3..6)?)?;
                Some(Self::State { receive_errors, transmit_errors, bus_off })
            }
            _ => None,
        }
    }
}

/// `frame` as a line with its end, and the line's length.
pub fn encode(frame: &Frame) -> ([u8; MAX_LINE], usize) {
    let mut line = [0; MAX_LINE];
    let mut digits = line.iter_mut();
    let mut put = |byte| {
        if let Some(place) = digits.next() {
            *place = byte;
        }
    };
    let (kind, width, mut id) = match (frame.id(), frame.is_remote_frame()) {
        (Id::Standard(id), false) => (b't', 3, u32::from(id.as_raw()).wrapping_shl(20)),
        (Id::Standard(id), true) => (b'r', 3, u32::from(id.as_raw()).wrapping_shl(20)),
        (Id::Extended(id), false) => (b'T', 8, id.as_raw()),
        (Id::Extended(id), true) => (b'R', 8, id.as_raw()),
    };
    put(kind);
    for _ in 0..width {
        id = id.rotate_left(4);
        put(digit(id.to_le_bytes().first().copied().unwrap_or(0)));
    }
    put(digit(u8::try_from(frame.dlc()).unwrap_or(0)));
    for byte in frame.data() {
        put(digit(byte >> 4));
        put(digit(*byte));
    }
    put(b'\r');
    let left = digits.len();
    (line, MAX_LINE.saturating_sub(left))
}

fn parse_frame(kind: u8, rest: &[u8]) -> Option<Frame> {
    let extended = kind.is_ascii_uppercase();
    let (id, rest) = rest.split_at_checked(if extended { 8 } else { 3 })?;
    let id = id.iter().try_fold(0_u32, |id, byte| Some(id << 4 | u32::from(hex(*byte)?)))?;
    let id = if extended {
        Id::Extended(ExtendedId::new(id)?)
    } else {
        Id::Standard(StandardId::new(u16::try_from(id).ok()?)?)
    };
    let (len, digits) = rest.split_first()?;
    let len = hex(*len).map(usize::from).filter(|len| *len <= MAX_DATA)?;
    if matches!(kind, b'r' | b'R') {
        return Frame::new_remote(id, len);
    }
    let mut data = [0; MAX_DATA];
    let mut pairs = digits.chunks_exact(2);
    for place in data.get_mut(..len)? {
        *place = match pairs.next()? {
            [high, low] => hex(*high)? << 4 | hex(*low)?,
            _ => return None,
        };
    }
    // Four digits more are the adapter's time stamp.
    let left = digits.len().checked_sub(len.checked_mul(2)?)?;
    if !matches!(left, 0 | 4) {
        return None;
    }
    Frame::new(id, data.get(..len)?)
}

/// The lower four bits as a digit.
const fn digit(nibble: u8) -> u8 {
    match nibble & 0x0f {
        low @ 0..=9 => b'0' | low,
        low => b'A'.wrapping_add(low.wrapping_sub(10)),
    }
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit & 0x0f),
        b'a'..=b'f' | b'A'..=b'F' => Some((digit & 0x07).wrapping_add(9)),
        _ => None,
    }
}

fn decimal(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(u16::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obd::{Addressing, InfoType, Request};
    use std::collections::VecDeque;
    use std::vec::Vec;

    #[derive(Default)]
    struct Wire {
        incoming: VecDeque<u8>,
        sent: Vec<u8>,
    }

    impl Port for Wire {
        fn read(&mut self) -> Option<u8> {
            self.incoming.pop_front()
        }

        fn write(&mut self, bytes: &[u8]) -> Result<(), BusError> {
            self.sent.extend_from_slice(bytes);
            Ok(())
        }
    }

    fn frame(line: &[u8]) -> Option<Frame> {
        match Notice::parse(line)? {
            Notice::Frame(frame) => Some(frame),
            _ => None,
        }
    }

    #[test]
    fn frames_survive_the_line() {
        for line in [&b"t7E83AABBCC"[..], b"T18DAF1108000102030405060F", b"t0000", b"r7FF8", b"R1FFFFFFF0"] {
            let parsed = frame(line).unwrap();
            let (encoded, len) = encode(&parsed);
            assert_eq!(&encoded[..len - 1], line);
            assert_eq!(encoded[len - 1], b'\r');
        }
        assert_eq!(frame(b"t7E83aabbcc").unwrap().data(), [0xaa, 0xbb, 0xcc]);
        assert_eq!(frame(b"t7E83AABBCC1F2E").unwrap().data(), [0xaa, 0xbb, 0xcc], "a time stamp");
        assert!(frame(b"T18DAF1108000102030405060F").unwrap().is_extended());
        assert!(frame(b"r7FF8").unwrap().is_remote_frame());
    }

    #[test]
    fn bad_lines_are_not_frames() {
        for line in
            [&b"t"[..], b"t8000", b"t7E89", b"t7E81", b"t7E81A", b"t7E81AAB", b"T200000000", b"tXYZ0", b"z"]
        {
            assert_eq!(frame(line), None, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_line_too_long_is_dropped_and_the_next_one_read() {
        let mut lines = Lines::new();
        let long = [b't'; 1_000];
        assert!(long.iter().all(|byte| lines.push(*byte).is_none()));
        assert_eq!(lines.push(b'\r'), None);
        assert_eq!(lines.push(b'z'), None);
        assert_eq!(lines.push(b'\r'), Some(&b"z"[..]));
    }

    #[test]
    fn a_bus_opens_sends_and_tells_its_health() {
        let mut bus = Slcan::new(Wire::default());
        let vin = TxFrame::to_all(Request::Info(InfoType::VIN), Addressing::Standard);
        assert_eq!(bus.transmit(&vin), Err(BusError::Silent));
        bus.start(Bitrate::Kbit250, Mode::ListenOnly).unwrap();
        assert_eq!(bus.transmit(&vin), Err(BusError::Silent));
        bus.start(Bitrate::Kbit500, Mode::Normal).unwrap();
        bus.transmit(&vin).unwrap();
        assert_eq!(bus.port().sent, b"C\rS5\rL\rC\rS6\rO\rt7DF8020902CCCCCCCCCC\r");

        bus.port().incoming.extend(b"\r\x07z\re2cs\rsp010128\rt7E8106\r");
        assert_eq!(bus.receive().unwrap().data(), [6]);
        let health = bus.health();
        assert_eq!((health.bus_errors, health.receive_errors, health.transmit_errors), (2, 10, 128));
        bus.port().incoming.extend(b"sf000256\r");
        assert_eq!(bus.receive(), None);
        assert!(bus.health().bus_off);
        assert_eq!(bus.transmit(&vin), Err(BusError::Silent));
    }
}
