//! `obd-read`: the dongle's own way of reading a car, on a host: prints what it learns, a JSON object a line.
//!
//! The car is behind an SLCAN adapter: a serial device or pseudo terminal by its path, or `HOST:PORT`.

use obd_core::Instant;
use obd_core::can::BusError;
use obd_core::can::slcan::{Port, Slcan};
use obd_core::obd::{CodeKind, Pid};
use obd_core::poll::{Car, Event, OdometerSource};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [place, seconds] = args.as_slice() else {
        return Err("usage: obd-read DEVICE|HOST:PORT SECONDS".into());
    };
    let (seconds, line) = (seconds.parse()?, Line::open(place)?);
    let mut car = Car::new(Slcan::new(line));
    car.wake();
    let start = std::time::Instant::now();
    while start.elapsed() < Duration::from_secs(seconds) {
        let now = Instant::from_micros(u64::try_from(start.elapsed().as_micros())?);
        match car.poll(now) {
            Some(event) => println!("{}", describe(&event)),
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    Ok(())
}

/// Standard units, as a person reads them.
fn describe(event: &Event) -> Value {
    match event {
        Event::Connected(link) => json!({
            "event": "connected",
            "bitrate": format!("{:?}", link.bitrate),
            "addressing": format!("{:?}", link.addressing),
            "dialect": format!("{:?}", link.dialect),
        }),
        Event::Silent { reason, again } => {
            json!({"event": "silent", "reason": reason.to_string(), "again": again.is_some()})
        }
        Event::Value { ecu, pid: Pid(pid), value } => {
            let decimals = Pid(*pid).quantity().map_or(0, |quantity| quantity.decimals);
            let value = f64::from(*value) / 10_f64.powi(decimals.into());
            json!({"event": "value", "ecu": ecu.number(), "pid": format!("{pid:02x}"), "value": value})
        }
        Event::Readiness { ecu, readiness, bits } => json!({
            "event": "readiness", "ecu": ecu.number(), "mil": readiness.mil, "codes": readiness.codes,
            "supported": readiness.supported, "incomplete": readiness.incomplete,
            "bits": format!("{bits:08x}"),
        }),
        Event::Codes { ecu, kind, codes } => {
            let names: Vec<String> = codes.codes().iter().map(ToString::to_string).collect();
            let kind = match kind {
                CodeKind::Confirmed => "confirmed",
                CodeKind::Pending => "pending",
                CodeKind::Permanent => "permanent",
            };
            json!({"event": "codes", "ecu": ecu.number(), "kind": kind, "codes": names})
        }
        Event::Vin(vin) => json!({"event": "vin", "vin": vin.to_string()}),
        Event::VerificationNumbers { ecu, numbers, total } => {
            let numbers: Vec<String> = numbers.iter().flatten().map(|n| hex(n)).collect();
            json!({"event": "cvn", "ecu": ecu.number(), "numbers": numbers, "total": total})
        }
        Event::Cleared(cleared) => json!({
            "event": "cleared", "ecu": cleared.ecu.number(), "pid": format!("{:02x}", cleared.pid.0),
            "before": cleared.before, "after": cleared.after,
        }),
        Event::Odometer(reading) => {
            let source = match reading.source {
                OdometerSource::Pid => "pid",
                OdometerSource::Did => "did",
                OdometerSource::Integrated => "integrated",
            };
            json!({"event": "odometer", "km": f64::from(reading.tenths) / 10.0, "source": source,
                   "verdict": format!("{:?}", reading.verdict)})
        }
        Event::Nonsense(request) => json!({"event": "nonsense", "request": format!("{request:?}")}),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A serial line whose reader is a thread, because the core never waits.
struct Line {
    incoming: Receiver<Vec<u8>>,
    bytes: VecDeque<u8>,
    output: Box<dyn Write>,
}

impl Line {
    fn open(place: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let (input, output): (Box<dyn Read + Send>, Box<dyn Write>) = if place.starts_with('/') {
            let file: File = OpenOptions::new().read(true).write(true).open(place)?;
            let mut settings = tcgetattr(&file)?;
            settings.make_raw();
            tcsetattr(&file, OptionalActions::Now, &settings)?;
            (Box::new(file.try_clone()?), Box::new(file))
        } else {
            let stream = TcpStream::connect(place)?;
            stream.set_nodelay(true)?;
            (Box::new(stream.try_clone()?), Box::new(stream))
        };
        let (sender, incoming) = channel();
        std::thread::spawn(move || forward(input, &sender));
        Ok(Self { incoming, bytes: VecDeque::new(), output })
    }
}

fn forward(mut input: Box<dyn Read + Send>, sender: &std::sync::mpsc::Sender<Vec<u8>>) {
    let mut buffer = [0; 1_024];
    while let Ok(len @ 1..) = input.read(&mut buffer) {
        if sender.send(buffer[..len].to_vec()).is_err() {
            return;
        }
    }
}

impl Port for Line {
    fn read(&mut self) -> Option<u8> {
        if self.bytes.is_empty()
            && let Ok(bytes) = self.incoming.try_recv()
        {
            self.bytes.extend(bytes);
        }
        self.bytes.pop_front()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BusError> {
        self.output.write_all(bytes).and_then(|()| self.output.flush()).map_err(|_| BusError::Gone)
    }
}
