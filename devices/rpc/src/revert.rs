use crate::abi::{self, Arg};
use crate::client::shown;
use obd_core::{Address, Hash, keccak256};
use std::fmt;

/// Why a contract refuses a call: the error that it reverts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revert {
    /// Selector and arguments, as the node gives them.
    pub data: Vec<u8>,
    /// What the node says about it, where it gives no data.
    pub message: String,
}

impl Revert {
    /// The error with this signature and these numbers.
    pub fn new(signature: &str, arguments: &[u64]) -> Self {
        let arguments: Vec<_> = arguments.iter().copied().map(Arg::Number).collect();
        Self { data: abi::call(signature, &arguments), message: String::new() }
    }

    /// Whether it is the error with this signature, such as `Expired(uint256)`.
    pub fn is(&self, signature: &str) -> bool {
        self.data.starts_with(&keccak256(signature.as_bytes())[..4])
    }

    /// One of its arguments.
    pub fn word(&self, index: usize) -> Option<&Hash> {
        self.data.get(4..)?.as_chunks().0.get(index)
    }

    /// One of its arguments as a number; the highest for any that is above 64 bits.
    pub fn number(&self, index: usize) -> Option<u64> {
        self.word(index).map(|word| abi::number(word).unwrap_or(u64::MAX))
    }

    /// One of its arguments as an account.
    pub fn account(&self, index: usize) -> Option<Address> {
        abi::account(self.word(index)?)
    }

    /// The text of Solidity's `Error(string)`.
    fn text(&self) -> Option<String> {
        if !self.is("Error(string)") {
            return None;
        }
        let length = usize::try_from(self.number(1)?).ok()?;
        let text = self.data.get(68..)?.get(..length)?;
        Some(shown(&String::from_utf8_lossy(text)))
    }
}

/// The text that the contract gave, else its bytes.
impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => f.write_str(&text),
            None if !self.data.is_empty() => f.write_str(&const_hex::encode_prefixed(&self.data)),
            None if !self.message.is_empty() => f.write_str(&self.message),
            None => f.write_str("without a reason"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reverts_in_words() {
        let mut text = Revert::new("Error(string)", &[32, 5]);
        text.data.extend(b"hello");
        text.data.resize(100, 0);
        assert_eq!(text.to_string(), "hello");
        assert_eq!(Revert::default().to_string(), "without a reason");
        assert_eq!(Revert { data: vec![1, 2, 3, 4, 5], ..Revert::default() }.to_string(), "0x0102030405");
        assert_eq!(Revert { message: "reverted".into(), ..Revert::default() }.to_string(), "reverted");
        let bound = Revert::new("DeviceBound(address,uint256)", &[9, 7]);
        assert!(bound.is("DeviceBound(address,uint256)") && !bound.is("Expired(uint256)"));
        assert_eq!((bound.number(1), bound.number(2)), (Some(7), None));
        assert_eq!(bound.account(0).map(|account| account.0[19]), Some(9));
    }

    #[test]
    fn truncated_reverts_are_shown_as_they_are() {
        for full in [Revert::new("Expired(uint256)", &[1]), Revert::new("Error(string)", &[32, u64::MAX])] {
            for len in 0..=full.data.len() {
                let short = Revert { data: full.data[..len].to_vec(), ..full.clone() };
                let expected = if len == 0 {
                    "without a reason".into()
                } else {
                    const_hex::encode_prefixed(&short.data)
                };
                assert_eq!(short.to_string(), expected);
                short.number(0);
                short.account(0);
            }
        }
    }
}
