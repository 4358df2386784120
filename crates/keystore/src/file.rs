use crate::{KeystoreError, address_of, scrypt::scrypt};
use aes::{
    Aes128,
    cipher::{BlockDecrypt, KeyInit, KeyIvInit, StreamCipher, generic_array::GenericArray},
};
use autochain_primitives::{Address, hex, keccak256};
use ctr::Ctr128BE;
use pbkdf2::pbkdf2_hmac;
use secp256k1::SecretKey;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Longest file that is read, in bytes.
pub(crate) const MAX_FILE: usize = 64 * 1024;
/// Most memory that scrypt may take, in bytes (geth's standard takes 256 MiB).
const MAX_SCRYPT_MEMORY: u64 = 1 << 30;
/// Most work of scrypt (N·r·p) and of PBKDF2 (rounds); some seconds.
const MAX_SCRYPT_WORK: u64 = 1 << 25;
const MAX_ROUNDS: u64 = 1 << 24;
const DERIVED: usize = 32;

/// How much work a guess at the password costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// geth's default: scrypt with N = 2¹⁸, r = 8, p = 1: 256 MiB and about a second.
    Standard,
    /// `--lightkdf`: scrypt with N = 2¹², r = 8, p = 6: 4 MiB.
    Light,
    /// PBKDF2-HMAC-SHA256 with so many rounds.
    Pbkdf2 {
        /// Rounds.
        rounds: u32,
    },
}

