use crate::{
    Cost, KeystoreError, address_of, decrypt, encrypt, file::MAX_FILE, file_address, file_name, random_key,
};
use autochain_primitives::{Address, B256, alloy_primitives::Signature, sign_hash};
use parking_lot::Mutex;
use secp256k1::SecretKey;
use std::{
    collections::HashMap,
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

/// Most files that are looked at in a folder.
const MAX_FILES: usize = 10_000;

/// An account this node can sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFile {
    /// Its address.
    pub address: Address,
    /// Its key file; `None` for a key that is only in memory.
    pub path: Option<PathBuf>,
}

/// The keys this node signs with: a folder of key files, and keys that are unlocked.
pub struct KeyStore {
    folder: Option<PathBuf>,
    cost: Cost,
    /// Keys without a file, in the order in which they came.
    held: Mutex<Vec<(Address, SecretKey)>>,
    unlocked: Mutex<HashMap<Address, Unlocked>>,
}

struct Unlocked {
    key: SecretKey,
    until: Option<Instant>,
}

impl Drop for Unlocked {
    fn drop(&mut self) {
        self.key.non_secure_erase();
    }
}

impl core::fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("KeyStore")
            .field("folder", &self.folder)
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

impl KeyStore {
    /// The keys in `folder`, which is made when the first key is written.
    pub fn open(folder: impl Into<PathBuf>, cost: Cost) -> Self {
        Self { folder: Some(folder.into()), cost, held: Mutex::default(), unlocked: Mutex::default() }
    }

    /// A store without a folder.
    pub fn in_memory() -> Self {
        Self { folder: None, cost: Cost::Standard, held: Mutex::default(), unlocked: Mutex::default() }
    }

    /// Holds a key in memory, always unlocked (`--dev` accounts).
    pub fn hold(&self, key: SecretKey) -> Address {
        let address = address_of(&key);
        let mut held = self.held.lock();
        if !held.iter().any(|(known, _)| *known == address) {
            held.push((address, key));
        }
        address
    }

    /// All accounts: those in memory first, then the files in the order of their names, which is that of time.
    ///
    /// # Errors
    /// The folder cannot be read. A folder that does not exist is empty.
    pub fn accounts(&self) -> Result<Vec<AccountFile>, KeystoreError> {
        let mut accounts: Vec<_> = self
            .held
            .lock()
            .iter()
            .map(|(address, _)| AccountFile { address: *address, path: None })
            .collect();
        for path in self.files()? {
            let Ok(json) = read(&path) else { continue };
            if let Ok(Some(address)) = file_address(&json)
                && !accounts.iter().any(|account| account.address == address)
            {
                accounts.push(AccountFile { address, path: Some(path) });
            }
        }
        Ok(accounts)
    }

    /// Makes a new key and writes its file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(&self, password: &str) -> Result<AccountFile, KeystoreError> {
        self.import(&random_key(), password)
    }

    /// Writes the file of a key.
    ///
    /// # Errors
    /// The account is there already, or the file cannot be written.
    pub fn import(&self, key: &SecretKey, password: &str) -> Result<AccountFile, KeystoreError> {
        let folder = self.folder.as_ref().ok_or(KeystoreError::NoFolder)?;
        let address = address_of(key);
        if self.accounts()?.iter().any(|account| account.address == address && account.path.is_some()) {
            return Err(KeystoreError::Exists(address));
        }
        let path = folder.join(file_name(&address, SystemTime::now()));
        write(folder, &path, &encrypt(key, password, self.cost)).map_err(|source| io(&path, source))?;
        Ok(AccountFile { address, path: Some(path) })
    }

    /// Writes the file of an account anew under another password.
    ///
    /// # Errors
    /// The password is wrong, or the file cannot be written.
    pub fn change_password(&self, address: &Address, old: &str, new: &str) -> Result<(), KeystoreError> {
        let (key, path) = self.load(address, old)?;
        let folder = self.folder.as_ref().ok_or(KeystoreError::NoFolder)?;
        write(folder, &path, &encrypt(&key, new, self.cost)).map_err(|source| io(&path, source))
    }

    /// Decrypts the key of an account.
    ///
    /// # Errors
    /// No such account, or the password is wrong.
    pub fn export(&self, address: &Address, password: &str) -> Result<SecretKey, KeystoreError> {
        self.load(address, password).map(|(key, _)| key)
    }

    /// Unlocks an account for a time, or until it is locked.
    ///
    /// # Errors
    /// No such account, or the password is wrong.
    pub fn unlock(
        &self,
        address: &Address,
        password: &str,
        time: Option<Duration>,
    ) -> Result<(), KeystoreError> {
        if self.is_held(address) {
            return Ok(());
        }
        let (key, _) = self.load(address, password)?;
        let mut unlocked = self.unlocked.lock();
        if unlocked.get(address).is_some_and(|known| known.until.is_none()) {
            // As in geth, a window does not shorten an unlocking without end.
            return Ok(());
        }
        let until = time.and_then(|time| Instant::now().checked_add(time));
        unlocked.insert(*address, Unlocked { key, until });
        Ok(())
    }

    /// Locks an account.
    pub fn lock(&self, address: &Address) {
        self.unlocked.lock().remove(address);
    }

    /// Whether the account can sign without a password now.
    pub fn is_unlocked(&self, address: &Address) -> bool {
        self.unlocked_key(address).is_some()
    }

    /// Signs a hash with an unlocked key.
    ///
    /// # Errors
    /// [`KeystoreError::Locked`], or [`KeystoreError::NotFound`].
    pub fn sign(&self, address: &Address, hash: B256) -> Result<Signature, KeystoreError> {
        match self.unlocked_key(address) {
            Some(key) => Ok(sign_hash(&key, hash)),
            None if self.accounts()?.iter().any(|account| account.address == *address) => {
                Err(KeystoreError::Locked(*address))
            }
            None => Err(KeystoreError::NotFound(*address)),
        }
    }

    /// Signs a hash with a password; the account stays as locked as it was.
    ///
    /// # Errors
    /// No such account, or the password is wrong.
    pub fn sign_with(
        &self,
        address: &Address,
        password: &str,
        hash: B256,
    ) -> Result<Signature, KeystoreError> {
        Ok(sign_hash(&self.export(address, password)?, hash))
    }

    fn is_held(&self, address: &Address) -> bool {
        self.held.lock().iter().any(|(held, _)| held == address)
    }

    fn unlocked_key(&self, address: &Address) -> Option<SecretKey> {
        if let Some((_, key)) = self.held.lock().iter().find(|(held, _)| held == address) {
            return Some(*key);
        }
        let mut unlocked = self.unlocked.lock();
        let now = Instant::now();
        unlocked.retain(|_, unlocked| unlocked.until.is_none_or(|until| now < until));
        unlocked.get(address).map(|unlocked| unlocked.key)
    }

    fn load(&self, address: &Address, password: &str) -> Result<(SecretKey, PathBuf), KeystoreError> {
        let account = self.accounts()?.into_iter().find(|account| account.address == *address);
        let path = account.and_then(|account| account.path).ok_or(KeystoreError::NotFound(*address))?;
        let json = read(&path).map_err(|source| io(&path, source))?;
        Ok((decrypt(&json, password)?, path))
    }

    fn files(&self) -> Result<Vec<PathBuf>, KeystoreError> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(io(folder, source)),
        };
        let mut files = entries
            .filter_map(Result::ok)
            .filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let temporary = name.starts_with('.') || name.ends_with('~') || name.ends_with(".tmp");
                !temporary && entry.file_type().is_ok_and(|kind| kind.is_file())
            })
            .take(MAX_FILES)
            .map(|entry| entry.path())
            .collect::<Vec<_>>();
        files.sort();
        Ok(files)
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut json = Vec::new();
    fs::File::open(path)?.take(MAX_FILE as u64 + 1).read_to_end(&mut json)?;
    Ok(json)
}

