use crate::bytes::{Pack, Unpack};
use crate::{Curve, Hash, keccak256};

/// The length of a sealed secret.
pub const SEALED_LEN: usize = 84;

/// Where the key that seals the vault comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// The chip's HMAC unit, from a block of eFuses that software cannot read.
    Hardware,
    /// The chip's flash, beside the vault: whoever reads the flash has the secret.
    None,
}

/// Encrypts a device's secret at rest: a keystream of one keccak-256 block, and a keccak-256 MAC over what is
/// stored, both under the sealing key and a salt that is never used twice. A key's curve lies beside its
/// secret, so that one write keeps both or none; the MAC holds them together.
///
/// ```text
///  0         1            2       3      4           20           52    84
///  | version | protection | curve | zero | salt (16) | ciphertext | MAC |
/// ```
///
/// The curve is 0 for secp256k1 and for a secret that is no key, 1 for P-256.
pub struct Vault {
    sealing_key: [u8; 32],
    protection: Protection,
}

const VERSION: u8 = 1;

impl Vault {
    /// `sealing_key` has to be as good as random.
    pub const fn new(sealing_key: [u8; 32], protection: Protection) -> Self {
        Self { sealing_key, protection }
    }

    /// Where the sealing key comes from.
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// The secret as it may lie in flash. `salt` is fresh from the random generator.
    pub fn seal(&self, secret: &[u8; 32], salt: [u8; 16]) -> [u8; SEALED_LEN] {
        self.seal_key(Curve::Secp256k1, secret, salt)
    }

    /// As [`Vault::seal`], for the secret of a key on `curve`.
    pub fn seal_key(&self, curve: Curve, secret: &[u8; 32], salt: [u8; 16]) -> [u8; SEALED_LEN] {
        let header = [VERSION, self.protection.code(), curve.code(), 0];
        let hidden = xor(secret, &self.keystream(&salt));
        let mac = self.mac(&header, &salt, &hidden);
        Pack::new().put(&header).put(&salt).put(&hidden).put(&mac).finish()
    }

    /// The secret, if this sealing key sealed it and nothing was changed.
    pub fn open(&self, sealed: &[u8; SEALED_LEN]) -> Option<[u8; 32]> {
        self.open_key(sealed).filter(|(curve, _)| *curve == Curve::Secp256k1).map(|(_, secret)| secret)
    }

    /// As [`Vault::open`], for the secret of a key; with the key's curve.
    pub fn open_key(&self, sealed: &[u8; SEALED_LEN]) -> Option<(Curve, [u8; 32])> {
        let mut fields = Unpack::new(sealed);
        let header: [u8; 4] = fields.take();
        let (salt, hidden, mac): ([u8; 16], [u8; 32], Hash) = (fields.take(), fields.take(), fields.take());
        // Compared without an early exit.
        let difference = xor(&mac, &self.mac(&header, &salt, &hidden));
        let equal = difference.iter().fold(0, |all, byte| all | byte) == 0;
        let [version, protection, curve, zero] = header;
        let known = (version, protection, zero) == (VERSION, self.protection.code(), 0);
        let curve = Curve::from_code(curve).filter(|_| equal && known)?;
        Some((curve, xor(&hidden, &self.keystream(&salt))))
    }

    fn keystream(&self, salt: &[u8; 16]) -> Hash {
        let label = *b"autochain vault stream";
        keccak256(&Pack::<70>::new().put(&label).put(&self.sealing_key).put(salt).finish())
    }

    fn mac(&self, header: &[u8; 4], salt: &[u8; 16], hidden: &[u8; 32]) -> Hash {
        let label = *b"autochain vault mac";
        let keyed = Pack::<103>::new().put(&label).put(&self.sealing_key).put(header).put(salt).put(hidden);
        keccak256(&keyed.finish())
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.sealing_key);
    }
}

impl Protection {
    const fn code(self) -> u8 {
        match self {
            Self::Hardware => 1,
            Self::None => 0,
        }
    }
}

fn xor(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let mut out = *a;
    for (to, from) in out.iter_mut().zip(b) {
        *to ^= from;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = [0x5a; 32];

    #[test]
    fn what_is_sealed_opens_again_and_hides_the_secret() {
        let vault = Vault::new([7; 32], Protection::Hardware);
        let sealed = vault.seal(&SECRET, [1; 16]);
        assert_eq!(vault.open(&sealed), Some(SECRET));
        assert!(!sealed.windows(4).any(|window| window == [0x5a; 4]));
        assert_ne!(sealed[20..52], vault.seal(&SECRET, [2; 16])[20..52], "the salt changes the ciphertext");
    }

    #[test]
    fn a_keys_curve_comes_back_with_it() {
        let vault = Vault::new([7; 32], Protection::Hardware);
        for curve in [Curve::Secp256k1, Curve::P256] {
            let sealed = vault.seal_key(curve, &SECRET, [1; 16]);
            assert_eq!(vault.open_key(&sealed), Some((curve, SECRET)));
            let mut other = sealed;
            other[2] ^= 1;
            assert_eq!(vault.open_key(&other), None, "the secret of one curve is none on the other");
        }
        assert_eq!(vault.open(&vault.seal_key(Curve::P256, &SECRET, [1; 16])), None);
    }

    /// As firmware sealed it that knew one curve only.
    #[test]
    fn an_older_secret_is_on_secp256k1() {
        let vault = Vault::new([7; 32], Protection::Hardware);
        let header = [VERSION, 1, 0, 0];
        let hidden = xor(&SECRET, &vault.keystream(&[1; 16]));
        let mac = vault.mac(&header, &[1; 16], &hidden);
        let sealed = Pack::new().put(&header).put(&[1; 16]).put(&hidden).put(&mac).finish();
        assert_eq!(vault.open_key(&sealed), Some((Curve::Secp256k1, SECRET)));
    }

    #[test]
    fn another_key_protection_or_byte_opens_nothing() {
        let vault = Vault::new([7; 32], Protection::Hardware);
        let sealed = vault.seal(&SECRET, [1; 16]);
        assert_eq!(Vault::new([8; 32], Protection::Hardware).open(&sealed), None);
        assert_eq!(Vault::new([7; 32], Protection::None).open(&sealed), None);
        for at in 0..SEALED_LEN {
            let mut bad = sealed;
            bad[at] ^= 1;
            assert_eq!(vault.open(&bad), None, "byte {at}");
        }
    }
}
