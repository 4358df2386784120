//! The notations of the vectors: numbers as hex or decimal text or as JSON numbers, bytes with or without `0x`.

use autochain_primitives::{Address, Bytes, U256, hex};
use serde::{Deserialize, Deserializer, de::Error};
use std::{borrow::Cow, collections::BTreeMap};

/// A number in any of the suites' notations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Number(pub(crate) U256);

impl Number {
    /// Parses `0x2a`, `0x` (0), `2a` never (decimal without `0x`), `42`, and `0x:bigint 0x2a`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("0x:bigint ").unwrap_or(text);
        let (digits, radix) = match text.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (text, 10),
        };
        if digits.is_empty() {
            return Ok(Self::default());
        }
        let value = U256::from_str_radix(digits, radix);
        value.map(Self).map_err(|error| format!("{text:?} is not a 256-bit number: {error}"))
    }

    /// As 64 bits.
    pub(crate) fn u64(self) -> Result<u64, String> {
        u64::try_from(self.0).map_err(|_| format!("{} does not fit 64 bits", self.0))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Notation<'a> {
            Number(u64),
            #[serde(borrow)]
            Text(Cow<'a, str>),
        }
        match Notation::deserialize(deserializer)? {
            Notation::Number(number) => Ok(Self(U256::from(number))),
            Notation::Text(text) => Self::parse(&text).map_err(D::Error::custom),
        }
    }
}

/// An account of a pre or post state.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct AllocAccount {
    #[serde(default)]
    pub(crate) balance: Number,
    #[serde(default)]
    pub(crate) nonce: Number,
    #[serde(default)]
    pub(crate) code: Bytes,
    #[serde(default)]
    pub(crate) storage: BTreeMap<Number, Number>,
}

/// A state: address to account.
pub(crate) type Alloc = BTreeMap<Address, AllocAccount>;

/// Bytes from hex, with or without `0x`.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>, String> {
    hex::decode(text.trim()).map_err(|error| format!("not hex: {error}"))
}

/// Parses a file of JSON.
pub(crate) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("the vector cannot be parsed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_every_notation() {
        let cases = [("0x2a", 42), ("0x", 0), ("0x00", 0), ("42", 42), ("0x:bigint 0x2a", 42)];
        for (text, value) in cases {
            assert_eq!(Number::parse(text), Ok(Number(U256::from(value))), "{text}");
        }
        assert_eq!(parse::<Number>(b"7"), Ok(Number(U256::from(7))));
        assert_eq!(parse::<Number>(b"\"0x7\""), Ok(Number(U256::from(7))));
        assert!(Number::parse("2a").is_err());
        assert!(Number(U256::MAX).u64().is_err());
    }
}
