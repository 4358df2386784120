//! A server that does the arithmetic of TLS 1.3 (RFC 8446) and proves nothing: what somebody on the way can do.

use aes_gcm::aead::Payload;
use aes_gcm::{Aes128Gcm, KeyInit as _, aead::Aead as _};
use hkdf::Hkdf;
use hkdf::hmac::{Hmac, Mac as _};
use p256::ecdh::EphemeralSecret;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, ecdsa::signature::digest::Digest as _};
use sha2::Sha256;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// What it says between its hello and its `Finished`.
#[derive(Clone)]
pub(crate) enum Proof {
    /// Nothing.
    None,
    /// A certificate, in DER, whose key it does not have.
    Certificate(Vec<u8>),
    /// A signature of nobody, and no certificate.
    Signature,
}

/// Serves one client; its address.
pub(crate) fn serve(proof: Proof) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        shake_hands(&mut stream, &proof);
        // Whatever the client answers, until it goes.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    address
}

fn shake_hands(stream: &mut TcpStream, proof: &Proof) {
    const P256: [u8; 5] = [0, 0x17, 0, 65, 4];
    let mut header = [0; 5];
    stream.read_exact(&mut header).unwrap();
    let mut hello = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut hello).unwrap();
    let share = hello.windows(P256.len()).position(|bytes| bytes == P256).unwrap() + 4;
    let theirs = PublicKey::from_sec1_bytes(&hello[share..share + 65]).unwrap();
    let session = &hello[38..39 + usize::from(hello[38])];

    let secret = EphemeralSecret::random(&mut rand_core::OsRng);
    let ours = secret.public_key().to_encoded_point(false);
    let extensions = [&[0, 0x2b, 0, 2, 3, 4, 0, 0x33, 0, 69, 0, 0x17, 0, 65][..], ours.as_bytes()].concat();
    let body =
        [&[3, 3][..], &[7; 32], session, &[0x13, 1, 0], &len16(extensions.len()), &extensions].concat();
    let answer = message(2, &body);
    stream.write_all(&[&[0x16, 3, 3][..], &len16(answer.len()), &answer].concat()).unwrap();

    let mut transcript = Sha256::new_with_prefix([hello, answer].concat());
    let early = Hkdf::<Sha256>::extract(None, &[0; 32]).0;
    let derived = expand::<32>(&early, "derived", &Sha256::digest([]));
    let shared = secret.diffie_hellman(&theirs);
    let handshake = Hkdf::<Sha256>::extract(Some(&derived), shared.raw_secret_bytes()).0;
    let traffic = expand::<32>(&handshake, "s hs traffic", &transcript.clone().finalize());
    let mut sealed = Records { key: expand(&traffic, "key", &[]), iv: expand(&traffic, "iv", &[]), sent: 0 };

    let mut flight = vec![message(8, &[0, 0])];
    match proof {
        Proof::None => {}
        Proof::Certificate(der) => {
            let entry = [&len24(der.len())[..], der, &[0, 0]].concat();
            flight.push(message(11, &[&[0][..], &len24(entry.len()), &entry].concat()));
        }
        Proof::Signature => flight.push(message(15, &[4, 3, 0, 8, 0x30, 6, 2, 1, 1, 2, 1, 1])),
    }
    flight.iter().for_each(|message| transcript.update(message));
    let mut finished =
        <Hmac<Sha256> as hkdf::hmac::Mac>::new_from_slice(&expand::<32>(&traffic, "finished", &[])).unwrap();
    finished.update(&transcript.finalize());
    flight.push(message(20, &finished.finalize().into_bytes()));
    for message in flight {
        // The client may have gone.
        let _ = stream.write_all(&sealed.record(&message));
    }
}

struct Records {
    key: [u8; 16],
    iv: [u8; 12],
    sent: u8,
}

impl Records {
    fn record(&mut self, handshake: &[u8]) -> Vec<u8> {
        let inner = [handshake, &[0x16]].concat();
        let head = [&[0x17, 3, 3][..], &len16(inner.len() + 16)].concat();
        let mut nonce = self.iv;
        nonce[11] ^= self.sent;
        self.sent += 1;
        let payload = Payload { msg: &inner, aad: &head };
        let sealed = Aes128Gcm::new(&self.key.into()).encrypt(&nonce.into(), payload).unwrap();
        [head, sealed].concat()
    }
}

/// HKDF-Expand-Label.
fn expand<const N: usize>(secret: &[u8], label: &str, context: &[u8]) -> [u8; N] {
    let label = format!("tls13 {label}");
    let lengths = [u8::try_from(label.len()).unwrap(), u8::try_from(context.len()).unwrap()];
    let info = [&len16(N)[..], &lengths[..1], label.as_bytes(), &lengths[1..], context].concat();
    let mut out = [0; N];
    Hkdf::<Sha256>::from_prk(secret).unwrap().expand(&info, &mut out).unwrap();
    out
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &len24(body.len()), body].concat()
}

fn len16(len: usize) -> [u8; 2] {
    u16::try_from(len).unwrap().to_be_bytes()
}

fn len24(len: usize) -> [u8; 3] {
    let [_, bytes @ ..] = u32::try_from(len).unwrap().to_be_bytes();
    bytes
}
