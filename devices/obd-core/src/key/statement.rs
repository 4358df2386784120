use super::{Curve, p256};
use crate::{Address, Digest, recover};

/// A device's signature over a statement, on either curve, as the registry takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceSignature {
    /// r ‖ s ‖ v of an account.
    Secp256k1([u8; 65]),
    /// r ‖ s ‖ x ‖ y: the key comes along, because it cannot be recovered by the contract.
    P256([u8; 128]),
}

impl DeviceSignature {
    /// The most bytes that one has.
    pub const MAX_LEN: usize = 128;

    /// The length tells the curve; none for another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let account = bytes.try_into().map(Self::Secp256k1);
        account.or_else(|_| bytes.try_into().map(Self::P256)).ok()
    }

    /// 65 or 128 bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Secp256k1(bytes) => bytes,
            Self::P256(bytes) => bytes,
        }
    }

    /// The signing key's.
    pub const fn curve(&self) -> Curve {
        match self {
            Self::Secp256k1(_) => Curve::Secp256k1,
            Self::P256(_) => Curve::P256,
        }
    }

    /// Whether `device` signed `digest`: the rules of the registry, s in the lower half included.
    pub fn is_by(&self, device: Address, digest: &Digest) -> bool {
        match self {
            Self::Secp256k1(bytes) => recover(&digest.0, bytes) == Some(device),
            Self::P256(bytes) => p256::signer(bytes, digest) == Some(device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{AnyKey, DeviceKey as _, P256Key, Signer as _};
    use ::p256::elliptic_curve::PrimeField as _;
    use proptest::prelude::*;
    use std::vec;

    fn signed(curve: Curve, secret: u8, digest: &Digest) -> (Address, DeviceSignature) {
        let key = AnyKey::from_secret(curve, &[secret; 32]).unwrap();
        (key.address(), key.sign_statement(digest).unwrap())
    }

    #[test]
    fn the_signer_is_known_on_both_curves() {
        for (curve, len) in [(Curve::Secp256k1, 65), (Curve::P256, 128)] {
            let digest = Digest([0x22; 32]);
            let (device, signature) = signed(curve, 7, &digest);
            assert_eq!((signature.curve(), signature.as_bytes().len()), (curve, len));
            assert!(signature.is_by(device, &digest));
            assert_eq!(DeviceSignature::from_bytes(signature.as_bytes()), Some(signature));
            assert!(!signature.is_by(device, &Digest([0x23; 32])), "another statement");
            assert!(!signature.is_by(signed(curve, 8, &digest).0, &digest), "another device");
            for at in 0..len {
                let mut bytes = signature.as_bytes().to_vec();
                bytes[at] ^= 1;
                let changed = DeviceSignature::from_bytes(&bytes).unwrap();
                assert!(!changed.is_by(device, &digest), "{curve:?}, byte {at}");
            }
        }
    }

    #[test]
    fn other_lengths_are_no_signature() {
        for len in (0..=260).filter(|len| !matches!(len, 65 | 128)) {
            assert_eq!(DeviceSignature::from_bytes(&vec![1; len]), None, "{len}");
        }
    }

    /// A statement has one signature: the other s, which mathematics would take, is refused as the registry
    /// refuses it.
    #[test]
    fn an_s_in_the_upper_half_is_refused() {
        let digest = Digest([0x22; 32]);
        let (device, signature) = signed(Curve::P256, 7, &digest);
        let mut bytes = signature.as_bytes().to_vec();
        let s: [u8; 32] = bytes[32..64].try_into().unwrap();
        let upper = -::p256::Scalar::from_repr(s.into()).unwrap();
        bytes[32..64].copy_from_slice(&upper.to_repr());
        assert!(!DeviceSignature::from_bytes(&bytes).unwrap().is_by(device, &digest));
    }

    /// Whoever controls x and y may choose a device's name by it, but not sign with what is no point.
    #[test]
    fn a_key_off_the_curve_signs_nothing() {
        let digest = Digest([0x22; 32]);
        let signature = *signed(Curve::P256, 7, &digest).1.as_bytes().first_chunk::<64>().unwrap();
        for key in [[0; 64], [0xff; 64], [1; 64]] {
            let bytes: [u8; 128] = [signature, key].concat().try_into().unwrap();
            let device = crate::key::public::address_of(&key);
            assert!(!DeviceSignature::P256(bytes).is_by(device, &digest));
        }
    }

    proptest! {
        #[test]
        fn drawn_bytes_are_nobodys(bytes in prop::collection::vec(any::<u8>(), 0..200), digest: [u8; 32]) {
            let device = P256Key::from_bytes(&[7; 32]).unwrap().address();
            if let Some(signature) = DeviceSignature::from_bytes(&bytes) {
                prop_assert!(!signature.is_by(device, &Digest(digest)));
            }
        }

        #[test]
        fn every_key_signs_what_the_registry_takes(secret in 1_u8.., digest: [u8; 32]) {
            for curve in [Curve::Secp256k1, Curve::P256] {
                let (device, signature) = signed(curve, secret.min(0xfe), &Digest(digest));
                prop_assert!(signature.is_by(device, &Digest(digest)));
            }
        }
    }
}