/// Writes a file that only its owner may read, whole or not at all.
fn write(folder: &Path, path: &Path, json: &str) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        builder.mode(0o700);
        options.mode(0o600);
    }
    builder.recursive(true).create(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.tmp"));
    let mut file = options.open(&temporary)?;
    file.write_all(json.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

fn io(path: &Path, source: std::io::Error) -> KeystoreError {
    KeystoreError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::recover_signer;

    fn store(folder: &Path) -> KeyStore {
        KeyStore::open(folder.join("keystore"), Cost::Pbkdf2 { rounds: 10 })
    }

    #[test]
    fn create_unlock_sign_lock() {
        let folder = tempfile::tempdir().unwrap();
        let keys = store(folder.path());
        assert!(keys.accounts().unwrap().is_empty());
        let first = keys.create("one").unwrap();
        let second = keys.create("two").unwrap();
        assert_eq!(keys.accounts().unwrap(), [first.clone(), second]);
        let (address, hash) = (first.address, B256::repeat_byte(7));
        assert!(matches!(keys.sign(&address, hash), Err(KeystoreError::Locked(_))));
        assert!(matches!(keys.unlock(&address, "two", None), Err(KeystoreError::Decrypt)));
        keys.unlock(&address, "one", None).unwrap();
        assert_eq!(recover_signer(&keys.sign(&address, hash).unwrap(), hash).unwrap(), address);
        keys.lock(&address);
        assert!(!keys.is_unlocked(&address));
        keys.unlock(&address, "one", Some(Duration::from_millis(30))).unwrap();
        assert!(keys.is_unlocked(&address));
        std::thread::sleep(Duration::from_millis(60));
        assert!(!keys.is_unlocked(&address), "the window is over");
        assert!(keys.sign_with(&address, "one", hash).is_ok());
        keys.change_password(&address, "one", "three").unwrap();
        assert!(matches!(keys.export(&address, "one"), Err(KeystoreError::Decrypt)));
        let key = keys.export(&address, "three").unwrap();
        assert!(matches!(keys.import(&key, "x"), Err(KeystoreError::Exists(_))));
        assert!(matches!(keys.sign(&Address::ZERO, hash), Err(KeystoreError::NotFound(_))));
    }

    #[test]
    fn held_keys_come_first_and_strangers_are_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let keys = store(folder.path());
        keys.create("").unwrap();
        let held = keys.hold(random_key());
        fs::write(folder.path().join("keystore/readme"), "not a key").unwrap();
        fs::write(folder.path().join("keystore/.hidden"), "{}").unwrap();
        let accounts = keys.accounts().unwrap();
        assert_eq!(accounts.len(), 2);
        assert_eq!((accounts[0].address, &accounts[0].path), (held, &None));
        assert!(keys.is_unlocked(&held));
        assert!(matches!(KeyStore::in_memory().create(""), Err(KeystoreError::NoFolder)));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = store(folder.path()).create("").unwrap().path.unwrap();
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
