use super::Pid;

/// How a parameter's bytes become a number (SAE J1979-DA): `value = raw * factor / divisor + offset`, in
/// units of 10^-`decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The bytes of the answer, big-endian.
    pub width: u8,
    /// Digits of the value behind the decimal point.
    pub decimals: u8,
    factor: i32,
    divisor: i32,
    offset: i32,
    signed: bool,
}

impl Pid {
    /// Monitor status since the codes were cleared; see [`Readiness`](super::Readiness).
    pub const MONITORS: Self = Self(0x01);
    /// Engine coolant temperature.
    pub const COOLANT: Self = Self(0x05);
    /// Engine speed.
    pub const RPM: Self = Self(0x0c);
    /// Vehicle speed.
    pub const SPEED: Self = Self(0x0d);
    /// Time since engine start.
    pub const RUN_TIME: Self = Self(0x1f);
    /// Distance with the malfunction indicator on.
    pub const DISTANCE_WITH_MIL: Self = Self(0x21);
    /// Fuel tank level.
    pub const FUEL_LEVEL: Self = Self(0x2f);
    /// Warm-ups since the codes were cleared; stays at 255.
    pub const WARM_UPS: Self = Self(0x30);
    /// Distance since the codes were cleared; stays at 65535 km.
    pub const DISTANCE_SINCE_CLEARED: Self = Self(0x31);
    /// Voltage of the control module.
    pub const VOLTAGE: Self = Self(0x42);
    /// Ambient air temperature.
    pub const AMBIENT: Self = Self(0x46);
    /// Time since the codes were cleared; stays at 65535 min.
    pub const TIME_SINCE_CLEARED: Self = Self(0x4e);
    /// Charge left in the traction battery.
    pub const BATTERY_CHARGE: Self = Self(0x5b);
    /// Odometer.
    pub const ODOMETER: Self = Self(0xa6);

    /// How this parameter's bytes become a number; none for parameters that are not one number or that we do
    /// not know.
    pub const fn quantity(self) -> Option<Quantity> {
        Some(match self.0 {
            // loads, positions, levels, charge, life: per cent
            0x04 | 0x11 | 0x2c | 0x2e | 0x2f | 0x45 | 0x47..=0x4c | 0x52 | 0x5a | 0x5b => {
                Quantity::of(1).scaled(1_000, 255, 1)
            }
            // temperatures: °C
            0x05 | 0x0f | 0x46 | 0x5c => Quantity::of(1).from(-40),
            // trims and errors: per cent
            0x06..=0x09 | 0x2d => Quantity::of(1).scaled(1_000, 128, 1).from(-1_000),
            // fuel, intake and barometric pressure: kPa
            0x0a => Quantity::of(1).scaled(3, 1, 0),
            0x0b | 0x33 => Quantity::of(1),
            // engine speed, 1/min; vehicle speed, km/h; timing advance, degrees
            0x0c => Quantity::of(2).scaled(25, 1, 2),
            0x0d => Quantity::of(1),
            0x0e => Quantity::of(1).scaled(5, 1, 1).from(-640),
            // air flow: g/s
            0x10 => Quantity::of(2).scaled(1, 1, 2),
            // run time, s; distances, km; warm-ups
            0x1f | 0x21 | 0x31 => Quantity::of(2),
            0x30 => Quantity::of(1),
            // rail pressures: kPa
            0x22 => Quantity::of(2).scaled(79, 1, 3),
            0x23 | 0x59 => Quantity::of(2).scaled(10, 1, 0),
            // evaporative system's pressure, Pa and kPa
            0x32 => Quantity { signed: true, ..Quantity::of(2).scaled(25, 1, 2) },
            0x53 => Quantity::of(2).scaled(5, 1, 3),
            // catalyst temperatures: °C
            0x3c..=0x3f => Quantity::of(2).scaled(1, 1, 1).from(-400),
            // module voltage, V; absolute load, per cent; air-fuel ratio
            0x42 => Quantity::of(2).scaled(1, 1, 3),
            0x43 => Quantity::of(2).scaled(1_000, 255, 1),
            0x44 => Quantity::of(2).scaled(20_000, 65_536, 4),
            // times with the lamp on and since the codes were cleared: min
            0x4d | 0x4e => Quantity::of(2),
            // injection timing, degrees; fuel rate, l/h
            0x5d => Quantity::of(2).scaled(100, 128, 2).from(-21_000),
            0x5e => Quantity::of(2).scaled(5, 1, 2),
            // torques: per cent and Nm
            0x61 | 0x62 | 0x8e => Quantity::of(1).from(-125),
            0x63 => Quantity::of(2),
            // odometer: km
            0xa6 => Quantity::of(4).scaled(1, 1, 1),
            _ => return None,
        })
    }
}

