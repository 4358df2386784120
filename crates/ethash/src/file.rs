use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::Mmap;

use crate::sizes::Params;
use crate::table::{Row, bytes};

/// Why a dataset could not be read from, or written to, its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// There is no file for this epoch.
    #[error("no dataset at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder in question.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is shorter or longer than the dataset of its epoch.
    #[error("{} has {got} bytes, the dataset of this epoch has {expected}: remove the file", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        got: u64,
        /// What its length should be, in bytes.
        expected: u64,
    },
    /// The file does not begin as a dataset does.
    #[error("{} begins with {got:02x?}, not with {expected:02x?}: remove the file", path.display())]
    Magic {
        /// The file.
        path: PathBuf,
        /// Its first eight bytes.
        got: [u8; 8],
        /// What they should be.
        expected: [u8; 8],
    },
    /// An item is not what the cache of the epoch makes it.
    #[error("{} is wrong in item {item}: remove the file", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Number of the item, of 64 bytes each.
        item: u64,
    },
}

/// The rows of a mapped file.
pub(crate) struct MappedRows {
    /// At least [`MAGIC`] long.
    map: Mmap,
}

impl MappedRows {
    pub(crate) fn rows(&self) -> &[Row] {
        let bytes = self.map.get(MAGIC_BYTES..).unwrap_or_default();
        // SAFETY: the slice is within the mapping, which lives as long as `self`; the mapping starts on a
        // memory page, so 8 bytes into it a `u32` is aligned. Every bit pattern is a row. That nobody changes
        // the file meanwhile is a condition of `Dataset::load`.
        unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<Row>()) }
    }
}

/// The first words of geth's files, in the machine's byte order as all that follows.
const MAGIC: [u32; 2] = [0xbadd_cafe, 0xfee1_dead];
const MAGIC_BYTES: usize = size_of::<[u32; 2]>();

/// The file of an epoch's dataset.
pub(crate) fn path(folder: &Path, params: &Params) -> PathBuf {
    let seed: String = params.seed[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let order = if cfg!(target_endian = "big") { ".be" } else { "" };
    folder.join(format!("full-R23-{seed}{order}"))
}

/// Maps the file of an epoch, if it has a dataset's header and the length of `items` items.
pub(crate) fn load(folder: &Path, params: &Params, items: u64) -> Result<MappedRows, DatasetError> {
    let path = path(folder, params);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(DatasetError::Missing { path }),
        Err(source) => return Err(DatasetError::Io { path, source }),
    };
    let got = match file.metadata() {
        Ok(metadata) => metadata.len(),
        Err(source) => return Err(DatasetError::Io { path, source }),
    };
    let expected = MAGIC_BYTES as u64 + items * size_of::<Row>() as u64;
    if got != expected {
        return Err(DatasetError::Length { path, got, expected });
    }
    // SAFETY: that nobody changes the file meanwhile is a condition of `Dataset::load`. Our own writer never
    // writes to a file that has the final name.
    let map = match unsafe { Mmap::map(&file) } {
        Ok(map) => map,
        Err(source) => return Err(DatasetError::Io { path, source }),
    };
    #[cfg(unix)]
    let _ = map.advise(memmap2::Advice::Random);
    let (expected, got) = (magic(), map.first_chunk().copied().unwrap_or_default());
    if got != expected {
        return Err(DatasetError::Magic { path, got, expected });
    }
    Ok(MappedRows { map })
}

/// Writes the rows beside the final name, syncs, and renames.
pub(crate) fn save(folder: &Path, params: &Params, rows: &[Row]) -> Result<(), DatasetError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| DatasetError::Io { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let path = path(folder, params);
    let temporary = temporary(&path);
    let written = write(&temporary, rows).and_then(|()| fs::rename(&temporary, &path));
    if let Err(source) = written {
        // Best effort: the error that counts is the first one.
        let _ = fs::remove_file(&temporary);
        return Err(DatasetError::Io { path, source });
    }
    // A rename is durable once its folder is; not every system can sync one.
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))?;
    Ok(())
}

fn write(path: &Path, rows: &[Row]) -> io::Result<()> {
    let mut out = File::create_new(path)?;
    out.write_all(&magic())?;
    out.write_all(bytes(rows))?;
    out.sync_all()
}

