use crate::Transaction;
use alloy_primitives::{Address, B256, Signature, U256, keccak256, uint};
use secp256k1::{
    Message, SECP256K1, SecretKey,
    ecdsa::{RecoverableSignature, RecoveryId},
};

/// Half of the order of secp256k1: since Homestead `s` must not be above it (EIP-2).
const HALF_ORDER: U256 = uint!(0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0_U256);

/// Why a sender cannot be recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// `s` is in the upper half of the order (EIP-2).
    #[error("invalid sender: signature s value too high (EIP-2)")]
    HighS,
    /// No public key gives this signature.
    #[error("invalid sender: signature does not recover to a public key")]
    Unrecoverable,
}

/// Recovers the sender of a transaction with libsecp256k1. `low_s` demands EIP-2's lower half, as Homestead
/// and later do.
///
/// # Errors
/// [`SignatureError`] when the signature is malleable or recovers to nothing.
pub fn recover_sender(transaction: &Transaction, low_s: bool) -> Result<Address, SignatureError> {
    let signature = transaction.signature();
    if low_s && signature.s() > HALF_ORDER {
        return Err(SignatureError::HighS);
    }
    recover_signer(signature, transaction.signature_hash())
}

/// Recovers the address that signed `hash`; accepts any `s`.
///
/// # Errors
/// [`SignatureError::Unrecoverable`].
pub fn recover_signer(signature: &Signature, hash: B256) -> Result<Address, SignatureError> {
    let mut compact = [0u8; 64];
    compact[..32].copy_from_slice(&signature.r().to_be_bytes::<32>());
    compact[32..].copy_from_slice(&signature.s().to_be_bytes::<32>());
    let id = RecoveryId::from_u8_masked(u8::from(signature.v()));
    let key = RecoverableSignature::from_compact(&compact, id)
        .and_then(|signature| SECP256K1.recover_ecdsa(Message::from_digest(hash.0), &signature))
        .map_err(|_| SignatureError::Unrecoverable)?;
    Ok(Address::from_slice(&keccak256(&key.serialize_uncompressed()[1..])[12..]))
}

/// Signs `hash` (RFC 6979, low `s`).
pub fn sign_hash(key: &SecretKey, hash: B256) -> Signature {
    let (id, compact) =
        SECP256K1.sign_ecdsa_recoverable(Message::from_digest(hash.0), key).serialize_compact();
    Signature::from_bytes_and_parity(&compact, i32::from(id) == 1)
}
