//! What a contract says about itself.

use crate::abi::{self, Arg};
use crate::{Error, Rpc, RpcError, bytes, malformed};
use obd_core::{Address, Hash};
use serde_json::{Value, json};

const CALL: &str = "eth_call";

impl Rpc {
    /// The `N` words that a view of a contract gives now.
    ///
    /// # Errors
    ///
    /// [`Error::WouldRevert`] when the contract refuses, [`Error::NoContract`] when there is none.
    pub fn view<const N: usize>(
        &self,
        contract: Address,
        signature: &'static str,
        arguments: &[Arg<'_>],
    ) -> Result<[Hash; N], Error> {
        let data = const_hex::encode_prefixed(abi::call(signature, arguments));
        let call = json!({ "to": contract.to_string(), "data": data });
        let answer = self.call(CALL, json!([call, "latest"])).map_err(Error::from_revert)?;
        let returned = bytes(CALL, &answer)?;
        if returned.is_empty() {
            return Err(Error::NoContract { at: contract, view: signature });
        }
        let words: Vec<Hash> = returned.as_chunks().0.to_vec();
        words.try_into().map_err(|_| malformed(CALL, &answer).into())
    }
}

/// A word of a view as a number of at most 64 bits.
///
/// # Errors
///
/// [`RpcError::Malformed`] when it is none: the contract is not ours.
pub fn number(word: &Hash) -> Result<u64, RpcError> {
    abi::number(word).ok_or_else(|| no_sense(word))
}

/// A word of a view as an account; zero for none.
///
/// # Errors
///
/// As [`number`].
pub fn account(word: &Hash) -> Result<Address, RpcError> {
    abi::account(word).ok_or_else(|| no_sense(word))
}

fn no_sense(word: &Hash) -> RpcError {
    malformed(CALL, &Value::from(const_hex::encode(word)))
}
