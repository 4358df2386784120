use crate::{Address, Digest, Hash, Signature};

/// The account whose key made this 65-byte signature (r, s, v = 27 or 28) over `hash`; none when the
/// signature is not one, or has its s in the upper half of the order (EIP-2).
pub fn recover(hash: &Hash, signature: &[u8; 65]) -> Option<Address> {
    let signer = Signature::from_bytes(signature).ok()?.recover(&Digest(*hash)).ok()?;
    Some(signer.address())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

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
    }
}
