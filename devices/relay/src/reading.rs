use crate::error::Error;
use crate::node::quantity;
use obd_core::{Address, Domain, Flags, Reading, keccak256, recover};
use serde_json::Value;

/// A reading as a device signed it, signature checked.
pub(crate) struct SignedReading {
    pub(crate) device: Address,
    pub(crate) reading: Reading,
    signature: [u8; 65],
}

impl SignedReading {
    /// From the call's parameter.
    pub(crate) fn parse(value: &Value, domain: &Domain) -> Result<Self, Error> {
        let number = |name: &'static str| {
            quantity(&value[name]).and_then(|number| u64::try_from(number).ok()).ok_or(Error::Params(name))
        };
        let device = Address(bytes(value, "device")?);
        let flags = u16::try_from(number("flags")?).ok().and_then(|bits| Flags::try_from(bits).ok());
        let reading = Reading {
            vehicle: number("vehicle")?,
            counter: number("counter")?,
            odometer_km: number("odometerKm")?.try_into().map_err(|_| Error::Params("odometerKm"))?,
            flags: flags.ok_or(Error::Params("flags"))?,
            prev_hash: bytes(value, "prevHash")?,
            hash: bytes(value, "hash")?,
        };
        let epoch = number("epoch")?.try_into().map_err(|_| Error::Params("epoch"))?;
        let signature = bytes(value, "signature")?;
        if recover(reading.digest(domain, epoch).as_bytes(), &signature) != Some(device) {
            return Err(Error::Signature(device));
        }
        Ok(Self { device, reading, signature })
    }

    /// The call of the registry's `recordFor`.
    pub(crate) fn calldata(&self) -> Vec<u8> {
        let signature = "recordFor(address,uint256,uint64,uint32,uint16,bytes32,bytes32,bytes)";
        let mut data = keccak256(signature.as_bytes())[..4].to_vec();
        data.extend([0; 12]);
        data.extend(self.device.0);
        // The words of `record` follow its selector.
        data.extend(&self.reading.calldata()[4..]);
        for number in [8 * 32_u64, 65] {
            data.extend([0; 24]);
            data.extend(number.to_be_bytes());
        }
        data.extend(self.signature);
        data.extend([0; 31]);
        data
    }
}

/// Exactly `N` bytes of a member.
fn bytes<const N: usize>(value: &Value, name: &'static str) -> Result<[u8; N], Error> {
    value[name].as_str().and_then(|text| const_hex::decode_to_array(text).ok()).ok_or(Error::Params(name))
}
