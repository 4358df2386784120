//! Key files as geth keeps them (web3 secret storage, versions 3 and 1), and the keys this node signs with.
//!
//! ```text
//! password ──kdf──► 32 bytes ─┬─ first half ──► AES-128 ──► private key      UTC--2026-11-22T08-03-46.0Z--address
//!  (scrypt, PBKDF2)           └─ second half ─► MAC, which tells a wrong password
//!
//! KeyStore: a folder of key files + keys unlocked for a while + keys held in memory (--dev)
//! ```

pub mod dev;
mod error;
mod file;
mod name;
mod scrypt;
mod store;

pub use error::KeystoreError;
pub use file::{Cost, decrypt, encrypt, file_address};
pub use name::file_name;
pub use secp256k1::SecretKey;
pub use store::{AccountFile, KeyStore};

use autochain_primitives::{Address, keccak256};
use secp256k1::{PublicKey, SECP256K1};

/// The address of a private key.
pub fn address_of(key: &SecretKey) -> Address {
    let public = PublicKey::from_secret_key(SECP256K1, key).serialize_uncompressed();
    Address::from_slice(&keccak256(&public[1..])[12..])
}

/// A new private key from the system's randomness.
pub fn random_key() -> SecretKey {
    loop {
        if let Ok(key) = SecretKey::from_byte_array(rand::random()) {
            return key;
        }
    }
}
