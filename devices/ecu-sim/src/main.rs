//! `ecu-sim`: a car on SLCAN, over standard input and output, TCP or a pseudo terminal.

mod args;
mod line;

use args::Args;
use ecu_sim::{Adapter, Car, Command, Sim, Wire};
use line::{Incoming, Line};
use obd_core::Instant;
use std::process::ExitCode;
use std::time::Duration;

/// A busy host lets a tester wait.
const PATIENCE: obd_core::Duration = obd_core::Duration::from_millis(200);
/// The tester sent a frame that a reading dongle must never send.
const FORBIDDEN: u8 = 3;

fn main() -> ExitCode {
    match Args::parse().and_then(|args| run(&args)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ecu-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, args::Error> {
    let car = Car::new(args.car);
    if args.values {
        println!("{}", line::values(&car));
        return Ok(ExitCode::SUCCESS);
    }
    let start = std::time::Instant::now();
    let now = || Instant::from_micros(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX));
    let mut adapter = Adapter::new(Wire::new(Sim::new(car), PATIENCE));
    adapter.wire().command(now(), Command::Fault(args.fault));
    let line = Line::open(&args.port)?;
    loop {
        let mut out = Vec::new();
        match line.wait(Duration::from_millis(1)) {
            Some(Incoming::Bytes(bytes)) => adapter.push(now(), &bytes, &mut out),
            Some(Incoming::Command(text)) => match text.parse::<Command>() {
                Ok(command) => adapter.wire().command(now(), command),
                Err(error) => eprintln!("ecu-sim: {error}"),
            },
            Some(Incoming::Closed) if args.once => return Ok(ExitCode::SUCCESS),
            Some(Incoming::Closed) => adapter.push(now(), b"\rC\r", &mut Vec::new()),
            None => {}
        }
        adapter.poll(now(), &mut out);
        line.send(&out);
        if let Some(violation) = adapter.wire().sim().violation() {
            eprintln!("ecu-sim: FORBIDDEN: {violation}");
            return Ok(ExitCode::from(FORBIDDEN));
        }
    }
}
