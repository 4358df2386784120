/// The curve of a device's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Curve {
    /// Ethereum's: the key owns an account and can send transactions.
    #[default]
    Secp256k1,
    /// NIST's, of secure elements: the key signs statements, which others carry to the chain.
    P256,
}

impl Curve {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secp256k1 => "secp256k1",
            Self::P256 => "p256",
        }
    }

    /// None for a name that no curve here has.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Secp256k1, Self::P256].into_iter().find(|curve| curve.name() == name)
    }

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Secp256k1 => 0,
            Self::P256 => 1,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Secp256k1),
            1 => Some(Self::P256),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_come_back() {
        for curve in [Curve::Secp256k1, Curve::P256] {
            assert_eq!(Curve::from_name(curve.name()), Some(curve));
            assert_eq!(Curve::from_code(curve.code()), Some(curve));
        }
        for name in ["", "P256", "p-256", "p256 ", "ed25519"] {
            assert_eq!(Curve::from_name(name), None, "{name:?}");
        }
        for code in 2..=u8::MAX {
            assert_eq!(Curve::from_code(code), None, "{code}");
        }
    }
}
