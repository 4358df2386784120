//! The registry's views and errors, as far as a device needs them.

use crate::error::Error;
use crate::rpc::{Rpc, RpcError, bytes, malformed};
use obd_core::{Address, Hash, keccak256};
use serde_json::{Value, json};

const CALL: &str = "eth_call";

/// What the registry holds for a device and its vehicle.
pub(crate) struct Standing {
    /// The device's last counter.
    pub(crate) counter: u64,
    /// The hash of the vehicle's last reading; zero when there is none.
    pub(crate) hash: Hash,
}

/// Asks for the pairing and the last reading, and refuses when the device does not speak for the vehicle.
pub(crate) fn standing(
    rpc: &Rpc,
    registry: Address,
    device: Address,
    vehicle: u64,
) -> Result<Standing, Error> {
    let mut argument = [0; 32];
    argument[12..].copy_from_slice(&device.0);
    let pairing = view::<5>(rpc, registry, "pairingOf(address)", argument)?;
    let [bound, _epoch, _holder, counter, active] = pairing;
    if word_u64(&bound)? != vehicle || word_u64(&active)? != 1 {
        return Err(Error::NotPaired { device, vehicle });
    }
    let mut argument = [0; 32];
    argument[24..].copy_from_slice(&vehicle.to_be_bytes());
    let [_, _, _, _, hash] = view::<5>(rpc, registry, "lastReading(uint256)", argument)?;
    Ok(Standing { counter: word_u64(&counter)?, hash })
}

fn view<const N: usize>(
    rpc: &Rpc,
    registry: Address,
    signature: &str,
    argument: Hash,
) -> Result<[Hash; N], Error> {
    let data = [&keccak256(signature.as_bytes())[..4], &argument].concat();
    let call = json!({ "to": registry.to_string(), "data": const_hex::encode_prefixed(data) });
    let answer = rpc.call(CALL, json!([call, "latest"])).map_err(would_revert)?;
    let returned = bytes(CALL, &answer)?;
    if returned.is_empty() {
        return Err(Error::NoRegistry(registry));
    }
    let words: Vec<Hash> = returned.as_chunks().0.to_vec();
    words.try_into().map_err(|_| malformed(CALL, &answer).into())
}

fn word_u64(word: &Hash) -> Result<u64, RpcError> {
    match word.split_last_chunk() {
        Some((zeros, number)) if zeros.iter().all(|byte| *byte == 0) => Ok(u64::from_be_bytes(*number)),
        _ => Err(malformed(CALL, &Value::from(const_hex::encode(word)))),
    }
}

/// A revert that the node reports becomes its reason.
pub(crate) fn would_revert(error: RpcError) -> Error {
    match error {
        RpcError::Node { code: 3, data, message, .. } => {
            Error::WouldRevert(data.as_deref().map_or(message, reason))
        }
        other => other.into(),
    }
}

/// Revert data in words.
pub(crate) fn reason(data: &[u8]) -> String {
    let words = data.get(4..).unwrap_or_default().as_chunks::<32>().0;
    let number = |index: usize| words.get(index).map(|word| word_u64(word).unwrap_or(u64::MAX));
    let is = |signature: &str| data.starts_with(&keccak256(signature.as_bytes())[..4]);
    if is("NotPaired(address,uint256)")
        && let Some(vehicle) = number(1)
    {
        return format!(
            "NotPaired: the device is not paired with vehicle {vehicle}, or its pairing is suspended"
        );
    }
    if is("CounterNotRising(uint64,uint64)")
        && let (Some(counter), Some(last)) = (number(0), number(1))
    {
        return format!("CounterNotRising: counter {counter} is not above the device's last, {last}");
    }
    if is("ERC721NonexistentToken(uint256)")
        && let Some(vehicle) = number(0)
    {
        return format!("ERC721NonexistentToken: there is no vehicle {vehicle}");
    }
    if is("Error(string)")
        && let Some(text) = number(1).and_then(|len| data.get(68..)?.get(..usize::try_from(len).ok()?))
    {
        return crate::rpc::shown(&String::from_utf8_lossy(text));
    }
    if data.is_empty() { "without a reason".to_owned() } else { const_hex::encode_prefixed(data) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(signature: &str, words: &[u64]) -> Vec<u8> {
        let mut data = keccak256(signature.as_bytes())[..4].to_vec();
        for word in words {
            data.extend([0; 24]);
            data.extend(word.to_be_bytes());
        }
        data
    }

    #[test]
    fn reverts_in_words() {
        let counter = reason(&error("CounterNotRising(uint64,uint64)", &[3, 7]));
        assert_eq!(counter, "CounterNotRising: counter 3 is not above the device's last, 7");
        let paired = reason(&error("NotPaired(address,uint256)", &[0, 9]));
        assert_eq!(paired, "NotPaired: the device is not paired with vehicle 9, or its pairing is suspended");
        let mut text = error("Error(string)", &[32, 5]);
        text.extend(b"hello");
        text.resize(100, 0);
        assert_eq!(reason(&text), "hello");
        assert_eq!(reason(&[]), "without a reason");
        assert_eq!(reason(&[1, 2, 3, 4, 5]), "0x0102030405");
    }

    #[test]
    fn truncated_reverts_are_shown_as_they_are() {
        for full in
            [error("CounterNotRising(uint64,uint64)", &[1, 2]), error("Error(string)", &[32, u64::MAX])]
        {
            for len in 0..=full.len() {
                reason(&full[..len]);
            }
        }
        let short = error("Error(string)", &[32, u64::MAX]);
        assert_eq!(reason(&short), const_hex::encode_prefixed(&short));
    }
}
