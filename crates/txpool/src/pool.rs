use crate::{
    BestTransactions, JournalError, Origin, PoolConfig, PoolError, PooledTransaction, StateUnavailable,
    TxRules,
    inner::{Inner, Promoted},
    journal::Journal,
    validate::check_transaction,
};
use autochain_primitives::{Account, Address, B256, RecoveredBlock, Transaction, recover_sender};
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc, time::Instant};
use tokio::sync::broadcast;

/// New executable transactions that a slow subscriber may be behind before it misses some.
const EVENTS: usize = 8192;

/// Reads accounts at the head. Each call should look at the newest head there is: the pool asks under its own
/// lock, so that what it reads is never older than the last `on_new_head`.
pub trait AccountState {
    /// The account, `None` when it does not exist.
    ///
    /// # Errors
    /// The state cannot be read.
    fn account(&self, address: &Address) -> Result<Option<Account>, StateUnavailable>;
}

/// What the pool has to know of the chain's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Gas limit of the head, in gas.
    pub gas_limit: u64,
    /// Base fee of the next block, in wei per gas; `None` before London.
    pub base_fee: Option<u64>,
    /// The rules of the next block.
    pub rules: TxRules,
}

/// How many transactions wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Executable now.
    pub pending: usize,
    /// Behind a nonce gap.
    pub queued: usize,
}

/// Transactions by sender and nonce.
pub type ByAccount = BTreeMap<Address, Vec<Arc<PooledTransaction>>>;

/// Everything in the pool.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// Executable now, nonces ascending.
    pub pending: ByAccount,
    /// Behind a nonce gap, nonces ascending.
    pub queued: ByAccount,
}

/// The pool. Shared by reference; every method locks for a short time only.
#[derive(Debug)]
pub struct Pool {
    chain_id: u64,
    no_locals: bool,
    inner: Mutex<Inner>,
    journal: Option<Mutex<Journal>>,
    sequence: std::sync::atomic::AtomicU64,
    events: broadcast::Sender<Arc<PooledTransaction>>,
}

impl Pool {
    /// An empty pool for the chain with this id (EIP-155).
    pub fn new(config: PoolConfig, chain_id: u64, head: Head) -> Self {
        let journal = config.journal.clone().map(|path| Mutex::new(Journal::new(path)));
        let (events, _) = broadcast::channel(EVENTS);
        Self {
            chain_id,
            no_locals: config.no_locals,
            inner: Mutex::new(Inner::new(config, head)),
            journal,
            sequence: Default::default(),
            events,
        }
    }

    /// Admits a transaction: recovers its sender, checks it, and puts it in.
    ///
    /// # Errors
    /// [`PoolError`] with geth's words.
    pub fn add(
        &self,
        transaction: Transaction,
        origin: Origin,
        state: &dyn AccountState,
    ) -> Result<B256, PoolError> {
        let local = origin == Origin::Local && !self.no_locals;
        let journaled = self.journal.as_ref().filter(|_| local).map(|journal| (journal, transaction.clone()));
        let hash = self.insert(transaction, None, origin, state)?;
        if let Some((journal, transaction)) = journaled
            && let Err(error) = journal.lock().append(&transaction)
        {
            tracing::warn!(%error, "Local transaction is not in the journal");
        }
        Ok(hash)
    }

