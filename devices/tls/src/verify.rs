use crate::ecdsa::Curve;
use crate::x509::Certificate;
use core::cell::Cell;
use embedded_tls::{
    Aes128GcmSha256, CertificateEntryRef, CertificateRef, CertificateVerifyRef, SignatureScheme,
    TlsCipherSuite, TlsError, TlsVerifier,
};
use p256::ecdsa::signature::digest::Digest as _;

type Transcript = <Aes128GcmSha256 as TlsCipherSuite>::Hash;

/// The longest point of a key that is believed, in bytes.
const POINT: usize = 97;

/// Believes a server that shows a certificate of the issuer for the host, and signs with its key.
pub(crate) struct IssuedBy<'a> {
    issuer: &'a [u8],
    host: &'a str,
    shown: Option<Shown>,
    proved: &'a Cell<bool>,
}

/// A good certificate whose owner has yet to sign.
struct Shown {
    transcript: Transcript,
    curve: Curve,
    point: [u8; POINT],
    len: usize,
}

impl<'a> IssuedBy<'a> {
    /// Sets `proved` when the server has signed. The handshake alone tells nothing: `embedded-tls` ends it with
    /// a server that shows no certificate at all, too.
    pub(crate) const fn new(issuer: &'a [u8], host: &'a str, proved: &'a Cell<bool>) -> Self {
        Self { issuer, host, shown: None, proved }
    }
}

impl TlsVerifier<Aes128GcmSha256> for IssuedBy<'_> {
    fn set_hostname_verification(&mut self, _: &str) -> Result<(), TlsError> {
        // It was given with the issuer.
        Ok(())
    }

    fn verify_certificate(
        &mut self,
        transcript: &Transcript,
        chain: CertificateRef<'_>,
    ) -> Result<(), TlsError> {
        (self.shown, _) = (None, self.proved.set(false));
        let Some(CertificateEntryRef::X509(shown)) = chain.entries.first() else {
            return Err(TlsError::InvalidCertificate);
        };
        let issuer = Certificate::read(self.issuer).ok_or(TlsError::InvalidCertificate)?;
        let shown = Certificate::read(shown).ok_or(TlsError::DecodeError)?;
        if !shown.names(self.host) || !shown.is_signed_by(&issuer) {
            return Err(TlsError::InvalidCertificate);
        }
        let key = shown.key();
        let mut point = [0; POINT];
        let place = point.get_mut(..key.point.len()).ok_or(TlsError::InvalidCertificate)?;
        place.copy_from_slice(key.point);
        let (curve, len) = (key.curve, key.point.len());
        self.shown = Some(Shown { transcript: transcript.clone(), curve, point, len });
        Ok(())
    }

    fn verify_signature(&mut self, verify: CertificateVerifyRef<'_>) -> Result<(), TlsError> {
        // RFC 8446, section 4.4.3.
        const CONTEXT: &[u8; 34] = b"TLS 1.3, server CertificateVerify\0";
        let shown = self.shown.take().ok_or(TlsError::InvalidHandshake)?;
        let scheme = match verify.signature_scheme {
            SignatureScheme::EcdsaSecp256r1Sha256 => Curve::P256,
            SignatureScheme::EcdsaSecp384r1Sha384 => Curve::P384,
            _ => return Err(TlsError::InvalidSignatureScheme),
        };
        let mut message = [0x20; 64 + CONTEXT.len() + 32];
        let (_, signed) = message.split_at_mut(64);
        let (context, hash) = signed.split_at_mut(CONTEXT.len());
        context.copy_from_slice(CONTEXT);
        hash.copy_from_slice(&shown.transcript.finalize());
        let key = crate::ecdsa::PublicKey {
            curve: shown.curve,
            point: shown.point.get(..shown.len).unwrap_or_default(),
        };
        if scheme != key.curve || !key.verify(&message, verify.signature) {
            return Err(TlsError::InvalidSignature);
        }
        self.proved.set(true);
        Ok(())
    }
}
