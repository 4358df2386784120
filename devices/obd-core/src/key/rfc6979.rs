use crate::bytes::Pack;
use crate::secp256k1::Scalar;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroize as _;

type Block = [u8; 32];

/// The nonce of RFC 6979, section 3.2, with HMAC-SHA-256, for a digest already taken modulo n. It is a
/// function of both, so that no random source can give the key away.
///
/// The first candidate is taken but for one in 2^127, so the loop tells nothing of the secret.
pub(super) fn nonce(secret: &Scalar, hash: &Scalar) -> Scalar {
    let mut secret = secret.to_be_bytes();
    let hash = hash.to_be_bytes();
    let (mut key, mut value) = ([0; 32], [1; 32]);
    for round in [0, 1] {
        key = hmac(&key, &[&value, &[round], &secret, &hash]);
        value = hmac(&key, &[&value]);
    }
    secret.zeroize();
    loop {
        value = hmac(&key, &[&value]);
        if let Some(nonce) = Scalar::from_be_bytes(&value).filter(|nonce| !nonce.is_zero()) {
            value.zeroize();
            key.zeroize();
            return nonce;
        }
        key = hmac(&key, &[&value, &[0]]);
        value = hmac(&key, &[&value]);
    }
}

/// HMAC-SHA-256 (RFC 2104) of parts one after the other, under a key of half a block.
fn hmac(key: &Block, parts: &[&[u8]]) -> Block {
    let padded = |pad: u8| {
        let mut block = Pack::<64>::new().put(key).finish();
        for byte in &mut block {
            *byte ^= pad;
        }
        let hasher = Sha256::new_with_prefix(block);
        block.zeroize();
        hasher
    };
    let mut inner = padded(0x36);
    for part in parts {
        inner.update(part);
    }
    padded(0x5c).chain_update(inner.finalize()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1 and 2, their keys padded with zeros as HMAC does.
    #[test]
    fn hmac_of_the_published_cases() {
        let key = Pack::new().put(&[0x0b; 20]).finish();
        assert_eq!(hmac(&key, &[b"Hi ", b"There"])[..4], [0xb0, 0x34, 0x4c, 0x61]);
        let key = Pack::new().put(b"Jefe").finish();
        assert_eq!(hmac(&key, &[b"what do ya want for nothing?"])[28..], [0x64, 0xec, 0x38, 0x43]);
    }
}
