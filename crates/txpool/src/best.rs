use crate::PooledTransaction;
use autochain_primitives::Address;
use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashSet},
    sync::Arc,
    vec::IntoIter,
};

/// The executable transactions in the order in which a miner earns most: highest effective tip first, nonces of
/// one account in order, the first to come on a tie. A snapshot: the pool may change meanwhile.
#[derive(Debug)]
pub struct BestTransactions {
    base_fee: u64,
    heads: BinaryHeap<Candidate>,
    skipped: HashSet<Address>,
}

impl BestTransactions {
    pub(crate) fn new(base_fee: u64, accounts: impl Iterator<Item = Vec<Arc<PooledTransaction>>>) -> Self {
        let heads = accounts.filter_map(|list| Candidate::take(list.into_iter(), base_fee)).collect();
        Self { base_fee, heads, skipped: HashSet::new() }
    }

    /// Leaves out the rest of this account's transactions: one of them could not be executed.
    pub fn skip_account(&mut self, sender: Address) {
        self.skipped.insert(sender);
    }
}

impl Iterator for BestTransactions {
    type Item = Arc<PooledTransaction>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Candidate { transaction, rest, .. } = self.heads.pop()?;
            if self.skipped.contains(&transaction.sender()) {
                continue;
            }
            self.heads.extend(Candidate::take(rest, self.base_fee));
            return Some(transaction);
        }
    }
}

/// The next transaction of an account, and those after it.
#[derive(Debug)]
struct Candidate {
    tip: u128,
    transaction: Arc<PooledTransaction>,
    rest: IntoIter<Arc<PooledTransaction>>,
}

impl Candidate {
    /// `None` at the end of the list, or where the next one cannot pay the base fee.
    fn take(mut rest: IntoIter<Arc<PooledTransaction>>, base_fee: u64) -> Option<Self> {
        let transaction = rest.next()?;
        let tip = transaction.effective_tip(base_fee)?;
        Some(Self { tip, transaction, rest })
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.tip.cmp(&other.tip).then_with(|| other.transaction.sequence().cmp(&self.transaction.sequence()))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}
