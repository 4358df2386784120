use crate::{ClientError, Registration};
use alloy_consensus::{SignableTransaction as _, TxEip1559};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_sol_types::{SolCall as _, SolEvent as _, sol};
use autochain_keystore::address_of;
use autochain_primitives::{Address, B256, Bytes, TxKind, U256, hex, sign_hash};
use secp256k1::SecretKey;
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

sol! {
    function register(bytes32 tag, bytes32 commitment, address minter, uint256 nonce, uint256 deadline, bytes[] signatures) returns (uint256);
    function nonces(address account) view returns (uint256);
    event VehicleRegistered(uint256 indexed vehicle, bytes32 indexed tag, address indexed minter, bytes32 commitment);
}

/// How long one answer of the node may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A node's JSON-RPC, as far as a registration needs it.
#[derive(Debug)]
pub struct NodeRpc {
    url: String,
    agent: ureq::Agent,
}

/// A car that was minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minted {
    /// Its id.
    pub vehicle: U256,
    /// The transaction.
    pub transaction: B256,
    /// Gas used.
    pub gas: u64,
}

impl NodeRpc {
    /// The node at this URL.
    pub fn new(url: impl Into<String>) -> Self {
        let agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
        Self { url: url.into(), agent }
    }

    /// The chain's id.
    ///
    /// # Errors
    /// [`ClientError::Node`], as with all calls.
    pub fn chain_id(&self) -> Result<u64, ClientError> {
        number(&self.call("eth_chainId", json!([]))?)
    }

    /// The stamp of the newest block, in seconds since 1970.
    ///
    /// # Errors
    /// [`ClientError::Node`].
    pub fn now(&self) -> Result<u64, ClientError> {
        number(&self.call("eth_getBlockByNumber", json!(["latest", false]))?["timestamp"])
    }

    /// The registry's next nonce of an account.
    ///
    /// # Errors
    /// [`ClientError::Node`].
    pub fn registry_nonce(&self, registry: Address, account: Address) -> Result<U256, ClientError> {
        let data = Bytes::from(noncesCall { account }.abi_encode());
        let answer = self.call("eth_call", json!([{ "to": registry, "data": data }, "latest"]))?;
        let bytes = hex::decode(answer.as_str().unwrap_or_default()).map_err(node)?;
        noncesCall::abi_decode_returns(&bytes).map_err(node)
    }

    /// Mints the car by a transaction of `key`, and waits until it is mined.
    ///
    /// # Errors
    /// [`ClientError::Node`]: refused, reverted, or not mined within `patience`.
    pub fn mint(
        &self,
        registry: Address,
        registration: &Registration,
        key: &SecretKey,
        patience: Duration,
    ) -> Result<Minted, ClientError> {
        let Registration { statement, signatures, .. } = registration;
        let call = registerCall {
            tag: statement.tag,
            commitment: statement.commitment,
            minter: statement.minter,
            nonce: statement.nonce,
            deadline: U256::from(statement.deadline),
            signatures: signatures.clone(),
        };
        let transaction = self.send(registry, call.abi_encode().into(), key)?;
        let until = Instant::now() + patience;
        let receipt = loop {
            let receipt = self.call("eth_getTransactionReceipt", json!([transaction]))?;
            if !receipt.is_null() {
                break receipt;
            }
            if Instant::now() > until {
                return Err(ClientError::Node(format!("{transaction} is not mined after {patience:?}")));
            }
            thread::sleep(Duration::from_millis(200));
        };
        if receipt["status"] != "0x1" {
            return Err(ClientError::Node(format!("{transaction} reverted")));
        }
        let registered = VehicleRegistered::SIGNATURE_HASH.to_string();
        let logs = receipt["logs"].as_array().map(Vec::as_slice).unwrap_or_default();
        let log = logs.iter().find(|log| log["topics"][0] == registered.as_str());
        let vehicle = log.and_then(|log| log["topics"][1].as_str()?.parse().ok());
        let vehicle = vehicle.ok_or_else(|| ClientError::Node(format!("{transaction} minted nothing")))?;
        Ok(Minted { vehicle, transaction, gas: number(&receipt["gasUsed"])? })
    }

    fn send(&self, to: Address, input: Bytes, key: &SecretKey) -> Result<B256, ClientError> {
        let from = address_of(key);
        let call = json!([{ "from": from, "to": to, "data": input }, "pending"]);
        let gas = number(&self.call("eth_estimateGas", call)?)?;
        let price = u128::from(number(&self.call("eth_gasPrice", json!([]))?)?);
        let transaction = TxEip1559 {
            chain_id: self.chain_id()?,
            nonce: number(&self.call("eth_getTransactionCount", json!([from, "pending"]))?)?,
            gas_limit: gas,
            // Twice the price of now outlives six full blocks.
            max_fee_per_gas: price.saturating_mul(2),
            max_priority_fee_per_gas: 1,
            to: TxKind::Call(to),
            input,
            ..TxEip1559::default()
        };
        let signature = sign_hash(key, transaction.signature_hash());
        let raw = Bytes::from(transaction.into_signed(signature).encoded_2718());
        let hash = self.call("eth_sendRawTransaction", json!([raw]))?;
        serde_json::from_value(hash).map_err(node)
    }

    fn call(&self, method: &str, params: Value) -> Result<Value, ClientError> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut answer = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .send(request.to_string())
            .map_err(node)?;
        let body = answer.body_mut().read_to_vec().map_err(node)?;
        let mut answer: Value = serde_json::from_slice(&body).map_err(node)?;
        match answer.get("error").filter(|error| !error.is_null()) {
            Some(error) => Err(ClientError::Node(format!("{method}: {}", error["message"]))),
            None => Ok(answer["result"].take()),
        }
    }
}

fn number(value: &Value) -> Result<u64, ClientError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    number.ok_or_else(|| ClientError::Node(format!("{value} is not a quantity")))
}

fn node(error: impl ToString) -> ClientError {
    ClientError::Node(error.to_string())
}
