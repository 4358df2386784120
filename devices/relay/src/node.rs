use crate::error::Error;
use obd_core::{Address, Hash};
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Agent;

/// A longer answer is refused, in bytes.
const MAX_ANSWER: u64 = 4 << 20;
const PATIENCE: Duration = Duration::from_secs(15);

/// The node that the relay asks.
pub(crate) struct Node {
    agent: Agent,
    url: String,
}

impl Node {
    pub(crate) fn new(url: String) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None);
        Self { agent: config.build().into(), url }
    }

    /// The `result` of one call.
    pub(crate) fn call(&self, method: &str, params: Value) -> Result<Value, Error> {
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let failed = |error: ureq::Error| Error::Node(format!("{method}: {error}"));
        let request = self.agent.post(&self.url).content_type("application/json");
        let mut response = request.send(question.to_string()).map_err(failed)?;
        let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(failed)?;
        let answer: Value = serde_json::from_slice(&body)
            .map_err(|_| Error::Node(format!("{method}: the answer is not JSON")))?;
        if let Some(message) = answer["error"]["message"].as_str() {
            return Err(Error::Node(format!("{method}: {message}")));
        }
        answer.get("result").cloned().ok_or_else(|| Error::Node(format!("{method}: no result")))
    }

    pub(crate) fn quantity(&self, method: &str, params: Value) -> Result<u128, Error> {
        let result = self.call(method, params)?;
        quantity(&result).ok_or_else(|| Error::Node(format!("{method}: {result} is no quantity")))
    }

    /// What the registry says about a device: vehicle, key epoch, who paired it, last counter, active.
    pub(crate) fn pairing(&self, registry: Address, device: Address) -> Result<Pairing, Error> {
        let mut data = obd_core::keccak256(b"pairingOf(address)")[..4].to_vec();
        data.extend([0; 12]);
        data.extend(device.0);
        let call = json!({ "to": registry.to_string(), "data": const_hex::encode_prefixed(data) });
        let result = self.call("eth_call", json!([call, "latest"]))?;
        let words = result.as_str().and_then(|text| const_hex::decode_to_array::<_, 160>(text).ok());
        let words = words.ok_or_else(|| Error::Node(format!("pairingOf: {result}")))?;
        let words = words.as_chunks::<32>().0;
        let number = |index: usize| u64::from_be_bytes(words[index][24..].try_into().unwrap_or_default());
        let mut holder = [0; 20];
        holder.copy_from_slice(&words[2][12..]);
        Ok(Pairing {
            vehicle: number(0),
            holder: Address(holder),
            counter: number(3),
            active: number(4) == 1,
        })
    }

    /// The contract behind the registry that keeps the readings and tells of them.
    pub(crate) fn readings(&self, registry: Address) -> Result<Address, Error> {
        let selector = const_hex::encode_prefixed(&obd_core::keccak256(b"READINGS()")[..4]);
        let result =
            self.call("eth_call", json!([{ "to": registry.to_string(), "data": selector }, "latest"]))?;
        let word = result.as_str().and_then(|text| const_hex::decode_to_array::<_, 32>(text).ok());
        let word = word.ok_or_else(|| Error::Node(format!("READINGS: {result}")))?;
        let mut readings = [0; 20];
        readings.copy_from_slice(&word[12..]);
        Ok(Address(readings))
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
            let logs = logs.as_array().ok_or_else(|| Error::Node("eth_getLogs makes no sense".into()))?;
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
