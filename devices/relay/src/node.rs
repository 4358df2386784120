use crate::error::Error;
use device_rpc::Rpc;
use device_rpc::abi::Arg;
use device_rpc::view::{account, number};
use obd_core::{Address, Hash};
use serde_json::Value;
use std::ops::ControlFlow;
use std::time::Duration;

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

    /// Whether the registry accepted a reading of `vehicle` with this hash in the time of `age`.
    pub(crate) fn accepted(
        &self,
        registry: Address,
        vehicle: u64,
        hash: &Hash,
        age: Duration,
    ) -> Result<bool, Error> {
        let head = self.0.head()?;
        let first = head.saturating_sub(age.as_secs() / BLOCK + LEEWAY);
        let mut found = false;
        self.0.readings(registry, vehicle, first..=head, |recorded| {
            found = recorded.hash == *hash;
            Ok::<_, Error>(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }
}

/// How many seconds a block takes at least, where nothing else is known; and how much a clock may be wrong.
const BLOCK: u64 = 1;
const LEEWAY: u64 = 600;

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
