use crate::error::Error;
use crate::store::read;
use obd_core::Hash;
use obd_core::queue::{MAX_BATCH, root};
use obd_core::record::{SEALED_LEN, SealedRecord};
use std::collections::{HashMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// In a staging area that is more than half full, uploads that no reading came for go after this time.
const GRACE: Duration = Duration::from_secs(15 * 60);

/// What an upload takes of the room, in bytes, however few its records are: a block of the file system holds the most
/// that there can be. So the number of uploads is bounded too.
const FILE: u64 = 4_096;
const _: () = assert!(MAX_BATCH * SEALED_LEN <= FILE as usize);

/// Uploads that no reading on chain stands for yet: a file for each, its records one after the other. Anybody can
/// hand one in, so that they have a share of the disk of their own and do not stay.
pub(crate) struct Staging {
    folder: PathBuf,
    max_bytes: u64,
    /// Oldest first.
    uploads: VecDeque<Upload>,
    /// Which upload a record came in.
    records: HashMap<Hash, Hash>,
}

/// One upload.
#[derive(Clone, Copy)]
pub(crate) struct Upload {
    pub(crate) root: Hash,
    /// As its records say.
    pub(crate) vehicle: u64,
    pub(crate) at: SystemTime,
}

impl Upload {
    pub(crate) fn age(&self) -> Duration {
        self.at.elapsed().unwrap_or_default()
    }
}

impl Staging {
    /// Finds what is there; what was not written whole is removed.
    pub(crate) fn open(folder: PathBuf, max_bytes: u64) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut staging = Self { folder, max_bytes, uploads: VecDeque::new(), records: HashMap::new() };
        let mut found = Vec::new();
        for entry in fs::read_dir(&staging.folder)? {
            let path = entry?.path();
            let (content, at) = (fs::read(&path)?, fs::metadata(&path)?.modified()?);
            let records = content.as_chunks::<SEALED_LEN>().0.iter().copied().map(SealedRecord::from_bytes);
            let records: Vec<SealedRecord> = records.collect();
            let leaves: Vec<Hash> = records.iter().map(SealedRecord::hash).collect();
            let named = path.file_name().is_some_and(|name| name == &*const_hex::encode(root(&leaves)));
            if named && leaves.len() <= MAX_BATCH && content.len() == leaves.len() * SEALED_LEN {
                found.push((at, records));
            } else {
                fs::remove_file(path)?;
            }
        }
        found.sort_by_key(|(at, _)| *at);
        for (at, records) in found {
            staging.note(&records, at);
        }
        Ok(staging)
    }

    /// Keeps an upload; on disk when this returns.
    pub(crate) fn put(&mut self, root: &Hash, records: &[SealedRecord]) -> Result<(), Error> {
        if self.has(root) {
            return Ok(());
        }
        let content: Vec<u8> = records.iter().flat_map(|record| *record.as_bytes()).collect();
        if self.bytes() + FILE > self.max_bytes {
            return Err(Error::Full);
        }
        let mut file = File::create(self.path(root))?;
        file.write_all(&content)?;
        file.sync_all()?;
        File::open(&self.folder)?.sync_all()?;
        self.note(records, SystemTime::now());
        Ok(())
    }

    pub(crate) fn has(&self, root: &Hash) -> bool {
        self.uploads.iter().any(|upload| upload.root == *root)
    }

    pub(crate) fn record(&self, hash: &Hash) -> Result<Vec<u8>, Error> {
        let upload = self.records.get(hash).ok_or(Error::NoRecord)?;
        let record = self.upload(upload)?.into_iter().find(|record| record.hash() == *hash);
        record.map(|record| record.as_bytes().to_vec()).ok_or(Error::NoRecord)
    }

    /// The records of an upload, oldest first.
    pub(crate) fn upload(&self, root: &Hash) -> Result<Vec<SealedRecord>, Error> {
        let content = read(&self.folder, root)?;
        Ok(content.as_chunks().0.iter().copied().map(SealedRecord::from_bytes).collect())
    }

    pub(crate) fn remove(&mut self, root: &Hash) -> Result<(), Error> {
        let Some(place) = self.uploads.iter().position(|upload| upload.root == *root) else { return Ok(()) };
        let records = match self.upload(root) {
            // Somebody tidied up: there is nothing left to remove.
            Err(Error::NoRecord) => Vec::new(),
            records => records?,
        };
        for leaf in records.iter().map(SealedRecord::hash) {
            if self.records.get(&leaf) == Some(root) {
                self.records.remove(&leaf);
            }
        }
        if !records.is_empty() {
            fs::remove_file(self.path(root))?;
        }
        self.uploads.remove(place);
        Ok(())
    }

    /// The uploads whose time is over, oldest first: `keep` after they came, or sooner where room is scarce.
    pub(crate) fn overdue(&self, keep: Duration) -> Vec<Upload> {
        let scarce = self.bytes() > self.max_bytes / 2;
        let keep = if scarce { keep.min(GRACE) } else { keep };
        self.uploads.iter().take_while(|upload| upload.age() >= keep).copied().collect()
    }

    fn note(&mut self, records: &[SealedRecord], at: SystemTime) {
        let leaves: Vec<Hash> = records.iter().map(SealedRecord::hash).collect();
        let root = root(&leaves);
        let vehicle = records.last().and_then(|record| record.head().ok()).map_or(0, |head| head.vehicle);
        self.uploads.push_back(Upload { root, vehicle, at });
        self.records.extend(leaves.into_iter().map(|leaf| (leaf, root)));
    }

    fn bytes(&self) -> u64 {
        self.uploads.len() as u64 * FILE
    }

    fn path(&self, root: &Hash) -> PathBuf {
        Path::new(&self.folder).join(const_hex::encode(root))
    }
}
