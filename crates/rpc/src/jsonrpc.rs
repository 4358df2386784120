use crate::RpcError;
use serde::Deserialize;
use serde_json::value::RawValue;

/// An answer's `result`, serialised.
pub(crate) type Json = Box<RawValue>;

/// Longest id that is sent back, in bytes.
const MAX_ID: usize = 4096;

/// One request as it came. Everything is optional, so that its faults can be named.
#[derive(Debug, Deserialize)]
pub(crate) struct Request<'a> {
    #[serde(borrow, default)]
    jsonrpc: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(default)]
    method: Option<String>,
    #[serde(borrow, default)]
    pub(crate) params: Option<&'a RawValue>,
}

/// Keeps `null` apart from absence.
fn present<'de: 'a, 'a, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'a> Request<'a> {
    /// The id as text; `null` without one that can be sent back.
    pub(crate) fn id(&self) -> &'a str {
        match self.id {
            Some(id) if is_scalar(id.get()) && id.get().len() <= MAX_ID => id.get(),
            _ => "null",
        }
    }

    /// Whether no answer is wanted.
    pub(crate) fn is_notification(&self) -> bool {
        self.id.is_none() && self.method.is_some()
    }

    /// The method, if this is a request at all.
    pub(crate) fn method(&self) -> Result<&str, RpcError> {
        let version = self.jsonrpc.is_some_and(|version| version.get() == "\"2.0\"");
        let id = self.id.is_none_or(|id| is_scalar(id.get()) && id.get().len() <= MAX_ID);
        match &self.method {
            Some(method) if version && id => Ok(method),
            _ => Err(RpcError::invalid_request("invalid request")),
        }
    }
}

fn is_scalar(json: &str) -> bool {
    !json.starts_with(['{', '['])
}

/// A message: one request or a batch.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    Single(Request<'a>),
    Batch(Vec<Request<'a>>),
}

impl<'a> Message<'a> {
    /// Reads a message. A batch may hold things that are no requests; they are answered as such.
    pub(crate) fn parse(text: &'a str) -> Result<Self, RpcError> {
        if !text.trim_start().starts_with('[') {
            let raw: &RawValue = serde_json::from_str(text).map_err(|_| RpcError::parse())?;
            return Ok(Self::Single(lenient(raw)));
        }
        let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| RpcError::parse())?;
        Ok(Self::Batch(items.into_iter().map(lenient).collect()))
    }
}

/// A request, or an empty one where the JSON is something else.
fn lenient(raw: &RawValue) -> Request<'_> {
    serde_json::from_str(raw.get()).unwrap_or(Request { jsonrpc: None, id: None, method: None, params: None })
}

/// Writes one answer.
pub(crate) fn respond(id: &str, outcome: &Result<Json, RpcError>) -> String {
    match outcome {
        Ok(result) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{}}}"#, result.get()),
        Err(error) => {
            let error = serde_json::to_string(error)
                .unwrap_or_else(|_| r#"{"code":-32603,"message":"internal error"}"#.to_owned());
            format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)
        }
    }
}

/// Writes a subscription's notification.
pub(crate) fn notify(subscription: &str, result: &RawValue) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","method":"eth_subscription","params":{{"subscription":"{subscription}","result":{}}}}}"#,
        result.get()
    )
}

/// Serialises a result.
pub(crate) fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<Json, RpcError> {
    serde_json::value::to_raw_value(value)
        .map_err(|error| RpcError::new(-32603, format!("internal error: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(text: &str) -> (String, Result<String, i64>) {
        match Message::parse(text).unwrap() {
            Message::Single(request) => {
                (request.id().to_owned(), request.method().map(str::to_owned).map_err(|error| error.code))
            }
            Message::Batch(_) => panic!("a batch"),
        }
    }

    #[test]
    fn requests_are_read_and_faults_named() {
        assert_eq!(single(r#"{"jsonrpc":"2.0","id":"a","method":"m"}"#), ("\"a\"".into(), Ok("m".into())));
        assert_eq!(single(r#"{"jsonrpc":"2.0","id":null,"method":"m","params":null}"#).1, Ok("m".into()));
        assert_eq!(single(r#"{"jsonrpc":"1.0","id":7,"method":"m"}"#), ("7".into(), Err(-32600)));
        assert_eq!(single(r#"{"jsonrpc":"2.0","id":{},"method":"m"}"#), ("null".into(), Err(-32600)));
        assert_eq!(single(r#"{"jsonrpc":"2.0","id":1}"#), ("1".into(), Err(-32600)));
        assert_eq!(single("17"), ("null".into(), Err(-32600)));
        assert_eq!(Message::parse("{\"a\":").unwrap_err().code, -32700);
        assert!(matches!(Message::parse(" [1, {}]"), Ok(Message::Batch(items)) if items.len() == 2));
        let Ok(Message::Single(request)) = Message::parse(r#"{"jsonrpc":"2.0","method":"m"}"#) else {
            panic!()
        };
        assert!(request.is_notification());
        let Ok(Message::Single(request)) = Message::parse(r#"{"jsonrpc":"2.0","id":null,"method":"m"}"#)
        else {
            panic!()
        };
        assert!(!request.is_notification());
    }
}
