use crate::error::Error;
use obd_core::lock::{Certificate, Credential, LockDomain};
use obd_core::{Hash, Key};
use zeroize::Zeroizing;

/// Who signs, for which lock.
pub(crate) struct Signer {
    pub(crate) secret: Zeroizing<[u8; 32]>,
    pub(crate) domain: LockDomain,
}

impl Signer {
    pub(crate) fn sign(&self, digest: &obd_core::Digest) -> Result<String, Error> {
        Ok(const_hex::encode_prefixed(Key::from_bytes(&self.secret)?.sign(digest)?.to_bytes()))
    }
}

/// The end of a `start` line: the certificate and the owner's signature.
pub(crate) fn certificate(signer: &Signer, certificate: &Certificate) -> Result<String, Error> {
    let Certificate { epoch, driver, from, until } = certificate;
    let signature = signer.sign(&certificate.digest(&signer.domain))?;
    Ok(format!("{epoch} {driver} {from} {until} {signature}"))
}

/// A `credential` line.
pub(crate) fn credential(signer: &Signer, credential: &Credential) -> Result<String, Error> {
    let Credential { epoch, recovery } = credential;
    let signature = signer.sign(&credential.digest(&signer.domain))?;
    Ok(format!("credential {epoch} {recovery} {signature}"))
}

/// The beginning of a `start` line, or a whole `recover` line.
pub(crate) fn respond(signer: &Signer, challenge: &Hash, epoch: u32, recover: bool) -> Result<String, Error> {
    let (word, digest) = if recover {
        ("recover", signer.domain.recover(challenge, epoch))
    } else {
        ("start", signer.domain.start(challenge, epoch))
    };
    Ok(format!("{word} {}", signer.sign(&digest)?))
}