impl Quantity {
    const fn of(width: u8) -> Self {
        Self { width, decimals: 0, factor: 1, divisor: 1, offset: 0, signed: false }
    }

    const fn scaled(self, factor: i32, divisor: i32, decimals: u8) -> Self {
        Self { factor, divisor, decimals, ..self }
    }

    const fn from(self, offset: i32) -> Self {
        Self { offset, ..self }
    }

    /// The value in `data`, rounded to the nearest step; none when the length is wrong or the number cannot
    /// be (an odometer beyond 214 million km).
    pub fn decode(&self, data: &[u8]) -> Option<i32> {
        if data.len() != usize::from(self.width) {
            return None;
        }
        let raw = match *data {
            [low] => i32::from(low),
            [high, low] if self.signed => i32::from(i16::from_be_bytes([high, low])),
            [high, low] => i32::from(u16::from_be_bytes([high, low])),
            [b3, b2, b1, b0] => i32::try_from(u32::from_be_bytes([b3, b2, b1, b0])).ok()?,
            _ => return None,
        };
        let scaled = raw.checked_mul(self.factor)?;
        let rounded = if self.divisor > 1 {
            // Only unsigned parameters have a divisor.
            scaled.checked_add(self.divisor.checked_div(2)?)?.checked_div(self.divisor)?
        } else {
            scaled
        };
        rounded.checked_add(self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(pid: u8, data: &[u8]) -> Option<i32> {
        Pid(pid).quantity()?.decode(data)
    }

    /// From the examples and the ranges that SAE J1979-DA gives.
    #[test]
    fn values_are_the_standards() {
        let cases: [(u8, &[u8], i32); 20] = [
            (0x04, &[255], 1_000),
            (0x05, &[0], -40),
            (0x06, &[0], -1_000),
            (0x06, &[128], 0),
            (0x0c, &[0x1a, 0xf8], 172_600),
            (0x0d, &[60], 60),
            (0x0e, &[0], -640),
            (0x0e, &[255], 635),
            (0x10, &[0xff, 0xff], 65_535),
            (0x22, &[0xff, 0xff], 5_177_265),
            (0x32, &[0x80, 0x00], -819_200),
            (0x3c, &[0xff, 0xff], 65_135),
            (0x42, &[0x36, 0xb0], 14_000),
            (0x43, &[0xff, 0xff], 257_000),
            (0x44, &[0x80, 0x00], 10_000),
            (0x44, &[0xff, 0xff], 20_000),
            (0x5d, &[0x00, 0x00], -21_000),
            (0x5e, &[0x00, 0x64], 500),
            (0x62, &[0xff], 130),
            (0xa6, &[0x00, 0x12, 0xd6, 0x87], 1_234_567),
        ];
        for (pid, data, expected) in cases {
            assert_eq!(value(pid, data), Some(expected), "PID {pid:02X}");
        }
    }

    #[test]
    fn nonsense_is_no_value() {
        assert_eq!(value(0xa6, &[0xff; 4]), None);
        assert_eq!(value(0x0d, &[]), None);
        assert_eq!(value(0x0d, &[1, 2]), None);
        assert_eq!(value(0xff, &[1]), None);
    }

    #[test]
    fn every_number_of_every_parameter_is_a_value() {
        for pid in (0..=u8::MAX).map(Pid) {
            let Some(quantity) = pid.quantity() else { continue };
            for raw in 0..=u16::MAX {
                let [high, low] = raw.to_be_bytes();
                let data = [0, 0, high, low];
                let value = quantity.decode(&data[4 - usize::from(quantity.width)..]);
                assert!(value.is_some(), "{pid:?} {raw}");
            }
        }
    }
}
