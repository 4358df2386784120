use crate::RpcError;
use autochain_primitives::{Address, B256};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::str::FromStr;

/// Most arguments that are read.
const MAX_ARGUMENTS: usize = 16;

/// Positional arguments. Absent, `null` and `[]` are the same.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<Box<RawValue>>);

impl Params {
    pub(crate) fn new(params: Option<&RawValue>) -> Result<Self, RpcError> {
        let Some(params) = params.filter(|params| params.get() != "null") else { return Ok(Self::default()) };
        if !params.get().starts_with('[') {
            return Err(RpcError::invalid_params("non-array args"));
        }
        let arguments: Vec<Box<RawValue>> = serde_json::from_str(params.get())
            .map_err(|error| RpcError::invalid_params(error.to_string()))?;
        if arguments.len() > MAX_ARGUMENTS {
            return Err(RpcError::invalid_params(format!(
                "too many arguments, want at most {MAX_ARGUMENTS}"
            )));
        }
        Ok(Self(arguments))
    }

    /// The first `count` arguments alone.
    pub(crate) fn first(&self, count: usize) -> Self {
        Self(self.0.iter().take(count).cloned().collect())
    }

    /// The argument at `index`; `None` when it is absent or `null`.
    pub(crate) fn optional<T: DeserializeOwned>(&self, index: usize) -> Result<Option<T>, RpcError> {
        let Some(argument) = self.0.get(index).filter(|argument| argument.get() != "null") else {
            return Ok(None);
        };
        serde_json::from_str(argument.get()).map(Some).map_err(|error| {
            RpcError::invalid_params(format!(
                "invalid argument {index}: {}",
                without_position(&error.to_string())
            ))
        })
    }

    /// The hash at `index`.
    pub(crate) fn hash(&self, index: usize) -> Result<B256, RpcError> {
        self.fixed(index, 32)
    }

    /// The address at `index`.
    pub(crate) fn address(&self, index: usize) -> Result<Address, RpcError> {
        self.fixed(index, 20)
    }

    fn fixed<T: FromStr>(&self, index: usize, bytes: usize) -> Result<T, RpcError> {
        let text = self.required::<String>(index)?;
        fixed(&text, bytes)
            .map_err(|error| RpcError::invalid_params(format!("invalid argument {index}: {error}")))
    }

    /// The argument at `index`.
    pub(crate) fn required<T: DeserializeOwned>(&self, index: usize) -> Result<T, RpcError> {
        self.optional(index)?
            .ok_or_else(|| RpcError::invalid_params(format!("missing value for required argument {index}")))
    }
}

/// A fixed number of bytes as geth reads it: `0x` and all digits.
fn fixed<T: FromStr>(text: &str, bytes: usize) -> Result<T, String> {
    let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) else {
        return Err("hex string without 0x prefix".to_owned());
    };
    if digits.len() != 2 * bytes {
        return Err(format!("hex string has length {}, want {}", digits.len(), 2 * bytes));
    }
    digits.parse().map_err(|_| "invalid hex string".to_owned())
}

/// serde_json's message without " at line 1 column 5", which means nothing to a client.
fn without_position(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |end| message.get(..end).unwrap_or(message))
}
