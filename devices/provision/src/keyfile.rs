use obd_core::Key;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use zeroize::Zeroizing;

/// A private key, wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// A key of 32 bytes in hex.
pub(crate) fn read(file: &str) -> Result<Secret, String> {
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(|error| format!("{file}: {error}"))?;
    let bytes = const_hex::decode_to_array(text.trim());
    bytes.map(Zeroizing::new).map_err(|_| format!("{file} is not 32 bytes in hex"))
}

/// The same; a new key where there is no file, for this user's eyes only.
pub(crate) fn read_or_make(file: &str) -> Result<Secret, String> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let mut new = match made {
        Ok(new) => new,
        Err(_) => return read(file),
    };
    let mut secret = Zeroizing::new([0; 32]);
    // Few numbers are no keys: zero, and those from the curve's order on.
    while Key::from_bytes(&secret).is_err() {
        getrandom::fill(&mut *secret).map_err(|error| error.to_string())?;
    }
    let text = Zeroizing::new(const_hex::encode_prefixed(*secret));
    writeln!(new, "{}", *text).map_err(|error| format!("{file}: {error}"))?;
    eprintln!("{file} is new, and its key opens the records: keep it");
    Ok(secret)
}
