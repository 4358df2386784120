use crate::bytes::{Pack, Unpack};
use crate::{Hash, keccak256};

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
/// stored, both under the sealing key and a salt that is never used twice.
///
/// ```text
///  0         1            4      20           52     84
///  | version | protection | zero | salt (16) | ciphertext | MAC |
/// ```
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
        let header = [VERSION, self.protection.code(), 0, 0];
        let hidden = xor(secret, &self.keystream(&salt));
        let mac = self.mac(&header, &salt, &hidden);
        Pack::new().put(&header).put(&salt).put(&hidden).put(&mac).finish()
    }

    /// The secret, if this sealing key sealed it and nothing was changed.
    pub fn open(&self, sealed: &[u8; SEALED_LEN]) -> Option<[u8; 32]> {
        let mut fields = Unpack::new(sealed);
        let header: [u8; 4] = fields.take();
        let (salt, hidden, mac): ([u8; 16], [u8; 32], Hash) = (fields.take(), fields.take(), fields.take());
        // Compared without an early exit.
        let difference = xor(&mac, &self.mac(&header, &salt, &hidden));
        let equal = difference.iter().fold(0, |all, byte| all | byte) == 0;
        let known = header == [VERSION, self.protection.code(), 0, 0];
        (equal && known).then(|| xor(&hidden, &self.keystream(&salt)))
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
