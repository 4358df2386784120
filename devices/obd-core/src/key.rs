use crate::{Address, Digest, Hash, keccak256};
use core::fmt;
use k256::ecdsa::SigningKey;
use thiserror::Error;

/// The device's secp256k1 key. Making one derives the address, which costs about as much as a signature:
/// keep it while the device is awake. The secret is wiped when it is dropped.
pub struct Key {
    secret: SigningKey,
    address: Address,
}

impl Key {
    /// From the 32 bytes of the secret; the caller wipes its own copy.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SigningKey::from_slice(secret).map_err(|_| KeyError::OutOfRange)?;
        let point = secret.verifying_key().to_encoded_point(false);
        let coordinates = point.as_bytes().get(1..).unwrap_or_default();
        let hash = keccak256(coordinates);
        let address = hash.last_chunk().copied().map(Address).ok_or(KeyError::OutOfRange)?;
        Ok(Self { secret, address })
    }

    /// The account of this key.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Signs deterministically (RFC 6979 with SHA-256), with s in the lower half of the order.
    pub fn sign(&self, digest: &Digest) -> Result<Signature, KeyError> {
        let (signature, id) =
            self.secret.sign_prehash_recoverable(&digest.0).map_err(|_| KeyError::Unsignable)?;
        if id.is_x_reduced() {
            return Err(KeyError::Unsignable);
        }
        let (r, s) = signature.split_bytes();
        Ok(Signature { r: r.into(), s: s.into(), y_odd: id.is_y_odd() })
    }
}

/// The address alone.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A recoverable signature.
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
}

/// The key is none, or does not sign this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The secret is zero, or not below the order of the curve.
    #[error("the secret is not a secp256k1 key: it must be above 0 and below the order of the curve")]
    OutOfRange,
    /// No signature that Ethereum can express exists for this digest and key (one in 2^127).
    #[error("this key has no usable signature for this digest")]
    Unsignable,
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

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
}
