use super::Protection;
use crate::bytes::{Pack, Unpack};
use crate::update::Board;
use crate::{Address, DeviceSignature, Digest, Hash, KeyError, Signer, keccak256};

/// What a device says about itself, signed by its own key. It proves that the key is on a device that answers
/// now; what it says about the hardware is worth as much as the firmware that says it.
///
/// ```text
///  0     4       5           6             12         16          48       68
///  | tag | board | protected | chip id (6) | firmware | challenge | device | signature (65 or 128) |
/// ```
///
/// Its length tells the key's curve: a [`DeviceSignature`] ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The hardware.
    pub board: Board,
    /// Whether the key is sealed under eFuses. If not: "key not hardware-protected".
    pub protection: Protection,
    /// The chip's base MAC address.
    pub chip: [u8; 6],
    /// The version of the firmware.
    pub firmware: u32,
    /// What the host asked to have signed, so that an old attestation is none.
    pub challenge: Hash,
    /// The device's account.
    pub device: Address,
}

const TAG: [u8; 4] = *b"AUCa";
const SIGNED_LEN: usize = 68;

impl Attestation {
    /// Signs with the device's key, whose address this must carry.
    pub fn sign(&self, key: &dyn Signer) -> Result<SignedAttestation, KeyError> {
        let content = self.content();
        let signature = key.sign_statement(&Digest(keccak256(&content)))?;
        let signature = signature.as_bytes();
        let len = SIGNED_LEN.saturating_add(signature.len());
        Ok(SignedAttestation { bytes: Pack::new().put(&content).put(signature).finish(), len })
    }

    /// Reads a signed attestation; none when it is malformed, signed by another key than the device's, or for
    /// another challenge.
    pub fn open(bytes: &[u8], challenge: &Hash) -> Option<Self> {
        let content = bytes.first_chunk::<SIGNED_LEN>()?;
        let signature = Self::signature(bytes)?;
        let mut fields = Unpack::new(content);
        if fields.take() != TAG {
            return None;
        }
        let attestation = Self {
            board: Board::from_code(fields.byte())?,
            protection: match fields.byte() {
                0 => Protection::None,
                1 => Protection::Hardware,
                _ => return None,
            },
            chip: fields.take(),
            firmware: u32::from_be_bytes(fields.take()),
            challenge: fields.take(),
            device: Address(fields.take()),
        };
        let signed = signature.is_by(attestation.device, &Digest(keccak256(content)));
        (signed && attestation.challenge == *challenge).then_some(attestation)
    }

    /// The signature behind a signed attestation, not yet checked.
    pub fn signature(bytes: &[u8]) -> Option<DeviceSignature> {
        DeviceSignature::from_bytes(bytes.get(SIGNED_LEN..)?)
    }

    fn content(&self) -> [u8; SIGNED_LEN] {
        let protected = u8::from(self.protection == Protection::Hardware);
        Pack::new()
            .put(&TAG)
            .put(&[self.board.code(), protected])
            .put(&self.chip)
            .put(&self.firmware.to_be_bytes())
            .put(&self.challenge)
            .put(&self.device.0)
            .finish()
    }
}

/// An attestation with its signature behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedAttestation {
    bytes: [u8; SIGNED_LEN + DeviceSignature::MAX_LEN],
    len: usize,
}

impl SignedAttestation {
    /// As [`Attestation::open`] takes it.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AnyKey, Curve, DeviceKey as _};

    #[test]
    fn opens_only_as_it_was_signed() {
        for (curve, len) in [(Curve::Secp256k1, 133), (Curve::P256, 196)] {
            let key = AnyKey::from_secret(curve, &[0x11; 32]).unwrap();
            let attestation = Attestation {
                board: Board::Esp32C6,
                protection: Protection::None,
                chip: [1, 2, 3, 4, 5, 6],
                firmware: 7,
                challenge: [9; 32],
                device: key.address(),
            };
            let signed = attestation.sign(&key).unwrap();
            let signed = signed.as_bytes();
            assert_eq!(signed.len(), len);
            assert_eq!(Attestation::open(signed, &[9; 32]), Some(attestation));
            assert_eq!(Attestation::open(signed, &[8; 32]), None);
            for at in 0..len {
                let mut bad = signed.to_vec();
                bad[at] ^= 1;
                assert_eq!(Attestation::open(&bad, &[9; 32]), None, "{curve:?}, byte {at}");
                assert_eq!(Attestation::open(&signed[..at], &[9; 32]), None, "{curve:?}, {at} bytes");
            }
            let other = AnyKey::from_secret(curve, &[0x12; 32]).unwrap();
            assert_eq!(Attestation::open(attestation.sign(&other).unwrap().as_bytes(), &[9; 32]), None);
        }
    }
}
