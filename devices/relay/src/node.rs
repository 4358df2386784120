use crate::error::Error;
use device_rpc::Rpc;
use device_rpc::abi::Arg;
use device_rpc::view::{account, number};
use obd_core::Address;
use serde_json::Value;

/// The node that the relay asks.
pub(crate) struct Node(Rpc);

impl Node {
    pub(crate) fn new(url: &str) -> Self {
        Self(Rpc::new(url))
    }

    /// The `result` of one call.
    pub(crate) fn call(&self, method: &'static str, params: Value) -> Result<Value, Error> {
        Ok(self.0.call(method, params)?)
    }

    pub(crate) fn quantity(&self, method: &'static str, params: Value) -> Result<u128, Error> {
        Ok(self.0.quantity(method, params)?)
    }

    /// What the registry says about a device: vehicle, key epoch, who paired it, last counter, active.
    pub(crate) fn pairing(&self, registry: Address, device: Address) -> Result<Pairing, Error> {
        let words = self.0.view(registry, "pairingOf(address)", &[Arg::Account(device)]);
        let [vehicle, _epoch, holder, counter, active] = words?;
        Ok(Pairing {
            vehicle: number(&vehicle)?,
            holder: account(&holder)?,
            counter: number(&counter)?,
            active: number(&active)? == 1,
        })
    }
}

/// A device's pairing.
pub(crate) struct Pairing {
    pub(crate) vehicle: u64,
    pub(crate) holder: Address,
    pub(crate) counter: u64,
    pub(crate) active: bool,
}

/// "0x" and hexadecimal digits, at most 128 bits.
pub(crate) fn quantity(value: &Value) -> Option<u128> {
    u128::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}
