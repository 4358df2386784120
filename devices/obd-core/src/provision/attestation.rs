use super::Protection;
use crate::bytes::{Pack, Unpack};
use crate::update::Board;
use crate::{Address, Digest, Hash, Key, KeyError, keccak256, recover};

/// The length of a signed attestation.
pub const ATTESTATION_LEN: usize = SIGNED_LEN + 65;

/// What a device says about itself, signed by its own key. It proves that the key is on a device that answers
/// now; what it says about the hardware is worth as much as the firmware that says it.
///
/// ```text
///  0     4       5           6             12         16          48       68
///  | tag | board | protected | chip id (6) | firmware | challenge | device | signature (65)
/// ```
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
    pub fn sign(&self, key: &Key) -> Result<[u8; ATTESTATION_LEN], KeyError> {
        let content = self.content();
        let signature = key.sign(&Digest(keccak256(&content)))?.to_bytes();
        Ok(Pack::new().put(&content).put(&signature).finish())
    }

    /// Reads a signed attestation; none when it is malformed, signed by another key than the device's, or for
    /// another challenge.
    pub fn open(bytes: &[u8; ATTESTATION_LEN], challenge: &Hash) -> Option<Self> {
        let (content, signature) = bytes.split_first_chunk::<SIGNED_LEN>()?;
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
        let signer = recover(&keccak256(content), signature.first_chunk()?)?;
        (signer == attestation.device && attestation.challenge == *challenge).then_some(attestation)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_as_it_was_signed() {
        let key = Key::from_bytes(&[0x11; 32]).unwrap();
        let attestation = Attestation {
            board: Board::Esp32C6,
            protection: Protection::None,
            chip: [1, 2, 3, 4, 5, 6],
            firmware: 7,
            challenge: [9; 32],
            device: key.address(),
        };
        let signed = attestation.sign(&key).unwrap();
        assert_eq!(Attestation::open(&signed, &[9; 32]), Some(attestation));
        assert_eq!(Attestation::open(&signed, &[8; 32]), None);
        for at in 0..ATTESTATION_LEN {
            let mut bad = signed;
            bad[at] ^= 1;
            assert_eq!(Attestation::open(&bad, &[9; 32]), None, "byte {at}");
        }
        let other = Key::from_bytes(&[0x12; 32]).unwrap();
        assert_eq!(Attestation::open(&attestation.sign(&other).unwrap(), &[9; 32]), None);
    }
}
