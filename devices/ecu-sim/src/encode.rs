/// The bytes of parameter `pid` (SAE J1979-DA) for a value in the standard's own unit: %, °C, kPa, Pa, 1/min,
/// km/h, degrees, g/s, s, min, km, V, l/h or Nm; none for a parameter that is not one number. Values beyond
/// the range become its nearest end.
///
/// Written from the standard's formulas and not from the decoder that it tests.
pub fn encode(pid: u8, value: f64) -> Option<Vec<u8>> {
    let byte = |a: f64| Some(vec![clamp(a, 0.0, 255.0) as u8]);
    let word = |ab: f64| Some((clamp(ab, 0.0, 65_535.0) as u16).to_be_bytes().to_vec());
    match pid {
        0x04 | 0x11 | 0x2c | 0x2e | 0x2f | 0x45 | 0x47..=0x4c | 0x52 | 0x5a | 0x5b => {
            byte(value * 255.0 / 100.0)
        }
        0x05 | 0x0f | 0x46 | 0x5c => byte(value + 40.0),
        0x06..=0x09 | 0x2d => byte((value + 100.0) * 1.28),
        0x0a => byte(value / 3.0),
        0x0b | 0x0d | 0x30 | 0x33 => byte(value),
        0x0c => word(value * 4.0),
        0x0e => byte((value + 64.0) * 2.0),
        0x10 => word(value * 100.0),
        0x1f | 0x21 | 0x31 | 0x4d | 0x4e | 0x63 => word(value),
        0x22 => word(value / 0.079),
        0x23 | 0x59 => word(value / 10.0),
        0x32 => Some((clamp(value * 4.0, -32_768.0, 32_767.0) as i16).to_be_bytes().to_vec()),
        0x3c..=0x3f => word((value + 40.0) * 10.0),
        0x42 => word(value * 1_000.0),
        0x43 => word(value * 255.0 / 100.0),
        0x44 => word(value * 32_768.0),
        0x53 => word(value / 0.005),
        0x5d => word((value + 210.0) * 128.0),
        0x5e => word(value * 20.0),
        0x61 | 0x62 | 0x8e => byte(value + 125.0),
        0xa6 => Some((clamp(value * 10.0, 0.0, f64::from(u32::MAX)) as u32).to_be_bytes().to_vec()),
        _ => None,
    }
}

fn clamp(value: f64, low: f64, high: f64) -> f64 {
    value.round().clamp(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_standards() {
        assert_eq!(encode(0x0c, 1726.0), Some(vec![0x1a, 0xf8]));
        assert_eq!(encode(0xa6, 123_456.7), Some(vec![0x00, 0x12, 0xd6, 0x87]));
        assert_eq!(encode(0x05, -273.0), Some(vec![0]));
        assert_eq!(encode(0x32, -8192.0), Some(vec![0x80, 0x00]));
        assert_eq!(encode(0x01, 1.0), None);
    }
}