/// A name that no other thread or process writes to.
fn temporary(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    name.into()
}

fn magic() -> [u8; 8] {
    let mut bytes = [0; 8];
    for (bytes, word) in bytes.chunks_exact_mut(4).zip(MAGIC) {
        bytes.copy_from_slice(&word.to_ne_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dataset, Light, Sizes};
    use std::sync::atomic::AtomicBool;

    struct Saved {
        folder: tempfile::TempDir,
        light: Light,
        dataset: Dataset,
        path: PathBuf,
    }

    fn saved() -> Saved {
        let light = Light::new(Params::new(1, Sizes::Test));
        let dataset = Dataset::generate(&light, 1, |_, _| (), &AtomicBool::new(false)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        dataset.save(&folder.path().join("deep/er")).unwrap();
        let path = folder.path().join("deep/er/full-R23-290decd9548b62a8");
        Saved { folder, light, dataset, path }
    }

    impl Saved {
        /// Loads the file after its bytes were changed.
        fn load_changed(&self, change: impl FnOnce(&mut Vec<u8>)) -> Result<Dataset, DatasetError> {
            let mut bytes = fs::read(&self.path).unwrap();
            change(&mut bytes);
            fs::write(&self.path, bytes).unwrap();
            Dataset::load(self.path.parent().unwrap(), &self.light)
        }
    }

    #[test]
    fn round_trip_in_the_format_of_geth() {
        let saved = saved();
        let bytes = fs::read(&saved.path).unwrap();
        assert_eq!(bytes.len(), 8 + 32 * 1024);
        #[cfg(target_endian = "little")]
        assert_eq!(bytes[..8], [0xfe, 0xca, 0xdd, 0xba, 0xad, 0xde, 0xe1, 0xfe]);
        assert_eq!(
            fs::read_dir(saved.path.parent().unwrap()).unwrap().count(),
            1,
            "no temporary file is left"
        );

        let loaded = saved.load_changed(|_| ()).unwrap();
        assert_eq!(loaded.params(), saved.dataset.params());
        let expected: Vec<_> = (0..50).map(|nonce| saved.dataset.hash(&[9; 32], nonce)).collect();
        assert_eq!((0..50).map(|nonce| loaded.hash(&[9; 32], nonce)).collect::<Vec<_>>(), expected);
        let copied = loaded.into_memory();
        assert_eq!((0..50).map(|nonce| copied.hash(&[9; 32], nonce)).collect::<Vec<_>>(), expected);
        // Saving again replaces the file.
        copied.save(saved.path.parent().unwrap()).unwrap();
        assert_eq!(fs::read(&saved.path).unwrap(), bytes);
    }

    #[test]
    fn refuses_what_is_not_the_dataset() {
        let change = |change: fn(&mut Vec<u8>)| saved().load_changed(change);
        assert!(matches!(change(|b| b.truncate(32_775)), Err(DatasetError::Length { got: 32_775, .. })));
        assert!(matches!(change(|b| b.push(0)), Err(DatasetError::Length { got: 32_777, .. })));
        assert!(matches!(change(Vec::clear), Err(DatasetError::Length { got: 0, .. })));
        assert!(matches!(change(|b| b[0] ^= 1), Err(DatasetError::Magic { .. })));
        assert!(matches!(change(|b| b[8] ^= 1), Err(DatasetError::Content { item: 0, .. })));
        assert!(matches!(change(|b| b[32 * 1024 + 7] ^= 1), Err(DatasetError::Content { item: 511, .. })));
        assert!(matches!(change(|b| b[9000..].fill(0)), Err(DatasetError::Content { .. })));
    }

    #[test]
    fn says_when_there_is_none() {
        let saved = saved();
        let light = Light::new(Params::new(2, Sizes::Test));
        assert!(matches!(Dataset::load(saved.folder.path(), &light), Err(DatasetError::Missing { .. })));
        let error = Dataset::load(Path::new("/nowhere"), &light).unwrap_err();
        assert_eq!(error.to_string(), "no dataset at /nowhere/full-R23-510e4e770828ddbf");
    }

    #[test]
    fn a_folder_that_cannot_be_is_an_error() {
        let saved = saved();
        assert!(matches!(saved.dataset.save(&saved.path), Err(DatasetError::Io { .. })));
    }
}
