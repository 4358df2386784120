use super::{KeyError, PublicKey};
use crate::bytes::Unpack;
use crate::secp256k1::{Affine, Field, Point, Scalar, mul_base};
use crate::{Digest, Hash};

/// A recoverable signature over secp256k1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The x coordinate of the nonce point, big-endian.
    pub r: Hash,
    /// The proof, in the lower half of the order, big-endian.
    pub s: Hash,
    /// Whether the y coordinate of the nonce point is odd.
    pub y_odd: bool,
}

impl Signature {
    /// r, s and v (27 or 28): the 65 bytes that contracts recover from.
    pub fn to_bytes(&self) -> [u8; 65] {
        let mut bytes = [0; 65];
        let v = if self.y_odd { 28 } else { 27 };
        for (to, from) in bytes.iter_mut().zip(self.r.iter().chain(&self.s).chain([&v])) {
            *to = *from;
        }
        bytes
    }

    /// The inverse of [`Signature::to_bytes`]. Whether anyone signed is for [`Signature::recover`] to say.
    pub fn from_bytes(bytes: &[u8; 65]) -> Result<Self, KeyError> {
        let mut fields = Unpack::new(bytes);
        let (r, s) = (fields.take(), fields.take());
        let y_odd = match fields.byte() {
            27 => false,
            28 => true,
            _ => return Err(KeyError::Unrecoverable),
        };
        Ok(Self { r, s, y_odd })
    }

    /// Who signed this (SEC 1, section 4.1.6). An s in the upper half is refused, as contracts do: each
    /// statement has one signature.
    pub fn recover(&self, digest: &Digest) -> Result<PublicKey, KeyError> {
        let scalar = |bytes| Scalar::from_be_bytes(bytes).filter(|scalar| !scalar.is_zero());
        let (Some(r), Some(s)) = (scalar(&self.r), scalar(&self.s)) else {
            return Err(KeyError::Unrecoverable);
        };
        let x = Field::from_be_bytes(&self.r).ok_or(KeyError::Unrecoverable)?;
        let nonce = Affine::decompress(x, self.y_odd.into()).ok_or(KeyError::Unrecoverable)?;
        if s.is_high() == 1 {
            return Err(KeyError::Unrecoverable);
        }
        // (s·R − z·G) / r
        let inverse = r.invert();
        let base = mul_base(&Scalar::reduce(&digest.0).neg().mul(&inverse));
        let signer = Point::from(nonce).mul(&s.mul(&inverse)).add(&base);
        signer.to_affine().map(PublicKey::new).ok_or(KeyError::Unrecoverable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    #[test]
    fn the_signer_is_recovered() {
        for byte in 1..32 {
            let key = Key::from_bytes(&[byte; 32]).unwrap();
            let digest = Digest([byte ^ 0x55; 32]);
            let signature = key.sign(&digest).unwrap();
            assert_eq!(signature.recover(&digest), Ok(key.public_key()));
            assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
            let other = Digest([byte ^ 0xaa; 32]);
            assert_ne!(signature.recover(&other), Ok(key.public_key()));
        }
    }

    #[test]
    fn what_nobody_signed_is_refused() {
        let digest = Digest([1; 32]);
        let good = Key::from_bytes(&[7; 32]).unwrap().sign(&digest).unwrap();
        let upper = Scalar::from_be_bytes(&good.s).unwrap().neg().to_be_bytes();
        for bad in [
            Signature { r: [0; 32], ..good },
            Signature { s: [0; 32], ..good },
            Signature { r: [0xff; 32], ..good },
            Signature { s: [0xff; 32], ..good },
            Signature { s: upper, y_odd: !good.y_odd, ..good },
        ] {
            assert_eq!(bad.recover(&digest), Err(KeyError::Unrecoverable));
        }
    }
}
