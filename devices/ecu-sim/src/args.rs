use crate::line::Port;
use ecu_sim::{Fault, Profile};
use lexopt::{Arg, Parser, ValueExt as _};

/// Anything that ends the program with a message.
pub(crate) type Error = Box<dyn std::error::Error>;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) port: Port,
    pub(crate) car: Profile,
    pub(crate) fault: Option<Fault>,
    pub(crate) once: bool,
    pub(crate) values: bool,
}

const HELP: &str = "\
A car on a CAN bus behind a serial adapter (SLCAN), for tests.

    ecu-sim [--car NAME] [--fault NAME[/N]] (--stdio | --tcp ADDRESS | --pty) [--once]
    ecu-sim [--car NAME] --values

--car       petrol (default), slow, extended, odometer-did, no-odometer, uds, battery, can-fd, no-can
--fault     what goes wrong with every (Nth) answer; see the message for a wrong name
--stdio     speak SLCAN on standard input and output; no commands then
--tcp       listen there (port 0: any) and print the address; one tester at a time
--pty       make a pseudo terminal and print its path
--once      end when the tester goes
--values    print the car's parameters as JSON: unit, parameter, bytes

Lines on standard input (not with --stdio) change the car: set PID VALUE, vin VIN, clear,
fault NAME[/N], fault none, ignition on|off, sleep, errors N, tec N, bus-off.

Exit code 3: the tester sent a frame that a dongle which only reads must never send.
";

impl Args {
    pub(crate) fn parse() -> Result<Self, Error> {
        let mut args =
            Self { port: Port::Stdio, car: Profile::Petrol, fault: None, once: false, values: false };
        let mut parser = Parser::from_env();
        let mut chosen = false;
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("car") => args.car = parser.value()?.parse()?,
                Arg::Long("fault") => args.fault = Some(parser.value()?.parse()?),
                Arg::Long("stdio") => (args.port, args.once, chosen) = (Port::Stdio, true, true),
                Arg::Long("tcp") => (args.port, chosen) = (Port::Tcp(parser.value()?.string()?), true),
                Arg::Long("pty") => (args.port, chosen) = (Port::Pty, true),
                Arg::Long("once") => args.once = true,
                Arg::Long("values") => (args.values, chosen) = (true, true),
                Arg::Long("help") | Arg::Short('h') => {
                    print!("{HELP}");
                    std::process::exit(0);
                }
                _ => return Err(arg.unexpected().into()),
            }
        }
        if chosen { Ok(args) } else { Err("say where: --stdio, --tcp ADDRESS or --pty; see --help".into()) }
    }
}
