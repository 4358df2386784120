use crate::{Domain, Index, Limit, Roster, Share};
use autochain_primitives::{Address, B256, hex};
use secp256k1::SecretKey;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// A registrar's settings, a TOML file; paths are relative to its folder.
///
/// ```toml
/// listen = "[::1]:8791"
/// chain_id = 1337
/// registry = "0x4155430000000000000000000000000000000002"
/// share = "share.json"          # what the ceremony gave; secret
/// roster = "roster.json"        # the same for all members
/// signer_key = "signer.key"     # 32 bytes in hex; secret
/// longest_deadline = 3600       # seconds
/// limit = { burst = 100, per_hour = 1000 }           # all clients together
/// [[clients]]
/// name = "dealer"
/// token_sha256 = "0x…"          # of the token's text
/// limit = { burst = 20, per_hour = 60 }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port of the service.
    pub listen: std::net::SocketAddr,
    /// The chain.
    pub chain_id: u64,
    /// The vehicle registry.
    pub registry: Address,
    /// The file of the share.
    pub share: PathBuf,
    /// The file of the roster.
    pub roster: PathBuf,
    /// The file of the signing key.
    pub signer_key: PathBuf,
    /// How far ahead a deadline may lie, in seconds.
    pub longest_deadline: u64,
    /// For all clients together.
    pub limit: Limit,
    /// Who may ask.
    pub clients: Vec<Client>,
}

/// Someone who may ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// For the log.
    pub name: String,
    /// SHA-256 of its bearer token.
    pub token_sha256: B256,
    /// How often it may ask.
    pub limit: Limit,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct ConfigError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// A share as a file.
#[derive(Serialize, Deserialize)]
struct ShareFile {
    index: Index,
    secret: B256,
}

impl Config {
    /// Reads a TOML file and makes its paths absolute.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = read(path)?;
        let mut config: Self = toml::from_str(&text).map_err(|error| wrong(path, error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [&mut config.share, &mut config.roster, &mut config.signer_key] {
            *file = folder.join(&*file);
        }
        Ok(config)
    }

    /// Where signatures count.
    pub const fn domain(&self) -> Domain {
        Domain { chain_id: self.chain_id, registry: self.registry }
    }

    /// The three files: share, roster and signing key. The share must be the roster's.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn secrets(&self) -> Result<(Share, Roster, SecretKey), ConfigError> {
        let share = read_share(&self.share)?;
        let roster: Roster =
            serde_json::from_str(&read(&self.roster)?).map_err(|error| wrong(&self.roster, error))?;
        let key = roster.key_of(share.index()).map_err(|error| wrong(&self.roster, error))?;
        if crate::sharing::encode(&key) != share.public_key() {
            return Err(wrong(&self.share, "not the share of this roster; was k shared anew since?"));
        }
        let bytes = hex::decode_to_array(read(&self.signer_key)?.trim())
            .map_err(|error| wrong(&self.signer_key, error))?;
        let signer = SecretKey::from_byte_array(bytes).map_err(|error| wrong(&self.signer_key, error))?;
        Ok((share, roster, signer))
    }
}

impl Share {
    /// The share as [`read_share`] takes it.
    pub fn to_json(&self) -> String {
        let file = ShareFile { index: self.index(), secret: self.secret().into() };
        serde_json::to_string(&file).unwrap_or_default()
    }
}

/// Reads a share.
///
/// # Errors
/// [`ConfigError`].
pub fn read_share(path: &Path) -> Result<Share, ConfigError> {
    let file: ShareFile = serde_json::from_str(&read(path)?).map_err(|error| wrong(path, error))?;
    Share::from_bytes(file.index, &file.secret.0).map_err(|error| wrong(path, error))
}

/// Writes a new file that only its owner can read; an existing one stays as it is.
///
/// # Errors
/// It exists, or cannot be written.
pub fn write_secret(path: &Path, text: &str) -> Result<(), ConfigError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| wrong(path, error))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|error| wrong(path, error))
}

fn wrong(path: &Path, reason: impl ToString) -> ConfigError {
    ConfigError { path: path.to_path_buf(), reason: reason.to_string() }
}
