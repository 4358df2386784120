use crate::error::Error;
use obd_core::Hash;
use obd_core::queue::{MAX_BATCH, Proof, root};
use obd_core::record::{SEALED_LEN, SealedRecord};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Encrypted records on disk, by their hash, and the trees of the uploads that they came in.
pub(crate) struct Store {
    records: PathBuf,
    trees: PathBuf,
    max_bytes: u64,
    bytes: Mutex<u64>,
}

impl Store {
    pub(crate) fn open(data: &Path, max_bytes: u64) -> io::Result<Self> {
        let (records, trees) = (data.join("records"), data.join("trees"));
        let mut bytes = 0;
        for folder in [&records, &trees] {
            fs::create_dir_all(folder)?;
            for file in fs::read_dir(folder)? {
                bytes += file?.metadata()?.len();
            }
        }
        Ok(Self { records, trees, max_bytes, bytes: Mutex::new(bytes) })
    }

    /// Keeps an upload's records; on disk when this returns. Gives the root.
    pub(crate) fn keep(&self, records: &[SealedRecord]) -> Result<Hash, Error> {
        if records.is_empty() || records.len() > MAX_BATCH {
            return Err(Error::Records(SEALED_LEN));
        }
        let leaves: Vec<Hash> = records.iter().map(SealedRecord::hash).collect();
        let mut bytes = self.bytes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (record, leaf) in records.iter().zip(&leaves) {
            self.put(&self.records, leaf, record.as_bytes(), &mut bytes)?;
        }
        let root = root(&leaves);
        self.put(&self.trees, &root, leaves.as_flattened(), &mut bytes)?;
        for folder in [&self.records, &self.trees] {
            File::open(folder)?.sync_all()?;
        }
        Ok(root)
    }

    pub(crate) fn has(&self, root: &Hash) -> bool {
        self.trees.join(const_hex::encode(root)).exists()
    }

    pub(crate) fn record(&self, hash: &Hash) -> Result<Vec<u8>, Error> {
        read(&self.records, hash)
    }

    /// The hashes of an upload's records, oldest first, each with its proof.
    pub(crate) fn tree(&self, root: &Hash) -> Result<Vec<(Hash, Proof)>, Error> {
        let bytes = read(&self.trees, root)?;
        let leaves = bytes.as_chunks().0;
        let proof = |index| Proof::new(leaves, index);
        Ok(leaves.iter().enumerate().filter_map(|(index, leaf)| Some((*leaf, proof(index)?))).collect())
    }

    fn put(&self, folder: &Path, name: &Hash, content: &[u8], bytes: &mut u64) -> Result<(), Error> {
        let path = folder.join(const_hex::encode(name));
        // A name is the hash of the content: what is there is the same.
        if fs::metadata(&path).is_ok_and(|there| there.len() == content.len() as u64) {
            return Ok(());
        }
        *bytes += content.len() as u64;
        if *bytes > self.max_bytes {
            return Err(Error::Full);
        }
        let mut file = File::create(path)?;
        file.write_all(content)?;
        Ok(file.sync_all()?)
    }
}

fn read(folder: &Path, name: &Hash) -> Result<Vec<u8>, Error> {
    match fs::read(folder.join(const_hex::encode(name))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NoRecord),
        read => Ok(read?),
    }
}
