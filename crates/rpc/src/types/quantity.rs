use autochain_primitives::{Bytes, U256, hex};
use serde::{Deserialize, Deserializer, de::Error};

/// Digits of a quantity by geth's rules: `0x`, at least one digit, no leading zero.
fn digits(text: &str) -> Result<&str, &'static str> {
    if text.is_empty() {
        return Err("empty hex string");
    }
    let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) else {
        return Err("hex string without 0x prefix");
    };
    if digits.is_empty() {
        return Err("hex string \"0x\"");
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err("hex number with leading zero digits");
    }
    if digits.starts_with('+') || !digits.is_ascii() {
        return Err("invalid hex string");
    }
    Ok(digits)
}

/// Reads a quantity of at most 64 bits.
pub(crate) fn parse_u64(text: &str) -> Result<u64, &'static str> {
    let digits = digits(text)?;
    if digits.len() > 16 {
        return Err("hex number > 64 bits");
    }
    u64::from_str_radix(digits, 16).map_err(|_| "invalid hex string")
}

fn parse_u256(text: &str) -> Result<U256, &'static str> {
    let digits = digits(text)?;
    if digits.len() > 64 {
        return Err("hex number > 256 bits");
    }
    U256::from_str_radix(digits, 16).map_err(|_| "invalid hex string")
}

/// A quantity of at most 64 bits (geth's `hexutil.Uint64`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Num(pub(crate) u64);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        parse_u64(&text).map(Self).map_err(D::Error::custom)
    }
}

/// A quantity of at most 256 bits (geth's `hexutil.Big`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wei(pub(crate) U256);

impl Wei {
    /// As a fee per gas; what does not fit 128 bits is as good as the largest.
    pub(crate) fn fee(self) -> u128 {
        u128::try_from(self.0).unwrap_or(u128::MAX)
    }
}

impl<'de> Deserialize<'de> for Wei {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        parse_u256(&text).map(Self).map_err(D::Error::custom)
    }
}

/// Bytes with `0x` and an even number of digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HexBytes(pub(crate) Bytes);

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) else {
            return Err(D::Error::custom("hex string without 0x prefix"));
        };
        if digits.len() % 2 == 1 {
            return Err(D::Error::custom("hex string of odd length"));
        }
        hex::decode(digits)
            .map(|bytes| Self(bytes.into()))
            .map_err(|_| D::Error::custom("invalid hex string"))
    }
}

/// A storage slot: up to 32 bytes of hexadecimal, short and odd forms too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot(pub(crate) U256);

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(&text);
        if digits.len() > 64 {
            return Err(D::Error::custom("hex string too long, want at most 32 bytes"));
        }
        if digits.is_empty() {
            return Ok(Self(U256::ZERO));
        }
        U256::from_str_radix(digits, 16)
            .map(Self)
            .map_err(|_| D::Error::custom("unable to decode storage key: invalid hex string"))
    }
}

/// A count that tools send as hexadecimal, decimal text or a number (`eth_feeHistory`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(u64),
            Text(String),
        }
        let text = match Form::deserialize(deserializer) {
            Ok(Form::Number(number)) => return Ok(Self(number)),
            Ok(Form::Text(text)) => text,
            Err(_) => return Err(D::Error::custom("invalid count, want a number or a hex string")),
        };
        let number = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        };
        number.map(Self).ok_or_else(|| D::Error::custom("invalid hex or decimal integer"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_as_strict_as_geths() {
        let read = |text: &str| serde_json::from_str::<Num>(text).map(|n| n.0).map_err(|e| e.to_string());
        assert_eq!(read("\"0x0\""), Ok(0));
        assert_eq!(read("\"0xff\""), Ok(255));
        assert_eq!(read("\"0xffffffffffffffff\""), Ok(u64::MAX));
        for (text, error) in [
            ("\"\"", "empty hex string"),
            ("\"0x\"", "hex string \"0x\""),
            ("\"10\"", "without 0x prefix"),
            ("\"0x01\"", "leading zero"),
            ("\"0x10000000000000000\"", "> 64 bits"),
            ("\"0xzz\"", "invalid hex string"),
            ("\"0x+1\"", "invalid hex string"),
            ("10", "invalid type"),
        ] {
            assert!(read(text).unwrap_err().contains(error), "{text}");
        }
        assert_eq!(serde_json::from_str::<Slot>("\"0x2\"").unwrap().0, U256::from(2));
        assert_eq!(serde_json::from_str::<Slot>("\"0x002\"").unwrap().0, U256::from(2));
        assert_eq!(serde_json::from_str::<Count>("4").unwrap().0, 4);
        assert_eq!(serde_json::from_str::<Count>("\"0xa\"").unwrap().0, 10);
        assert_eq!(serde_json::from_str::<Count>("\"10\"").unwrap().0, 10);
        assert!(serde_json::from_str::<HexBytes>("\"0x1\"").is_err());
    }
}
