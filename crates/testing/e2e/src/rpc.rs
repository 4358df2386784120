use eyre::{Result, eyre};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// JSON-RPC over HTTP/1.1 on loopback, a connection a call.
#[derive(Clone, Copy, Debug)]
pub struct Rpc {
    port: u16,
}

/// The node's own error.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{method}: {code} {message}")]
pub struct RpcError {
    /// What was asked.
    pub method: String,
    /// JSON-RPC's code.
    pub code: i64,
    /// The message.
    pub message: String,
}

impl Rpc {
    /// The node on a port of this machine.
    pub const fn new(port: u16) -> Self {
        Self { port }
    }

    /// The address as clients take it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The `result` of a call; an error of the node is an [`RpcError`].
    pub fn call(&self, method: &str, params: Value) -> Result<Value> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut answer = self.post(&request)?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Err(RpcError {
                method: method.to_owned(),
                code: error["code"].as_i64().unwrap_or_default(),
                message: error["message"].as_str().unwrap_or_default().to_owned(),
            }
            .into());
        }
        Ok(answer["result"].take())
    }

    /// The result as a number.
    pub fn quantity(&self, method: &str, params: Value) -> Result<u64> {
        hex_u64(&self.call(method, params)?)
    }

    /// The newest block's number.
    pub fn block_number(&self) -> Result<u64> {
        self.quantity("eth_blockNumber", json!([]))
    }

    /// Waits for a receipt.
    pub fn receipt(&self, hash: &Value, patience: Duration) -> Result<Value> {
        let until = std::time::Instant::now() + patience;
        loop {
            let receipt = self.call("eth_getTransactionReceipt", json!([hash]))?;
            if !receipt.is_null() {
                return Ok(receipt);
            }
            if std::time::Instant::now() > until {
                return Err(eyre!("{hash} was not mined in {patience:?}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends any JSON and returns the JSON that comes back.
    pub fn post(&self, body: &Value) -> Result<Value> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.port,
            body.len(),
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| eyre!("no HTTP answer: {answer}"))?;
        serde_json::from_str(body).map_err(|error| eyre!("{error} in\n{head}\n\n{body}"))
    }
}

/// A quantity of JSON-RPC.
pub fn hex_u64(value: &Value) -> Result<u64> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    number.ok_or_else(|| eyre!("{value} is not a quantity"))
}
