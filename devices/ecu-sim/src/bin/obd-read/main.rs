//! `obd-read`: the dongle's own way of reading a car, on a host: prints what it learns, a JSON object a line.
//!
//! The car is behind an SLCAN adapter: a serial device or pseudo terminal by its path, or `HOST:PORT`.

mod describe;
mod everything;
mod line;

use describe::describe;
use line::Line;
use obd_core::Instant;
use obd_core::can::slcan::Slcan;
use obd_core::poll::Car;
use std::time::Duration;

const USAGE: &str = "\
usage: obd-read DEVICE|HOST:PORT SECONDS       what the dongle learns in this time
       obd-read DEVICE|HOST:PORT everything    each parameter once (500 kbit/s, 11 bits, J1979)";

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [place, what] = args.as_slice() else { return Err(USAGE.into()) };
    let bus = Slcan::new(Line::open(place)?);
    if what == "everything" {
        return everything::read(bus);
    }
    let time = Duration::from_secs(what.parse().map_err(|_| USAGE)?);
    let mut car = Car::new(bus);
    car.wake();
    let start = std::time::Instant::now();
    while start.elapsed() < time {
        match car.poll(since(start)?) {
            Some(event) => println!("{}", describe(&event)),
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    Ok(())
}

/// The core's clock.
fn since(start: std::time::Instant) -> Result<Instant, Error> {
    Ok(Instant::from_micros(u64::try_from(start.elapsed().as_micros())?))
}
