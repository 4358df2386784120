use crate::{
    DbError, MAX_KEY_SIZE, ReadTx, Schema, Table, TableStat, WriteTx,
    files::{DATA_FILE, UNFINISHED_FOLDER, geth_database, lock, sync_folders},
    gate::Gate,
};
use signet_libmdbx::{
    Database as Handle, DatabaseFlags, Environment, EnvironmentFlags, Geometry, MdbxError, Mode,
    SyncMode as EngineSync, WriteFlags, sys::PageSize,
};
use std::{
    borrow::Cow,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tracing::{debug, warn};

/// Reader slots in MDBX's lock table: the number of snapshots that can be held at once.
pub(crate) const MAX_READERS: u64 = 4096;
/// Page size of a new file in bytes; smaller pages in an existing one would not hold our keys.
const PAGE_SIZE: usize = 4096;
/// The file grows by this much: a new datadir stays small, a large one is not extended at every block.
const GROWTH_STEP: isize = 32 << 20;
/// The table that says whose file it is.
const IDENTITY_TABLE: &str = "Schema";
const IDENTITY_NAME: &[u8] = b"application";
const IDENTITY_VERSION: &[u8] = b"version";

/// An open database. Clones share it; it is closed, and its lock released, when the last clone and the last
/// transaction are dropped.
#[derive(Clone, Debug)]
pub struct Database {
    inner: Arc<Inner>,
}

/// When a commit is on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncMode {
    /// Before `commit` returns: a power cut afterwards loses nothing.
    #[default]
    Durable,
    /// When the operating system likes: a power cut can lose or damage everything. For chains in memory and tests.
    NoSync,
}

/// How to open a database.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// When a commit is on the disk.
    pub sync: SyncMode,
    /// Refuse writes, and do not create what is missing.
    pub read_only: bool,
    /// Upper limit of the file in bytes. Address space is reserved for it, disk space is not.
    pub max_size: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { sync: SyncMode::Durable, read_only: false, max_size: 4 << 40 }
    }
}

/// Sizes of the file in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pages in use, and free ones below the last used one.
    pub used: u64,
    /// Upper limit.
    pub limit: u64,
}

#[derive(Debug)]
pub(crate) struct Inner {
    // Dropped in this order: the lock is released after the environment is closed.
    env: Environment,
    pub(crate) gate: Gate,
    pub(crate) tables: Vec<Handle>,
    schema: Schema,
    path: PathBuf,
    _lock: File,
}

