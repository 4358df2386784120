use crate::{
    Head, Origin, PoolConfig, PoolError, PooledTransaction, account::AccountTransactions,
    transaction::PriceKey,
};
use autochain_primitives::{Account, Address, B256};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Instant,
};

/// How many times the remote slots the whole pool may hold, local transactions included.
pub const HARD_LIMIT_FACTOR: usize = 4;

/// The pool's contents. Every change goes through `update`, which keeps counters, slots and the price order true.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) config: PoolConfig,
    pub(crate) head: Head,
    pub(crate) min_tip: u128,
    pub(crate) accounts: HashMap<Address, AccountTransactions>,
    pub(crate) by_hash: HashMap<B256, Arc<PooledTransaction>>,
    locals: HashSet<Address>,
    /// Remote transactions, cheapest first.
    priced: BTreeSet<PriceKey>,
    pub(crate) pending: usize,
    remote_slots: usize,
    slots: usize,
    /// Changes with the contents and with the head.
    pub(crate) version: u64,
}

/// Transactions that became executable in a change.
pub(crate) type Promoted = Vec<Arc<PooledTransaction>>;

impl Inner {
    pub(crate) fn new(config: PoolConfig, head: Head) -> Self {
        let locals = if config.no_locals { HashSet::new() } else { config.locals.iter().copied().collect() };
        Self {
            min_tip: config.price_limit,
            config,
            head,
            accounts: HashMap::new(),
            by_hash: HashMap::new(),
            locals,
            priced: BTreeSet::new(),
            pending: 0,
            remote_slots: 0,
            slots: 0,
            version: 0,
        }
    }

    pub(crate) fn queued(&self) -> usize {
        self.by_hash.len().saturating_sub(self.pending)
    }

    pub(crate) fn is_local(&self, sender: &Address, origin: Origin) -> bool {
        self.locals.contains(sender) || (origin == Origin::Local && !self.config.no_locals)
    }

    /// Puts a checked transaction in. `account` is the sender's state when the pool holds nothing of it.
    pub(crate) fn insert(
        &mut self,
        transaction: PooledTransaction,
        origin: Origin,
        account: Account,
        now: Instant,
    ) -> Result<Promoted, PoolError> {
        let (sender, nonce, hash) = (transaction.sender(), transaction.nonce(), transaction.hash());
        if self.by_hash.contains_key(&hash) {
            return Err(PoolError::AlreadyKnown);
        }
        let local = self.is_local(&sender, origin);
        if !local && transaction.tip_cap() < self.min_tip {
            return Err(PoolError::Underpriced { got: transaction.tip_cap(), minimum: self.min_tip });
        }
        let known = self.accounts.get(&sender);
        let (next, balance) =
            known.map_or((account.nonce, account.balance), |known| (known.next, known.balance));
        if nonce < next {
            return Err(PoolError::NonceTooLow { got: nonce, expected: next });
        }
        if balance < transaction.cost() {
            return Err(PoolError::InsufficientFunds { balance, cost: transaction.cost() });
        }
        let replaced = known.and_then(|known| known.get(nonce)).cloned();
        if let Some(old) = &replaced {
            check_bump(old, &transaction, self.config.price_bump)?;
        }
        let executable = known.map_or(nonce == next, |known| nonce <= known.executable().end);
        let queued = known.map_or(0, AccountTransactions::queued_len);
        let mut surplus = None;
        if !local && !executable && replaced.is_none() && queued >= self.config.account_queue {
            surplus = known.and_then(|known| known.queued().next_back()).map(|last| last.nonce());
            if surplus.is_none_or(|last| last < nonce) {
                return Err(PoolError::AccountLimitExceeded { limit: self.config.account_queue });
            }
        }
        let freed = replaced.as_ref().map_or(0, |old| old.slots());
        self.make_room(&transaction, freed, local, executable)?;

        if local {
            self.localize(sender);
        }
        if let Some(nonce) = surplus {
            self.update(sender, now, |account| {
                if let Some(account) = account {
                    account.remove(nonce);
                }
            });
        }
        let account = AccountTransactions::new(next, balance, local, now);
        let mut promoted = self.put(sender, Arc::new(transaction), account, now);
        self.truncate();
        if !self.by_hash.contains_key(&hash) {
            return Err(PoolError::Full { limit: self.config.global_slots });
        }
        promoted.retain(|transaction| self.by_hash.contains_key(&transaction.hash()));
        Ok(promoted)
    }

