use crate::der::{Der, INTEGER, SEQUENCE};

/// The curve of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    /// With SHA-256.
    P256,
    /// With SHA-384; believed with the feature `p384` only.
    P384,
}

/// A key that signs by ECDSA.
#[derive(Clone, Copy)]
pub(crate) struct PublicKey<'a> {
    pub(crate) curve: Curve,
    /// As in SEC 1.
    pub(crate) point: &'a [u8],
}

impl PublicKey<'_> {
    /// Whether this key signed `message`. The signature is DER: r and s.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.check(message, signature).is_some()
    }

    fn check(&self, message: &[u8], signature: &[u8]) -> Option<()> {
        match self.curve {
            Curve::P256 => {
                use p256::ecdsa::signature::Verifier as _;
                use p256::ecdsa::{Signature, VerifyingKey};
                let (r, s) = scalars::<32>(signature)?;
                let signature = Signature::from_scalars(r, s).ok()?;
                VerifyingKey::from_sec1_bytes(self.point).ok()?.verify(message, &signature).ok()
            }
            #[cfg(feature = "p384")]
            Curve::P384 => {
                use p384::ecdsa::signature::Verifier as _;
                use p384::ecdsa::{Signature, VerifyingKey};
                let (r, s) = scalars::<48>(signature)?;
                let signature = Signature::from_scalars(r, s).ok()?;
                VerifyingKey::from_sec1_bytes(self.point).ok()?.verify(message, &signature).ok()
            }
            #[cfg(not(feature = "p384"))]
            Curve::P384 => None,
        }
    }
}

/// r and s, each filled up to the curve's length.
fn scalars<const N: usize>(signature: &[u8]) -> Option<([u8; N], [u8; N])> {
    let mut outside = Der(signature);
    let mut parts = Der(outside.take(SEQUENCE)?);
    outside.end()?;
    let scalars = (scalar(parts.take(INTEGER)?)?, scalar(parts.take(INTEGER)?)?);
    parts.end()?;
    Some(scalars)
}

/// A positive number in its shortest form.
fn scalar<const N: usize>(integer: &[u8]) -> Option<[u8; N]> {
    let digits = match integer {
        [0, rest @ ..] if rest.first().is_some_and(|digit| *digit >= 0x80) => rest,
        [1..=0x7f, ..] => integer,
        _ => return None,
    };
    let mut scalar = [0; N];
    scalar.get_mut(N.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some(scalar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(scalar(&[5]), Some([0, 0, 5]));
        assert_eq!(scalar(&[0, 0x80]), Some([0, 0, 0x80]));
        assert_eq!(scalar(&[0, 0xff, 1, 2]), Some([0xff, 1, 2]));
        for wrong in [&[][..], &[0], &[0, 5], &[0x80], &[1, 2, 3, 4], &[0, 0x80, 1, 2, 3]] {
            assert_eq!(scalar::<3>(wrong), None, "{wrong:x?}");
        }
    }
}
