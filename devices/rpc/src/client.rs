use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;
use thiserror::Error;
use ureq::Agent;

/// A longer answer is refused, in bytes. The largest that is asked for is a block header with its
/// transaction hashes.
const MAX_ANSWER: u64 = 4 << 20;
const PATIENCE: Duration = Duration::from_secs(15);

/// A JSON-RPC client over plain HTTP/1.1. No proxy, no redirect: it talks to the one node that it was given.
#[derive(Debug)]
pub struct Rpc {
    agent: Agent,
    url: String,
}

impl Rpc {
    /// For the node at this `http://` address.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("autochain-devices/", env!("CARGO_PKG_VERSION")));
        Self { agent: config.build().into(), url: url.to_owned() }
    }

    /// The node's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The `result` of one call.
    ///
    /// # Errors
    ///
    /// The link's failure, or what the node answers instead.
    pub fn call(&self, method: &'static str, params: Value) -> Result<Value, RpcError> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let unreachable = |source| RpcError::Unreachable { url: self.url.clone(), method, source };
        let mut response = self
            .agent
            .post(&self.url)
            .content_type("application/json")
            .send(request.to_string())
            .map_err(unreachable)?;
        let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(unreachable)?;
        let Ok(Value::Object(mut answer)) = serde_json::from_slice(&body) else {
            return Err(RpcError::NotJsonRpc {
                url: self.url.clone(),
                method,
                status: response.status().as_u16(),
            });
        };
        if let Some(error) = answer.remove("error").filter(|error| !error.is_null()) {
            return Err(RpcError::Node {
                method,
                code: error["code"].as_i64().unwrap_or_default(),
                message: shown(error["message"].as_str().unwrap_or_default()),
                data: error["data"].as_str().and_then(|data| const_hex::decode(data).ok()),
            });
        }
        answer.remove("result").ok_or_else(|| RpcError::NotJsonRpc {
            url: self.url.clone(),
            method,
            status: response.status().as_u16(),
        })
    }

    /// A call whose result is a quantity.
    ///
    /// # Errors
    ///
    /// As [`Self::call`].
    pub fn quantity(&self, method: &'static str, params: Value) -> Result<u128, RpcError> {
        quantity(method, &self.call(method, params)?)
    }
}

/// A hexadecimal number of at most 128 bits.
///
/// # Errors
///
/// [`RpcError::Malformed`], as from the functions below.
pub fn quantity(method: &'static str, value: &Value) -> Result<u128, RpcError> {
    value
        .as_str()
        .and_then(|text| text.strip_prefix("0x"))
        .and_then(|digits| u128::from_str_radix(digits, 16).ok())
        .ok_or_else(|| malformed(method, value))
}

/// A quantity that has to fit a smaller number.
///
/// # Errors
///
/// When it does not.
pub fn small<T: TryFrom<u128>>(method: &'static str, value: &Value) -> Result<T, RpcError> {
    T::try_from(quantity(method, value)?).map_err(|_| malformed(method, value))
}

/// Bytes as 0x and hexadecimal.
///
/// # Errors
///
/// When they are none.
pub fn bytes(method: &'static str, value: &Value) -> Result<Vec<u8>, RpcError> {
    value.as_str().and_then(|text| const_hex::decode(text).ok()).ok_or_else(|| malformed(method, value))
}

/// The error for an answer that is not what the method gives.
pub fn malformed(method: &'static str, value: &Value) -> RpcError {
    RpcError::Malformed { method, got: shown(&value.to_string()) }
}

/// What a node said, short and without control characters, fit for a terminal.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(300) {
        if character.is_control() {
            let _ = write!(shown, "{}", character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The node did not answer what was asked.
#[derive(Debug, Error)]
pub enum RpcError {
    /// Nobody answers.
    #[error("{method}: no answer from {url}: {source}; is the node running, with --http?")]
    Unreachable {
        /// The node's address.
        url: String,
        /// What it was asked.
        method: &'static str,
        /// What went wrong.
        source: ureq::Error,
    },
    /// Somebody else answers.
    #[error("{method}: {url} answered HTTP {status} without JSON-RPC: is that the node's RPC port?")]
    NotJsonRpc {
        /// The node's address.
        url: String,
        /// What it was asked.
        method: &'static str,
        /// Of HTTP.
        status: u16,
    },
    /// An error of JSON-RPC.
    #[error("{method}: the node answers {code}: {message}")]
    Node {
        /// What it was asked.
        method: &'static str,
        /// 3 for a revert.
        code: i64,
        /// The node's words.
        message: String,
        /// A revert's bytes.
        data: Option<Vec<u8>>,
    },
    /// A result that the method cannot have.
    #[error("{method}: the node's answer makes no sense: {got}")]
    Malformed {
        /// What it was asked.
        method: &'static str,
        /// The result.
        got: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        assert_eq!(quantity("m", &json!("0x0")).unwrap(), 0);
        assert_eq!(quantity("m", &json!("0x1000000000000000")).unwrap(), 1 << 60);
        for wrong in [json!(1), json!("12"), json!("0x"), json!("0xg"), json!(null), json!("0x1".repeat(40))]
        {
            assert!(quantity("m", &wrong).is_err(), "{wrong}");
        }
        assert!(small::<u64>("m", &json!("0x10000000000000000")).is_err());
    }

    #[test]
    fn a_node_cannot_drive_the_terminal() {
        assert_eq!(shown("a\x1b[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(shown(&"x".repeat(1000)).len(), 300);
    }
}
