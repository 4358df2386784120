use crate::{Address, Hash, keccak256};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

/// The account whose key made this 65-byte signature (r, s, v = 27 or 28) over `hash`; none when the
/// signature is not one, or has its s in the upper half of the order (EIP-2).
pub fn recover(hash: &Hash, signature: &[u8; 65]) -> Option<Address> {
    let (v, rs) = signature.split_last()?;
    let id = RecoveryId::from_byte(v.checked_sub(27)?).filter(|id| !id.is_x_reduced())?;
    let signature = Signature::from_slice(rs).ok()?;
    if signature.normalize_s().is_some() {
        return None;
    }
    let key = VerifyingKey::recover_from_prehash(hash, &signature, id).ok()?;
    let point = key.to_encoded_point(false);
    keccak256(point.as_bytes().get(1..)?).last_chunk().copied().map(Address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Digest, Key};

    #[test]
    fn gives_the_signer_and_nobody_else() {
        let key = Key::from_bytes(&[0x11; 32]).unwrap();
        let digest = Digest([0x22; 32]);
        let signature = key.sign(&digest).unwrap().to_bytes();
        assert_eq!(recover(&digest.0, &signature), Some(key.address()));
        assert_ne!(recover(&[0x23; 32], &signature), Some(key.address()));
    }

    #[test]
    fn malformed_signatures_have_no_signer() {
        let key = Key::from_bytes(&[0x11; 32]).unwrap();
        let good = key.sign(&Digest([0x22; 32])).unwrap().to_bytes();
        for v in [0, 1, 26, 29, 30, 255] {
            let mut bad = good;
            bad[64] = v;
            assert_eq!(recover(&[0x22; 32], &bad), None, "v = {v}");
        }
        assert_eq!(recover(&[0x22; 32], &[0; 65]), None);
        // The other s of the same signature, and the other v.
        let (r, s) = Signature::from_slice(&good[..64]).unwrap().split_scalars();
        let mut high = [0; 65];
        high[..64].copy_from_slice(&Signature::from_scalars(r, -s).unwrap().to_bytes());
        high[64] = if good[64] == 27 { 28 } else { 27 };
        assert_eq!(recover(&[0x22; 32], &high), None);
    }
}
