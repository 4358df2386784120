//! TLS 1.3 with the server's certificate verified, always: there is no provider without a verifier here, and
//! `embedded-tls` gives none by default.
//!
//! An endpoint's certificate must be signed (ECDSA on P-256 or P-384) by the issuer that was pinned at
//! provisioning, and name the host. Its dates are not looked at: the device has no clock that it trusts.
//! Intermediate certificates that the server sends along are not followed: `embedded-tls` does not look
//! whether they may sign others, so whoever had any certificate of the issuer could sign for any host.

use embassy_net::tcp::TcpSocket;
use embedded_tls::pki::CertVerifier;
use embedded_tls::{
    Aes128GcmSha256, Certificate, CertificateRef, CertificateVerifyRef, CryptoProvider, CryptoRngCore,
    NoClock, TlsCipherSuite, TlsConfig, TlsConnection, TlsContext, TlsError, TlsVerifier,
};
use esp_hal::rng::Rng;

/// The largest record of TLS 1.3, with its header and tag.
const RECORD: usize = 16_640;
/// What is sent at once.
const SENT: usize = 4_096;
/// The longest chain of certificates that a server may send.
const CHAIN: usize = 4_096;

/// The buffers of one connection; 20 KB, so they are static.
pub struct Records {
    read: [u8; RECORD],
    write: [u8; SENT],
}

impl Records {
    /// Empty.
    pub const fn new() -> Self {
        Self { read: [0; RECORD], write: [0; SENT] }
    }
}

impl Default for Records {
    fn default() -> Self {
        Self::new()
    }
}

/// A connection whose other end has proved who it is.
pub type Connection<'a> = TlsConnection<'a, TcpSocket<'a>, Aes128GcmSha256>;

/// Shakes hands on `socket`. `issuer` is the pinned certificate in DER.
pub async fn open<'a>(
    socket: TcpSocket<'a>,
    host: &str,
    issuer: &[u8],
    records: &'a mut Records,
) -> Result<Connection<'a>, TlsError> {
    let mut connection = TlsConnection::new(socket, &mut records.read, &mut records.write);
    let config = TlsConfig::new().with_server_name(host);
    let verifier = IssuedBy(CertVerifier::new(Certificate::X509(issuer)));
    connection.open(TlsContext::new(&config, Verified { rng: Rng::new(), verifier })).await?;
    Ok(connection)
}

struct Verified<'a> {
    /// True randomness while the radio runs, and without it there is no connection.
    rng: Rng,
    verifier: IssuedBy<'a>,
}

impl CryptoProvider for Verified<'_> {
    type CipherSuite = Aes128GcmSha256;
    type Signature = [u8; 0];

    fn rng(&mut self) -> impl CryptoRngCore {
        TrueRandom(&mut self.rng)
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Self::CipherSuite>, TlsError> {
        Ok(&mut self.verifier)
    }
}

struct IssuedBy<'a>(CertVerifier<'a, Aes128GcmSha256, NoClock, CHAIN>);

impl TlsVerifier<Aes128GcmSha256> for IssuedBy<'_> {
    fn set_hostname_verification(&mut self, hostname: &str) -> Result<(), TlsError> {
        self.0.set_hostname_verification(hostname)
    }

    fn verify_certificate(
        &mut self,
        transcript: &<Aes128GcmSha256 as TlsCipherSuite>::Hash,
        mut chain: CertificateRef<'_>,
    ) -> Result<(), TlsError> {
        if chain.entries.is_empty() {
            return Err(TlsError::InvalidCertificate);
        }
        chain.entries.truncate(1);
        self.0.verify_certificate(transcript, chain)
    }

    fn verify_signature(&mut self, verify: CertificateVerifyRef<'_>) -> Result<(), TlsError> {
        self.0.verify_signature(verify)
    }
}

struct TrueRandom<'a>(&'a mut Rng);

impl rand_core::RngCore for TrueRandom<'_> {
    fn next_u32(&mut self) -> u32 {
        self.0.random()
    }

    fn next_u64(&mut self) -> u64 {
        u64::from(self.0.random()) << 32 | u64::from(self.0.random())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.read(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core::CryptoRng for TrueRandom<'_> {}
