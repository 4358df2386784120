use crate::{
    StoreError,
    block::SideBlock,
    history,
    tables::{
        AccountChanges, AccountHistory, Bodies, Difficulty, HeaderNumbers, Headers, Receipts, Senders,
        SideBlocks, StorageChanges, StorageHistory, Transactions,
    },
};
use autochain_db::{Table, WriteTx};
use autochain_primitives::{Address, B256, Block, U256};
use std::collections::BTreeSet;

/// Takes the blocks above `to` off the canonical chain: the inverse of writing them, except that they are kept as
/// side blocks. Returns number and hash of block `to`. The state tables are the state delta's business.
pub(crate) fn unwind(tx: &WriteTx, to: u64, head: u64) -> Result<(u64, B256), StoreError> {
    let mut accounts = BTreeSet::new();
    let mut storage = BTreeSet::new();
    for number in to.saturating_add(1)..=head {
        unwind_block(tx, number)?;
        for record in tx.entries::<AccountChanges>(&number.to_be_bytes())? {
            let ((_, address), _) = record?;
            accounts.insert(address);
        }
        for record in tx.entries::<StorageChanges>(&number.to_be_bytes())? {
            let ((_, address, slot), _): ((u64, Address, U256), U256) = record?;
            storage.insert((address, slot));
        }
        tx.cursor::<AccountChanges>()?.delete_prefix(&number.to_be_bytes())?;
        tx.cursor::<StorageChanges>()?.delete_prefix(&number.to_be_bytes())?;
    }
    history::truncate::<AccountHistory>(tx, accounts, to)?;
    history::truncate::<StorageHistory>(tx, storage, to)?;
    let ancestor = tx.get::<Headers>(&to)?.ok_or_else(|| missing::<Headers>(to))?;
    Ok((to, ancestor.hash()))
}

fn unwind_block(tx: &WriteTx, number: u64) -> Result<(), StoreError> {
    let header = tx.get::<Headers>(&number)?.ok_or_else(|| missing::<Headers>(number))?;
    let body = tx.get::<Bodies>(&number)?.ok_or_else(|| missing::<Bodies>(number))?;
    let total_difficulty = tx.get::<Difficulty>(&number)?.ok_or_else(|| missing::<Difficulty>(number))?;
    for transaction in &body.transactions {
        tx.delete::<Transactions>(transaction.tx_hash())?;
    }
    let (header, hash) = header.into_parts();
    tx.delete::<HeaderNumbers>(&hash)?;
    tx.delete::<Headers>(&number)?;
    tx.delete::<Bodies>(&number)?;
    tx.delete::<Senders>(&number)?;
    tx.delete::<Receipts>(&number)?;
    tx.delete::<Difficulty>(&number)?;
    let block = Block { header, transactions: body.transactions, ommers: body.ommers };
    Ok(tx.put::<SideBlocks>(&hash, &SideBlock { total_difficulty, block })?)
}

pub(crate) fn missing<T: Table>(number: u64) -> StoreError {
    StoreError::Missing { record: format!("block {number} in table {}", T::NAME) }
}