    /// Takes over a new head: `removed` blocks give their transactions back, everything that was included or can
    /// no longer be paid leaves. `state` is the state after the head.
    pub fn on_new_head<'a>(
        &self,
        head: Head,
        removed: impl IntoIterator<Item = &'a RecoveredBlock>,
        state: &dyn AccountState,
    ) {
        let now = Instant::now();
        let mut promoted = Vec::new();
        {
            let mut inner = self.inner.lock();
            inner.set_head(head);
            let senders = inner.accounts.keys().copied().collect::<Vec<_>>();
            for sender in senders {
                match state.account(&sender) {
                    Ok(account) => promoted.extend(inner.refresh(sender, account.unwrap_or_default(), now)),
                    Err(error) => {
                        tracing::warn!(%sender, %error, "Transaction pool keeps an account's old state");
                    }
                }
            }
            inner.truncate();
            inner.expire(now);
            promoted.retain(|transaction| inner.by_hash.contains_key(&transaction.hash()));
        }
        self.announce(promoted);
        for block in removed {
            for (transaction, sender) in block.transactions_with_senders() {
                if let Err(error) = self.insert(transaction.clone(), Some(sender), Origin::External, state) {
                    tracing::debug!(hash = %transaction.tx_hash(), %error, "Transaction of a removed block is not taken back");
                }
            }
        }
    }

    /// Executable transactions in miner order at `base_fee` (wei per gas; 0 before London).
    pub fn best(&self, base_fee: u64) -> BestTransactions {
        let inner = self.inner.lock();
        let lists = inner.accounts.values().map(|account| account.pending().cloned().collect());
        BestTransactions::new(base_fee, lists)
    }

    /// The next nonce of an account, executable transactions counted; `None` when the pool holds nothing of it.
    pub fn nonce(&self, address: &Address) -> Option<u64> {
        self.inner.lock().accounts.get(address).map(|account| account.executable().end)
    }

    /// A transaction by hash.
    pub fn get(&self, hash: &B256) -> Option<Arc<PooledTransaction>> {
        self.inner.lock().by_hash.get(hash).cloned()
    }

    /// Whether the pool holds this transaction.
    pub fn contains(&self, hash: &B256) -> bool {
        self.inner.lock().by_hash.contains_key(hash)
    }

    /// Drops a transaction that turned out not to be executable.
    pub fn remove(&self, hash: &B256) -> Option<Arc<PooledTransaction>> {
        let mut inner = self.inner.lock();
        let removed = inner.remove(hash);
        inner.truncate();
        removed
    }

    /// Everything in the pool.
    pub fn content(&self) -> Content {
        let inner = self.inner.lock();
        let mut content = Content::default();
        for (sender, account) in &inner.accounts {
            let pending = account.pending().cloned().collect::<Vec<_>>();
            let queued = account.queued().cloned().collect::<Vec<_>>();
            if !pending.is_empty() {
                content.pending.insert(*sender, pending);
            }
            if !queued.is_empty() {
                content.queued.insert(*sender, queued);
            }
        }
        content
    }

    /// One account's executable and queued transactions.
    pub fn content_from(
        &self,
        sender: &Address,
    ) -> (Vec<Arc<PooledTransaction>>, Vec<Arc<PooledTransaction>>) {
        let inner = self.inner.lock();
        inner.accounts.get(sender).map_or_else(Default::default, |account| {
            (account.pending().cloned().collect(), account.queued().cloned().collect())
        })
    }

    /// Hashes of all executable transactions.
    pub fn pending_hashes(&self) -> Vec<B256> {
        let inner = self.inner.lock();
        inner.accounts.values().flat_map(|account| account.pending()).map(|t| t.hash()).collect()
    }

    /// How many transactions wait.
    pub fn status(&self) -> Status {
        let inner = self.inner.lock();
        Status { pending: inner.pending, queued: inner.queued() }
    }

    /// A number that changes whenever the contents or the head change.
    pub fn version(&self) -> u64 {
        self.inner.lock().version
    }

    /// New executable transactions from now on. A subscriber that falls behind by some thousands misses some.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<PooledTransaction>> {
        self.events.subscribe()
    }

    /// The least tip of remote transactions, in wei per gas.
    pub fn min_tip(&self) -> u128 {
        self.inner.lock().min_tip
    }

    /// Sets the least tip of remote transactions (`miner_setGasPrice`) and drops those below.
    pub fn set_min_tip(&self, min_tip: u128) {
        self.inner.lock().set_min_tip(min_tip);
    }

    /// Drops queued transactions past their lifetime; for a timer. Returns how many.
    pub fn expire(&self) -> usize {
        self.inner.lock().expire(Instant::now())
    }

    /// Reads the journal and admits what is still valid. Returns (admitted, dropped).
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load_journal(&self, state: &dyn AccountState) -> Result<(usize, usize), JournalError> {
        let Some(journal) = &self.journal else { return Ok((0, 0)) };
        let transactions = journal.lock().load()?;
        let (mut admitted, mut dropped) = (0, 0);
        for transaction in transactions {
            let hash = *transaction.tx_hash();
            match self.insert(transaction, None, Origin::Local, state) {
                Ok(_) => admitted += 1,
                Err(error) => {
                    tracing::debug!(%hash, %error, "Journaled transaction dropped");
                    dropped += 1;
                }
            }
        }
        self.rotate_journal()?;
        Ok((admitted, dropped))
    }

    /// Rewrites the journal with the local transactions that still wait. Returns how many.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn rotate_journal(&self) -> Result<usize, JournalError> {
        let Some(journal) = &self.journal else { return Ok(0) };
        let mut journal = journal.lock();
        let locals = {
            let inner = self.inner.lock();
            let accounts = inner.accounts.values().filter(|account| account.local);
            accounts.flat_map(|account| account.all().cloned()).collect::<Vec<_>>()
        };
        journal.rotate(locals.iter().map(|t| t.transaction()))
    }

    fn insert(
        &self,
        transaction: Transaction,
        sender: Option<Address>,
        origin: Origin,
        state: &dyn AccountState,
    ) -> Result<B256, PoolError> {
        let hash = *transaction.tx_hash();
        let head = {
            let inner = self.inner.lock();
            if inner.by_hash.contains_key(&hash) {
                return Err(PoolError::AlreadyKnown);
            }
            inner.head
        };
        let size = check_transaction(&transaction, self.chain_id, &head)?;
        let sender = match sender {
            Some(sender) => sender,
            None => recover_sender(&transaction, head.rules.homestead)?,
        };
        let sequence = self.sequence.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let pooled = PooledTransaction::new(transaction, sender, size, sequence)?;
        let promoted = {
            let mut inner = self.inner.lock();
            let account = state.account(&sender).map_err(PoolError::State)?.unwrap_or_default();
            inner.insert(pooled, origin, account, Instant::now())?
        };
        self.announce(promoted);
        Ok(hash)
    }

    fn announce(&self, promoted: Promoted) {
        for transaction in promoted {
            // Nobody listening is fine.
            let _ = self.events.send(transaction);
        }
    }

    #[cfg(test)]
    pub(crate) fn check(&self) {
        self.inner.lock().check();
    }
}
