//! Solidity's ABI, as far as calls of the vehicle's contracts need it.

use obd_core::{Address, Hash, keccak256};

/// One argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// A number.
    Number(u64),
    /// `address`.
    Account(Address),
    /// `bytes`.
    Bytes(&'a [u8]),
    /// `address[]`.
    Accounts(&'a [Address]),
}

/// The calldata of the function with this signature, such as `pair(address,uint256)`.
pub fn call(signature: &str, arguments: &[Arg<'_>]) -> Vec<u8> {
    let (mut heads, mut tails) = (Vec::new(), Vec::new());
    for argument in arguments {
        let mut tail = |length: usize, content: &[u8]| {
            let offset = 32 * arguments.len() + tails.len();
            tails.extend(word(&length.to_be_bytes()));
            tails.extend(content);
            tails.resize(tails.len().next_multiple_of(32), 0);
            word(&offset.to_be_bytes())
        };
        heads.extend(match argument {
            Arg::Number(number) => word(&number.to_be_bytes()),
            Arg::Account(account) => word(&account.0),
            Arg::Bytes(bytes) => tail(bytes.len(), bytes),
            Arg::Accounts(accounts) => {
                let words: Vec<Hash> = accounts.iter().map(|account| word(&account.0)).collect();
                tail(words.len(), words.as_flattened())
            }
        });
    }
    [&keccak256(signature.as_bytes())[..4], &heads, &tails].concat()
}

/// A word as a number; none when it is above 64 bits.
pub fn number(word: &Hash) -> Option<u64> {
    let (zeros, number) = word.split_last_chunk()?;
    zeros.iter().all(|byte| *byte == 0).then_some(u64::from_be_bytes(*number))
}

/// A word as an account; none when it is longer than one.
pub fn account(word: &Hash) -> Option<Address> {
    let (zeros, account) = word.split_last_chunk()?;
    zeros.iter().all(|byte| *byte == 0).then_some(Address(*account))
}

/// At most 32 bytes, big-endian, as one word.
fn word(bytes: &[u8]) -> Hash {
    let mut word = [0; 32];
    word[32 - bytes.len()..].copy_from_slice(bytes);
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(words: &[&str]) -> String {
        words.concat()
    }

    /// The example of Solidity's documentation for dynamic types, with our argument types.
    #[test]
    fn dynamic_arguments_stand_behind_the_others() {
        let account = Address([0xab; 20]);
        let data = call(
            "f(uint32,address[],bytes)",
            &[Arg::Number(7), Arg::Accounts(&[account; 2]), Arg::Bytes(&[0xcd; 33])],
        );
        let account = "000000000000000000000000abababababababababababababababababababab";
        let expected = hex(&[
            "0000000000000000000000000000000000000000000000000000000000000007",
            "0000000000000000000000000000000000000000000000000000000000000060",
            "00000000000000000000000000000000000000000000000000000000000000c0",
            "0000000000000000000000000000000000000000000000000000000000000002",
            account,
            account,
            "0000000000000000000000000000000000000000000000000000000000000021",
            "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
            "cd00000000000000000000000000000000000000000000000000000000000000",
        ]);
        assert_eq!(const_hex::encode(&data[4..]), expected);
    }

    #[test]
    fn words_are_read_only_when_they_fit() {
        let mut word = [0; 32];
        word[31] = 5;
        assert_eq!((number(&word), account(&word).map(|account| account.0[19])), (Some(5), Some(5)));
        word[23] = 1;
        assert_eq!(number(&word), None);
        word[11] = 1;
        assert_eq!(account(&word), None);
    }
}
