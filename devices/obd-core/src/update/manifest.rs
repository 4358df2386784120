use crate::{Address, Digest, Hash, keccak256, recover};
use thiserror::Error;

/// The length of a manifest: what stands before the image in an update file.
pub const MANIFEST_LEN: usize = 113;

/// What a release key says about an image.
///
/// ```text
///  0       4       5         9        13     16            48          113
///  | magic | board | version | length | zero | keccak-256  | signature |    integers little-endian
/// ```
///
/// The signature (r, s, v) is secp256k1's over keccak256 of the 48 bytes before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The boards that the image runs on.
    pub board: Board,
    /// Rises from release to release, from 1.
    pub version: u32,
    /// The image's length in bytes.
    pub length: u32,
    /// keccak256 of the image.
    pub hash: Hash,
}

/// The hardware that an image is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    /// ESP32-C3.
    Esp32C3,
    /// ESP32-C6.
    Esp32C6,
    /// RISC-V `virt` under QEMU.
    Qemu,
}

const MAGIC: [u8; 4] = *b"AUCf";
const SIGNED_LEN: usize = 48;

impl Manifest {
    /// Reads a manifest and checks that one of `keys` signed it.
    pub fn open(bytes: &[u8; MANIFEST_LEN], keys: &[Address]) -> Result<Self, ManifestError> {
        let (signed, signature) = bytes.split_first_chunk::<SIGNED_LEN>().ok_or(ManifestError::Malformed)?;
        let manifest = Self::decode(signed).ok_or(ManifestError::Malformed)?;
        let signature = signature.first_chunk().ok_or(ManifestError::Malformed)?;
        match recover(&keccak256(signed), signature) {
            Some(signer) if keys.contains(&signer) => Ok(manifest),
            _ => Err(ManifestError::Signature),
        }
    }

    /// The bytes that are signed; the signature follows them.
    pub fn signed_bytes(&self) -> [u8; SIGNED_LEN] {
        let mut bytes = [0; SIGNED_LEN];
        let head = MAGIC
            .into_iter()
            .chain([self.board.code()])
            .chain(self.version.to_le_bytes())
            .chain(self.length.to_le_bytes())
            .chain([0; 3])
            .chain(self.hash);
        for (to, from) in bytes.iter_mut().zip(head) {
            *to = from;
        }
        bytes
    }

    /// What a release key signs.
    pub fn digest(&self) -> Digest {
        Digest(keccak256(&self.signed_bytes()))
    }

    fn decode(bytes: &[u8; SIGNED_LEN]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<4>()?;
        let ([board], rest) = rest.split_first_chunk::<1>()?;
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (zero, rest) = rest.split_first_chunk::<3>()?;
        let hash = rest.first_chunk::<32>()?;
        if *magic != MAGIC || *zero != [0; 3] {
            return None;
        }
        Some(Self {
            board: Board::from_code(*board)?,
            version: u32::from_le_bytes(*version),
            length: u32::from_le_bytes(*length),
            hash: *hash,
        })
    }
}

impl Board {
    /// The name in file names and on the serial port.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Esp32C3 => "esp32c3",
            Self::Esp32C6 => "esp32c6",
            Self::Qemu => "qemu",
        }
    }

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Esp32C3 => 1,
            Self::Esp32C6 => 2,
            Self::Qemu => 3,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Esp32C3),
            2 => Some(Self::Esp32C6),
            3 => Some(Self::Qemu),
            _ => None,
        }
    }
}

/// A manifest that is not acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ManifestError {
    /// Not a manifest of this format, or for a board that this code does not know.
    #[error("the update file does not begin with a firmware manifest")]
    Malformed,
    /// No pinned release key signed it.
    #[error("no release key of this device signed the update")]
    Signature,
}
