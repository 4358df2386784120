use super::{each, equal};
use crate::{case::Case, json};
use autochain_primitives::rlp::{BufMut, Decodable, Encodable, Error, Header, PayloadView, encode};
use serde_json::Value;

/// An RLP item of any shape, decoded as strictly as the node's own types: through the same header decoder.
#[derive(Debug, PartialEq, Eq)]
enum Item {
    Text(Vec<u8>),
    List(Vec<Self>),
}

impl Decodable for Item {
    fn decode(buf: &mut &[u8]) -> Result<Self, Error> {
        match Header::decode_raw(buf)? {
            PayloadView::String(bytes) => Ok(Self::Text(bytes.to_vec())),
            PayloadView::List(items) => {
                let decode = |mut item: &[u8]| Self::decode(&mut item);
                items.into_iter().map(decode).collect::<Result<_, _>>().map(Self::List)
            }
        }
    }
}

impl Encodable for Item {
    fn encode(&self, out: &mut dyn BufMut) {
        match self {
            Self::Text(bytes) => bytes.as_slice().encode(out),
            Self::List(items) => items.encode(out),
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Text(bytes) => bytes.as_slice().length(),
            Self::List(items) => items.length(),
        }
    }
}

#[derive(serde::Deserialize)]
struct Vector {
    #[serde(rename = "in")]
    input: Value,
    out: String,
}

/// Decoding gives the item, encoding the item gives the bytes.
pub(super) fn valid(bytes: &[u8]) -> Result<Vec<Case>, String> {
    each(bytes, |vector: Vector| {
        let encoded = json::unhex(&vector.out)?;
        let item = item(&vector.input)?;
        let mut rest = encoded.as_slice();
        let decoded = Item::decode(&mut rest).map_err(|error| format!("refused: {error}"))?;
        equal("decoded item", &decoded, &item)?;
        equal("rest", &rest.len(), &0)?;
        equal("encoding", &encode(&item), &encoded)
    })
}

/// The bytes are refused.
pub(super) fn invalid(bytes: &[u8]) -> Result<Vec<Case>, String> {
    each(bytes, |vector: Vector| {
        let encoded = json::unhex(&vector.out)?;
        let mut rest = encoded.as_slice();
        match Item::decode(&mut rest) {
            Ok(item) if rest.is_empty() => Err(format!("accepted as {item:?}")),
            _ => Ok(()),
        }
    })
}

/// The suite writes text as itself, numbers as numbers or `#decimal`.
fn item(value: &Value) -> Result<Item, String> {
    match value {
        Value::Array(items) => items.iter().map(item).collect::<Result<_, _>>().map(Item::List),
        Value::Number(number) => {
            let number = number.as_u64().ok_or("a negative number")?;
            Ok(Item::Text(trimmed(&number.to_be_bytes())))
        }
        Value::String(text) => match text.strip_prefix('#') {
            // The largest is 2^256, one more than U256 holds.
            Some(digits) => Ok(Item::Text(trimmed(&decimal(digits)?))),
            None => Ok(Item::Text(text.clone().into_bytes())),
        },
        other => Err(format!("{other} is no RLP item")),
    }
}

fn trimmed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
}

/// Big-endian bytes of a decimal number of any size.
fn decimal(digits: &str) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0u8; 40];
    for digit in digits.chars() {
        let mut carry = digit.to_digit(10).ok_or("not a decimal number")?;
        for byte in bytes.iter_mut().rev() {
            let value = u32::from(*byte) * 10 + carry;
            *byte = (value & 0xff) as u8;
            carry = value >> 8;
        }
    }
    Ok(bytes)
}
