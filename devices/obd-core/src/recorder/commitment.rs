use crate::bytes::Pack;
use crate::obd::Vin;
use crate::{Hash, keccak256};

/// Which car the device was paired with: the registry's commitment of the vehicle and the salt that opens
/// it, sealed at pairing. It tells the car from any other without keeping its VIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// keccak256(VIN ‖ salt), as it stands in the registry.
    pub hash: Hash,
    /// The owner's 32 random bytes.
    pub salt: [u8; 32],
}

impl Commitment {
    /// Whether this is the car.
    pub fn is_of(&self, vin: &Vin) -> bool {
        keccak256(&Pack::<49>::new().put(vin.as_bytes()).put(&self.salt).finish()) == self.hash
    }
}
