use super::{each, equal};
use crate::{case::Case, json};
use autochain_keystore::{KeystoreError, decrypt};
use serde_json::value::RawValue;

/// Key files of version 1 and 3: the password opens them to the key, another one does not.
pub(super) fn run(bytes: &[u8]) -> Result<Vec<Case>, String> {
    #[derive(serde::Deserialize)]
    struct Vector<'a> {
        #[serde(borrow)]
        json: &'a RawValue,
        password: String,
        #[serde(rename = "priv")]
        key: String,
    }
    each(bytes, |vector: Vector<'_>| {
        let file = vector.json.get().as_bytes();
        let key = decrypt(file, &vector.password).map_err(|error| error.to_string())?;
        equal("key", &key.secret_bytes().to_vec(), &json::unhex(&vector.key)?)?;
        match decrypt(file, &format!("{}x", vector.password)) {
            Err(KeystoreError::Decrypt) => Ok(()),
            Err(error) => Err(format!("another password gives {error}")),
            Ok(_) => Err("another password opens the file".to_owned()),
        }
    })
}
