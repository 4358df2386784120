//! Keys and what they sign.

mod curve;
mod device;
mod p256;
mod public;
mod rfc6979;
mod signature;
mod signer;
mod statement;
#[cfg(test)]
mod tests;

pub use curve::Curve;
pub use device::{AnyKey, DeviceKey};
pub use p256::{P256Key, P256Signature};
pub use public::PublicKey;
pub use signature::Signature;
pub use signer::Signer;
pub use statement::DeviceSignature;

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
    /// This firmware has no keys on that curve.
    #[error("this firmware has no keys on that curve")]
    OtherCurve,
    /// No signature that Ethereum can express exists for this digest and key (one in 2^127).
    #[error("this key has no usable signature for this digest")]
    Unsignable,
    /// The signature is nobody's.
    #[error("the signature is none of any key over this digest")]
    Unrecoverable,
}
