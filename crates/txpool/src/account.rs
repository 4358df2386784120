use crate::PooledTransaction;
use autochain_primitives::U256;
use std::{collections::BTreeMap, ops::Range, sync::Arc, time::Instant};

/// The transactions of one account. The first `pending` of them follow its nonce without a gap; the rest wait.
#[derive(Debug)]
pub(crate) struct AccountTransactions {
    /// The account's nonce in the state.
    pub(crate) next: u64,
    /// Its balance in wei.
    pub(crate) balance: U256,
    transactions: BTreeMap<u64, Arc<PooledTransaction>>,
    pending: u64,
    /// Exempt from eviction.
    pub(crate) local: bool,
    /// When it last sent something, or something of it became executable.
    pub(crate) active: Instant,
}

impl AccountTransactions {
    pub(crate) fn new(next: u64, balance: U256, local: bool, now: Instant) -> Self {
        Self { next, balance, transactions: BTreeMap::new(), pending: 0, local, active: now }
    }

    /// Nonces of the executable transactions.
    pub(crate) const fn executable(&self) -> Range<u64> {
        self.next..self.next.saturating_add(self.pending)
    }

    pub(crate) const fn pending_len(&self) -> usize {
        self.pending as usize
    }

    pub(crate) fn queued_len(&self) -> usize {
        self.transactions.len().saturating_sub(self.pending_len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.transactions.is_empty()
    }

    pub(crate) fn get(&self, nonce: u64) -> Option<&Arc<PooledTransaction>> {
        self.transactions.get(&nonce)
    }

    pub(crate) fn insert(&mut self, transaction: Arc<PooledTransaction>) -> Option<Arc<PooledTransaction>> {
        self.transactions.insert(transaction.nonce(), transaction)
    }

    pub(crate) fn remove(&mut self, nonce: u64) -> Option<Arc<PooledTransaction>> {
        self.transactions.remove(&nonce)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<PooledTransaction>> {
        self.transactions.values()
    }

    pub(crate) fn pending(&self) -> impl Iterator<Item = &Arc<PooledTransaction>> {
        self.transactions.range(self.executable()).map(|(_, transaction)| transaction)
    }

    pub(crate) fn queued(&self) -> impl DoubleEndedIterator<Item = &Arc<PooledTransaction>> {
        self.transactions.range(self.executable().end..).map(|(_, transaction)| transaction)
    }

    /// The executable transaction with the highest nonce.
    pub(crate) fn last_pending(&self) -> Option<&Arc<PooledTransaction>> {
        self.transactions.range(self.executable()).next_back().map(|(_, transaction)| transaction)
    }

    /// Takes in what now follows the executable ones without a gap.
    pub(crate) fn extend(&mut self) {
        while self.transactions.contains_key(&self.executable().end) {
            self.pending += 1;
        }
    }

    /// Counts anew how many nonces follow without a gap.
    pub(crate) fn recount(&mut self) {
        let mut end = self.next;
        for nonce in self.transactions.range(self.next..).map(|(nonce, _)| *nonce) {
            if nonce != end {
                break;
            }
            end = end.saturating_add(1);
        }
        self.pending = end - self.next;
    }

    /// Drops the highest nonces of a remote account until at most `limit` wait behind a gap.
    pub(crate) fn cap_queue(&mut self, limit: usize) {
        while !self.local && self.queued_len() > limit {
            self.transactions.pop_last();
        }
    }
}
