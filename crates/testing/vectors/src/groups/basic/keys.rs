use super::{each, each_of_list, equal};
use crate::{case::Case, json};
use autochain_primitives::{
    Address, Decodable2718, Transaction, TransactionFields, U256, alloy_primitives::Signature, keccak256,
    recover_sender, recover_signer, sign_hash,
};
use secp256k1::SecretKey;
use serde_json::Value;

#[derive(serde::Deserialize)]
struct KeyVector {
    seed: String,
    key: String,
    addr: Address,
    sig_of_emptystring: SignatureVector,
}

#[derive(serde::Deserialize)]
struct SignatureVector {
    v: String,
    r: String,
    s: String,
}

/// Seed → key → address. The signature beside them is of no message that the suite or its readers name, so no more
/// than its form can be looked at; and the key's own signature recovers to it.
pub(super) fn key_to_address(bytes: &[u8]) -> Result<Vec<Case>, String> {
    each_of_list(bytes, |vector: KeyVector| {
        let key = secret(&vector.key)?;
        equal("key", &keccak256(vector.seed.as_bytes()).to_vec(), &json::unhex(&vector.key)?)?;
        equal("address", &address(&key), &vector.addr)?;
        let SignatureVector { v, r, s } = vector.sig_of_emptystring;
        let number = |text: &str| U256::from_str_radix(text, 10).map_err(|error| error.to_string());
        let signature = Signature::new(number(&r)?, number(&s)?, v == "28");
        recover_signer(&signature, keccak256([])).map_err(|error| error.to_string())?;
        let signer = recover_signer(&sign_hash(&key, keccak256([])), keccak256([]));
        equal("signer", &signer, &Ok(vector.addr))
    })
}

#[derive(serde::Deserialize)]
struct TransactionVector {
    key: String,
    nonce: u64,
    gasprice: u128,
    startgas: u64,
    to: Address,
    value: u64,
    data: String,
    unsigned: String,
    signed: String,
}

/// The signed bytes decode to the fields and recover to the key, and signing them again does too.
pub(super) fn signed_transaction(bytes: &[u8]) -> Result<Vec<Case>, String> {
    each_of_list(bytes, |vector: TransactionVector| {
        let encoded = json::unhex(&vector.signed)?;
        let mut rest = encoded.as_slice();
        let tx = Transaction::decode_2718(&mut rest).map_err(|error| error.to_string())?;
        equal("rest", &rest.len(), &0)?;
        equal("nonce", &tx.nonce(), &vector.nonce)?;
        equal("gas price", &tx.max_fee_per_gas(), &vector.gasprice)?;
        equal("gas limit", &tx.gas_limit(), &vector.startgas)?;
        equal("to", &tx.to(), &Some(vector.to))?;
        equal("value", &tx.value(), &U256::from(vector.value))?;
        equal("data", &tx.input().to_vec(), &json::unhex(&vector.data)?)?;
        // The unsigned form ends with empty v, r and s, which no signature gives: not a transaction.
        let unsigned = json::unhex(&vector.unsigned)?;
        if let Ok(tx) = Transaction::decode_2718(&mut unsigned.as_slice())
            && recover_sender(&tx, false).is_ok()
        {
            return Err("the unsigned form is accepted with a sender".to_owned());
        }
        let key = secret(&vector.key)?;
        let sender = recover_sender(&tx, true).map_err(|error| error.to_string())?;
        equal("sender", &sender, &address(&key))?;
        let again = recover_signer(&sign_hash(&key, tx.signature_hash()), tx.signature_hash());
        equal("sender after signing again", &again, &Ok(address(&key)))
    })
}

#[derive(serde::Deserialize)]
struct AbiVector {
    args: Vec<Value>,
    types: Vec<String>,
    result: String,
}

/// Static head words, all that the suite has: an integer is big-endian, an address is padded on the left.
pub(super) fn abi(bytes: &[u8]) -> Result<Vec<Case>, String> {
    each(bytes, |vector: AbiVector| {
        let mut encoded = Vec::new();
        for (kind, value) in vector.types.iter().zip(&vector.args) {
            let word = match (kind.as_str(), value) {
                ("uint256", Value::Number(number)) => {
                    U256::from(number.as_u64().ok_or("a negative number")?).to_be_bytes::<32>()
                }
                ("address", Value::String(text)) => {
                    text.parse::<Address>().map_err(|error| error.to_string())?.into_word().0
                }
                other => return Err(format!("{other:?} is new to this suite")),
            };
            encoded.extend(word);
        }
        equal("encoding", &encoded, &json::unhex(&vector.result)?)
    })
}

fn secret(text: &str) -> Result<SecretKey, String> {
    let bytes: [u8; 32] = json::unhex(text)?.try_into().map_err(|_| "a key has 32 bytes")?;
    SecretKey::from_byte_array(bytes).map_err(|error| error.to_string())
}

fn address(key: &SecretKey) -> Address {
    let public = key.public_key(secp256k1::SECP256K1).serialize_uncompressed();
    Address::from_slice(&keccak256(&public[1..])[12..])
}
