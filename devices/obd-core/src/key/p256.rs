use super::KeyError;
use super::public::address_of;
use crate::bytes::{Pack, Unpack};
use crate::{Address, Digest, Hash};
use core::fmt;
use p256::EncodedPoint;
use p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};

/// A device's P-256 key (FIPS 186-5), for what a secure element offers. It signs records, which anyone
/// carries to the chain, where the precompile at 0x100 checks them (EIP-7951); it cannot sign transactions.
/// The secret is wiped when it is dropped.
pub struct P256Key {
    secret: SigningKey,
    public: [u8; 64],
}

impl P256Key {
    /// From the 32 bytes of the secret; the caller wipes its own copy.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SigningKey::from_slice(secret).map_err(|_| KeyError::OutOfRange)?;
        let point = secret.verifying_key().to_encoded_point(false);
        let mut fields = Unpack::new(point.as_bytes());
        fields.byte();
        Ok(Self { public: fields.take(), secret })
    }

    /// x and y, 32 bytes each: what the registry keeps of the key.
    pub const fn public_key(&self) -> &[u8; 64] {
        &self.public
    }

    /// The name under which the registry keeps the key: the last 20 bytes of keccak256(x ‖ y). No account:
    /// nothing can be sent from it.
    pub fn address(&self) -> Address {
        address_of(&self.public)
    }

    /// Signs deterministically (RFC 6979 with SHA-256), with s in the lower half of the order.
    pub fn sign(&self, digest: &Digest) -> Result<P256Signature, KeyError> {
        let signature: Signature = self.secret.sign_prehash(&digest.0).map_err(|_| KeyError::Unsignable)?;
        let (r, s) = signature.normalize_s().unwrap_or(signature).split_bytes();
        Ok(P256Signature { r: r.into(), s: s.into() })
    }
}

/// The address alone.
impl fmt::Debug for P256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("P256Key").field("address", &self.address()).finish_non_exhaustive()
    }
}

/// A signature over P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct P256Signature {
    /// The x coordinate of the nonce point modulo the order, big-endian.
    pub r: Hash,
    /// The proof, in the lower half of the order, big-endian.
    pub s: Hash,
}

impl P256Signature {
    /// r and s.
    pub fn to_bytes(&self) -> [u8; 64] {
        Pack::new().put(&self.r).put(&self.s).finish()
    }

    /// r, s, x and y: what the registry takes.
    pub fn with_key(&self, public_key: &[u8; 64]) -> [u8; 128] {
        Pack::new().put(&self.r).put(&self.s).put(public_key).finish()
    }

    /// What the precompile at 0x100 takes: digest, r, s, x, y. It answers with a word of 1, or with nothing.
    pub fn precompile_input(&self, digest: &Digest, public_key: &[u8; 64]) -> [u8; 160] {
        Pack::new().put(&digest.0).put(&self.r).put(&self.s).put(public_key).finish()
    }
}

/// The device whose key comes along in r ‖ s ‖ x ‖ y, if it signed `digest`. An s in the upper half is refused,
/// as contracts do: each statement has one signature.
pub(super) fn signer(bytes: &[u8; 128], digest: &Digest) -> Option<Address> {
    let mut fields = Unpack::new(bytes);
    let (r, s): (Hash, Hash) = (fields.take(), fields.take());
    let public: [u8; 64] = fields.take();
    let signature = Signature::from_scalars(r, s).ok().filter(|given| given.normalize_s().is_none())?;
    let point = EncodedPoint::from_untagged_bytes((&public).into());
    let key = VerifyingKey::from_encoded_point(&point).ok()?;
    key.verify_prehash(&digest.0, &signature).is_ok().then(|| address_of(&public))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6979, appendix A.2.5, SHA-256 of "sample", with s brought into the lower half.
    #[test]
    fn the_published_signature() {
        let hex = |text: &str| -> [u8; 32] {
            core::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
        };
        let secret = hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
        let digest = hex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf");
        let key = P256Key::from_bytes(&secret).unwrap();
        let signature = key.sign(&Digest(digest)).unwrap();
        assert_eq!(signature.r, hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"));
        // The order less the published f7cb1c94….
        assert_eq!(signature.s, hex("0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"));
    }

    #[test]
    fn every_signature_verifies_and_is_low() {
        for byte in 1..20 {
            let key = P256Key::from_bytes(&[byte; 32]).unwrap();
            let digest = Digest([byte ^ 0x5a; 32]);
            let signature = key.sign(&digest).unwrap();
            let parsed = Signature::from_slice(&signature.to_bytes()).unwrap();
            assert!(parsed.normalize_s().is_none());
            let point = EncodedPoint::from_untagged_bytes((&key.public).into());
            let verifying = VerifyingKey::from_encoded_point(&point).unwrap();
            verifying.verify_prehash(&digest.0, &parsed).unwrap();
        }
    }

    /// The crate promises it, and this does not compile without the promise.
    #[test]
    fn the_secret_is_wiped_when_it_is_dropped() {
        fn wiped(_: &impl zeroize::ZeroizeOnDrop) {}
        wiped(&P256Key::from_bytes(&[1; 32]).unwrap().secret);
    }

    #[test]
    fn secrets_out_of_range_are_refused() {
        assert_eq!(P256Key::from_bytes(&[0; 32]).unwrap_err(), KeyError::OutOfRange);
        assert_eq!(P256Key::from_bytes(&[0xff; 32]).unwrap_err(), KeyError::OutOfRange);
    }
}
