use super::KeyError;
use crate::bytes::{Pack, Unpack};
use crate::secp256k1::{Affine, Field};
use crate::{Address, keccak256};
use core::fmt;

/// A point of secp256k1: what others verify with and encrypt to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(Affine);

impl PublicKey {
    pub(crate) const fn new(point: Affine) -> Self {
        Self(point)
    }

    pub(crate) const fn point(&self) -> Affine {
        self.0
    }

    /// From x and y, 32 bytes each.
    pub fn from_bytes(bytes: &[u8; 64]) -> Result<Self, KeyError> {
        let mut fields = Unpack::new(bytes);
        let [x, y] = [fields.take(), fields.take()].map(|bytes| Field::from_be_bytes(&bytes));
        let (Some(x), Some(y)) = (x, y) else { return Err(KeyError::NotOnCurve) };
        Affine::new(x, y).map(Self).ok_or(KeyError::NotOnCurve)
    }

    /// From a prefix of 2 (even y) or 3 (odd y) and x (SEC 1, section 2.3.4).
    pub fn from_compressed(bytes: &[u8; 33]) -> Result<Self, KeyError> {
        let (prefix, x) = bytes.split_first_chunk::<1>().ok_or(KeyError::NotOnCurve)?;
        let parity = match prefix {
            [2] => 0,
            [3] => 1,
            _ => return Err(KeyError::NotOnCurve),
        };
        let x = x.first_chunk().and_then(Field::from_be_bytes).ok_or(KeyError::NotOnCurve)?;
        Affine::decompress(x, parity).map(Self).ok_or(KeyError::NotOnCurve)
    }

    /// x and y.
    pub fn to_bytes(&self) -> [u8; 64] {
        let Affine { x, y } = self.0;
        Pack::new().put(&x.to_be_bytes()).put(&y.to_be_bytes()).finish()
    }

    /// A prefix that tells the parity of y, and x.
    pub fn to_compressed(&self) -> [u8; 33] {
        let Affine { x, y } = self.0;
        Pack::new().put(&[if y.parity() == 1 { 3 } else { 2 }]).put(&x.to_be_bytes()).finish()
    }

    /// The account: the last 20 bytes of keccak256(x ‖ y).
    pub fn address(&self) -> Address {
        address_of(&self.to_bytes())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.address()).finish()
    }
}

pub(super) fn address_of(coordinates: &[u8; 64]) -> Address {
    let hash = keccak256(coordinates);
    let mut fields = Unpack::new(&hash);
    fields.take::<12>();
    Address(fields.take())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    #[test]
    fn a_point_comes_back_from_both_forms() {
        for secret in [[1; 32], [2; 32], [0x7f; 32], [0x80; 32]] {
            let public = Key::from_bytes(&secret).unwrap().public_key();
            assert_eq!(PublicKey::from_bytes(&public.to_bytes()), Ok(public));
            assert_eq!(PublicKey::from_compressed(&public.to_compressed()), Ok(public));
        }
    }

    #[test]
    fn what_is_off_the_curve_is_refused() {
        let mut bytes = Key::from_bytes(&[1; 32]).unwrap().public_key().to_bytes();
        bytes[63] ^= 1;
        for bytes in [bytes, [0; 64], [0xff; 64]] {
            assert_eq!(PublicKey::from_bytes(&bytes), Err(KeyError::NotOnCurve));
        }
        // x = 5 has no y; x = 0 would need the root of 7, which there is not either.
        for (prefix, x) in [(2, 5), (2, 0), (4, 1), (0, 1)] {
            let mut bytes = [0; 33];
            (bytes[0], bytes[32]) = (prefix, x);
            assert_eq!(PublicKey::from_compressed(&bytes), Err(KeyError::NotOnCurve));
        }
        assert_eq!(PublicKey::from_compressed(&[0xff; 33]), Err(KeyError::NotOnCurve));
    }
}
