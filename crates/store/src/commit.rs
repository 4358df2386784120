use crate::{
    ChangeSet, HashedStorageDelta, StateDelta, StorageDelta, StorageNodesDelta, StoreError,
    block::{body_bytes, side_block_bytes},
    history,
    tables::{
        AccountChanges, AccountHistory, AccountNodes, Accounts, Bodies, Code, Difficulty, HashedAccounts,
        HashedStorage, HeaderNumbers, Headers, Meta, MetaKey, NodePath, Receipts, Senders, SideBlocks,
        Storage, StorageChanges, StorageHistory, StorageNodePath, StorageNodes, StoredNode, Transactions,
    },
    unwind::unwind,
};
use autochain_db::{Cursor, Table, WriteAccess, WriteTx};
use autochain_primitives::{
    B256, Bytes, Receipt, RecoveredBlock, SealedBlock, U256,
    map::{AddressMap, B256Map},
};
use autochain_trie::BranchNode;

/// A block that becomes canonical, with all that its execution gave.
#[derive(Clone, Debug)]
pub struct BlockRecord {
    /// The block with its senders.
    pub block: RecoveredBlock,
    /// One receipt for each transaction.
    pub receipts: Vec<Receipt>,
    /// Sum of the difficulties from genesis up to and with this block.
    pub total_difficulty: U256,
    /// What the block replaced, each key once.
    pub before: ChangeSet,
}

/// One change of the chain: all of it becomes durable, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// Blocks above this number leave the canonical chain; they are kept as side blocks.
    pub unwind_to: Option<u64>,
    /// Blocks that then become canonical, rising.
    pub blocks: Vec<BlockRecord>,
    /// The net change of the state from the old head to the new one.
    pub state: StateDelta,
    /// Blocks to keep beside the chain, with their total difficulty.
    pub side: Vec<(SealedBlock, U256)>,
}

/// Writes a commit into a transaction.
pub(crate) fn write(tx: &WriteTx, commit: Commit) -> Result<(), StoreError> {
    let Commit { unwind_to, mut blocks, state, side } = commit;
    let (number, hash) = head(tx)?;
    let mut tip = match unwind_to {
        Some(to) if to > number => return Err(StoreError::UnwindAboveHead { to, head: number }),
        Some(to) if to < number => unwind(tx, to, number)?,
        _ => (number, hash),
    };
    check_links(tip, &blocks)?;
    write_blocks(tx, &mut blocks)?;
    if let Some(last) = blocks.last() {
        tip = (last.block.header.number, last.block.hash());
    }
    write_history(tx, &blocks)?;
    write_side_blocks(tx, &side)?;
    write_state(tx, &state)?;
    write_head(tx, tip)
}

/// Number and hash of the last canonical block.
fn head(tx: &WriteTx) -> Result<(u64, B256), StoreError> {
    crate::reader::head(tx)?.ok_or(StoreError::NoGenesis)
}

pub(crate) fn write_head(tx: &WriteTx, (number, hash): (u64, B256)) -> Result<(), StoreError> {
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.extend_from_slice(hash.as_slice());
    Ok(tx.put::<Meta>(&MetaKey::Head, &bytes.into())?)
}

/// Each block must stand on the one before it, the first on `tip`.
fn check_links(tip: (u64, B256), blocks: &[BlockRecord]) -> Result<(), StoreError> {
    let (mut number, mut hash) = tip;
    for record in blocks {
        let header = &record.block.header;
        let expected = number.saturating_add(1);
        if header.number != expected {
            return Err(StoreError::NotContiguous { expected, got: header.number });
        }
        if header.parent_hash != hash {
            return Err(StoreError::ParentMismatch {
                number: expected,
                expected: hash,
                got: header.parent_hash,
            });
        }
        (number, hash) = (expected, record.block.hash());
    }
    Ok(())
}

