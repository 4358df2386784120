//! What a device and its owner are to agree to, given by a person or read from the chain.

use crate::chain::Chain;
use crate::error::Error;
use crate::objection::Objection;
use crate::statement::Statement;
use device_rpc::Pins;
use obd_core::{Address, Claim, Hash, Pairing, PublicKey};
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

/// What is wanted.
pub(crate) enum What {
    Claim,
    Pair {
        vehicle: u64,
        /// What opens the vehicle's commitment.
        salt: Hash,
        /// Who opens the records.
        reader: PublicKey,
    },
}

/// What a device is asked, complete.
pub(crate) struct Terms {
    /// The chain that the statement is for.
    pub(crate) pins: Pins,
    pub(crate) agreement: Agreement,
}

/// What is signed, with what the device needs to know beyond it.
pub(crate) enum Agreement {
    Claim(Claim),
    Pair(Pairing, Bond),
}

/// What a device keeps of a pairing.
pub(crate) struct Bond {
    pub(crate) epoch: u32,
    pub(crate) reader: PublicKey,
    /// The vehicle's, keccak256(VIN ‖ salt).
    pub(crate) commitment: Hash,
    pub(crate) salt: Hash,
}

impl Terms {
    pub(crate) const fn statement(&self) -> Statement {
        match self.agreement {
            Agreement::Claim(claim) => Statement::Claim(claim),
            Agreement::Pair(pairing, _) => Statement::Pair(pairing),
        }
    }

    /// The line for the device's console.
    pub(crate) fn request(&self) -> String {
        match &self.agreement {
            Agreement::Claim(Claim { owner, nonce, deadline }) => format!("claim {owner} {nonce} {deadline}"),
            Agreement::Pair(Pairing { vehicle, owner, nonce, deadline }, bond) => {
                let Bond { epoch, reader, commitment, salt } = bond;
                let reader = const_hex::encode_prefixed(reader.to_compressed());
                let (commitment, salt) = (const_hex::encode(commitment), const_hex::encode(salt));
                format!("pair {vehicle} {epoch} {owner} {reader} {commitment} {salt} {nonce} {deadline}")
            }
        }
    }
}

impl What {
    pub(crate) fn title(&self, device: Address) -> String {
        match self {
            Self::Claim => format!("Claim the device {device}"),
            Self::Pair { vehicle, .. } => format!("Pair vehicle {vehicle} with the device {device}"),
        }
    }

    /// What the chain says, unless something is in the way: better now than after a press of the button.
    pub(crate) fn terms(
        &self,
        chain: &Chain,
        device: Address,
        account: Option<Address>,
        deadline: u64,
    ) -> Result<Terms, Error> {
        if deadline <= now()? {
            return Err(Objection::Expired(deadline).into());
        }
        let nonce = chain.nonce_of(device)?;
        let pins = chain.pins;
        match self {
            Self::Claim => {
                let bound = chain.bound(device)?.map(|bound| bound.holder);
                if let Some(holder) = chain.holder_of(device)?.or(bound) {
                    return Err(Objection::Held { device, holder }.into());
                }
                let owner = account.ok_or(Error::NoOwner)?;
                Ok(Terms { pins, agreement: Agreement::Claim(Claim { owner, nonce, deadline }) })
            }
            Self::Pair { vehicle, salt, reader } => {
                let (vehicle, owner) = (*vehicle, chain.owner_of(*vehicle)?);
                if let Some(account) = account.filter(|account| *account != owner) {
                    return Err(Objection::NotVehicleOwner { account, vehicle }.into());
                }
                let bound = chain.bound(device)?;
                if let Some(bound) = bound.as_ref().filter(|bound| bound.vehicle != vehicle) {
                    return Err(Objection::Bound { device, vehicle: bound.vehicle }.into());
                }
                // A device that came with the vehicle goes with it, whoever claimed it.
                if let (None, Some(holder)) =
                    (bound, chain.holder_of(device)?.filter(|holder| *holder != owner))
                {
                    return Err(Objection::Held { device, holder }.into());
                }
                if let (Some(other), true) = chain.device_of(vehicle)?
                    && other != device
                {
                    return Err(Objection::VehicleHasDevice { vehicle, device: other }.into());
                }
                let (epoch, commitment) = chain.epoch_and_commitment(vehicle)?;
                let pairing = Pairing { vehicle, owner, nonce, deadline };
                let bond = Bond { epoch, reader: *reader, commitment, salt: *salt };
                Ok(Terms { pins, agreement: Agreement::Pair(pairing, bond) })
            }
        }
    }

    /// Looks the outcome up; in words.
    pub(crate) fn confirm(&self, chain: &Chain, device: Address, owner: Address) -> Result<String, Error> {
        let (stands, text) = match self {
            Self::Claim => (chain.holder_of(device)? == Some(owner), format!("device {device} is {owner}'s")),
            Self::Pair { vehicle, .. } => (
                chain.bound(device)?.is_some_and(|bound| bound.vehicle == *vehicle && bound.active),
                format!("device {device} speaks for vehicle {vehicle}"),
            ),
        };
        if stands { Ok(text) } else { Err(Error::NotThere(text)) }
    }
}

/// Seconds since the epoch.
pub(crate) fn now() -> Result<u64, Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(now.map_err(io::Error::other)?.as_secs())
}
