/// Everything that the dongle may ask a car: it reads, and there is no variant for anything else. Services
/// that change the car (04 clear, 08 control, UDS 10, 11, 14, 27, 2E, 2F, 31, 34 …) cannot be expressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Service 01: a current value.
    Current(Pid),
    /// Service 02: a value stored with the fault of freeze frame `frame`.
    Frozen {
        /// The value.
        pid: Pid,
        /// The freeze frame; 0 is the one that every car has.
        frame: u8,
    },
    /// Service 03: confirmed trouble codes.
    ConfirmedCodes,
    /// Service 07: codes found in this or the last driving cycle.
    PendingCodes,
    /// Service 09: what the vehicle is and what runs in it.
    Info(InfoType),
    /// Service 0A: codes that only the car itself can clear.
    PermanentCodes,
    /// UDS service 22: a value of a car that speaks J1979-2 or J1979-3.
    Data(Did),
    /// UDS service 19: trouble codes of a car that speaks J1979-2 or J1979-3.
    Codes(CodeQuery),
}

/// A parameter of services 01 and 02 (SAE J1979-DA). 0x00, 0x20, 0x40 … ask which of the next 32 exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pid(pub u8);

/// An item of service 09 (SAE J1979-DA). 0x00 asks which exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InfoType(pub u8);

impl InfoType {
    /// Which items exist.
    pub const SUPPORTED: Self = Self(0x00);
    /// Which protocol a car that speaks UDS follows.
    pub const PROTOCOL: Self = Self(0x10);
    /// The vehicle identification number.
    pub const VIN: Self = Self(0x02);
    /// Calibration identifications, 16 characters each.
    pub const CALIBRATION_IDS: Self = Self(0x04);
    /// Calibration verification numbers, four bytes each.
    pub const VERIFICATION_NUMBERS: Self = Self(0x06);
    /// The unit's name.
    pub const ECU_NAME: Self = Self(0x0a);
}

/// A data identifier of UDS service 22, in the range that ISO 14229-1 gives to legislated on-board
/// diagnostics: 0xF400 to 0xF8FF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Did(u16);

impl Did {
    /// By its number; none outside 0xF400 to 0xF8FF.
    pub const fn new(number: u16) -> Option<Self> {
        match number {
            0xf400..=0xf8ff => Some(Self(number)),
            _ => None,
        }
    }

    /// The identifier that carries the same data as a parameter of service 01.
    pub const fn of_pid(pid: Pid) -> Self {
        Self(u16::from_be_bytes([0xf4, pid.0]))
    }

    /// The identifier that carries the same data as an item of service 09.
    pub const fn of_info(info: InfoType) -> Self {
        Self(u16::from_be_bytes([0xf8, info.0]))
    }

    /// Its number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// What UDS service 19 is asked about the emission-related group 0x33 (ISO 14229-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeQuery {
    /// Codes whose status has a bit of this mask: sub-function 0x42.
    Status(u8),
    /// Codes with permanent status: sub-function 0x55.
    Permanent,
}

impl CodeQuery {
    /// Codes pending in this or the last driving cycle.
    pub const PENDING: Self = Self::Status(0x04);
    /// Confirmed codes.
    pub const CONFIRMED: Self = Self::Status(0x08);

    pub(super) const fn sub_function(self) -> u8 {
        match self {
            Self::Status(_) => 0x42,
            Self::Permanent => 0x55,
        }
    }
}

/// The emission-related functional group of ISO 14229-1.
pub(super) const EMISSION_GROUP: u8 = 0x33;
/// All three classes and both check-at-next-halt bits of the severity byte.
const ANY_SEVERITY: u8 = 0xff;

impl Request {
    /// The most bytes of a request: it always fits a single frame.
    pub const MAX_LEN: usize = 5;

    /// The service identifier.
    pub const fn service(self) -> u8 {
        match self {
            Self::Current(_) => 0x01,
            Self::Frozen { .. } => 0x02,
            Self::ConfirmedCodes => 0x03,
            Self::PendingCodes => 0x07,
            Self::Info(_) => 0x09,
            Self::PermanentCodes => 0x0a,
            Self::Data(_) => 0x22,
            Self::Codes(_) => 0x19,
        }
    }

    /// The request as it is sent: how many bytes, and they, service first.
    pub(crate) const fn bytes(self) -> (u8, [u8; Self::MAX_LEN]) {
        let service = self.service();
        match self {
            Self::Current(pid) => (2, [service, pid.0, 0, 0, 0]),
            Self::Frozen { pid, frame } => (3, [service, pid.0, frame, 0, 0]),
            Self::Info(info) => (2, [service, info.0, 0, 0, 0]),
            Self::ConfirmedCodes | Self::PendingCodes | Self::PermanentCodes => (1, [service, 0, 0, 0, 0]),
            Self::Data(did) => {
                let [high, low] = did.0.to_be_bytes();
                (3, [service, high, low, 0, 0])
            }
            Self::Codes(query) => {
                let (len, mask, severity) = match query {
                    CodeQuery::Status(mask) => (5, mask, ANY_SEVERITY),
                    CodeQuery::Permanent => (3, 0, 0),
                };
                (len, [service, query.sub_function(), EMISSION_GROUP, mask, severity])
            }
        }
    }
}
