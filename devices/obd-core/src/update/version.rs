/// The number that stands in manifests for a release, `major.minor.patch`: 1,000,000 for each major version,
/// 1,000 for each minor one and 1 for each patch, so that it rises as releases do. `None` for what is not such a
/// name, or has a minor version or a patch above 999.
pub const fn version(name: &str) -> Option<u32> {
    let mut rest = name.as_bytes();
    let (mut whole, mut part, mut digits, mut dots) = (0_u32, 0_u32, 0_u8, 0_u8);
    loop {
        let fits = digits > 0 && (dots == 0 || part < 1_000);
        match rest.split_first() {
            Some((digit @ b'0'..=b'9', after)) => {
                let Some(tens) = part.checked_mul(10) else { return None };
                let digit = u32::from_be_bytes([0, 0, 0, digit.wrapping_sub(b'0')]);
                let Some(sum) = tens.checked_add(digit) else { return None };
                (part, digits, rest) = (sum, digits.saturating_add(1), after);
            }
            Some((b'.', after)) if fits && dots < 2 => {
                let Some(sum) = whole.checked_add(part) else { return None };
                let Some(sum) = sum.checked_mul(1_000) else { return None };
                (whole, part, digits, dots, rest) = (sum, 0, 0, dots.saturating_add(1), after);
            }
            None if fits && dots == 2 => return whole.checked_add(part),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn it_rises_with_releases() {
        let numbers =
            ["0.1.0", "0.1.1", "0.2.0", "0.999.999", "1.0.0", "10.0.1", "4294.967.295"].map(version);
        assert_eq!(numbers[0], Some(1_000));
        assert_eq!(numbers[6], Some(u32::MAX));
        assert!(numbers.is_sorted_by(|a, b| a.is_some() && a < b), "{numbers:?}");
    }

    #[test]
    fn what_is_no_release_is_none() {
        for name in ["", "1", "1.2", "1.2.", ".1.2", "1..2", "1.2.3.4", "1.2.3-rc1", "1.1000.0", "1.0.1000"] {
            assert_eq!(version(name), None, "{name}");
        }
        for name in ["4294.967.296", "4295.0.0", "99999999999.0.0", "v1.2.3", "1.2.3 "] {
            assert_eq!(version(name), None, "{name}");
        }
    }
}
