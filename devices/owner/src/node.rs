use crate::error::Error;
use obd_core::Address;
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Agent;

/// A longer answer is refused, in bytes.
const MAX_ANSWER: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(15);

/// The node that is asked, over plain HTTP: one's own, or one behind a TLS proxy of one's own.
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

    /// What a view gives at the newest block; empty where there is no contract.
    pub(crate) fn view(&self, contract: Address, data: &[u8]) -> Result<Vec<u8>, Error> {
        let call = json!({ "to": contract.to_string(), "data": const_hex::encode_prefixed(data) });
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [call, "latest"] });
        let failed = |error: ureq::Error| Error::Node(error.to_string());
        let request = self.agent.post(&self.url).content_type("application/json");
        let mut response = request.send(question.to_string()).map_err(failed)?;
        let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(failed)?;
        let answer: Value =
            serde_json::from_slice(&body).map_err(|_| Error::Node("the answer is not JSON".into()))?;
        if let Some(message) = answer["error"]["message"].as_str() {
            return Err(Error::Node(message.into()));
        }
        let result = answer["result"].as_str().and_then(|text| const_hex::decode(text).ok());
        result.ok_or_else(|| Error::Node("eth_call gives no bytes".into()))
    }
}