    /// Evicts what is cheaper until the transaction fits.
    fn make_room(
        &mut self,
        transaction: &PooledTransaction,
        freed: usize,
        local: bool,
        executable: bool,
    ) -> Result<(), PoolError> {
        let soft = self.config.global_slots + self.config.global_queue;
        let hard = soft.saturating_mul(HARD_LIMIT_FACTOR);
        let needed = transaction.slots();
        if (self.slots + needed).saturating_sub(freed) > hard {
            return Err(PoolError::Full { limit: hard });
        }
        if local {
            return Ok(());
        }
        let key = self.key(transaction);
        while (self.remote_slots + needed).saturating_sub(freed) > soft {
            let Some(cheapest) = self.priced.first().copied() else {
                return Err(PoolError::Full { limit: soft });
            };
            let Some(victim) = self.by_hash.get(&cheapest.hash).cloned() else {
                self.priced.remove(&cheapest);
                continue;
            };
            if key.is_not_above(&cheapest) {
                let minimum = victim.tip_cap().saturating_add(1);
                return Err(PoolError::Underpriced { got: transaction.tip_cap(), minimum });
            }
            let pushes_out_pending = self
                .accounts
                .get(&victim.sender())
                .is_some_and(|account| account.executable().contains(&victim.nonce()));
            if !executable && pushes_out_pending {
                return Err(PoolError::FutureReplacesPending);
            }
            if freed > 0 && victim.sender() == transaction.sender() {
                // The transaction to be replaced, or a neighbour: the replacement frees that room itself.
                return Err(PoolError::Full { limit: soft });
            }
            self.remove(&victim.hash());
        }
        Ok(())
    }

    /// Removes one transaction; those after it wait behind the gap.
    pub(crate) fn remove(&mut self, hash: &B256) -> Option<Arc<PooledTransaction>> {
        let transaction = self.by_hash.get(hash).cloned()?;
        self.update(transaction.sender(), Instant::now(), |account| {
            if let Some(account) = account {
                account.remove(transaction.nonce());
            }
        });
        Some(transaction)
    }

    /// Takes over an account's state at a new head: drops what was included or cannot be paid any more.
    pub(crate) fn refresh(&mut self, sender: Address, state: Account, now: Instant) -> Promoted {
        let gas_limit = self.head.gas_limit;
        self.update(sender, now, |account| {
            let Some(account) = account else { return };
            (account.next, account.balance) = (state.nonce, state.balance);
            let dropped = account
                .all()
                .filter(|t| {
                    t.nonce() < state.nonce
                        || t.cost() > state.balance
                        || autochain_primitives::TransactionFields::gas_limit(t.transaction()) > gas_limit
                })
                .map(|t| t.nonce())
                .collect::<Vec<_>>();
            for nonce in dropped {
                account.remove(nonce);
            }
        })
    }

    /// Moves to another head; price order follows its base fee.
    pub(crate) fn set_head(&mut self, head: Head) {
        self.head = head;
        self.version += 1;
        self.reprice();
    }

    /// Sets the least tip of remote transactions and drops what is below it.
    pub(crate) fn set_min_tip(&mut self, min_tip: u128) {
        self.min_tip = min_tip;
        let below = self
            .by_hash
            .values()
            .filter(|t| t.tip_cap() < min_tip && self.priced.contains(&self.key(t)))
            .map(|t| t.hash())
            .collect::<Vec<_>>();
        for hash in below {
            self.remove(&hash);
        }
        self.truncate();
    }