impl Cost {
    fn kdf(self, salt: String) -> Kdf {
        let scrypt = |n, p, salt| Kdf::Scrypt { dklen: DERIVED as u64, n, p, r: 8, salt };
        match self {
            Self::Standard => scrypt(1 << 18, 1, salt),
            Self::Light => scrypt(1 << 12, 6, salt),
            Self::Pbkdf2 { rounds } => {
                let prf = "hmac-sha256".to_owned();
                Kdf::Pbkdf2 { c: u64::from(rounds), dklen: DERIVED as u64, prf, salt }
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(alias = "Crypto")]
    crypto: Crypto,
    #[serde(default)]
    id: Option<String>,
    version: Version,
}

#[derive(Serialize, Deserialize)]
struct Crypto {
    cipher: String,
    ciphertext: String,
    cipherparams: CipherParams,
    #[serde(flatten)]
    kdf: Kdf,
    mac: String,
}

#[derive(Serialize, Deserialize)]
struct CipherParams {
    iv: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
enum Kdf {
    Scrypt { dklen: u64, n: u64, p: u64, r: u64, salt: String },
    Pbkdf2 { c: u64, dklen: u64, prf: String, salt: String },
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Version {
    Number(u64),
    Text(String),
}

/// Reads a key file (version 3, or 1 as old clients wrote it).
///
/// # Errors
/// [`KeystoreError::Decrypt`] for a wrong password; otherwise what is wrong with the file.
pub fn decrypt(json: &[u8], password: &str) -> Result<SecretKey, KeystoreError> {
    let file = parse(json)?;
    let version = match &file.version {
        Version::Number(number) => number.to_string(),
        Version::Text(text) => text.clone(),
    };
    let crypto = &file.crypto;
    let derived = derive(&crypto.kdf, password)?;
    let ciphertext = unhex("ciphertext", &crypto.ciphertext)?;
    let mac = keccak256([&derived[16..32], &ciphertext].concat());
    if !same(&mac.0, &unhex("mac", &crypto.mac)?) {
        return Err(KeystoreError::Decrypt);
    }
    let iv: [u8; 16] = unhex("iv", &crypto.cipherparams.iv)?
        .try_into()
        .map_err(|_| KeystoreError::Format("iv: want 16 bytes".to_owned()))?;
    let plain = match (version.as_str(), crypto.cipher.as_str()) {
        ("3", "aes-128-ctr") => {
            let mut plain = Zeroizing::new(ciphertext);
            ctr(&derived[..16], &iv, &mut plain);
            plain
        }
        ("1", "aes-128-cbc") => {
            let key = keccak256(&derived[..16]);
            cbc_decrypt(&key[..16], &iv, ciphertext)?
        }
        ("1" | "3", cipher) => {
            return Err(KeystoreError::Unsupported { what: "cipher", got: cipher.to_owned() });
        }
        (version, _) => return Err(KeystoreError::Unsupported { what: "version", got: version.to_owned() }),
    };
    let key = secret_key(&plain)?;
    if let Some(want) = &file.address {
        let want = parse_address(want)?;
        let have = address_of(&key);
        if have != want {
            return Err(KeystoreError::AddressMismatch { have, want });
        }
    }
    Ok(key)
}

/// Writes a key file of version 3 as geth does.
pub fn encrypt(key: &SecretKey, password: &str, cost: Cost) -> String {
    let (salt, iv): ([u8; 32], [u8; 16]) = (rand::random(), rand::random());
    let kdf = cost.kdf(hex::encode(salt));
    let derived = derive_unchecked(&kdf, password, &salt);
    let plain = Zeroizing::new(key.secret_bytes());
    let mut ciphertext = plain.to_vec();
    ctr(&derived[..16], &iv, &mut ciphertext);
    let mac = keccak256([&derived[16..32], &ciphertext].concat());
    let file = KeyFile {
        address: Some(hex::encode(address_of(key))),
        crypto: Crypto {
            cipher: "aes-128-ctr".to_owned(),
            ciphertext: hex::encode(&ciphertext),
            cipherparams: CipherParams { iv: hex::encode(iv) },
            kdf,
            mac: hex::encode(mac),
        },
        id: Some(uuid::Uuid::new_v4().to_string()),
        version: Version::Number(3),
    };
    serde_json::to_string(&file).unwrap_or_default()
}

/// The address that a key file names, without its password; `None` when it names none.
///
/// # Errors
/// The file is no key file.
pub fn file_address(json: &[u8]) -> Result<Option<Address>, KeystoreError> {
    parse(json)?.address.as_deref().map(parse_address).transpose()
}

fn parse(json: &[u8]) -> Result<KeyFile, KeystoreError> {
    if json.len() > MAX_FILE {
        return Err(KeystoreError::Format(format!("{} bytes, more than {MAX_FILE}", json.len())));
    }
    serde_json::from_slice(json).map_err(|error| KeystoreError::Format(error.to_string()))
}

fn parse_address(text: &str) -> Result<Address, KeystoreError> {
    text.parse().map_err(|_| KeystoreError::Format(format!("address {text:?}")))
}

fn unhex(field: &str, text: &str) -> Result<Vec<u8>, KeystoreError> {
    hex::decode(text).map_err(|error| KeystoreError::Format(format!("{field}: {error}")))
}

/// Derives the key, refusing parameters that would take the machine down.
fn derive(kdf: &Kdf, password: &str) -> Result<Zeroizing<[u8; DERIVED]>, KeystoreError> {
    let (salt, dklen) = match kdf {
        Kdf::Scrypt { dklen, n, p, r, salt } => {
            if *r == 0 || *p == 0 || *n < 2 || !n.is_power_of_two() {
                return Err(KeystoreError::Format(format!("scrypt with n {n}, r {r}, p {p}")));
            }
            let memory = n.checked_add(*p).and_then(|rows| rows.checked_mul(*r)?.checked_mul(128));
            let work = n.checked_mul(*r).and_then(|work| work.checked_mul(*p));
            if memory.is_none_or(|memory| memory > MAX_SCRYPT_MEMORY)
                || work.is_none_or(|work| work > MAX_SCRYPT_WORK)
            {
                return Err(KeystoreError::TooExpensive(format!("scrypt with n {n}, r {r}, p {p}")));
            }
            (salt, *dklen)
        }
        Kdf::Pbkdf2 { c, dklen, prf, salt } => {
            if prf != "hmac-sha256" {
                return Err(KeystoreError::Unsupported { what: "PRF", got: prf.clone() });
            }
            if *c == 0 || *c > MAX_ROUNDS {
                return Err(KeystoreError::TooExpensive(format!("PBKDF2 with {c} rounds")));
            }
            (salt, *dklen)
        }
    };
    if dklen < DERIVED as u64 {
        return Err(KeystoreError::Format(format!("derived key of {dklen} bytes, want at least {DERIVED}")));
    }
    Ok(derive_unchecked(kdf, password, &unhex("salt", salt)?))
}

/// The first 32 bytes of the derived key; both functions give the same first bytes whatever length is asked for.
fn derive_unchecked(kdf: &Kdf, password: &str, salt: &[u8]) -> Zeroizing<[u8; DERIVED]> {
    let mut derived = Zeroizing::new([0u8; DERIVED]);
    match kdf {
        Kdf::Scrypt { n, p, r, .. } => {
            scrypt(password.as_bytes(), salt, *n as usize, *r as usize, *p as usize, &mut derived[..]);
        }
        Kdf::Pbkdf2 { c, .. } => {
            pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, *c as u32, &mut derived[..]);
        }
    }
    derived
}

fn ctr(key: &[u8], iv: &[u8; 16], data: &mut [u8]) {
    Ctr128BE::<Aes128>::new(GenericArray::from_slice(key), GenericArray::from_slice(iv))
        .apply_keystream(data);
}

/// AES-128 in CBC with PKCS #7 padding.
fn cbc_decrypt(key: &[u8], iv: &[u8; 16], data: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
    if data.is_empty() || !data.len().is_multiple_of(16) {
        return Err(KeystoreError::Decrypt);
    }
    let cipher = Aes128::new(GenericArray::from_slice(key));
    let mut plain = Zeroizing::new(Vec::with_capacity(data.len()));
    let mut before = *iv;
    for chunk in data.chunks_exact(16) {
        let mut block = GenericArray::clone_from_slice(chunk);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(byte, mask)| byte ^ mask));
        before.copy_from_slice(chunk);
    }
    let padding = usize::from(*plain.last().unwrap_or(&0));
    let valid = (1..=16).contains(&padding)
        && plain[plain.len() - padding..].iter().all(|b| usize::from(*b) == padding);
    if !valid {
        return Err(KeystoreError::Decrypt);
    }
    let length = plain.len() - padding;
    plain.truncate(length);
    Ok(plain)
}

/// Keys of old clients may lack leading zeros.
fn secret_key(bytes: &[u8]) -> Result<SecretKey, KeystoreError> {
    let mut padded = Zeroizing::new([0u8; 32]);
    let start = 32usize.checked_sub(bytes.len()).ok_or(KeystoreError::InvalidKey)?;
    padded[start..].copy_from_slice(bytes);
    SecretKey::from_byte_array(*padded).map_err(|_| KeystoreError::InvalidKey)
}

/// Comparison in constant time.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |all, (l, r)| all | (l ^ r)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::hex;

