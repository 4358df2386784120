use super::SEALED_LEN;
use crate::bytes::{Pack, Unpack};
use crate::recorder::Commitment;
use crate::{Address, PublicKey, keccak256};

/// The length of a stored bond.
pub const BOND_LEN: usize = 248;

/// What the device agreed to when it was paired: which vehicle, whose, and who can open its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// The vehicle's id in the registry.
    pub vehicle: u64,
    /// Its key epoch then. With a later one the device stops and waits to be paired.
    pub epoch: u32,
    /// The owner: an account, of a key or of a contract.
    pub owner: Address,
    /// The key that record keys are wrapped to.
    pub reader: PublicKey,
    /// What tells this car from any other.
    pub commitment: Commitment,
    /// The root of the epoch's record keys, drawn on the device and sealed in its vault.
    pub root: [u8; SEALED_LEN],
}

impl Bond {
    /// As it is stored, with a keccak-256 checksum behind.
    pub fn to_bytes(&self) -> [u8; BOND_LEN] {
        let content = Pack::<{ BOND_LEN - 32 }>::new()
            .put(&self.vehicle.to_be_bytes())
            .put(&self.epoch.to_be_bytes())
            .put(&self.owner.0)
            .put(&self.reader.to_compressed())
            .put(&self.commitment.hash)
            .put(&self.commitment.salt)
            .put(&self.root)
            .finish();
        Pack::new().put(&content).put(&keccak256(&content)).finish()
    }

    /// None when nothing whole is stored.
    pub fn from_bytes(bytes: &[u8; BOND_LEN]) -> Option<Self> {
        let (content, checksum) = bytes.split_last_chunk::<32>()?;
        if keccak256(content) != *checksum {
            return None;
        }
        let mut fields = Unpack::new(content);
        Some(Self {
            vehicle: u64::from_be_bytes(fields.take()),
            epoch: u32::from_be_bytes(fields.take()),
            owner: Address(fields.take()),
            reader: PublicKey::from_compressed(&fields.take()).ok()?,
            commitment: Commitment { hash: fields.take(), salt: fields.take() },
            root: fields.take(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    #[test]
    fn is_read_as_it_was_written_or_not_at_all() {
        let bond = Bond {
            vehicle: 5,
            epoch: 2,
            owner: Address([9; 20]),
            reader: Key::from_bytes(&[0x11; 32]).unwrap().public_key(),
            commitment: Commitment { hash: [3; 32], salt: [4; 32] },
            root: [5; SEALED_LEN],
        };
        assert_eq!(Bond::from_bytes(&bond.to_bytes()), Some(bond));
        for at in 0..BOND_LEN {
            let mut bad = bond.to_bytes();
            bad[at] ^= 4;
            assert_eq!(Bond::from_bytes(&bad), None, "byte {at}");
        }
        assert_eq!(Bond::from_bytes(&[0xff; BOND_LEN]), None);
    }
}
