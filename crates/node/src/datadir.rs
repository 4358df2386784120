use autochain_store::{Options, Store, StoreError, SyncMode, geth_database};
use std::path::{Path, PathBuf};

/// Where a node keeps its things: `autochain/chaindata` for the database, `keystore` for keys.
#[derive(Clone, Debug)]
pub struct Datadir {
    root: PathBuf,
}

impl Datadir {
    /// The datadir at `root`; nothing is touched yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// `~/.autochain`.
    pub fn default_path() -> Option<Self> {
        std::env::home_dir().map(|home| Self::new(home.join(".autochain")))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The database's folder.
    pub fn database(&self) -> PathBuf {
        self.root.join("autochain").join("chaindata")
    }

    /// The keystore's folder.
    pub fn keystore(&self) -> PathBuf {
        self.root.join("keystore")
    }

    /// Opens the database, or makes an empty one.
    ///
    /// # Errors
    /// [`StoreError`]: another process has it open, it is not ours or too new, or a geth database lies here.
    pub fn open_store(&self, sync: SyncMode) -> Result<Store, StoreError> {
        if !self.database().exists() {
            self.refuse_geth()?;
        }
        Store::open(&self.database(), &Options { sync, ..Options::default() })
    }

    /// Names a geth database in this folder, with the commands that carry its chain over.
    ///
    /// # Errors
    /// [`StoreError`] when there is one.
    pub fn refuse_geth(&self) -> Result<(), StoreError> {
        match geth_database(&self.root) {
            Some(geth) => Err(autochain_store::DbError::from(geth).into()),
            None => Ok(()),
        }
    }
}
