use crate::error::Error;
use device_rpc::abi::Arg;
use device_rpc::view::{account, number};
use device_rpc::{Rpc, malformed};
use obd_core::{Address, Hash};
use serde_json::{Value, json};
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

    /// The contract behind the registry that keeps the readings and tells of them.
    pub(crate) fn readings(&self, registry: Address) -> Result<Address, Error> {
        let [readings] = self.0.view(registry, "READINGS()", &[])?;
        Ok(account(&readings)?)
    }

    /// Whether a reading of `vehicle` with this hash was accepted in the time of `age` until the block `head`.
    pub(crate) fn accepted(
        &self,
        readings: Address,
        vehicle: u64,
        hash: &Hash,
        age: Duration,
        head: u128,
    ) -> Result<bool, Error> {
        let mut from = head.saturating_sub(u128::from(age.as_secs() / BLOCK + LEEWAY));
        let event = b"ReadingRecorded(uint256,address,uint64,uint32,uint16,bytes32,bytes32)";
        let topics = [const_hex::encode_prefixed(obd_core::keccak256(event)), format!("{vehicle:#066x}")];
        // The hash is the last word.
        let hash = const_hex::encode(hash);
        while from <= head {
            let to = from + SPAN - 1;
            let filter = json!([{
                "address": readings.to_string(),
                "fromBlock": format!("{from:#x}"),
                "toBlock": format!("{:#x}", to.min(head)),
                "topics": topics,
            }]);
            let logs = self.call("eth_getLogs", filter)?;
            let logs = logs.as_array().ok_or_else(|| malformed("eth_getLogs", &logs))?;
            if logs.iter().any(|log| log["data"].as_str().is_some_and(|data| data.ends_with(&hash))) {
                return Ok(true);
            }
            from = to + 1;
        }
        Ok(false)
    }
}

/// How many seconds a block takes at least, where nothing else is known; and how much a clock may be wrong.
const BLOCK: u64 = 1;
const LEEWAY: u64 = 600;
/// Blocks whose logs are asked for at once: nodes have limits, and a vehicle has few readings in so many.
const SPAN: u128 = 8_192;

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
