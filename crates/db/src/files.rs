use crate::DbError;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// MDBX's data file.
pub(crate) const DATA_FILE: &str = "mdbx.dat";
/// Where a new file stands until all of it is on the disk.
pub(crate) const UNFINISHED_FOLDER: &str = "unfinished";
/// MDBX's table of readers.
const READERS_FILE: &str = "mdbx.lck";
/// Held exclusively while a process has the database open.
const LOCK_FILE: &str = "LOCK";

/// A geth database in a folder, with the two commands that carry its chain over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path} is a geth database. Autochain keeps its own: write the chain out with `geth export chain.rlp` and read it \
     with `autochain import chain.rlp`",
    path = path.display()
)]
pub struct GethDatabase {
    /// Geth's `chaindata` folder.
    pub path: PathBuf,
}

/// Looks for a geth database in a data directory, in geth's own folder, or in `folder` itself.
pub fn geth_database(folder: &Path) -> Option<GethDatabase> {
    let candidates = [folder.join("geth").join("chaindata"), folder.join("chaindata"), folder.to_owned()];
    candidates
        .into_iter()
        .find(|path| path.join("CURRENT").is_file() && !path.join(DATA_FILE).exists())
        .map(|path| GethDatabase { path })
}

/// Deletes the files of a database, and its folder when nothing else is in it. Returns whether there was one.
///
/// # Errors
/// [`DbError::Locked`] while a process has it open, [`DbError::Io`].
pub fn remove_database(path: &Path) -> Result<bool, DbError> {
    if !path.join(DATA_FILE).exists() {
        return Ok(false);
    }
    let lock = lock(path)?;
    for name in [DATA_FILE, READERS_FILE, LOCK_FILE] {
        let file = path.join(name);
        match fs::remove_file(&file) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(DbError::Io { action: "delete", path: file, source });
            }
            _ => {}
        }
    }
    drop(lock);
    // Fails when the folder holds something of the user's, which then stays.
    let _ = fs::remove_dir(path);
    Ok(true)
}

/// Takes the lock file of a database folder; it is free again when the file is dropped or the process ends.
pub(crate) fn lock(path: &Path) -> Result<File, DbError> {
    let name = path.join(LOCK_FILE);
    let io_error = |source| DbError::Io { action: "lock", path: name.clone(), source };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&name)
        .map_err(io_error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DbError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(io_error(source)),
    }
}

/// Puts the entries of a new database on the disk, its folder's and those of the folders above that may be new:
/// without them a power cut could take the whole file.
pub(crate) fn sync_folders(path: &Path) -> Result<(), DbError> {
    for folder in path.ancestors().take(4).filter(|folder| !folder.as_os_str().is_empty()) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        match synced {
            Ok(()) => {}
            // A folder above may be closed to us; then it is not ours and not new.
            Err(error) if folder != path && error.kind() == io::ErrorKind::PermissionDenied => break,
            Err(source) => {
                return Err(DbError::Io { action: "write the folder", path: folder.to_owned(), source });
            }
        }
    }
    Ok(())
}
