use crate::StateError;
use autochain_evm::StateReader;
use autochain_primitives::{Account, Address, B256, Bytes, U256};
use autochain_store::{Reader, StateDelta};
use std::collections::BTreeMap;

/// Hashes of blocks that are not in the database's canonical chain (yet), by number.
pub type BlockHashes = BTreeMap<u64, B256>;

/// One state: the head of a snapshot under in-memory diffs, or the state after an older canonical block.
#[derive(Clone, Copy)]
pub struct StateView<'a> {
    pub(crate) reader: &'a Reader,
    /// Diffs over the head, oldest first.
    pub(crate) layers: [Option<&'a StateDelta>; 2],
    hashes: Option<&'a BlockHashes>,
    /// The state after this block, read from change sets; no layers then.
    historical: Option<u64>,
}

impl<'a> StateView<'a> {
    /// The state at the snapshot's head.
    pub fn head(reader: &'a Reader) -> Self {
        Self { reader, layers: [None, None], hashes: None, historical: None }
    }

    /// The state after canonical block `number`, which is at or below the snapshot's head.
    pub fn at(reader: &'a Reader, number: u64) -> Result<Self, StateError> {
        let (head, _) = reader.head()?;
        if number > head {
            return Err(StateError::UnknownBlock(number));
        }
        let historical = (number < head).then_some(number);
        Ok(Self { reader, layers: [None, None], hashes: None, historical })
    }

    /// The head under one diff. `hashes` names the blocks of the diff.
    pub fn over(reader: &'a Reader, delta: &'a StateDelta, hashes: &'a BlockHashes) -> Self {
        Self { reader, layers: [Some(delta), None], hashes: Some(hashes), historical: None }
    }

    /// This view under one more diff, the newest.
    pub(crate) fn with_top(self, top: &'a StateDelta) -> Self {
        let below = self.layers[0].or(self.layers[1]);
        Self { layers: [below, Some(top)], ..self }
    }

    /// Diffs, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &'a StateDelta> + use<'a> {
        let [oldest, newest] = self.layers;
        newest.into_iter().chain(oldest)
    }
}

impl StateReader for StateView<'_> {
    type Error = StateError;

    fn account(&self, address: &Address) -> Result<Option<Account>, StateError> {
        if let Some(number) = self.historical {
            return Ok(self.reader.account_at(number, address)?);
        }
        for layer in self.newest_first() {
            if let Some(account) = layer.accounts.get(address) {
                return Ok(*account);
            }
        }
        Ok(self.reader.account(address)?)
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, StateError> {
        if let Some(number) = self.historical {
            return Ok(self.reader.storage_at(number, address, slot)?);
        }
        for layer in self.newest_first() {
            if let Some(storage) = layer.storage.get(address) {
                if let Some(value) = storage.slots.get(slot) {
                    return Ok(*value);
                }
                if storage.wiped {
                    return Ok(U256::ZERO);
                }
            }
        }
        Ok(self.reader.storage(address, slot)?)
    }

    fn code(&self, hash: &B256) -> Result<Bytes, StateError> {
        for layer in self.newest_first() {
            if let Some(code) = layer.code.get(hash) {
                return Ok(code.clone());
            }
        }
        Ok(self.reader.code(hash)?.unwrap_or_default())
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        if let Some(hash) = self.hashes.and_then(|hashes| hashes.get(&number)) {
            return Ok(*hash);
        }
        Ok(self.reader.hash(number)?.unwrap_or_default())
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, StateError> {
        if let Some(number) = self.historical {
            return Ok(self.reader.storage_entries_at(number, address)?);
        }
        let mut slots: BTreeMap<U256, U256> = BTreeMap::new();
        let mut wiped = false;
        for layer in self.newest_first() {
            if let Some(storage) = layer.storage.get(address) {
                for (slot, value) in &storage.slots {
                    slots.entry(*slot).or_insert(*value);
                }
                if storage.wiped {
                    wiped = true;
                    break;
                }
            }
        }
        if !wiped {
            for (slot, value) in self.reader.storage_entries(address)? {
                slots.entry(slot).or_insert(value);
            }
        }
        Ok(slots.into_iter().filter(|(_, value)| !value.is_zero()).collect())
    }
}