    /// Drops the queued transactions of remote accounts that were idle for the configured lifetime.
    pub(crate) fn expire(&mut self, now: Instant) -> usize {
        let lifetime = self.config.lifetime;
        let expired = self
            .accounts
            .values()
            .filter(|account| !account.local && now.saturating_duration_since(account.active) > lifetime)
            .flat_map(|account| account.queued().map(|t| t.hash()))
            .collect::<Vec<_>>();
        for hash in &expired {
            self.remove(hash);
        }
        expired.len()
    }

    /// Enforces the global limits on executable and queued transactions of remote accounts.
    pub(crate) fn truncate(&mut self) {
        while self.pending > self.config.global_slots {
            let slots = self.config.account_slots;
            let offender = self
                .accounts
                .values()
                .filter(|account| !account.local && account.pending_len() > slots)
                .max_by_key(|account| account.pending_len());
            let Some(hash) = offender.and_then(|account| account.last_pending()).map(|t| t.hash()) else {
                break;
            };
            self.remove(&hash);
        }
        while self.queued() > self.config.global_queue {
            let idle = self
                .accounts
                .values()
                .filter(|account| !account.local && account.queued_len() > 0)
                .min_by_key(|account| account.active);
            let Some(hash) = idle.and_then(|account| account.queued().next_back()).map(|t| t.hash()) else {
                break;
            };
            self.remove(&hash);
        }
    }

    /// Puts a transaction into its account, in time independent of how many the account has. Returns what became
    /// executable.
    fn put(
        &mut self,
        sender: Address,
        transaction: Arc<PooledTransaction>,
        empty: AccountTransactions,
        now: Instant,
    ) -> Promoted {
        let account = self.accounts.entry(sender).or_insert(empty);
        let (nonce, local) = (transaction.nonce(), account.local);
        let was = account.executable();
        if local {
            transaction.set_local();
        }
        let replaced = account.insert(transaction.clone());
        account.extend();
        let is = account.executable();
        let mut promoted = Promoted::new();
        if was.contains(&nonce) {
            promoted.push(transaction.clone());
        }
        promoted.extend((was.end..is.end).filter_map(|nonce| account.get(nonce).cloned()));
        account.active = now;
        self.pending += (is.end - was.end) as usize;
        if let Some(replaced) = replaced {
            self.forget(&replaced);
        }
        self.remember(&transaction, local);
        promoted
    }

    /// Changes one account and brings counters, slots, the hash index and the price order up to date.
    fn update(
        &mut self,
        sender: Address,
        now: Instant,
        change: impl FnOnce(&mut Option<AccountTransactions>),
    ) -> Promoted {
        let mut account = self.accounts.remove(&sender);
        let before: Vec<_> = account.iter().flat_map(|account| account.all().cloned()).collect();
        let (was, pending_before) =
            account.as_ref().map_or((0..0, 0), |account| (account.executable(), account.pending_len()));
        change(&mut account);
        if let Some(account) = &mut account {
            account.recount();
            account.cap_queue(self.config.account_queue);
        }
        let held = |t: &PooledTransaction| {
            account
                .as_ref()
                .and_then(|account| account.get(t.nonce()))
                .is_some_and(|now| now.hash() == t.hash())
        };
        let gone: Vec<_> = before.iter().filter(|t| !held(t)).cloned().collect();
        for transaction in gone {
            self.forget(&transaction);
        }
        let mut promoted = Vec::new();
        let mut pending_after = 0;
        if let Some(mut account) = account.filter(|account| !account.is_empty()) {
            pending_after = account.pending_len();
            for transaction in account.all() {
                let fresh = self.remember(transaction, account.local);
                let nonce = transaction.nonce();
                if account.executable().contains(&nonce) && (fresh || !was.contains(&nonce)) {
                    promoted.push(transaction.clone());
                }
            }
            if !promoted.is_empty() {
                account.active = now;
            }
            self.accounts.insert(sender, account);
        }
        self.pending = self.pending + pending_after - pending_before;
        promoted
    }