/// The tables of the canonical chain, change sets included.
pub(crate) fn write_blocks(tx: &WriteTx, blocks: &mut [BlockRecord]) -> Result<(), StoreError> {
    let mut cursors = BlockCursors::new(tx)?;
    for record in blocks.iter_mut() {
        record.before.sort();
        cursors.append(record)?;
    }

    let mut numbers: Vec<_> =
        blocks.iter().map(|record| (record.block.hash(), record.block.header.number)).collect();
    numbers.sort_unstable();
    let mut header_numbers = tx.cursor::<HeaderNumbers>()?;
    let mut side = tx.cursor::<SideBlocks>()?;
    for (hash, number) in &numbers {
        header_numbers.put(hash, number)?;
        side.delete(hash)?;
    }

    let mut places = Vec::new();
    for record in blocks.iter() {
        for (index, transaction) in (0u32..).zip(&record.block.transactions) {
            places.push((*transaction.tx_hash(), (record.block.header.number, index)));
        }
    }
    places.sort_unstable();
    let mut transactions = tx.cursor::<Transactions>()?;
    for (hash, place) in &places {
        transactions.put(hash, place)?;
    }
    Ok(())
}

/// The tables that grow at their end.
struct BlockCursors<'tx> {
    headers: Cursor<'tx, Headers, WriteAccess>,
    bodies: Cursor<'tx, Bodies, WriteAccess>,
    senders: Cursor<'tx, Senders, WriteAccess>,
    receipts: Cursor<'tx, Receipts, WriteAccess>,
    difficulty: Cursor<'tx, Difficulty, WriteAccess>,
    accounts: Cursor<'tx, AccountChanges, WriteAccess>,
    storage: Cursor<'tx, StorageChanges, WriteAccess>,
}

impl<'tx> BlockCursors<'tx> {
    fn new(tx: &'tx WriteTx) -> Result<Self, StoreError> {
        Ok(Self {
            headers: tx.cursor()?,
            bodies: tx.cursor()?,
            senders: tx.cursor()?,
            receipts: tx.cursor()?,
            difficulty: tx.cursor()?,
            accounts: tx.cursor()?,
            storage: tx.cursor()?,
        })
    }

    fn append(&mut self, record: &BlockRecord) -> Result<(), StoreError> {
        let block = &record.block;
        let number = block.header.number;
        self.headers.append(&number, &block.sealed_header())?;
        self.bodies.append_with(&number, |out| body_bytes(block, out))?;
        self.senders.append_with(&number, |out| {
            block.senders().iter().for_each(|sender| out.extend_from_slice(sender.as_slice()));
        })?;
        self.receipts.append(&number, &record.receipts)?;
        self.difficulty.append(&number, &record.total_difficulty)?;
        for (address, before) in &record.before.accounts {
            self.accounts.append(&(number, *address), before)?;
        }
        for (address, slot, before) in &record.before.storage {
            self.storage.append(&(number, *address, *slot), before)?;
        }
        Ok(())
    }
}

/// Which blocks changed what.
fn write_history(tx: &WriteTx, blocks: &[BlockRecord]) -> Result<(), StoreError> {
    let mut accounts = Vec::new();
    let mut storage = Vec::new();
    for record in blocks {
        let number = record.block.header.number;
        accounts.extend(record.before.accounts.iter().map(|(address, _)| (*address, number)));
        storage.extend(record.before.storage.iter().map(|(address, slot, _)| ((*address, *slot), number)));
    }
    accounts.sort_unstable();
    storage.sort_unstable();
    history::add::<AccountHistory>(tx, &accounts)?;
    history::add::<StorageHistory>(tx, &storage)
}

fn write_side_blocks(tx: &WriteTx, blocks: &[(SealedBlock, U256)]) -> Result<(), StoreError> {
    let mut cursor = tx.cursor::<SideBlocks>()?;
    for (block, total_difficulty) in blocks {
        // What is canonical needs no second copy.
        if !tx.contains::<HeaderNumbers>(&block.hash())? {
            cursor.put_with(&block.hash(), |out| side_block_bytes(block, total_difficulty, out))?;
        }
    }
    Ok(())
}

