use crate::Wire;
use obd_core::Instant;
use obd_core::can::slcan::{Lines, Notice, encode};
use obd_core::can::{Bitrate, Health, Mode};

/// The serial adapter between a tester and the wires: the commands of Lawicel's protocol, and the state and
/// error lines that Linux' `slcan` driver understands.
#[derive(Debug)]
pub struct Adapter {
    wire: Wire,
    lines: Lines,
    bitrate: Option<Bitrate>,
    open: bool,
    told: Health,
}

const DONE: &[u8] = b"\r";
const REFUSED: &[u8] = b"\x07";

impl Adapter {
    /// Closed.
    pub fn new(wire: Wire) -> Self {
        Self { wire, lines: Lines::new(), bitrate: None, open: false, told: Health::default() }
    }

    /// What is behind.
    pub const fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    /// Takes bytes of the tester in; the replies go to `out`.
    pub fn push(&mut self, now: Instant, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            let line = self.lines.push(*byte).map(<[u8]>::to_vec);
            if let Some(line) = line {
                out.extend_from_slice(self.command(now, &line));
            }
        }
    }

    /// What the car sent since, and how the controller does, goes to `out`.
    pub fn poll(&mut self, now: Instant, out: &mut Vec<u8>) {
        if !self.open {
            return;
        }
        while let Some(frame) = self.wire.receive(now) {
            let (line, len) = encode(&frame);
            out.extend_from_slice(&line[..len]);
        }
        let health = self.wire.health(now);
        let errors = health.bus_errors.saturating_sub(self.told.bus_errors);
        if errors > 0 {
            // One digit for the count, and a letter for each: "s" is a stuff error.
            let count = errors.min(9) as usize;
            out.extend_from_slice(format!("e{count}{}\r", "s".repeat(count)).as_bytes());
        }
        let counters = |health: &Health| (health.receive_errors, health.transmit_errors, health.bus_off);
        if counters(&health) != counters(&self.told) {
            let state = match health.transmit_errors.max(health.receive_errors) {
                _ if health.bus_off => 'f',
                128.. => 'p',
                96.. => 'w',
                _ => 'a',
            };
            let (rec, tec) = (health.receive_errors.min(999), health.transmit_errors.min(999));
            out.extend_from_slice(format!("s{state}{rec:03}{tec:03}\r").as_bytes());
        }
        self.told = health;
    }

    fn command(&mut self, now: Instant, line: &[u8]) -> &'static [u8] {
        match line {
            [b'S', rate] if !self.open => {
                self.bitrate = match rate {
                    b'6' => Some(Bitrate::Kbit500),
                    b'5' => Some(Bitrate::Kbit250),
                    _ => None,
                };
                DONE
            }
            b"O" => self.start(now, Mode::Normal),
            b"L" => self.start(now, Mode::ListenOnly),
            b"C" => {
                self.open = false;
                self.wire.close(now);
                DONE
            }
            [b't' | b'T' | b'r' | b'R', ..] => match Notice::parse(line) {
                Some(Notice::Frame(frame)) if self.open && self.wire.transmit(now, &frame) => {
                    if line[0].is_ascii_uppercase() { b"Z\r" } else { b"z\r" }
                }
                _ => REFUSED,
            },
            b"V" => b"V1013\r",
            b"N" => b"NESIM\r",
            b"F" if self.open => b"F00\r",
            [b'M' | b'm' | b'Z' | b'W', ..] => DONE,
            _ => REFUSED,
        }
    }

    fn start(&mut self, now: Instant, mode: Mode) -> &'static [u8] {
        if self.open {
            return REFUSED;
        }
        self.open = true;
        self.told = Health::default();
        self.wire.open(now, self.bitrate, mode);
        DONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Car, Profile, Sim};
    use obd_core::Duration;

    fn adapter(profile: Profile) -> Adapter {
        Adapter::new(Wire::new(Sim::new(Car::new(profile)), Duration::from_millis(50)))
    }

    fn talk(adapter: &mut Adapter, millis: u64, line: &str) -> String {
        let mut out = Vec::new();
        adapter.push(Instant::from_millis(millis), line.as_bytes(), &mut out);
        adapter.poll(Instant::from_millis(millis + 5), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_scan_tool_reads_the_speed_and_the_vin() {
        let mut adapter = adapter(Profile::Petrol);
        assert_eq!(talk(&mut adapter, 0, "C\rS6\rO\r"), "\r\r\r");
        let speed = talk(&mut adapter, 10, "t7DF802010DCCCCCCCCCC\r");
        assert_eq!(speed, "z\rt7E8803410D3CCCCCCCCC\rt7E9803410D3CCCCCCCCC\r");
        let vin = talk(&mut adapter, 20, "t7E0802090200000000000\r".replace("000\r", "00\r").as_str());
        assert!(vin.contains("t7E881014490201"), "{vin}");
        let rest = talk(&mut adapter, 30, "t7E08300000CCCCCCCCCC\r");
        assert_eq!(rest.matches("t7E88").count(), 2, "{rest}");
        assert_eq!(adapter.wire().sim().violation(), None);
    }

    #[test]
    fn a_wrong_bit_rate_is_told_as_errors() {
        let mut adapter = adapter(Profile::Petrol);
        talk(&mut adapter, 0, "S5\rO\r");
        let told = talk(&mut adapter, 10, "t7DF802010DCCCCCCCCCC\r");
        assert!(told.starts_with("z\re9sssssssss\rsp000128\r"), "{told}");
        talk(&mut adapter, 300, "C\r");
        assert!(adapter.wire().sim().violation().is_some(), "it kept sending");
    }

    #[test]
    fn a_listener_sends_nothing() {
        let mut adapter = adapter(Profile::Slow);
        talk(&mut adapter, 0, "S5\rL\r");
        assert!(talk(&mut adapter, 1_000, "t7DF802010DCCCCCCCCCC\r").starts_with("\x07t1"));
    }
}
