//! What of a certificate counts here (RFC 5280): the key, the names, and the issuer's signature over both.

use crate::der::{BIT_STRING, BOOLEAN, Der, INTEGER, OBJECT, OCTET_STRING, SEQUENCE, context, implicit};
use crate::ecdsa::{Curve, PublicKey};

/// A certificate, read and not yet believed.
pub(crate) struct Certificate<'a> {
    /// What the issuer signed.
    signed: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    key: PublicKey<'a>,
    /// `subjectAltName`, as a sequence of names.
    names: &'a [u8],
}

/// `ecPublicKey` on a named curve (RFC 5480).
const P256: &[u8] =
    &[OBJECT, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, OBJECT, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[OBJECT, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, OBJECT, 5, 0x2b, 0x81, 4, 0, 0x22];
/// ECDSA with SHA-256 and SHA-384 (RFC 5758).
const ECDSA_SHA256: &[u8] = &[OBJECT, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ECDSA_SHA384: &[u8] = &[OBJECT, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
/// `id-ce-subjectAltName`.
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
/// A `dNSName` among the names.
const DNS: u8 = implicit(2);

impl<'a> Certificate<'a> {
    /// Reads DER. `None` for anything else, for a key on a curve that is not known, and for more than the
    /// certificate.
    pub(crate) fn read(der: &'a [u8]) -> Option<Self> {
        let mut outside = Der(der);
        let mut parts = Der(outside.take(SEQUENCE)?);
        outside.end()?;
        let (signed, content) = parts.take_whole(SEQUENCE)?;
        let algorithm = parts.take(SEQUENCE)?;
        let signature = bits(parts.take(BIT_STRING)?)?;
        parts.end()?;

        let mut fields = Der(content);
        let _version = fields.optional(context(0))?;
        let _serial = fields.take(INTEGER)?;
        // The algorithm stands twice, and what is signed has to agree.
        if fields.take(SEQUENCE)? != algorithm {
            return None;
        }
        let (_issuer, _validity, _subject) =
            (fields.take(SEQUENCE)?, fields.take(SEQUENCE)?, fields.take(SEQUENCE)?);
        let mut key = Der(fields.take(SEQUENCE)?);
        let curve = match key.take(SEQUENCE)? {
            P256 => Curve::P256,
            P384 => Curve::P384,
            _ => return None,
        };
        let key = PublicKey { curve, point: bits(key.take(BIT_STRING)?)? };
        let _unique_ids = (fields.optional(implicit(1))?, fields.optional(implicit(2))?);
        let names = match fields.optional(context(3))? {
            Some(extensions) => names(extensions)?,
            None => &[],
        };
        fields.end()?;
        Some(Self { signed, algorithm, signature, key, names })
    }

    /// Whose certificate it is.
    pub(crate) const fn key(&self) -> PublicKey<'a> {
        self.key
    }

    /// Whether `issuer` signed it. The hash has to be the one of the issuer's curve.
    pub(crate) fn is_signed_by(&self, issuer: &Certificate<'_>) -> bool {
        let curve = match self.algorithm {
            ECDSA_SHA256 => Curve::P256,
            ECDSA_SHA384 => Curve::P384,
            _ => return false,
        };
        issuer.key.curve == curve && issuer.key.verify(self.signed, self.signature)
    }

    /// Whether it is for this host: one of its DNS names is the host's, letter case aside, or is so with `*` for
    /// the host's first label (RFC 9525). The subject's common name is no host's.
    pub(crate) fn names(&self, host: &str) -> bool {
        let mut names = Der(self.names);
        while let Some((tag, name)) = names.any() {
            if tag == DNS && matches(name, host.as_bytes()) {
                return true;
            }
        }
        false
    }
}

/// The names out of the extensions; no bytes when there are none.
fn names(extensions: &[u8]) -> Option<&[u8]> {
    let mut outside = Der(extensions);
    let mut list = Der(outside.take(SEQUENCE)?);
    outside.end()?;
    let mut names: &[u8] = &[];
    while !list.is_empty() {
        let mut extension = Der(list.take(SEQUENCE)?);
        let kind = extension.take(OBJECT)?;
        let _critical = extension.optional(BOOLEAN)?;
        let value = extension.take(OCTET_STRING)?;
        extension.end()?;
        if kind == ALTERNATIVE_NAME {
            let mut value = Der(value);
            names = value.take(SEQUENCE)?;
            value.end()?;
        }
    }
    Some(names)
}

/// Whole bytes in a bit string.
const fn bits(content: &[u8]) -> Option<&[u8]> {
    match content {
        [0, bytes @ ..] => Some(bytes),
        _ => None,
    }
}

/// `*` stands for one whole label, before two others or more.
fn matches(name: &[u8], host: &[u8]) -> bool {
    let Some(rest) = name.strip_prefix(b"*") else { return name.eq_ignore_ascii_case(host) };
    let label = host.iter().position(|byte| *byte == b'.').unwrap_or(0);
    let labels = rest.iter().filter(|byte| **byte == b'.').count();
    let behind = host.get(label..).unwrap_or_default();
    label > 0 && labels >= 2 && rest.starts_with(b".") && rest.eq_ignore_ascii_case(behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::ToOwned as _;

    // OpenSSL's. The host is node.example and *.relays.example, and its common name common.example.
    const ISSUER: &[u8] = include_bytes!("../tests/certificates/issuer.der");
    const HOST: &[u8] = include_bytes!("../tests/certificates/host.der");

    #[test]
    fn a_certificate_is_its_issuers_and_its_hosts() {
        let (issuer, host) = (Certificate::read(ISSUER).unwrap(), Certificate::read(HOST).unwrap());
        assert!(host.is_signed_by(&issuer) && issuer.is_signed_by(&issuer));
        assert!(!host.is_signed_by(&host) && !issuer.is_signed_by(&host));
        assert!(host.names("node.example") && host.names("one.relays.example"));
        for other in ["common.example", "10.0.2.2", "relays.example", "example", ""] {
            assert!(!host.names(other), "{other}");
        }
        assert!(!issuer.names("issuer") && !issuer.names(""));
    }

    #[test]
    fn no_other_byte_and_no_other_length_will_do() {
        let issuer = Certificate::read(ISSUER).unwrap();
        let believed = |der: &[u8]| Certificate::read(der).is_some_and(|host| host.is_signed_by(&issuer));
        assert!(believed(HOST));
        for at in 0..HOST.len() {
            for change in [1, 0x20, 0xff] {
                let mut bad = HOST.to_owned();
                bad[at] ^= change;
                assert!(!believed(&bad), "byte {at} changed by {change:#x}");
            }
            assert!(!believed(&HOST[..at]), "{at} bytes");
        }
        assert!(!believed(&[HOST, &[0]].concat()));
    }

    #[test]
    fn a_star_is_one_label_before_two() {
        for (name, host, expected) in [
            ("node.example", "node.example", true),
            ("Node.Example", "nODE.eXAMPLE", true),
            ("node.example", "other.example", false),
            ("node.example", "node.example.", false),
            ("*.node.example", "a.node.example", true),
            ("*.node.example", "A.NODE.example", true),
            ("*.node.example", "node.example", false),
            ("*.node.example", ".node.example", false),
            ("*.node.example", "a.b.node.example", false),
            ("*.example", "node.example", false),
            ("*", "node", false),
            ("*node.some.example", "a.some.example", false),
            ("*x.some.example", "ax.some.example", false),
            ("a.*.example", "a.b.example", false),
            ("", "", true),
        ] {
            assert_eq!(matches(name.as_bytes(), host.as_bytes()), expected, "{name} {host}");
        }
    }
}