/// The tables of the state at the head.
pub(crate) fn write_state(tx: &WriteTx, state: &StateDelta) -> Result<(), StoreError> {
    write_sorted::<Accounts, _>(tx, sorted(&state.accounts), |address| *address)?;
    write_storage(tx, &state.storage)?;
    write_code(tx, &state.code)?;
    write_sorted::<HashedAccounts, _>(tx, state.hashed_accounts.iter(), |hash| *hash)?;
    write_hashed_storage(tx, &state.hashed_storage)?;
    let mut nodes = tx.cursor::<AccountNodes>()?;
    for (path, node) in &state.account_nodes {
        put_or_delete_node(&mut nodes, &NodePath(*path), node.as_ref())?;
    }
    write_storage_nodes(tx, &state.storage_nodes)
}

/// Writes or deletes records that come in key order.
fn write_sorted<'d, T: Table, K: 'd>(
    tx: &WriteTx,
    records: impl IntoIterator<Item = (&'d K, &'d Option<T::Value>)>,
    key: impl Fn(&K) -> T::Key,
) -> Result<(), StoreError>
where
    T::Value: 'd,
{
    let mut cursor = tx.cursor::<T>()?;
    for (subject, value) in records {
        put_or_delete(&mut cursor, &key(subject), value.as_ref())?;
    }
    Ok(())
}

fn put_or_delete<T: Table>(
    cursor: &mut Cursor<'_, T, WriteAccess>,
    key: &T::Key,
    value: Option<&T::Value>,
) -> Result<(), StoreError> {
    match value {
        Some(value) => cursor.put(key, value)?,
        None => {
            cursor.delete(key)?;
        }
    }
    Ok(())
}

/// [`put_or_delete`] without a copy of the node.
fn put_or_delete_node<T: Table<Value = StoredNode>>(
    cursor: &mut Cursor<'_, T, WriteAccess>,
    key: &T::Key,
    node: Option<&BranchNode>,
) -> Result<(), StoreError> {
    match node {
        Some(node) => Ok(cursor.put_with(key, |out| node.encode_to(out))?),
        None => put_or_delete(cursor, key, None),
    }
}

fn write_storage(tx: &WriteTx, storage: &AddressMap<StorageDelta>) -> Result<(), StoreError> {
    let mut cursor = tx.cursor::<Storage>()?;
    for (address, delta) in sorted(storage) {
        if delta.wiped {
            cursor.delete_prefix(address.as_slice())?;
        }
        for (slot, value) in sorted(&delta.slots) {
            put_or_delete(&mut cursor, &(*address, *slot), (!value.is_zero()).then_some(value))?;
        }
    }
    Ok(())
}

fn write_code(tx: &WriteTx, code: &B256Map<Bytes>) -> Result<(), StoreError> {
    for (hash, bytes) in sorted(code) {
        if !tx.contains::<Code>(hash)? {
            tx.put::<Code>(hash, bytes)?;
        }
    }
    Ok(())
}

fn write_hashed_storage(tx: &WriteTx, storage: &B256Map<HashedStorageDelta>) -> Result<(), StoreError> {
    let mut cursor = tx.cursor::<HashedStorage>()?;
    for (account, delta) in sorted(storage) {
        if delta.wiped {
            cursor.delete_prefix(account.as_slice())?;
        }
        for (slot, value) in &delta.slots {
            put_or_delete(&mut cursor, &(*account, *slot), (!value.is_zero()).then_some(value))?;
        }
    }
    Ok(())
}

fn write_storage_nodes(tx: &WriteTx, nodes: &B256Map<StorageNodesDelta>) -> Result<(), StoreError> {
    let mut cursor = tx.cursor::<StorageNodes>()?;
    for (account, delta) in sorted(nodes) {
        if delta.wiped {
            cursor.delete_prefix(account.as_slice())?;
        }
        for (path, node) in &delta.nodes {
            put_or_delete_node(&mut cursor, &StorageNodePath(*account, *path), node.as_ref())?;
        }
    }
    Ok(())
}

/// The entries of a map in key order: what is written in order is written fast.
fn sorted<'m, K: Ord, V>(map: impl IntoIterator<Item = (&'m K, &'m V)>) -> Vec<(&'m K, &'m V)> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}
