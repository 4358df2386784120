use crate::{PoolError, SLOT_SIZE};
use autochain_primitives::{Address, B256, Encodable2718, Transaction, TransactionFields, U256};
use std::{
    cmp::Reverse,
    sync::atomic::{AtomicBool, Ordering},
    time::SystemTime,
};

/// Where a transaction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A user of this node: exempt from eviction by price, kept in the journal.
    Local,
    /// A peer.
    External,
}

/// A transaction in the pool with everything that ordering needs.
#[derive(Debug)]
pub struct PooledTransaction {
    transaction: Transaction,
    hash: B256,
    sender: Address,
    cost: U256,
    size: usize,
    sequence: u64,
    time: SystemTime,
    local: AtomicBool,
}

impl PooledTransaction {
    pub(crate) fn new(
        transaction: Transaction,
        sender: Address,
        size: usize,
        sequence: u64,
    ) -> Result<Self, PoolError> {
        let fees = U256::from(transaction.gas_limit()).checked_mul(U256::from(transaction.max_fee_per_gas()));
        let cost =
            fees.and_then(|fees| fees.checked_add(transaction.value())).ok_or(PoolError::CostOverflow)?;
        let hash = *transaction.tx_hash();
        Ok(Self {
            transaction,
            hash,
            sender,
            cost,
            size,
            sequence,
            time: SystemTime::now(),
            local: AtomicBool::new(false),
        })
    }

    /// The signed transaction.
    pub const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Its hash.
    pub const fn hash(&self) -> B256 {
        self.hash
    }

    /// Its sender.
    pub const fn sender(&self) -> Address {
        self.sender
    }

    /// The most it can take from the sender, in wei: gas limit × fee cap + value.
    pub const fn cost(&self) -> U256 {
        self.cost
    }

    /// Encoded size (EIP-2718) in bytes.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The order of arrival; smaller came first.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// When it came in.
    pub const fn time(&self) -> SystemTime {
        self.time
    }

    /// Whether its sender is a user of this node.
    pub fn is_local(&self) -> bool {
        self.local.load(Ordering::Relaxed)
    }

    pub(crate) fn set_local(&self) {
        self.local.store(true, Ordering::Relaxed);
    }

    /// Its nonce.
    pub fn nonce(&self) -> u64 {
        self.transaction.nonce()
    }

    /// Fee cap in wei per gas (the gas price of a legacy transaction).
    pub fn fee_cap(&self) -> u128 {
        self.transaction.max_fee_per_gas()
    }

    /// Priority fee cap in wei per gas (the gas price of a legacy transaction).
    pub fn tip_cap(&self) -> u128 {
        tip_cap(&self.transaction)
    }

    /// What the miner earns per gas at `base_fee`; `None` when the fee cap is below the base fee.
    pub fn effective_tip(&self, base_fee: u64) -> Option<u128> {
        self.fee_cap().checked_sub(u128::from(base_fee)).map(|room| room.min(self.tip_cap()))
    }

    /// Memory slots of [`SLOT_SIZE`] bytes.
    pub(crate) const fn slots(&self) -> usize {
        self.size.div_ceil(SLOT_SIZE)
    }

    /// The place in the order of eviction at `base_fee`; the smallest leaves first.
    pub(crate) fn price_key(&self, base_fee: u64) -> PriceKey {
        let room = signed(self.fee_cap()) - i128::from(base_fee);
        PriceKey {
            effective_tip: room.min(signed(self.tip_cap())),
            fee_cap: self.fee_cap(),
            tip_cap: self.tip_cap(),
            newest: Reverse(self.sequence),
            hash: self.hash,
        }
    }
}

/// Cheapest first: effective tip (negative below the base fee), then fee cap, then tip, then latest arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PriceKey {
    effective_tip: i128,
    fee_cap: u128,
    tip_cap: u128,
    newest: Reverse<u64>,
    pub(crate) hash: B256,
}

impl PriceKey {
    /// Whether `self` offers no more than `other`, arrival aside.
    pub(crate) fn is_not_above(&self, other: &Self) -> bool {
        (self.effective_tip, self.fee_cap, self.tip_cap)
            <= (other.effective_tip, other.fee_cap, other.tip_cap)
    }
}

/// Clamped so that a base fee can be subtracted.
fn signed(fee: u128) -> i128 {
    i128::try_from(fee).unwrap_or(i128::MAX)
}

/// Priority fee cap, or the gas price of a transaction that has none.
pub(crate) fn tip_cap(transaction: &Transaction) -> u128 {
    transaction.max_priority_fee_per_gas().unwrap_or_else(|| transaction.max_fee_per_gas())
}

/// Encoded size in bytes.
pub(crate) fn encoded_size(transaction: &Transaction) -> usize {
    transaction.encode_2718_len()
}
