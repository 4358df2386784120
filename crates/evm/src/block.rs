use crate::{BlockContext, BlockExecutor, ExecutedBlock, ExecutionError, RootHook, Rules, StateReader};
use autochain_chainspec::{ChainSpec, RewardRule};
use autochain_consensus::payouts;
use autochain_primitives::{Header, RecoveredBlock};

/// Executes a block on the state after its parent: what comes before the transactions, the transactions, the
/// rewards. Gas, receipts and roots are still to be compared with the header.
///
/// `roots` supplies the state roots that receipts hold before Byzantium.
///
/// # Errors
/// [`ExecutionError`]; only [`ExecutionError::Transaction`] and [`ExecutionError::Reward`] speak against the block.
pub fn execute_block<'a, S: StateReader>(
    spec: &ChainSpec,
    block: &RecoveredBlock,
    state: &'a S,
    roots: Option<&'a mut RootHook<'a>>,
) -> Result<ExecutedBlock, ExecutionError<S::Error>> {
    let mut executor = BlockExecutor::for_header(spec, &block.header, state, roots)?;
    for (transaction, sender) in block.transactions_with_senders() {
        executor.execute_transaction(transaction, sender)?;
    }
    executor.finish(spec, &block.header, &block.ommers)
}

impl<'a, S: StateReader> BlockExecutor<'a, S> {
    /// Starts the block of `header` under the rules that `spec` has for it. Of the header are read number,
    /// timestamp, beneficiary, gas limit, base fee, difficulty and parent hash.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn for_header(
        spec: &ChainSpec,
        header: &Header,
        state: &'a S,
        roots: Option<&'a mut RootHook<'a>>,
    ) -> Result<Self, ExecutionError<S::Error>> {
        let rules = Rules::at(spec, header.number, header.timestamp);
        Self::with_roots(rules, BlockContext::from(header), state, roots)
    }

    /// Pays what `spec` says that miner and ommers get, and closes the block.
    ///
    /// # Errors
    /// The state cannot be read, or a balance does not fit.
    pub fn finish(
        self,
        spec: &ChainSpec,
        header: &Header,
        ommers: &[Header],
    ) -> Result<ExecutedBlock, ExecutionError<S::Error>> {
        let reserve = match spec.reward {
            RewardRule::Reserve { reserve } => {
                let account = self.state().reader().account(&reserve).map_err(ExecutionError::State)?;
                Some(account.unwrap_or_default().balance)
            }
            _ => None,
        };
        let payouts = payouts(spec, header, ommers, reserve);
        self.finish_with(
            payouts.credits.iter().map(|payout| (payout.address, payout.amount)),
            payouts.debit.map(|payout| (payout.address, payout.amount)),
        )
    }
}
