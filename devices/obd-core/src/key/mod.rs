//! Keys and what they sign.

mod p256;
mod public;
mod rfc6979;
mod signature;

pub use p256::{P256Key, P256Signature};
pub use public::PublicKey;
pub use signature::Signature;

use crate::secp256k1::{Affine, Point, Scalar, mul_base};
use crate::{Address, Digest, Hash};
use core::fmt;
use thiserror::Error;
use zeroize::Zeroize as _;

/// The device's secp256k1 key. Making one derives the address, which costs about as much as a signature:
/// keep it while the device is awake. The secret is wiped when it is dropped.
pub struct Key {
    secret: Scalar,
    public: PublicKey,
    address: Address,
}

impl Key {
    /// From the 32 bytes of the secret; the caller wipes its own copy.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = Scalar::from_be_bytes(secret).ok_or(KeyError::OutOfRange)?;
        // Only zero ends at infinity.
        let public = mul_base(&secret).to_affine().map(PublicKey::new).ok_or(KeyError::OutOfRange)?;
        Ok(Self { secret, public, address: public.address() })
    }

    /// The account of this key.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// The point that others encrypt to.
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }

    /// Signs deterministically (RFC 6979 with SHA-256), with s in the lower half of the order.
    pub fn sign(&self, digest: &Digest) -> Result<Signature, KeyError> {
        let hash = Scalar::reduce(&digest.0);
        let mut nonce = rfc6979::nonce(&self.secret, &hash);
        let signature = self.sign_with(&nonce, &hash);
        nonce.zeroize();
        signature
    }

    /// The x coordinate that this key and `other` share.
    pub(crate) fn agree(&self, other: &PublicKey) -> Hash {
        let shared = Point::from(other.point()).mul(&self.secret).to_affine();
        // The curve's order is prime: no product of a key and a point is at infinity.
        shared.map(|Affine { x, .. }| x.to_be_bytes()).unwrap_or_default()
    }

    fn sign_with(&self, nonce: &Scalar, hash: &Scalar) -> Result<Signature, KeyError> {
        let Affine { x, y } = mul_base(nonce).to_affine().ok_or(KeyError::Unsignable)?;
        // An x above the order would need a recovery id that Ethereum has no room for.
        let r = Scalar::from_be_bytes(&x.to_be_bytes()).ok_or(KeyError::Unsignable)?;
        let mut inverse = nonce.invert();
        let s = inverse.mul(&hash.add(&r.mul(&self.secret)));
        inverse.zeroize();
        if r.is_zero() || s.is_zero() {
            return Err(KeyError::Unsignable);
        }
        let high = s.is_high();
        let s = Scalar::choose(high, &s.neg(), &s);
        Ok(Signature { r: r.to_be_bytes(), s: s.to_be_bytes(), y_odd: y.parity() ^ high == 1 })
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// The address alone.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The key is none, or does not sign this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The secret is zero, or not below the order of the curve.
    #[error("the secret is not a key: it must be above 0 and below the order of the curve")]
    OutOfRange,
    /// The bytes are no point of the curve.
    #[error("these bytes are no public key")]
    NotOnCurve,
    /// No signature that Ethereum can express exists for this digest and key (one in 2^127).
    #[error("this key has no usable signature for this digest")]
    Unsignable,
    /// The signature is nobody's.
    #[error("the signature is none of any key over this digest")]
    Unrecoverable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_out_of_range_are_refused() {
        assert_eq!(Key::from_bytes(&[0; 32]).unwrap_err(), KeyError::OutOfRange);
        assert_eq!(Key::from_bytes(&[0xff; 32]).unwrap_err(), KeyError::OutOfRange);
    }

    #[test]
    fn debug_output_keeps_the_secret() {
        let key = Key::from_bytes(&[0x11; 32]).unwrap();
        let shown = std::format!("{key:?}");
        assert_eq!(shown, std::format!("Key {{ address: {}, .. }}", key.address()));
        assert!(!shown.contains("1111"), "{shown}");
    }

    /// The first account of the mnemonic that development chains share.
    #[test]
    fn address_in_mixed_case() {
        let secret = [
            0xac, 0x09, 0x74, 0xbe, 0xc3, 0x9a, 0x17, 0xe3, 0x6b, 0xa4, 0xa6, 0xb4, 0xd2, 0x38, 0xff, 0x94,
            0x4b, 0xac, 0xb4, 0x78, 0xcb, 0xed, 0x5e, 0xfc, 0xae, 0x78, 0x4d, 0x7b, 0xf4, 0xf2, 0xff, 0x80,
        ];
        let shown = std::format!("{}", Key::from_bytes(&secret).unwrap().address());
        assert_eq!(shown, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    }

    #[test]
    fn both_sides_agree() {
        let (a, b) = (Key::from_bytes(&[3; 32]).unwrap(), Key::from_bytes(&[5; 32]).unwrap());
        assert_eq!(a.agree(&b.public_key()), b.agree(&a.public_key()));
        assert_ne!(a.agree(&b.public_key()), a.agree(&a.public_key()));
    }
}
