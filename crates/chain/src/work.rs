use crate::{ChainBlock, Head, ImportStats, InvalidBlock, verify::VerifiedBlock};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_consensus::{ConsensusError, check_outcome};
use autochain_evm::{ExecutionError, StateChanges, execute_block};
use autochain_primitives::{B256, U256, logs_bloom, receipts_root, thread_time};
use autochain_state::{BlockHashes, StateError, StateView, apply, merge, rewind};
use autochain_store::{BlockRecord, ChangeSet, Commit, Reader, StateDelta};
use std::{sync::Arc, time::Duration};

/// Changed accounts and slots above which a batch is committed.
const BATCH_CHANGES: usize = 50_000;

/// Executed blocks over the database's head that are not written yet: what one commit will write.
#[derive(Debug)]
pub(crate) struct Work {
    /// The head of the database on which this was made; with another head it is of no use.
    pub(crate) base: B256,
    /// The ancestor, when these blocks are a branch that leaves the canonical chain below its head.
    unwind_to: Option<u64>,
    pub(crate) tip: Tip,
    delta: StateDelta,
    hashes: BlockHashes,
    records: Vec<BlockRecord>,
    changes: usize,
}

/// The newest block of some chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) number: u64,
    pub(crate) hash: B256,
    pub(crate) total_difficulty: U256,
}

/// Why a block could not be put on the work.
pub(crate) enum ExtendError {
    Invalid(Box<InvalidBlock>),
    State(StateError),
}

impl From<InvalidBlock> for ExtendError {
    fn from(reason: InvalidBlock) -> Self {
        Self::Invalid(Box::new(reason))
    }
}

impl From<StateError> for ExtendError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl Work {
    /// Work that continues the canonical chain.
    pub(crate) fn on_head(head: Tip) -> Self {
        Self {
            base: head.hash,
            unwind_to: None,
            tip: head,
            delta: StateDelta::default(),
            hashes: BlockHashes::new(),
            records: Vec::new(),
            changes: 0,
        }
    }

    /// Work on a branch that leaves the canonical chain at `ancestor`.
    pub(crate) fn on_branch(reader: &Reader, head: Tip, ancestor: Tip) -> Result<Self, StateError> {
        let delta = rewind(reader, ancestor.number)?;
        Ok(Self { unwind_to: Some(ancestor.number), tip: ancestor, delta, ..Self::on_head(head) })
    }

    /// Executes a block on the tip and checks everything that its execution promises.
    pub(crate) fn extend(
        &mut self,
        spec: &ChainSpec,
        reader: &Reader,
        verified: VerifiedBlock,
        stats: &mut ImportStats,
    ) -> Result<(), ExtendError> {
        let VerifiedBlock { block, total_difficulty } = verified;
        let mut top = StateDelta::default();
        let view = StateView::over(reader, &self.delta, &self.hashes);

        let started = thread_time();
        let mut roots_time = Duration::ZERO;
        let status_receipts = spec.is_active(Fork::Byzantium, block.header.number, block.header.timestamp);
        let executed = if status_receipts {
            execute_block(spec, &block, &view, None)
        } else {
            let mut root_after = |changes: &StateChanges| {
                let started = thread_time();
                let root = apply(&view, &mut top, changes);
                roots_time += thread_time().saturating_sub(started);
                Ok(root?)
            };
            execute_block(spec, &block, &view, Some(&mut root_after))
        };
        stats.execute += thread_time().saturating_sub(started).saturating_sub(roots_time);
        stats.root += roots_time;
        let executed = executed.map_err(|error| match error {
            ExecutionError::State(error) => ExtendError::State(error),
            // The hook above fails with the state's errors only.
            ExecutionError::Root(error) => match error.downcast() {
                Ok(error) => ExtendError::State(*error),
                Err(error) => InvalidBlock::Execution(ExecutionError::Root(error)).into(),
            },
            error => InvalidBlock::Execution(error).into(),
        })?;

        let started = thread_time();
        check_outcome(
            &block.header,
            executed.gas_used,
            receipts_root(&executed.receipts),
            &logs_bloom(&executed.receipts),
        )
        .map_err(|error| InvalidBlock::from(ConsensusError::from(error)))?;
        stats.checks += thread_time().saturating_sub(started);

        let started = thread_time();
        let root = apply(&view, &mut top, &executed.changes)?;
        stats.root += thread_time().saturating_sub(started);
        if root != block.header.state_root {
            let expected = block.header.state_root;
            return Err(InvalidBlock::StateRoot { expected, got: root }.into());
        }

        let before = change_set(&executed.changes);
        self.changes += before.accounts.len() + before.storage.len();
        merge(&mut self.delta, top);
        self.tip = Tip { number: block.header.number, hash: block.hash(), total_difficulty };
        self.hashes.insert(self.tip.number, self.tip.hash);
        self.records.push(BlockRecord { block, receipts: executed.receipts, total_difficulty, before });
        Ok(())
    }

    /// Blocks that wait for the commit.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether the work has grown enough for a commit of its own.
    pub(crate) fn is_large(&self) -> bool {
        self.changes >= BATCH_CHANGES
    }

    /// The ancestor of a branch; `None` for work on the head.
    pub(crate) fn unwind_to(&self) -> Option<u64> {
        self.unwind_to
    }

    /// The blocks of this work as subscribers see them.
    pub(crate) fn chain_blocks(&self) -> Vec<Arc<ChainBlock>> {
        self.records
            .iter()
            .map(|record| {
                Arc::new(ChainBlock {
                    block: record.block.clone(),
                    receipts: record.receipts.clone(),
                    total_difficulty: record.total_difficulty,
                })
            })
            .collect()
    }

    /// The newest block and totals for the log: transactions and gas.
    pub(crate) fn totals(&self) -> (usize, u64) {
        self.records.iter().fold((0, 0), |(transactions, gas), record| {
            (transactions + record.block.transactions.len(), gas + record.block.header.gas_used)
        })
    }

    /// The head that this work makes; `None` without blocks.
    pub(crate) fn head(&self) -> Option<Head> {
        let last = self.records.last()?;
        Some(Head { header: last.block.sealed_header(), total_difficulty: last.total_difficulty })
    }

    /// What the store writes to make this work canonical.
    pub(crate) fn into_commit(self) -> Commit {
        Commit { unwind_to: self.unwind_to, blocks: self.records, state: self.delta, side: Vec::new() }
    }
}

/// What the block changed, as it was before.
fn change_set(changes: &StateChanges) -> ChangeSet {
    let mut set = ChangeSet::default();
    for (address, change) in &changes.accounts {
        if change.before != change.after {
            set.accounts.push((*address, change.before));
        }
        for (slot, slot_change) in &change.storage {
            if slot_change.before != slot_change.after {
                set.storage.push((*address, *slot, slot_change.before));
            }
        }
    }
    set
}
