use crate::{
    BlockRecord, ChangeSet, StateDelta, StoreError,
    commit::{write_blocks, write_head, write_state},
    tables::{Meta, MetaKey},
};
use autochain_db::{Access, Tx, WriteTx};
use autochain_primitives::{B256, RecoveredBlock, SealedBlock, U256};

/// Block 0 and its state.
#[derive(Clone, Debug)]
pub struct Genesis {
    /// Block 0.
    pub block: SealedBlock,
    /// Its total difficulty: its difficulty.
    pub total_difficulty: U256,
    /// The genesis JSON, from which the node starts again without being given it.
    pub config_json: String,
    /// How the chain is sealed: "full", "test" or "none".
    pub seal_rule: String,
    /// The state after block 0, on an empty state.
    pub state: StateDelta,
}

/// What [`Store::genesis`](crate::Store::genesis) did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenesisOutcome {
    /// The database was empty; block 0 and its state were written.
    Written,
    /// The database holds this chain; nothing was written.
    Present,
}

/// What the database says of its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredGenesis {
    /// Hash of block 0.
    pub hash: B256,
    /// The genesis JSON.
    pub config_json: String,
    /// How the chain is sealed.
    pub seal_rule: String,
}

impl StoredGenesis {
    /// Compares with the chain that was asked for.
    ///
    /// # Errors
    /// [`StoreError::GenesisMismatch`], [`StoreError::SealRuleMismatch`]; both name the cure.
    pub fn check(&self, hash: B256, seal_rule: &str) -> Result<(), StoreError> {
        if self.hash != hash {
            return Err(StoreError::GenesisMismatch { stored: self.hash, given: hash });
        }
        if self.seal_rule != seal_rule {
            let (stored, given) = (self.seal_rule.clone(), seal_rule.to_owned());
            return Err(StoreError::SealRuleMismatch { stored, given });
        }
        Ok(())
    }
}

/// Writes block 0 and its state into an empty database.
pub(crate) fn write(tx: &WriteTx, genesis: Genesis) -> Result<(), StoreError> {
    let Genesis { block, total_difficulty, config_json, seal_rule, state } = genesis;
    let head = (block.header.number, block.hash());
    if head.0 != 0 {
        return Err(StoreError::NotContiguous { expected: 0, got: head.0 });
    }
    let block = RecoveredBlock::new_unchecked(block, Vec::new());
    // Block 0 replaces nothing: its history begins with what it sets.
    let record = BlockRecord { block, receipts: Vec::new(), total_difficulty, before: ChangeSet::default() };
    write_blocks(tx, &mut [record])?;
    write_state(tx, &state)?;
    tx.put::<Meta>(&MetaKey::Genesis, &head.1.to_vec().into())?;
    tx.put::<Meta>(&MetaKey::Config, &config_json.into_bytes().into())?;
    tx.put::<Meta>(&MetaKey::SealRule, &seal_rule.into_bytes().into())?;
    write_head(tx, head)
}

/// Reads what the database says of its chain.
pub(crate) fn read<A: Access>(tx: &Tx<A>) -> Result<Option<StoredGenesis>, StoreError> {
    let Some(hash) = tx.get::<Meta>(&MetaKey::Genesis)? else { return Ok(None) };
    let text = |key: MetaKey, name: &str| {
        let bytes = tx.get::<Meta>(&key)?;
        let bytes = bytes.ok_or_else(|| StoreError::Missing { record: format!("{name} in table Meta") })?;
        String::from_utf8(bytes.into())
            .map_err(|_| StoreError::Inconsistent { what: format!("{name} in table Meta is not text") })
    };
    let hash = B256::try_from(hash.as_ref())
        .map_err(|_| StoreError::Inconsistent { what: "the genesis hash has not 32 bytes".to_owned() })?;
    let (config_json, seal_rule) = (text(MetaKey::Config, "config")?, text(MetaKey::SealRule, "seal")?);
    Ok(Some(StoredGenesis { hash, config_json, seal_rule }))
}
