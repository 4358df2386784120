use crate::BackendError;
use autochain_primitives::{Bytes, U256};
use serde::Serialize;
use std::net::SocketAddr;

/// An error as JSON-RPC sends it, with geth's codes and words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    /// −32700 … −32000, or 3 for a revert.
    pub code: i64,
    /// What went wrong.
    pub message: String,
    /// The raw reason of a revert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

impl RpcError {
    /// Code −32000, geth's code for everything without one of its own.
    pub fn server(message: impl Into<String>) -> Self {
        Self::new(-32000, message)
    }

    /// Code −32700.
    pub(crate) fn parse() -> Self {
        Self::new(-32700, "parse error")
    }

    /// Code −32600.
    pub(crate) fn invalid_request(message: &str) -> Self {
        Self::new(-32600, message)
    }

    /// Code −32601.
    pub(crate) fn method_not_found(method: &str) -> Self {
        let name = method.chars().take(100).collect::<String>();
        Self::new(-32601, format!("the method {name} does not exist/is not available"))
    }

    /// Code −32602.
    pub fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(-32602, message)
    }

    /// Code −32002.
    pub(crate) fn timeout() -> Self {
        Self::new(-32002, "request timed out")
    }

    /// Code −32003.
    pub(crate) fn response_too_large() -> Self {
        Self::new(-32003, "response too large")
    }

    /// A call that ran longer than it may.
    pub(crate) fn aborted(timeout: std::time::Duration) -> Self {
        Self::server(format!("execution aborted (timeout = {timeout:?})"))
    }

    /// A revert: code 3, the decoded reason, the raw bytes.
    pub fn revert(output: &Bytes) -> Self {
        let message = match revert_reason(output) {
            Some(reason) => format!("execution reverted: {reason}"),
            None => "execution reverted".to_owned(),
        };
        Self { code: 3, message, data: Some(output.to_string()) }
    }

    pub(crate) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }
}

impl From<BackendError> for RpcError {
    fn from(error: BackendError) -> Self {
        Self::server(error.to_string())
    }
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken.
    #[error("{what} cannot listen on {addr}: the port is in use (choose another with {flag})")]
    PortInUse {
        /// HTTP or WebSocket.
        what: &'static str,
        /// The address.
        addr: SocketAddr,
        /// The flag that moves it.
        flag: &'static str,
    },
    /// The address cannot be used.
    #[error("{what} cannot listen on {addr}: {source} (see {flag})")]
    Bind {
        /// HTTP or WebSocket.
        what: &'static str,
        /// The address.
        addr: SocketAddr,
        /// The flag that names it.
        flag: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// A path prefix does not begin with a slash.
    #[error("the path prefix {0:?} must begin with \"/\" (--http.rpcprefix, --ws.rpcprefix)")]
    Prefix(String),
    /// An origin is no header value.
    #[error("{0:?} is no origin (--http.corsdomain)")]
    Origin(String),
}

/// Decodes `Error(string)` and `Panic(uint256)`, Solidity's reasons.
fn revert_reason(output: &[u8]) -> Option<String> {
    let (selector, body) = output.split_at_checked(4)?;
    match selector {
        [0x08, 0xc3, 0x79, 0xa0] => {
            let offset = word(body, 0)?;
            let length = word(body, offset)?;
            let start = offset.checked_add(32)?;
            let text = body.get(start..start.checked_add(length)?)?;
            Some(String::from_utf8_lossy(text).into_owned())
        }
        [0x4e, 0x48, 0x7b, 0x71] => {
            let code = U256::from_be_slice(body.get(..32)?);
            Some(match u64::try_from(code).ok().and_then(panic_reason) {
                Some(reason) => reason.to_owned(),
                None => format!("unknown panic code: {code:#x}"),
            })
        }
        _ => None,
    }
}

fn word(body: &[u8], offset: usize) -> Option<usize> {
    let bytes = body.get(offset..offset.checked_add(32)?)?;
    usize::try_from(U256::from_be_slice(bytes)).ok()
}

/// Solidity's panic codes in geth's words.
fn panic_reason(code: u64) -> Option<&'static str> {
    Some(match code {
        0x00 => "generic panic",
        0x01 => "assert(false)",
        0x11 => "arithmetic underflow or overflow",
        0x12 => "division or modulo by zero",
        0x21 => "enum overflow",
        0x22 => "invalid encoded storage byte array accessed",
        0x31 => "out-of-bounds array access; popping on an empty array",
        0x32 => "out-of-bounds access of an array or bytesN",
        0x41 => "out of memory",
        0x51 => "uninitialized function",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::hex;

    #[test]
    fn reasons_are_decoded() {
        let reason = hex!(
            "08c379a0"
            "0000000000000000000000000000000000000000000000000000000000000020"
            "0000000000000000000000000000000000000000000000000000000000000004"
            "6e6f706500000000000000000000000000000000000000000000000000000000"
        );
        let error = RpcError::revert(&Bytes::copy_from_slice(&reason));
        assert_eq!((error.code, error.message.as_str()), (3, "execution reverted: nope"));
        assert!(error.data.unwrap().starts_with("0x08c379a0"));
        let mut panic = hex!("4e487b71").to_vec();
        panic.extend(U256::from(0x11).to_be_bytes::<32>());
        let panic = RpcError::revert(&panic.into());
        assert_eq!(panic.message, "execution reverted: arithmetic underflow or overflow");
        assert_eq!(RpcError::revert(&Bytes::new()).message, "execution reverted");
        assert_eq!(RpcError::revert(&Bytes::new()).data.as_deref(), Some("0x"));
        // A length beyond the data is no reason.
        let mut broken = reason.to_vec();
        broken[4 + 63] = 0xff;
        assert_eq!(RpcError::revert(&broken.into()).message, "execution reverted");
        assert_eq!(RpcError::revert(&hex!("08c379a0ff").to_vec().into()).message, "execution reverted");
    }
}
