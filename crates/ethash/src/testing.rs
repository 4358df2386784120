//! Helpers of the tests.

/// The bytes of a hexadecimal constant.
pub(crate) fn hex<const N: usize>(digits: &str) -> [u8; N] {
    assert_eq!(digits.len(), 2 * N);
    std::array::from_fn(|k| u8::from_str_radix(&digits[2 * k..2 * k + 2], 16).unwrap())
}