    /// From now on the account's transactions are local.
    fn localize(&mut self, sender: Address) {
        self.locals.insert(sender);
        let Some(account) = self.accounts.get_mut(&sender) else { return };
        if core::mem::replace(&mut account.local, true) {
            return;
        }
        let transactions = account.all().cloned().collect::<Vec<_>>();
        for transaction in transactions {
            transaction.set_local();
            let key = self.key(&transaction);
            if self.priced.remove(&key) {
                self.remote_slots -= transaction.slots();
            }
        }
    }

    fn remember(&mut self, transaction: &Arc<PooledTransaction>, local: bool) -> bool {
        if self.by_hash.contains_key(&transaction.hash()) {
            return false;
        }
        self.by_hash.insert(transaction.hash(), transaction.clone());
        self.version += 1;
        self.slots += transaction.slots();
        if !local {
            self.remote_slots += transaction.slots();
            self.priced.insert(self.key(transaction));
        }
        true
    }

    fn forget(&mut self, transaction: &PooledTransaction) {
        if self.by_hash.remove(&transaction.hash()).is_none() {
            return;
        }
        self.version += 1;
        self.slots -= transaction.slots();
        let key = self.key(transaction);
        if self.priced.remove(&key) {
            self.remote_slots -= transaction.slots();
        }
    }

    fn reprice(&mut self) {
        let remote = self.accounts.values().filter(|account| !account.local);
        self.priced = remote.flat_map(|account| account.all()).map(|t| self.key(t)).collect();
    }

    fn key(&self, transaction: &PooledTransaction) -> PriceKey {
        transaction.price_key(self.head.base_fee.unwrap_or(0))
    }

    /// Recomputes every counter and compares: the invariants of the pool.
    #[cfg(test)]
    pub(crate) fn check(&self) {
        let all = self.accounts.values().flat_map(|a| a.all()).collect::<Vec<_>>();
        assert_eq!(all.len(), self.by_hash.len());
        assert!(all.iter().all(|t| self.by_hash.contains_key(&t.hash())));
        assert_eq!(self.pending, self.accounts.values().map(|a| a.pending_len()).sum::<usize>());
        assert_eq!(self.slots, all.iter().map(|t| t.slots()).sum::<usize>());
        let remote = self.accounts.values().filter(|a| !a.local).flat_map(|a| a.all()).collect::<Vec<_>>();
        assert_eq!(self.remote_slots, remote.iter().map(|t| t.slots()).sum::<usize>());
        assert_eq!(self.priced, remote.iter().map(|t| self.key(t)).collect());
        for account in self.accounts.values() {
            assert!(!account.is_empty());
            assert_eq!(account.pending().count(), account.pending_len());
            assert!(account.get(account.executable().end).is_none());
            assert!(account.all().all(|t| t.nonce() >= account.next && t.cost() <= account.balance));
            assert!(account.local || account.queued_len() <= self.config.account_queue);
        }
        let soft = self.config.global_slots + self.config.global_queue;
        assert!(self.remote_slots <= soft);
    }
}

/// A replacement raises fee cap and tip by the configured percentage, and by at least one wei.
fn check_bump(old: &PooledTransaction, new: &PooledTransaction, percent: u64) -> Result<(), PoolError> {
    let least = |fee: u128| {
        let bumped = fee.saturating_mul(100 + u128::from(percent)) / 100;
        bumped.max(fee.saturating_add(1))
    };
    let (fee_cap, tip) = (least(old.fee_cap()), least(old.tip_cap()));
    if new.fee_cap() < fee_cap || new.tip_cap() < tip {
        return Err(PoolError::ReplacementUnderpriced { fee_cap, tip });
    }
    Ok(())
}
