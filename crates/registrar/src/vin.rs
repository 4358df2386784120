use crate::VinError;
use autochain_primitives::{B256, keccak256};
use std::{fmt, str::FromStr};
use zeroize::ZeroizeOnDrop;

/// A vehicle identification number in capitals (ISO 3779): 17 characters without I, O and Q.
///
/// The check digit is not asked for: only North America has one. It is wiped from memory and does not print itself.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Vin([u8; 17]);

impl Vin {
    /// Its characters.
    pub const fn as_bytes(&self) -> &[u8; 17] {
        &self.0
    }

    /// keccak256(VIN ‖ salt): what an owner can open to whom they choose.
    pub fn commitment(&self, salt: &B256) -> B256 {
        let mut opening = [0; 49];
        opening[..17].copy_from_slice(&self.0);
        opening[17..].copy_from_slice(salt.as_slice());
        keccak256(opening)
    }
}

impl FromStr for Vin {
    type Err = VinError;

    fn from_str(text: &str) -> Result<Self, VinError> {
        let mut vin: [u8; 17] = text.as_bytes().try_into().map_err(|_| VinError)?;
        vin.make_ascii_uppercase();
        let legal = |c: &u8| c.is_ascii_digit() || (c.is_ascii_uppercase() && !b"IOQ".contains(c));
        vin.iter().all(legal).then_some(Self(vin)).ok_or(VinError)
    }
}

impl fmt::Debug for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vin(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_vin() {
        let vin: Vin = "wvwzzz1jzxw000001".parse().unwrap();
        assert_eq!(vin.as_bytes(), b"WVWZZZ1JZXW000001");
        for bad in ["", "WVWZZZ1JZXW00000", "WVWZZZ1JZXW0000011", "WVWZZZ1JZXI000001", "WVWZZZ1JZXW00000é"] {
            assert_eq!(bad.parse::<Vin>(), Err(VinError), "{bad}");
        }
        assert!(!format!("{vin:?}").contains("WVW"));
    }

    #[test]
    fn a_commitment_hides_behind_its_salt() {
        let vin: Vin = "WVWZZZ1JZXW000001".parse().unwrap();
        let salt = B256::repeat_byte(7);
        let opening = [vin.as_bytes().as_slice(), salt.as_slice()].concat();
        assert_eq!(vin.commitment(&salt), keccak256(opening));
        assert_ne!(vin.commitment(&salt), vin.commitment(&B256::ZERO));
    }
}