    const SECRET: [u8; 32] = hex!("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d");

    /// The two examples of the Web3 Secret Storage Definition.
    #[test]
    fn the_definitions_examples() {
        let pbkdf2 = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;
        let scrypt = r#"{"Crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;
        for json in [pbkdf2, scrypt] {
            assert_eq!(decrypt(json.as_bytes(), "testpassword").unwrap().secret_bytes(), SECRET);
        }
        assert!(matches!(decrypt(pbkdf2.as_bytes(), "wrong"), Err(KeystoreError::Decrypt)));
    }

    #[test]
    fn what_is_written_is_read() {
        let key = SecretKey::from_byte_array(SECRET).unwrap();
        for cost in [Cost::Light, Cost::Pbkdf2 { rounds: 10 }] {
            let json = encrypt(&key, "päss", cost);
            assert_eq!(decrypt(json.as_bytes(), "päss").unwrap(), key);
            assert!(matches!(decrypt(json.as_bytes(), "pass"), Err(KeystoreError::Decrypt)));
            assert_eq!(file_address(json.as_bytes()).unwrap(), Some(address_of(&key)));
            let other = json.replace(&hex::encode(address_of(&key)), &"00".repeat(20));
            assert!(matches!(decrypt(other.as_bytes(), "päss"), Err(KeystoreError::AddressMismatch { .. })));
        }
    }

    #[test]
    fn bad_files_are_named() {
        let key = SecretKey::from_byte_array(SECRET).unwrap();
        let json = encrypt(&key, "", Cost::Light);
        let refused = |json: String| decrypt(json.as_bytes(), "").unwrap_err().to_string();
        assert!(refused(json.replace("\"n\":4096", "\"n\":4294967296")).contains("too much work"));
        assert!(refused(json.replace("\"n\":4096", "\"n\":4095")).contains("scrypt with n 4095"));
        assert!(refused(json.replace("\"r\":8", "\"r\":0")).contains("r 0"));
        assert!(refused(json.replace("\"version\":3", "\"version\":2")).contains("version \"2\""));
        assert!(refused(json.replace("aes-128-ctr", "aes-256")).contains("cipher"));
        assert!(refused(json.replace("scrypt", "argon2")).contains("not a key file"));
        assert!(refused("{}".to_owned()).contains("not a key file"));
        assert!(refused(" ".repeat(MAX_FILE + 1)).contains("bytes"));
    }
}
