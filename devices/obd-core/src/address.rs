use crate::keccak256;
use core::fmt;

/// The 20 bytes of an account. Printed in EIP-55's mixed case.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 20]);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 40];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 0xf]) {
                *digit = if nibble < 10 { b'0'.wrapping_add(nibble) } else { b'W'.wrapping_add(nibble) };
            }
        }
        let hash = keccak256(&digits);
        f.write_str("0x")?;
        for (pair, byte) in digits.chunks_exact(2).zip(hash) {
            for (digit, nibble) in pair.iter().zip([byte >> 4, byte & 0xf]) {
                let digit = if nibble >= 8 { digit.to_ascii_uppercase() } else { *digit };
                fmt::Write::write_char(f, char::from(digit))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
