use crate::{Traffic, Unit};
use obd_core::can::Bitrate;
use obd_core::obd::Addressing;
use thiserror::Error;

/// A car: its bus and its control units.
#[derive(Clone, Debug)]
pub struct Car {
    /// Of the bus on the connector.
    pub bitrate: Bitrate,
    /// Of the diagnostic identifiers.
    pub addressing: Addressing,
    /// What runs on the bus by itself.
    pub traffic: Traffic,
    /// In the order of their addresses.
    pub units: Vec<Unit>,
}

/// The cars that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// 500 kbit/s, 11 bits, J1979; a gateway hides the car's own traffic; engine and gearbox.
    Petrol,
    /// As petrol, but at 250 kbit/s, with the car's traffic on the connector.
    Slow,
    /// As petrol, with 29-bit identifiers.
    Extended,
    /// As petrol, but the odometer is to be had through UDS only.
    OdometerDid,
    /// As petrol, without any odometer.
    NoOdometer,
    /// 500 kbit/s, 11 bits, J1979-2.
    Uds,
    /// A battery car, J1979-3: no engine, no readiness.
    Battery,
    /// A car whose connector carries CAN FD between classic frames.
    CanFd,
    /// A car without CAN on the connector.
    NoCan,
}

impl Profile {
    /// All of them, with the name that selects each.
    pub const ALL: [(&'static str, Self); 9] = [
        ("petrol", Self::Petrol),
        ("slow", Self::Slow),
        ("extended", Self::Extended),
        ("odometer-did", Self::OdometerDid),
        ("no-odometer", Self::NoOdometer),
        ("uds", Self::Uds),
        ("battery", Self::Battery),
        ("can-fd", Self::CanFd),
        ("no-can", Self::NoCan),
    ];
}

impl std::str::FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, profile)| profile).ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

/// No such car.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no car \"{0}\": petrol, slow, extended, odometer-did, no-odometer, uds, battery, can-fd, no-can")]
pub struct UnknownProfile(String);

/// The vehicle identification number of every car here.
const VIN: &[u8; 17] = b"LSVAU0330E2119384";

const ENGINE: [(u8, f64); 42] = [
    (0x04, 34.9),
    (0x05, 88.0),
    (0x06, 1.6),
    (0x07, -2.3),
    (0x0a, 300.0),
    (0x0b, 33.0),
    (0x0c, 1_726.0),
    (0x0d, 60.0),
    (0x0e, 12.5),
    (0x0f, 25.0),
    (0x10, 4.27),
    (0x11, 18.0),
    (0x1f, 1_320.0),
    (0x21, 12.0),
    (0x22, 345.9),
    (0x23, 4_500.0),
    (0x2c, 7.8),
    (0x2d, -3.1),
    (0x2e, 10.2),
    (0x2f, 62.4),
    (0x30, 41.0),
    (0x31, 1_234.0),
    (0x32, -100.25),
    (0x33, 101.0),
    (0x3c, 455.6),
    (0x42, 14.1),
    (0x43, 130.2),
    (0x44, 0.9985),
    (0x46, 19.0),
    (0x49, 21.2),
    (0x4d, 15.0),
    (0x4e, 6_543.0),
    (0x52, 5.1),
    (0x53, 101.3),
    (0x59, 4_510.0),
    (0x5c, 97.0),
    (0x5d, 2.25),
    (0x5e, 3.35),
    (0x61, 30.0),
    (0x62, 28.0),
    (0x63, 320.0),
    (0xa6, 123_456.7),
];
const GEARBOX: [(u8, f64); 4] = [(0x0d, 60.0), (0x30, 12.0), (0x31, 400.0), (0x42, 14.0)];
const BATTERY: [(u8, f64); 7] =
    [(0x0d, 60.0), (0x1f, 900.0), (0x30, 8.0), (0x42, 14.4), (0x46, 19.0), (0x5b, 71.8), (0xa6, 54_321.0)];

impl Car {
    /// The car of that name.
    pub fn new(profile: Profile) -> Self {
        let petrol = || Self {
            bitrate: Bitrate::Kbit500,
            addressing: Addressing::Standard,
            traffic: Traffic::Hidden,
            units: vec![engine(0), gearbox(1)],
        };
        match profile {
            Profile::Petrol => petrol(),
            Profile::Slow => Self { bitrate: Bitrate::Kbit250, traffic: Traffic::Open, ..petrol() },
            Profile::Extended => Self {
                addressing: Addressing::Extended,
                units: vec![engine(0x10), gearbox(0x18)],
                ..petrol()
            },
            Profile::OdometerDid => {
                let mut car = petrol();
                car.units[0].odometer_did = car.units[0].parameters.remove(&0xa6);
                car
            }
            Profile::NoOdometer => {
                let mut car = petrol();
                car.units[0].parameters.remove(&0xa6);
                car
            }
            Profile::Uds => {
                let mut car = petrol();
                for unit in &mut car.units {
                    speak_uds(unit);
                }
                car
            }
            Profile::Battery => Self { units: vec![battery(2)], ..petrol() },
            Profile::CanFd => Self { traffic: Traffic::CanFd, ..petrol() },
            Profile::NoCan => Self { traffic: Traffic::NoCan, units: Vec::new(), ..petrol() },
        }
    }
}

fn unit(number: u8, values: &[(u8, f64)]) -> Unit {
    let mut unit = Unit { number, classic: true, ..Unit::default() };
    for (pid, value) in values {
        assert!(unit.set(*pid, *value), "parameter {pid:02x} is not a number");
    }
    unit
}

fn engine(number: u8) -> Unit {
    let mut unit = unit(number, &ENGINE);
    // Lamp on, two codes, spark ignition; the catalyst's monitor has not finished.
    unit.parameters.insert(0x01, vec![0x82, 0x07, 0x65, 0x01]);
    unit.parameters.insert(0x1c, vec![0x06]);
    unit.parameters.insert(0x51, vec![0x01]);
    unit.codes =
        [vec![[0x01, 0x33, 0x00], [0xc1, 0x00, 0x00]], vec![[0x03, 0x00, 0x00]], vec![[0x01, 0x33, 0x00]]];
    unit.info.insert(0x02, [&[1][..], VIN].concat());
    unit.info.insert(0x04, [&[1][..], b"AUC-ECM-0001\0\0\0\0"].concat());
    unit.info.insert(0x06, vec![1, 0x16, 0x65, 0x05, 0x23]);
    unit.info.insert(0x0a, [&[1][..], b"ECM\0-EngineControl\0\0"].concat());
    unit
}

fn gearbox(number: u8) -> Unit {
    let mut unit = unit(number, &GEARBOX);
    unit.parameters.insert(0x01, vec![0x00, 0x04, 0x00, 0x00]);
    unit.info.insert(0x06, vec![2, 0xca, 0xfe, 0x00, 0x01, 0xca, 0xfe, 0x00, 0x02]);
    unit
}

fn battery(number: u8) -> Unit {
    let mut unit = unit(number, &BATTERY);
    unit.info.insert(0x02, [&[1][..], VIN].concat());
    unit.info.insert(0x06, vec![1, 0xba, 0x77, 0xe2, 0x01]);
    unit.codes[0].push([0x0a, 0x1f, 0x00]);
    speak_uds(&mut unit);
    unit
}

fn speak_uds(unit: &mut Unit) {
    unit.classic = false;
    unit.uds = true;
    unit.info.insert(0x10, vec![0x01]);
    for code in unit.codes.iter_mut().flatten() {
        code[2] = 0x1f;
    }
}
