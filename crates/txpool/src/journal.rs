use crate::JournalError;
use autochain_primitives::{Transaction, rlp};
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
};

/// Largest journal that is read, in bytes; a longer one is cut there.
const MAX_JOURNAL: u64 = 1 << 30;

/// A file of local transactions, one RLP item after another, as geth writes its `transactions.rlp`.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: Option<File>,
}

impl Journal {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Reads what is there; a torn or malformed tail is left out. No file is an empty journal.
    pub(crate) fn load(&self) -> Result<Vec<Transaction>, JournalError> {
        let mut bytes = Vec::new();
        match File::open(&self.path) {
            Ok(file) => file.take(MAX_JOURNAL).read_to_end(&mut bytes).map_err(|e| self.error(e))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.error(error)),
        };
        let mut rest = bytes.as_slice();
        let mut transactions = Vec::new();
        while !rest.is_empty() {
            match <Transaction as rlp::Decodable>::decode(&mut rest) {
                Ok(transaction) => transactions.push(transaction),
                Err(error) => {
                    tracing::warn!(path = %self.path.display(), %error, left = rest.len(), "Transaction journal ends in the middle of an entry");
                    break;
                }
            }
        }
        Ok(transactions)
    }

    /// Appends one transaction.
    pub(crate) fn append(&mut self, transaction: &Transaction) -> Result<(), JournalError> {
        if self.file.is_none() {
            let file = OpenOptions::new().create(true).append(true).open(&self.path);
            self.file = Some(file.map_err(|error| self.error(error))?);
        }
        let bytes = rlp::encode(transaction);
        match self.file.as_mut().map(|file| file.write_all(&bytes)) {
            Some(Err(error)) => Err(self.error(error)),
            _ => Ok(()),
        }
    }

    /// Replaces the file by these transactions, atomically.
    pub(crate) fn rotate<'a>(
        &mut self,
        transactions: impl Iterator<Item = &'a Transaction>,
    ) -> Result<usize, JournalError> {
        let mut bytes = Vec::new();
        let mut count = 0;
        for transaction in transactions {
            rlp::Encodable::encode(transaction, &mut bytes);
            count += 1;
        }
        let temporary = self.path.with_extension("rlp.new");
        self.file = None;
        write_synced(&temporary, &bytes)
            .and_then(|()| fs::rename(&temporary, &self.path))
            .map_err(|error| self.error(error))?;
        Ok(count)
    }

    fn error(&self, source: std::io::Error) -> JournalError {
        JournalError::Io { path: self.path.clone(), source }
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
