use crate::{
    Commit, Genesis, GenesisOutcome, Reader, StoreError, StoredGenesis, commit, genesis,
    tables::{Meta, MetaKey, SCHEMA},
};
use autochain_db::{Database, Options, Size, TableStat};
use std::path::Path;

/// The chain's database. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
}

impl Store {
    /// Opens the database in the folder `path`, or creates it.
    ///
    /// # Errors
    /// [`DbError`](crate::DbError) as [`StoreError::Db`]: in use, geth's, foreign, newer, older, disk full.
    pub fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        Ok(Self { database: Database::open(path, &SCHEMA, options)? })
    }

    /// Writes block 0 and its state when the database is empty, else compares.
    ///
    /// # Errors
    /// [`StoreError::GenesisMismatch`], [`StoreError::SealRuleMismatch`], or the database's error.
    pub fn genesis(&self, genesis: Genesis) -> Result<GenesisOutcome, StoreError> {
        let tx = self.database.write()?;
        if let Some(stored) = genesis::read(&tx)? {
            stored.check(genesis.block.hash(), &genesis.seal_rule)?;
            return Ok(GenesisOutcome::Present);
        }
        genesis::write(&tx, genesis)?;
        tx.commit()?;
        Ok(GenesisOutcome::Written)
    }

    /// What the database says of its chain, `None` when it is empty. Enough to restart, and to
    /// [compare](StoredGenesis::check) without computing the state of block 0.
    ///
    /// # Errors
    /// The database's error, or a damaged record.
    pub fn stored_genesis(&self) -> Result<Option<StoredGenesis>, StoreError> {
        genesis::read(&self.database.read()?)
    }

    /// Replaces the genesis JSON, when a fork that is still to come changes. That it gives the same block 0, and
    /// leaves the past as it was, is for the caller to check.
    ///
    /// # Errors
    /// [`StoreError::NoGenesis`], or the database's error.
    pub fn update_config(&self, config_json: &str) -> Result<(), StoreError> {
        let tx = self.database.write()?;
        if genesis::read(&tx)?.is_none() {
            return Err(StoreError::NoGenesis);
        }
        tx.put::<Meta>(&MetaKey::Config, &config_json.as_bytes().to_vec().into())?;
        Ok(tx.commit()?)
    }

    /// A snapshot of the last commit.
    ///
    /// # Errors
    /// The database's error.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        Ok(Reader::new(self.database.read()?))
    }

    /// Changes the chain in one transaction. When it returns, the change is visible to new readers and, with
    /// [`SyncMode::Durable`](crate::SyncMode::Durable), survives a power cut; when it fails, nothing has changed.
    ///
    /// # Errors
    /// [`StoreError::NoGenesis`], [`StoreError::UnwindAboveHead`], [`StoreError::NotContiguous`],
    /// [`StoreError::ParentMismatch`], a damaged record, or the database's error (disk full among them).
    pub fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.commit_then(commit, || ())
    }

    /// As [`commit`](Self::commit). When it succeeds, `then` runs before any reader sees the change, and must not take
    /// one itself.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn commit_then(&self, commit: Commit, then: impl FnOnce()) -> Result<(), StoreError> {
        let tx = self.database.write()?;
        commit::write(&tx, commit)?;
        Ok(tx.commit_then(then)?)
    }

    /// Puts everything that was committed on the disk; of use with [`SyncMode::NoSync`](crate::SyncMode::NoSync)
    /// only.
    ///
    /// # Errors
    /// The database's error.
    pub fn sync(&self) -> Result<(), StoreError> {
        Ok(self.database.sync()?)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.database.path()
    }

    /// Used and largest size of the file in bytes.
    ///
    /// # Errors
    /// The database's error.
    pub fn size(&self) -> Result<Size, StoreError> {
        Ok(self.database.size()?)
    }

    /// The size of each table.
    ///
    /// # Errors
    /// The database's error.
    pub fn table_stats(&self) -> Result<Vec<TableStat>, StoreError> {
        Ok(self.database.table_stats()?)
    }
}
