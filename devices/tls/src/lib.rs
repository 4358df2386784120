//! TLS 1.3 with the server's certificate verified, always: there is no provider without a verifier here, and
//! `clippy.toml` keeps those of `embedded-tls` out of the build.
//!
//! ```text
//!  socket ─► open(host, pinned issuer) ─► certificate: signed by the issuer, for the host ─► Connection
//! ```
//!
//! An endpoint's certificate must be signed (ECDSA on P-256; with the feature `p384` on P-384 too) by the issuer
//! that was pinned at provisioning, and name the host among its alternative names. Its dates are not looked at:
//! the device learns the time over these connections, and a wrong one would end them for ever. Intermediate certificates that the server sends along are not looked
//! at either: whoever had any certificate of the issuer could sign for any host.
//!
//! `embedded-tls` brings a verifier of its own, which is not used. A server that signs before it shows a
//! certificate stops the chip with it, a common name counts where alternative names are, and it is larger by
//! 30 KB of flash. Above all, its handshake ends well with a server that shows no certificate and signs nothing:
//! [`open`] looks whether the server did.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod der;
mod ecdsa;
mod verify;
mod x509;

pub use embedded_tls::{CryptoRngCore, TlsError};

use core::cell::Cell;
use embedded_io_async::{Read, Write};
use embedded_tls::{Aes128GcmSha256, CryptoProvider, TlsConfig, TlsConnection, TlsContext, TlsVerifier};
use verify::IssuedBy;

/// The largest record of TLS 1.3, with its header and tag.
const RECORD: usize = 16_640;
/// What is sent at once.
const SENT: usize = 4_096;

/// The buffers of one connection; 20 KB, so they are static on a chip.
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
pub type Connection<'a, S> = TlsConnection<'a, S, Aes128GcmSha256>;

/// Shakes hands on `socket`. `issuer` is the pinned certificate in DER, `random` a true random generator.
pub async fn open<'a, S: Read + Write + 'a>(
    socket: S,
    host: &str,
    issuer: &[u8],
    random: impl CryptoRngCore,
    records: &'a mut Records,
) -> Result<Connection<'a, S>, TlsError> {
    let mut connection = TlsConnection::new(socket, &mut records.read, &mut records.write);
    let config = TlsConfig::new().with_server_name(host);
    let proved = Cell::new(false);
    let verifier = IssuedBy::new(issuer, host, &proved);
    connection.open(TlsContext::new(&config, Verified { random, verifier })).await?;
    if proved.get() { Ok(connection) } else { Err(TlsError::InvalidCertificate) }
}

struct Verified<'a, R> {
    random: R,
    verifier: IssuedBy<'a>,
}

impl<R: CryptoRngCore> CryptoProvider for Verified<'_, R> {
    type CipherSuite = Aes128GcmSha256;
    type Signature = [u8; 0];

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut self.random
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Self::CipherSuite>, TlsError> {
        Ok(&mut self.verifier)
    }
}
