use autochain_primitives::Address;
use std::path::PathBuf;

/// Why a key cannot be used. The texts are geth's where geth has one.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// The password is wrong, or the file was changed.
    #[error("could not decrypt key with given password")]
    Decrypt,
    /// The file is no key file.
    #[error("not a key file: {0}")]
    Format(String),
    /// A kind of key file that this node does not read.
    #[error("key file {what} {got:?} is not supported")]
    Unsupported {
        /// Version, cipher, key derivation or PRF.
        what: &'static str,
        /// What the file says.
        got: String,
    },
    /// Reading the file would need more memory or time than is allowed.
    #[error("key file asks for too much work: {0}")]
    TooExpensive(String),
    /// The file names another address than its key has.
    #[error("key content mismatch: have account {have}, want {want}")]
    AddressMismatch {
        /// The key's address.
        have: Address,
        /// The file's address.
        want: Address,
    },
    /// The decrypted bytes are no private key.
    #[error("invalid private key")]
    InvalidKey,
    /// No key of this address.
    #[error("no key for given address or file")]
    NotFound(Address),
    /// The key is locked.
    #[error("authentication needed: password or unlock")]
    Locked(Address),
    /// The folder holds this account.
    #[error("account already exists")]
    Exists(Address),
    /// The node was started without a folder for keys.
    #[error("this node has no keystore folder (start it with --datadir or --keystore)")]
    NoFolder,
    /// The folder or a file cannot be read or written.
    #[error("keystore {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}
