use crate::abi::word;
use crate::{Address, Digest, Domain, Hash, keccak256};

/// The EIP-712 domain of one lock: name "Autochain Lock", version "1", the chain, and the lock's own account
/// as the verifying contract. A wallet can sign the statements below as typed data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockDomain(Domain);

impl LockDomain {
    /// Of the lock with this account.
    pub fn new(chain_id: u64, lock: Address) -> Self {
        Self(Domain::named(b"Autochain Lock", chain_id, lock))
    }

    /// What the driver signs to start the car: `Start(bytes32 challenge,uint32 epoch)`.
    pub fn start(&self, challenge: &Hash, epoch: u32) -> Digest {
        self.digest(b"Start(bytes32 challenge,uint32 epoch)", &[*challenge, word(epoch.to_be_bytes())])
    }

    /// What the recovery key signs to start the car: `Recover(bytes32 challenge,uint32 epoch)`.
    pub fn recover(&self, challenge: &Hash, epoch: u32) -> Digest {
        self.digest(b"Recover(bytes32 challenge,uint32 epoch)", &[*challenge, word(epoch.to_be_bytes())])
    }

    fn digest(&self, kind: &[u8], fields: &[Hash]) -> Digest {
        let mut words = [[0; 32]; 6];
        for (to, from) in words.iter_mut().zip([keccak256(kind)].iter().chain(fields)) {
            *to = *from;
        }
        let length = fields.len().saturating_add(1);
        self.0.digest(keccak256(words.get(..length).unwrap_or(&words).as_flattened()))
    }
}

/// What the attestors say about the vehicle, as the chain had it at a block of `safe` depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenure {
    /// The vehicle's key epoch.
    pub epoch: u32,
    /// The vehicle's owner.
    pub owner: Address,
    /// The block's number.
    pub block: u64,
    /// The block's time, in seconds since the epoch of Unix.
    pub issued: u64,
    /// When this is no longer good, in seconds since the epoch of Unix.
    pub expiry: u64,
}

impl Tenure {
    /// `Tenure(uint32 epoch,address owner,uint64 block,uint64 issued,uint64 expiry)`.
    pub fn digest(&self, domain: &LockDomain) -> Digest {
        let fields = [
            word(self.epoch.to_be_bytes()),
            word(self.owner.0),
            word(self.block.to_be_bytes()),
            word(self.issued.to_be_bytes()),
            word(self.expiry.to_be_bytes()),
        ];
        domain.digest(b"Tenure(uint32 epoch,address owner,uint64 block,uint64 issued,uint64 expiry)", &fields)
    }
}

/// The owner's word that a driver may start the car for a while, without a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The key epoch that it belongs to.
    pub epoch: u32,
    /// Whose signature starts the car.
    pub driver: Address,
    /// From when on, in seconds since the epoch of Unix.
    pub from: u64,
    /// Until when, likewise.
    pub until: u64,
}

impl Certificate {
    /// `Certificate(uint32 epoch,address driver,uint64 from,uint64 until)`.
    pub fn digest(&self, domain: &LockDomain) -> Digest {
        let fields = [
            word(self.epoch.to_be_bytes()),
            word(self.driver.0),
            word(self.from.to_be_bytes()),
            word(self.until.to_be_bytes()),
        ];
        domain.digest(b"Certificate(uint32 epoch,address driver,uint64 from,uint64 until)", &fields)
    }
}

/// The owner's word which key starts the car when everything else has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The key epoch that it belongs to; it ends with it.
    pub epoch: u32,
    /// The account of the recovery key, which is kept off-line.
    pub recovery: Address,
}

impl Credential {
    /// `Credential(uint32 epoch,address recovery)`.
    pub fn digest(&self, domain: &LockDomain) -> Digest {
        let fields = [word(self.epoch.to_be_bytes()), word(self.recovery.0)];
        domain.digest(b"Credential(uint32 epoch,address recovery)", &fields)
    }
}
