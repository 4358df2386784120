use super::{DeviceSignature, Key, KeyError, P256Key};
use crate::{Address, Digest};

/// Who signs for a device, on whatever curve. What needs no more than a word takes this, so that firmware
/// which makes no key on P-256 does not link that curve.
pub trait Signer {
    /// The name under which the registry knows the device.
    fn address(&self) -> Address;

    /// Signs a reading, a pairing or an attestation, as the registry takes it.
    fn sign_statement(&self, digest: &Digest) -> Result<DeviceSignature, KeyError>;

    /// The account that can send transactions; none when others have to.
    fn account(&self) -> Option<&Key>;
}

impl Signer for Key {
    fn address(&self) -> Address {
        self.address()
    }

    fn sign_statement(&self, digest: &Digest) -> Result<DeviceSignature, KeyError> {
        self.sign(digest).map(|signature| DeviceSignature::Secp256k1(signature.to_bytes()))
    }

    fn account(&self) -> Option<&Key> {
        Some(self)
    }
}

impl Signer for P256Key {
    fn address(&self) -> Address {
        self.address()
    }

    fn sign_statement(&self, digest: &Digest) -> Result<DeviceSignature, KeyError> {
        self.sign(digest).map(|signature| DeviceSignature::P256(signature.with_key(self.public_key())))
    }

    fn account(&self) -> Option<&Key> {
        None
    }
}
