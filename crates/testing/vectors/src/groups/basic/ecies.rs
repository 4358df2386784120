use super::{each, equal};
use crate::{case::Case, json};
use aes::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use secp256k1::{PublicKey, SecretKey, ecdh::shared_secret_point};
use sha2::{Digest, Sha256};

#[derive(serde::Deserialize)]
struct Vector {
    key: String,
    cipher: String,
    payload: String,
}

/// ECIES as devp2p used it: not the node's protocol, but the same curve, AES-CTR and HMAC libraries that its
/// signatures and keystore stand on.
pub(super) fn run(bytes: &[u8]) -> Result<Vec<Case>, String> {
    each(bytes, |vector: Vector| {
        let key: [u8; 32] = json::unhex(&vector.key)?.try_into().map_err(|_| "the key has not 32 bytes")?;
        let cipher = json::unhex(&vector.cipher)?;
        let plain = decrypt(key, &cipher).ok_or("the message does not authenticate")?;
        equal("payload", &plain, &json::unhex(&vector.payload)?)
    })
}

/// `public key (65) ‖ iv (16) ‖ AES-128-CTR ciphertext ‖ HMAC-SHA-256 (32)`, keys by NIST SP 800-56.
fn decrypt(key: [u8; 32], message: &[u8]) -> Option<Vec<u8>> {
    let (public, rest) = message.split_at_checked(65)?;
    let (sealed, tag) = rest.split_at_checked(rest.len().checked_sub(32)?)?;
    let (iv, ciphertext) = sealed.split_at_checked(16)?;
    let point =
        shared_secret_point(&PublicKey::from_slice(public).ok()?, &SecretKey::from_byte_array(key).ok()?);
    let derived = Sha256::new().chain_update([0, 0, 0, 1]).chain_update(&point[..32]).finalize();
    let (encryption, authentication) = derived.split_at(16);
    let mut mac = Hmac::<Sha256>::new_from_slice(&Sha256::digest(authentication)).ok()?;
    mac.update(sealed);
    mac.verify_slice(tag).ok()?;
    let mut plain = ciphertext.to_vec();
    ctr::Ctr128BE::<aes::Aes128>::new_from_slices(encryption, iv).ok()?.apply_keystream(&mut plain);
    Some(plain)
}
