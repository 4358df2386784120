use crate::Fault;
use std::str::FromStr;
use thiserror::Error;

/// A change of the car while it runs, as a line of text.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// `set 0c 2000`: parameter 0C of every unit that has it, in the standard's unit.
    Set {
        /// The parameter.
        pid: u8,
        /// Its new value.
        value: f64,
    },
    /// `vin LSVAU0330E2119384`.
    Vin(String),
    /// `clear`: somebody clears the trouble codes.
    ClearCodes,
    /// `fault lost-frame/3`; `fault none` ends it.
    Fault(Option<Fault>),
    /// `ignition on`, `ignition off`.
    Ignition(bool),
    /// `sleep`: the ignition goes off and the units sleep at once.
    Sleep,
    /// `errors 20`: so many errors on the wires.
    Errors(u32),
    /// `tec 96`: the transmit error counter of the tester's controller.
    TransmitErrors(u16),
    /// `bus-off`: the tester's controller leaves the bus.
    BusOff,
}

impl FromStr for Command {
    type Err = MalformedCommand;

    fn from_str(line: &str) -> Result<Self, MalformedCommand> {
        let malformed = || MalformedCommand(line.to_owned());
        let words: Vec<&str> = line.split_whitespace().collect();
        Ok(match *words {
            ["set", pid, value] => Self::Set {
                pid: u8::from_str_radix(pid, 16).map_err(|_| malformed())?,
                value: value.parse().map_err(|_| malformed())?,
            },
            ["vin", vin] if vin.len() == 17 => Self::Vin(vin.to_owned()),
            ["clear"] => Self::ClearCodes,
            ["fault", "none"] => Self::Fault(None),
            ["fault", fault] => Self::Fault(Some(fault.parse().map_err(|_| malformed())?)),
            ["ignition", "on"] => Self::Ignition(true),
            ["ignition", "off"] => Self::Ignition(false),
            ["sleep"] => Self::Sleep,
            ["errors", count] => Self::Errors(count.parse().map_err(|_| malformed())?),
            ["tec", count] => Self::TransmitErrors(count.parse().map_err(|_| malformed())?),
            ["bus-off"] => Self::BusOff,
            _ => return Err(malformed()),
        })
    }
}

/// Not a command.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is no command: set PID VALUE, vin VIN, clear, fault NAME[/N], fault none, ignition on|off, \
     sleep, errors N, tec N, bus-off"
)]
pub struct MalformedCommand(String);
