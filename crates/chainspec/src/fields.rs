use crate::GenesisError;
use autochain_primitives::{Address, B256, Bytes, U256, hex};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A JSON object whose keys are taken one by one, without regard to case; what remains was not understood.
#[derive(Debug)]
pub(crate) struct Fields(BTreeMap<String, Field>);

/// A value with the key it stood under.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: String,
    raw: Box<RawValue>,
}

impl Fields {
    pub(crate) fn parse(json: &str) -> Result<Self, GenesisError> {
        let raw: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(json).map_err(|error| GenesisError::Json(error.to_string()))?;
        Ok(Self(raw.into_iter().map(|(key, raw)| (key.to_ascii_lowercase(), Field { key, raw })).collect()))
    }

    /// Removes a key. `null` is as good as absent.
    pub(crate) fn take(&mut self, key: &str) -> Option<Field> {
        self.0.remove(&key.to_ascii_lowercase()).filter(|field| field.raw.get() != "null")
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Field> {
        self.0.get(&key.to_ascii_lowercase())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.get(&key.to_ascii_lowercase()).is_some_and(|field| field.raw.get() != "null")
    }

    /// The remaining keys as they were written.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|field| field.key.as_str())
    }

    pub(crate) fn into_fields(self) -> impl Iterator<Item = Field> {
        self.0.into_values()
    }

    pub(crate) fn u64(&mut self, key: &str) -> Result<Option<u64>, GenesisError> {
        self.take(key).map(|field| field.u64()).transpose()
    }

    pub(crate) fn u256(&mut self, key: &str) -> Result<Option<U256>, GenesisError> {
        self.take(key).map(|field| field.u256()).transpose()
    }

    pub(crate) fn bool(&mut self, key: &str) -> Result<Option<bool>, GenesisError> {
        self.take(key).map(|field| field.bool()).transpose()
    }

    pub(crate) fn bytes(&mut self, key: &str) -> Result<Option<Bytes>, GenesisError> {
        self.take(key).map(|field| field.bytes()).transpose()
    }

    pub(crate) fn hash(&mut self, key: &str) -> Result<Option<B256>, GenesisError> {
        self.take(key).map(|field| field.hash()).transpose()
    }

    pub(crate) fn address(&mut self, key: &str) -> Result<Option<Address>, GenesisError> {
        self.take(key).map(|field| field.address()).transpose()
    }

    pub(crate) fn object(&mut self, key: &str) -> Result<Option<Self>, GenesisError> {
        self.take(key).map(|field| field.object()).transpose()
    }
}

impl Field {
    pub(crate) fn json(&self) -> &str {
        self.raw.get()
    }

    pub(crate) fn u64(&self) -> Result<u64, GenesisError> {
        u64::try_from(self.number(64)?).map_err(|_| self.not_a_number(64))
    }

    pub(crate) fn u256(&self) -> Result<U256, GenesisError> {
        self.number(256)
    }

    pub(crate) fn bool(&self) -> Result<bool, GenesisError> {
        match self.json() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.value("true or false")),
        }
    }

    pub(crate) fn bytes(&self) -> Result<Bytes, GenesisError> {
        let text = self.text().ok_or_else(|| self.not_bytes("a string of bytes"))?;
        hex::decode(&text).map(Bytes::from).map_err(|_| self.not_bytes("bytes: an even number of digits"))
    }

    /// 32 bytes; shorter values are padded on the left.
    pub(crate) fn hash(&self) -> Result<B256, GenesisError> {
        word(&self.text().unwrap_or_default()).ok_or_else(|| self.not_bytes("32 bytes"))
    }

    pub(crate) fn address(&self) -> Result<Address, GenesisError> {
        address(&self.text().unwrap_or_default()).ok_or_else(|| self.not_bytes("an address of 20 bytes"))
    }

    pub(crate) fn object(&self) -> Result<Fields, GenesisError> {
        Fields::parse(self.json()).map_err(|_| self.value("a JSON object"))
    }

    /// The string, where the value is one.
    pub(crate) fn text(&self) -> Option<String> {
        serde_json::from_str(self.json()).ok()
    }

    pub(crate) fn value(&self, expected: &'static str) -> GenesisError {
        GenesisError::Value { key: self.key.clone(), got: self.shown(), expected }
    }

    fn number(&self, bits: usize) -> Result<U256, GenesisError> {
        let text = self.text().unwrap_or_else(|| self.json().to_owned());
        number(text.trim()).ok_or_else(|| self.not_a_number(bits))
    }

    fn not_a_number(&self, bits: usize) -> GenesisError {
        GenesisError::Number { key: self.key.clone(), got: self.shown(), bits }
    }

    fn not_bytes(&self, expected: &'static str) -> GenesisError {
        GenesisError::Bytes { key: self.key.clone(), got: self.shown(), expected }
    }

    fn shown(&self) -> String {
        let mut shown: String = self.json().chars().take(80).collect();
        if shown.len() < self.json().len() {
            shown.push('…');
        }
        shown
    }
}

/// Decimal, or hexadecimal behind `0x`; without digits it is 0.
pub(crate) fn number(text: &str) -> Option<U256> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some("") => Some(U256::ZERO),
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            U256::from_str_radix(digits, 16).ok()
        }
        None if text.is_empty() => Some(U256::ZERO),
        None if text.bytes().all(|digit| digit.is_ascii_digit()) => U256::from_str_radix(text, 10).ok(),
        _ => None,
    }
}

/// Up to 32 bytes of hexadecimal digits, with or without `0x`, padded on the left.
pub(crate) fn word(text: &str) -> Option<B256> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.is_empty() || digits.len() > 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    U256::from_str_radix(digits, 16).ok().map(B256::from)
}

/// Exactly 20 bytes of hexadecimal digits, with or without `0x`.
pub(crate) fn address(text: &str) -> Option<Address> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    hex::decode(digits).ok().filter(|bytes| bytes.len() == 20).map(|bytes| Address::from_slice(&bytes))
}