impl Database {
    /// Opens the database in the folder `path`, or creates folder and database.
    ///
    /// # Errors
    /// [`DbError::Locked`], [`DbError::Geth`], [`DbError::Foreign`], [`DbError::NewerSchema`],
    /// [`DbError::OlderSchema`], [`DbError::Missing`] (read-only), [`DbError::Io`], or the engine's error.
    pub fn open(path: &Path, schema: &Schema, options: &Options) -> Result<Self, DbError> {
        let exists = path.join(DATA_FILE).is_file();
        if !exists {
            if let Some(geth) = geth_database(path) {
                return Err(geth.into());
            }
            if options.read_only {
                return Err(DbError::Missing { path: path.to_owned() });
            }
            fs::create_dir_all(path).map_err(|source| DbError::Io {
                action: "create the folder",
                path: path.to_owned(),
                source,
            })?;
        }
        let lock = lock(path)?;
        // Asked again under the lock: another process may just have made the file.
        if path.join(DATA_FILE).is_file() {
            probe(path, schema)?;
        } else if !options.read_only {
            create(path, options, schema)?;
        }
        let env = open_environment(path, options, schema)?;
        let page_size = env.stat()?.page_size() as usize;
        if page_size < PAGE_SIZE {
            return Err(foreign(path, format!("pages of {page_size} bytes")));
        }
        let tables = if options.read_only {
            check_identity(&env, path, schema)?;
            open_tables(&env, path, schema)?
        } else {
            check_identity(&env, path, schema)?;
            create_tables(&env, schema)?
        };
        debug!(target: "db", path = %path.display(), version = schema.version, "Opened database");
        let gate = Gate::default();
        let inner = Inner { env, gate, tables, schema: *schema, path: path.to_owned(), _lock: lock };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// A snapshot of the last commit that has ended: while the last page of a newer one is being synced, this waits.
    ///
    /// # Errors
    /// [`DbError::TooManyReaders`], or the engine's error.
    pub fn read(&self) -> Result<ReadTx, DbError> {
        let tx = self.inner.gate.pass(|| Ok(self.inner.env.begin_ro_unsync()?))?;
        Ok(ReadTx::new(tx, Arc::clone(&self.inner)))
    }

    /// The write transaction; waits until the running one has ended. Not committed, it leaves nothing.
    ///
    /// # Errors
    /// The engine's error, [`MdbxError::Access`] in a database that was opened read-only.
    pub fn write(&self) -> Result<WriteTx, DbError> {
        Ok(WriteTx::new(self.inner.env.begin_rw_unsync()?, Arc::clone(&self.inner)))
    }

    /// Puts everything that was committed on the disk; of use with [`SyncMode::NoSync`] only.
    ///
    /// # Errors
    /// The engine's error.
    pub fn sync(&self) -> Result<(), DbError> {
        self.inner.env.sync(true)?;
        Ok(())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Used and largest size of the file.
    ///
    /// # Errors
    /// The engine's error.
    pub fn size(&self) -> Result<Size, DbError> {
        let (info, stat) = (self.inner.env.info()?, self.inner.env.stat()?);
        let used = (info.last_pgno() as u64).saturating_add(1).saturating_mul(u64::from(stat.page_size()));
        Ok(Size { used, limit: info.map_size() as u64 })
    }

    /// The size of each table.
    ///
    /// # Errors
    /// The engine's error.
    pub fn table_stats(&self) -> Result<Vec<TableStat>, DbError> {
        let tx = self.inner.env.begin_ro_unsync()?;
        let names = self.inner.schema.tables.iter();
        names
            .zip(&self.inner.tables)
            .map(|(name, handle)| {
                let stat = tx.db_stat(handle)?;
                let pages = [stat.branch_pages(), stat.leaf_pages(), stat.overflow_pages()];
                let pages = pages.into_iter().fold(0u64, |sum, count| sum.saturating_add(count as u64));
                let bytes = pages.saturating_mul(u64::from(stat.page_size()));
                Ok(TableStat { name, entries: stat.entries() as u64, bytes })
            })
            .collect()
    }
}

impl Inner {
    /// The handle of a table.
    pub(crate) fn table<T: Table>(&self) -> Result<Handle, DbError> {
        self.tables.get(T::INDEX).copied().ok_or_else(|| DbError::UnknownTable { table: T::NAME.to_owned() })
    }

    /// Name and handle of a table.
    pub(crate) fn table_named(&self, name: &str) -> Result<(&'static str, Handle), DbError> {
        let mut tables = self.schema.tables.iter().zip(&self.tables);
        tables
            .find(|(known, _)| **known == name)
            .map(|(name, handle)| (*name, *handle))
            .ok_or_else(|| DbError::UnknownTable { table: name.to_owned() })
    }
}

/// Makes a signed file with empty tables elsewhere and moves it here when all of it is on the disk: MDBX writes its
/// first pages without syncing them, and a power cut among them leaves a file that opens and later breaks.
fn create(path: &Path, options: &Options, schema: &Schema) -> Result<(), DbError> {
    let unfinished = path.join(UNFINISHED_FOLDER);
    let io_error = |action, path: &Path, source| DbError::Io { action, path: path.to_owned(), source };
    match fs::remove_dir_all(&unfinished) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(io_error("delete", &unfinished, source));
        }
        _ => {}
    }
    fs::create_dir(&unfinished).map_err(|source| io_error("create the folder", &unfinished, source))?;
    let env = open_environment(&unfinished, options, schema)?;
    create_tables(&env, schema)?;
    drop(env);
    let (from, to) = (unfinished.join(DATA_FILE), path.join(DATA_FILE));
    let synced = File::open(&from).and_then(|file| file.sync_all());
    synced.map_err(|source| io_error("write", &from, source))?;
    fs::rename(&from, &to).map_err(|source| io_error("create", &to, source))?;
    fs::remove_dir_all(&unfinished).map_err(|source| io_error("delete", &unfinished, source))?;
    sync_folders(path)
}

/// Looks into an existing file without writing to it. What this cannot tell (a file that was not closed cleanly
/// cannot be opened read-only), the check after opening does.
fn probe(path: &Path, schema: &Schema) -> Result<(), DbError> {
    let mut builder = Environment::builder();
    builder.set_max_dbs(1);
    builder.set_flags(EnvironmentFlags { mode: Mode::ReadOnly, accede: true, ..Default::default() });
    match builder.open(path) {
        Ok(env) => check_identity(&env, path, schema),
        Err(error @ (MdbxError::Invalid | MdbxError::VersionMismatch)) => {
            Err(foreign(path, error.to_string()))
        }
        Err(_) => Ok(()),
    }
}

