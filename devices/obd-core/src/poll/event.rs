use super::{Cleared, Link, NoLink, OdometerReading};
use crate::Instant;
use crate::obd::{CodeKind, CodeList, Ecu, Pid, Readiness, Request, Vin};

/// What the dongle learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The car answers.
    Connected(Link),
    /// Nothing is sent any more, and why. `again` tells when the dongle will listen for the car again; never
    /// on this trip when it is none.
    Silent {
        /// Why.
        reason: NoLink,
        /// When it looks again.
        again: Option<Instant>,
    },
    /// A value, in the decimals of the parameter's [`Quantity`](crate::obd::Quantity).
    Value {
        /// Who said it.
        ecu: Ecu,
        /// What it is.
        pid: Pid,
        /// How much.
        value: i32,
    },
    /// The lamp and the monitors, with the bytes that they came from.
    Readiness {
        /// Who said it.
        ecu: Ecu,
        /// What it said.
        readiness: Readiness,
        /// All four bytes.
        bits: u32,
    },
    /// Trouble codes; an empty list too.
    Codes {
        /// Who said it.
        ecu: Ecu,
        /// Which ones.
        kind: CodeKind,
        /// The codes.
        codes: CodeList,
    },
    /// The vehicle identification number.
    Vin(Vin),
    /// The calibration verification numbers of a unit: the first two, and how many it has.
    VerificationNumbers {
        /// Who said it.
        ecu: Ecu,
        /// The numbers.
        numbers: [Option<[u8; 4]>; 2],
        /// How many there are.
        total: u8,
    },
    /// Somebody cleared the trouble codes.
    Cleared(Cleared),
    /// The distance driven, from the best source that this car has.
    Odometer(OdometerReading),
    /// A unit answered with something that makes no sense, or broke off.
    Nonsense(Request),
}
