use super::{Curve, DeviceSignature, Key, KeyError, P256Key, Signer};
use crate::{Address, Digest};

/// The keys that a firmware has: [`Key`] alone, or [`AnyKey`] where there is room for a second curve.
pub trait DeviceKey: Signer + Sized {
    /// From the 32 bytes of the secret; the caller wipes its own copy.
    fn from_secret(curve: Curve, secret: &[u8; 32]) -> Result<Self, KeyError>;

    /// The key's.
    fn curve(&self) -> Curve;
}

impl DeviceKey for Key {
    fn from_secret(curve: Curve, secret: &[u8; 32]) -> Result<Self, KeyError> {
        match curve {
            Curve::Secp256k1 => Self::from_bytes(secret),
            Curve::P256 => Err(KeyError::OtherCurve),
        }
    }

    fn curve(&self) -> Curve {
        Curve::Secp256k1
    }
}

/// A device's key, on either curve.
#[derive(Debug)]
pub enum AnyKey {
    /// With an account.
    Secp256k1(Key),
    /// Without.
    P256(P256Key),
}

impl AnyKey {
    fn signer(&self) -> &dyn Signer {
        match self {
            Self::Secp256k1(key) => key,
            Self::P256(key) => key,
        }
    }
}

impl DeviceKey for AnyKey {
    fn from_secret(curve: Curve, secret: &[u8; 32]) -> Result<Self, KeyError> {
        Ok(match curve {
            Curve::Secp256k1 => Self::Secp256k1(Key::from_bytes(secret)?),
            Curve::P256 => Self::P256(P256Key::from_bytes(secret)?),
        })
    }

    fn curve(&self) -> Curve {
        match self {
            Self::Secp256k1(_) => Curve::Secp256k1,
            Self::P256(_) => Curve::P256,
        }
    }
}

impl Signer for AnyKey {
    fn address(&self) -> Address {
        self.signer().address()
    }

    fn sign_statement(&self, digest: &Digest) -> Result<DeviceSignature, KeyError> {
        self.signer().sign_statement(digest)
    }

    fn account(&self) -> Option<&Key> {
        self.signer().account()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_secret_is_another_device_on_each_curve() {
        let secret = [0x11; 32];
        let account = AnyKey::from_secret(Curve::Secp256k1, &secret).unwrap();
        let other = AnyKey::from_secret(Curve::P256, &secret).unwrap();
        assert_eq!((account.curve(), other.curve()), (Curve::Secp256k1, Curve::P256));
        assert_eq!(account.address(), Key::from_bytes(&secret).unwrap().address());
        assert_eq!(other.address(), P256Key::from_bytes(&secret).unwrap().address());
        assert_ne!(account.address(), other.address());
        assert_eq!(account.account().map(Key::address), Some(account.address()));
        assert!(other.account().is_none());
    }

    #[test]
    fn a_firmware_without_p256_says_so() {
        assert_eq!(Key::from_secret(Curve::P256, &[1; 32]).unwrap_err(), KeyError::OtherCurve);
        assert_eq!(Key::from_secret(Curve::Secp256k1, &[1; 32]).unwrap().curve(), Curve::Secp256k1);
    }

    #[test]
    fn secrets_out_of_range_are_refused_on_both() {
        for curve in [Curve::Secp256k1, Curve::P256] {
            for secret in [[0; 32], [0xff; 32]] {
                assert_eq!(AnyKey::from_secret(curve, &secret).unwrap_err(), KeyError::OutOfRange);
            }
        }
    }
}