fn open_environment(path: &Path, options: &Options, schema: &Schema) -> Result<Environment, DbError> {
    let sync_mode = match options.sync {
        SyncMode::Durable => EngineSync::Durable,
        SyncMode::NoSync => EngineSync::UtterlyNoSync,
    };
    let mode = if options.read_only { Mode::ReadOnly } else { Mode::ReadWrite { sync_mode } };
    let mut limit = options.max_size;
    loop {
        let mut builder = Environment::builder();
        builder.set_max_dbs(schema.tables.len().saturating_add(8)).set_max_readers(MAX_READERS);
        builder.set_flags(EnvironmentFlags { mode, no_rdahead: true, ..Default::default() });
        builder.set_geometry(Geometry {
            size: Some(0..limit),
            growth_step: Some(GROWTH_STEP.min(isize::try_from(limit / 4).unwrap_or(GROWTH_STEP))),
            shrink_threshold: None,
            page_size: (!options.read_only).then_some(PageSize::Set(PAGE_SIZE)),
        });
        let error = match builder.open(path) {
            Ok(env) => return Ok(env),
            Err(error) => error,
        };
        // ENOMEM (12): the address space is limited, by `ulimit -v` for example.
        let too_large = matches!(
            error,
            MdbxError::UnableExtendMapSize | MdbxError::TooLarge | MdbxError::MapFull | MdbxError::Other(12)
        );
        let smaller = limit / 4;
        if too_large && smaller >= 1 << 28 {
            warn!(
                target: "db", limit, smaller,
                "Cannot reserve address space for the database, trying less; see `ulimit -v`"
            );
            limit = smaller;
            continue;
        }
        return Err(match error {
            MdbxError::Invalid | MdbxError::VersionMismatch => foreign(path, error.to_string()),
            other => other.into(),
        });
    }
}

/// Compares the name and version in the file with the schema.
fn check_identity(env: &Environment, path: &Path, schema: &Schema) -> Result<(), DbError> {
    let tx = env.begin_ro_unsync()?;
    let handle = match tx.open_db(Some(IDENTITY_TABLE)) {
        Ok(handle) => handle,
        Err(MdbxError::NotFound) => {
            // A file without any table: its creation was interrupted before the first commit.
            let main = tx.open_db(None)?;
            if tx.db_stat(&main)?.entries() == 0 {
                return Ok(());
            }
            return Err(foreign(path, "an MDBX file of another program".to_owned()));
        }
        Err(MdbxError::Incompatible) => {
            return Err(foreign(path, "an MDBX file of another program".to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    let name: Option<Cow<'_, [u8]>> = tx.get(handle.dbi(), IDENTITY_NAME)?;
    if name.as_deref() != Some(schema.name.as_bytes()) {
        let name = name.map(|name| String::from_utf8_lossy(&name).into_owned());
        return Err(foreign(path, format!("it belongs to {}", name.as_deref().unwrap_or("another program"))));
    }
    let version: Option<Cow<'_, [u8]>> = tx.get(handle.dbi(), IDENTITY_VERSION)?;
    let found = version
        .and_then(|bytes| bytes.as_ref().try_into().ok().map(u32::from_be_bytes))
        .ok_or_else(|| foreign(path, "it has no schema version".to_owned()))?;
    let (path, known) = (path.to_owned(), schema.version);
    match found {
        _ if found > known => Err(DbError::NewerSchema { path, found, known }),
        _ if found < known => Err(DbError::OlderSchema { path, found, known }),
        _ => Ok(()),
    }
}

/// Opens all tables, creates what is missing, and signs a new file.
fn create_tables(env: &Environment, schema: &Schema) -> Result<Vec<Handle>, DbError> {
    let tx = env.begin_rw_unsync()?;
    let identity = tx.create_db(Some(IDENTITY_TABLE), DatabaseFlags::empty())?;
    if tx.get::<()>(identity.dbi(), IDENTITY_NAME)?.is_none() {
        tx.put(identity, IDENTITY_NAME, schema.name.as_bytes(), WriteFlags::UPSERT)?;
        tx.put(identity, IDENTITY_VERSION, schema.version.to_be_bytes(), WriteFlags::UPSERT)?;
    }
    let tables = schema
        .tables
        .iter()
        .map(|name| tx.create_db(Some(name), DatabaseFlags::empty()))
        .collect::<Result<_, _>>()?;
    tx.commit()?;
    Ok(tables)
}

fn open_tables(env: &Environment, path: &Path, schema: &Schema) -> Result<Vec<Handle>, DbError> {
    let tx = env.begin_ro_unsync()?;
    let open = |name: &&str| match tx.open_db_no_cache(Some(name)) {
        Err(MdbxError::NotFound) => Err(DbError::Missing { path: path.to_owned() }),
        other => other.map_err(DbError::from),
    };
    let tables = schema.tables.iter().map(open).collect::<Result<_, _>>()?;
    // Handles that a transaction opens are the environment's when it commits.
    tx.commit()?;
    Ok(tables)
}

fn foreign(path: &Path, found: String) -> DbError {
    DbError::Foreign { path: path.join(DATA_FILE), found }
}

const _: () = assert!(MAX_KEY_SIZE <= 2022, "MDBX's limit with pages of 4 KiB");
