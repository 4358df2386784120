//! TLS over the chip's sockets, with its random generator.

use device_tls::{CryptoRngCore, Records, TlsError};
use embassy_net::tcp::TcpSocket;
use esp_hal::rng::Rng;

/// A connection whose other end has proved who it is.
pub type Connection<'a> = device_tls::Connection<'a, TcpSocket<'a>>;

/// Shakes hands on `socket`. `issuer` is the pinned certificate in DER.
pub async fn open<'a>(
    socket: TcpSocket<'a>,
    host: &str,
    issuer: &[u8],
    records: &'a mut Records,
) -> Result<Connection<'a>, TlsError> {
    device_tls::open(socket, host, issuer, random(), records).await
}

fn random() -> impl CryptoRngCore {
    TrueRandom(Rng::new())
}

/// True randomness while the radio runs, and without it there is no connection.
struct TrueRandom(Rng);

impl rand_core::RngCore for TrueRandom {
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

impl rand_core::CryptoRng for TrueRandom {}
