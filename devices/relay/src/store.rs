use crate::error::Error;
use crate::staging::{Staging, Upload};
use obd_core::Hash;
use obd_core::queue::{MAX_BATCH, Proof, root};
use obd_core::record::{SEALED_LEN, SealedRecord};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Encrypted records on disk, by their hash, and the trees of the uploads that they came in.
///
/// ```text
/// DATA/staging/ROOT     an upload that no reading stands for yet; a share of the room, for a time
///      records/HASH     a record of an upload that the registry holds, or that this relay carries
///      trees/ROOT       that upload's hashes
///      size             what records and trees take in all, in bytes
/// ```
pub(crate) struct Store {
    records: PathBuf,
    trees: PathBuf,
    size: PathBuf,
    max_bytes: u64,
    state: Mutex<State>,
}

struct State {
    staging: Staging,
    /// What records and trees take.
    bytes: u64,
}

impl Store {
    /// `max_bytes` in all, of which `staging_bytes` for what nobody vouches for.
    pub(crate) fn open(data: &Path, max_bytes: u64, staging_bytes: u64) -> io::Result<Self> {
        let (records, trees, size) = (data.join("records"), data.join("trees"), data.join("size"));
        fs::create_dir_all(&records)?;
        fs::create_dir_all(&trees)?;
        let bytes = match fs::read_to_string(&size) {
            Ok(text) => {
                text.trim().parse().map_err(|_| io::Error::other(format!("{}: no number", size.display())))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Counted once.
                let bytes = sum(&records)? + sum(&trees)?;
                write_size(&size, bytes)?;
                bytes
            }
            Err(error) => return Err(error),
        };
        let staging_bytes = staging_bytes.min(max_bytes);
        let staging = Staging::open(data.join("staging"), staging_bytes)?;
        let max_bytes = max_bytes - staging_bytes;
        Ok(Self { records, trees, size, max_bytes, state: Mutex::new(State { staging, bytes }) })
    }

    /// Keeps an upload's records for a time, until it is claimed; on disk when this returns. Gives the root.
    pub(crate) fn keep(&self, records: &[SealedRecord]) -> Result<Hash, Error> {
        if records.is_empty() || records.len() > MAX_BATCH {
            return Err(Error::Records(SEALED_LEN));
        }
        let leaves: Vec<Hash> = records.iter().map(SealedRecord::hash).collect();
        let root = root(&leaves);
        if !self.is_claimed(&root) {
            self.state().staging.put(&root, records)?;
        }
        Ok(root)
    }

    /// A reading stands for this upload: it stays.
    pub(crate) fn claim(&self, root: &Hash) -> Result<(), Error> {
        let mut state = self.state();
        if !self.is_claimed(root) {
            let records = state.staging.upload(root)?;
            let leaves: Vec<Hash> = records.iter().map(SealedRecord::hash).collect();
            let bytes = state.bytes + (records.len() * (SEALED_LEN + size_of::<Hash>())) as u64;
            if bytes > self.max_bytes {
                return Err(Error::Full);
            }
            // Before the files, so that after a crash it is rather too much than too little.
            write_size(&self.size, bytes)?;
            state.bytes = bytes;
            for (record, leaf) in records.iter().zip(&leaves) {
                put(&self.records, leaf, record.as_bytes())?;
            }
            File::open(&self.records)?.sync_all()?;
            put(&self.trees, root, leaves.as_flattened())?;
            File::open(&self.trees)?.sync_all()?;
        }
        state.staging.remove(root)
    }

    /// No reading came for this upload.
    pub(crate) fn forget(&self, root: &Hash) -> Result<(), Error> {
        self.state().staging.remove(root)
    }

    /// The uploads that are to be claimed or forgotten, oldest first.
    pub(crate) fn overdue(&self, keep: Duration) -> Vec<Upload> {
        self.state().staging.overdue(keep)
    }

    pub(crate) fn has(&self, root: &Hash) -> bool {
        self.is_claimed(root) || self.state().staging.has(root)
    }

    pub(crate) fn record(&self, hash: &Hash) -> Result<Vec<u8>, Error> {
        match read(&self.records, hash) {
            Err(Error::NoRecord) => self.state().staging.record(hash),
            read => read,
        }
    }

    /// The hashes of an upload's records, oldest first, each with its proof.
    pub(crate) fn tree(&self, root: &Hash) -> Result<Vec<(Hash, Proof)>, Error> {
        let leaves = match read(&self.trees, root) {
            Err(Error::NoRecord) => {
                self.state().staging.upload(root)?.iter().map(SealedRecord::hash).collect()
            }
            read => read?.as_chunks().0.to_vec(),
        };
        let proof = |index| Proof::new(&leaves, index);
        Ok(leaves.iter().enumerate().filter_map(|(index, leaf)| Some((*leaf, proof(index)?))).collect())
    }

    /// The tree is written last.
    fn is_claimed(&self, root: &Hash) -> bool {
        self.trees.join(const_hex::encode(root)).exists()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put(folder: &Path, name: &Hash, content: &[u8]) -> Result<(), Error> {
    let path = folder.join(const_hex::encode(name));
    // A name is the hash of the content: what is there is the same.
    if fs::metadata(&path).is_ok_and(|there| there.len() == content.len() as u64) {
        return Ok(());
    }
    let mut file = File::create(path)?;
    file.write_all(content)?;
    Ok(file.sync_all()?)
}

pub(crate) fn read(folder: &Path, name: &Hash) -> Result<Vec<u8>, Error> {
    match fs::read(folder.join(const_hex::encode(name))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NoRecord),
        read => Ok(read?),
    }
}

fn sum(folder: &Path) -> io::Result<u64> {
    fs::read_dir(folder)?.map(|file| Ok(file?.metadata()?.len())).sum()
}

fn write_size(size: &Path, bytes: u64) -> io::Result<()> {
    let next = size.with_extension("new");
    fs::write(&next, format!("{bytes}\n"))?;
    fs::rename(&next, size)
}
