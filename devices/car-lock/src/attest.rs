use crate::error::Error;
use crate::sign::Signer;
use obd_core::lock::Tenure;
use obd_core::{Address, Hash, keccak256};
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Agent;

/// What an attestor is asked to sign.
pub(crate) struct Order {
    pub(crate) signer: Signer,
    pub(crate) rpc: String,
    pub(crate) chain_id: u64,
    pub(crate) registry: Address,
    pub(crate) vehicle: u64,
    /// The block that the attestors agree on; the node's `safe` one if none is given.
    pub(crate) block: Option<u64>,
    /// How long it is good, in seconds.
    pub(crate) valid: u64,
}

const PATIENCE: Duration = Duration::from_secs(15);
const MAX_ANSWER: u64 = 1 << 20;

/// Looks at the vehicle at a block of `safe` depth and signs what it sees: a `tenure` line. An attestor trusts
/// its own node.
pub(crate) fn attest(order: &Order) -> Result<String, Error> {
    let chain_id = quantity("eth_chainId", &order.call("eth_chainId", json!([]))?)?;
    if chain_id != order.chain_id {
        return Err(Error::WrongChain { got: chain_id, pinned: order.chain_id });
    }
    let (safe, _) = order.header(json!("safe"))?;
    let block = order.block.unwrap_or(safe);
    if block > safe {
        return Err(Error::NotSafe { block, safe });
    }
    let tag = format!("{block:#x}");
    let (_, issued) = order.header(json!(tag))?;
    let no_vehicle = Error::NoVehicle { vehicle: order.vehicle, block };
    let epoch = order.view("epochOf(uint256)", &tag)?;
    let owner = order.view("ownerOf(uint256)", &tag)?;
    let (Some(epoch), Some(owner)) = (epoch, owner) else { return Err(no_vehicle) };
    let epoch = u32::try_from(last_u64(&epoch)).unwrap_or_default();
    let owner = Address(owner.last_chunk().copied().unwrap_or_default());
    if epoch == 0 {
        return Err(no_vehicle);
    }
    let tenure = Tenure { epoch, owner, block, issued, expiry: issued.saturating_add(order.valid) };
    let signature = order.signer.sign(&tenure.digest(&order.signer.domain))?;
    Ok(format!("tenure {epoch} {owner} {block} {issued} {} {signature}", tenure.expiry))
}

impl Order {
    /// The number and the time of a block.
    fn header(&self, tag: Value) -> Result<(u64, u64), Error> {
        let method = "eth_getBlockByNumber";
        let header = self.call(method, json!([tag, false]))?;
        Ok((quantity(method, &header["number"])?, quantity(method, &header["timestamp"])?))
    }

    /// A view of the registry with the vehicle as its argument; none when it reverts.
    fn view(&self, signature: &str, tag: &str) -> Result<Option<Hash>, Error> {
        let mut argument = [0; 32];
        argument[24..].copy_from_slice(&self.vehicle.to_be_bytes());
        let data = const_hex::encode_prefixed([&keccak256(signature.as_bytes())[..4], &argument].concat());
        let call = json!({ "to": self.registry.to_string(), "data": data });
        let answer = self.ask("eth_call", json!([call, tag]))?;
        if answer.get("error").is_some_and(|error| !error.is_null()) {
            return Ok(None);
        }
        let word = answer["result"].as_str().and_then(|hex| const_hex::decode_to_array(hex).ok());
        Ok(word)
    }

    fn call(&self, method: &'static str, params: Value) -> Result<Value, Error> {
        let mut answer = self.ask(method, params)?;
        match answer.get_mut("result") {
            Some(result) if !result.is_null() => Ok(result.take()),
            _ => Err(Error::Answer { method }),
        }
    }

    fn ask(&self, method: &'static str, params: Value) -> Result<Value, Error> {
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        let agent: Agent = config.max_redirects(0).proxy(None).build().into();
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let failed = |error: ureq::Error| Error::Node { url: self.rpc.clone(), reason: error.to_string() };
        let post = agent.post(&self.rpc).content_type("application/json");
        let mut response = post.send(request.to_string()).map_err(failed)?;
        let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(failed)?;
        serde_json::from_slice(&body).map_err(|_| Error::Answer { method })
    }
}

fn quantity(method: &'static str, value: &Value) -> Result<u64, Error> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).ok_or(Error::Answer { method })
}

fn last_u64(word: &Hash) -> u64 {
    word.last_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
