use crate::{
    BlockContext, CachedState, EvmContext, ReadError, Rules, StateChanges, StateReader, TransactionError,
    dao::{DAO_ACCOUNTS, DAO_REFUND_CONTRACT},
    machine::{Machine, inspect, machine, transact},
    transaction::{transaction_error, tx_env},
};
use autochain_primitives::{Address, B256, Bytes, Eip658Value, Receipt, Transaction, U256, address};
use revm::{
    Database, Inspector,
    context::TxEnv,
    context_interface::result::{EVMError, ExecutionResult, HaltReason, ResultAndState},
};

/// The contract whose storage keeps the hashes of past blocks (EIP-2935).
pub const HISTORY_STORAGE_ADDRESS: Address = address!("0000F90827F1C53a10cb7A02335B175320002935");

/// Number of hashes that the history contract keeps (EIP-2935).
pub const HISTORY_SERVE_WINDOW: u64 = 8191;

/// An error from outside of this crate.
pub type BoxError = Box<dyn core::error::Error + Send + Sync>;

/// Computes the state root after a transaction from the changes since the last call (before EIP-658). The first
/// call also gets what the block did before its first transaction.
pub type RootHook<'a> = dyn FnMut(&StateChanges) -> Result<B256, BoxError> + 'a;

/// Why execution stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExecutionError<E: core::error::Error + Send + Sync + 'static> {
    /// The transaction cannot stand here. The state is as before it.
    #[error("could not apply tx {index} [{hash}]: {error}")]
    Transaction {
        /// Place in the block, from 0.
        index: usize,
        /// Hash of the transaction; zero where there is none.
        hash: B256,
        /// The rule it breaks.
        #[source]
        error: TransactionError,
    },
    /// The state cannot be read. Nothing follows about the block.
    #[error("state: {0}")]
    State(#[source] E),
    /// The root hook failed. Nothing follows about the block.
    #[error("state root after transaction: {0}")]
    Root(#[source] BoxError),
    /// The reserve cannot pay the rewards, or a balance would overflow.
    #[error("reward of {amount} wei for {address} does not fit")]
    Reward {
        /// Who would be paid, or pay.
        address: Address,
        /// Wei.
        amount: U256,
    },
    /// The machine failed in itself.
    #[error("machine: {0}")]
    Machine(String),
}

impl<E: core::error::Error + Send + Sync + 'static> ExecutionError<E> {
    /// The broken rule, if the transaction is at fault.
    pub const fn transaction_error(&self) -> Option<&TransactionError> {
        match self {
            Self::Transaction { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Whether the fault is here and not in the block.
    pub const fn is_local(&self) -> bool {
        matches!(self, Self::State(_) | Self::Root(_) | Self::Machine(_))
    }
}

impl<E: core::error::Error + Send + Sync + 'static> From<ReadError<E>> for ExecutionError<E> {
    fn from(error: ReadError<E>) -> Self {
        Self::State(error.0)
    }
}

/// What a transaction did. Its logs stand in the receipt ([`BlockExecutor::receipts`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxOutcome {
    /// Gas paid for.
    pub gas_used: u64,
    /// Whether it ran to its end.
    pub success: bool,
    /// What it returned, or the reason of its revert.
    pub output: Bytes,
    /// The contract it created.
    pub created: Option<Address>,
    /// Why it halted, if it neither succeeded nor reverted.
    pub halt: Option<HaltReason>,
    /// Wei destroyed by self-destruction.
    pub destroyed: U256,
}

/// A transaction that ran under an inspector and is not yet part of the block's state.
#[derive(Debug)]
pub struct Inspected {
    /// revm's result and the state it touched, as the tracers' builders want them.
    pub execution: ResultAndState,
    /// Wei destroyed by self-destruction.
    pub destroyed: U256,
}

/// A block that was executed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutedBlock {
    /// One for each transaction.
    pub receipts: Vec<Receipt>,
    /// Gas of all transactions.
    pub gas_used: u64,
    /// Everything the block did to the state, rewards included.
    pub changes: StateChanges,
    /// Wei destroyed by self-destruction, for the supply law.
    pub destroyed: U256,
}

/// Executes the transactions of one block in order.
///
/// What the block does before its first transaction (the DAO's move, EIP-2935) is done by the constructor.
pub struct BlockExecutor<'a, S: StateReader> {
    machine: Machine<CachedState<'a, S>>,
    rules: Rules,
    block: BlockContext,
    roots: Option<&'a mut RootHook<'a>>,
    receipts: Vec<Receipt>,
    gas_used: u64,
    destroyed: U256,
}

impl<S: StateReader> core::fmt::Debug for BlockExecutor<'_, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("BlockExecutor")
            .field("rules", &self.rules)
            .field("block", &self.block)
            .field("transactions", &self.receipts.len())
            .field("gas_used", &self.gas_used)
            .finish_non_exhaustive()
    }
}

impl<'a, S: StateReader> BlockExecutor<'a, S> {
    /// Starts a block on the state after its parent.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn new(rules: Rules, block: BlockContext, state: &'a S) -> Result<Self, ExecutionError<S::Error>> {
        Self::with_roots(rules, block, state, None)
    }

    /// As [`Self::new`]; `roots` supplies the state roots of receipts where [`Rules::post_state_receipts`] holds.
    /// Without it such receipts hold a zero root, which serves a replay.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn with_roots(
        rules: Rules,
        block: BlockContext,
        state: &'a S,
        roots: Option<&'a mut RootHook<'a>>,
    ) -> Result<Self, ExecutionError<S::Error>> {
        let mut cache = CachedState::new(state, rules.state_clear());
        let roots = roots.filter(|_| rules.post_state_receipts);
        if roots.is_some() {
            cache.start_recording();
        }
        if rules.dao_move {
            move_dao_balances(&mut cache)?;
        }
        if rules.eip2935 {
            store_parent_hash(&mut cache, &block)?;
        }
        let machine = machine(&rules, &block, cache, ());
        Ok(Self { machine, rules, block, roots, receipts: Vec::new(), gas_used: 0, destroyed: U256::ZERO })
    }

    /// The rules of the block.
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What the block tells its transactions.
    pub const fn block(&self) -> &BlockContext {
        &self.block
    }

    /// The receipts of the transactions so far.
    pub fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }

    /// Gas used so far.
    pub const fn gas_used(&self) -> u64 {
        self.gas_used
    }

    /// Gas left in the block.
    pub const fn gas_left(&self) -> u64 {
        self.block.gas_limit.saturating_sub(self.gas_used)
    }

    /// The state after the transactions so far; readable, also as a [`revm::DatabaseRef`].
    pub const fn state(&self) -> &CachedState<'a, S> {
        &self.machine.ctx.journaled_state.database
    }

    /// As [`Self::state`], keeping what is read.
    pub const fn state_mut(&mut self) -> &mut CachedState<'a, S> {
        &mut self.machine.ctx.journaled_state.database
    }

    /// Executes the next transaction.
    ///
    /// # Errors
    /// [`ExecutionError::Transaction`] leaves the state as it was, and another transaction may be tried. After any
    /// other error the executor is of no use.
    pub fn execute_transaction(
        &mut self,
        transaction: &Transaction,
        sender: Address,
    ) -> Result<TxOutcome, ExecutionError<S::Error>> {
        let tx = self.prepare(transaction, sender)?;
        match transact(&mut self.machine, tx) {
            Ok((execution, destroyed)) => self.settle(transaction, Inspected { execution, destroyed }),
            Err(error) => {
                Err(self.placed(transaction, execution_error(error, &self.machine.ctx, &self.rules)))
            }
        }
    }

    /// Runs the next transaction under an inspector without making it part of the block: look at
    /// [`Self::state`], which is the state before it, then [`Self::commit_inspected`] it.
    ///
    /// # Errors
    /// As [`Self::execute_transaction`].
    pub fn inspect_transaction<I>(
        &mut self,
        transaction: &Transaction,
        sender: Address,
        inspector: &mut I,
    ) -> Result<Inspected, ExecutionError<S::Error>>
    where
        I: Inspector<EvmContext<CachedState<'a, S>>>,
    {
        let tx = self.prepare(transaction, sender)?;
        // The state moves into a machine that knows the inspector, and back.
        let spare = CachedState::new(self.state().reader(), self.rules.state_clear());
        let state = core::mem::replace(self.state_mut(), spare);
        let mut machine = machine(&self.rules, &self.block, state, inspector);
        let result = inspect(&mut machine, tx)
            .map(|(execution, destroyed)| Inspected { execution, destroyed })
            .map_err(|error| execution_error(error, &machine.ctx, &self.rules));
        *self.state_mut() = machine.ctx.journaled_state.database;
        result.map_err(|error| self.placed(transaction, error))
    }

    /// Makes an inspected transaction part of the block.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn commit_inspected(
        &mut self,
        transaction: &Transaction,
        inspected: Inspected,
    ) -> Result<TxOutcome, ExecutionError<S::Error>> {
        self.settle(transaction, inspected)
    }

    /// Pays the rewards and closes the block. Every payment touches its receiver, also a payment of nothing;
    /// `debit` is what a reserve pays for all of them.
    ///
    /// # Errors
    /// The state cannot be read, or a balance does not fit.
    pub fn finish_with(
        mut self,
        payments: impl IntoIterator<Item = (Address, U256)>,
        debit: Option<(Address, U256)>,
    ) -> Result<ExecutedBlock, ExecutionError<S::Error>> {
        let state = self.state_mut();
        if let Some((address, amount)) = debit.filter(|(_, amount)| !amount.is_zero()) {
            state.sub_balance(address, amount)?.ok_or(ExecutionError::Reward { address, amount })?;
        }
        for (address, amount) in payments {
            state.add_balance(address, amount)?.ok_or(ExecutionError::Reward { address, amount })?;
        }
        let changes = state.changes()?;
        Ok(ExecutedBlock {
            receipts: self.receipts,
            gas_used: self.gas_used,
            changes,
            destroyed: self.destroyed,
        })
    }

    /// The state so far, for calls on it.
    pub(crate) fn into_parts(self) -> (Rules, BlockContext, CachedState<'a, S>) {
        (self.rules, self.block, self.machine.ctx.journaled_state.database)
    }

    fn prepare(&self, transaction: &Transaction, sender: Address) -> Result<TxEnv, ExecutionError<S::Error>> {
        let tx = tx_env(transaction, sender, &self.rules).map_err(|error| self.refuse(transaction, error))?;
        let available = self.gas_left();
        if tx.gas_limit > available {
            let error = TransactionError::GasLimitReached { available, wanted: tx.gas_limit };
            return Err(self.refuse(transaction, error));
        }
        Ok(tx)
    }

    fn settle(
        &mut self,
        transaction: &Transaction,
        inspected: Inspected,
    ) -> Result<TxOutcome, ExecutionError<S::Error>> {
        let Inspected { execution: ResultAndState { result, state }, destroyed } = inspected;
        self.state_mut().commit(state)?;
        let (outcome, logs) = outcome(result, destroyed);
        self.gas_used = self.gas_used.saturating_add(outcome.gas_used);
        self.destroyed = self.destroyed.saturating_add(destroyed);
        let status = if self.rules.post_state_receipts {
            let root = match &mut self.roots {
                Some(root) => {
                    let changes = self.machine.ctx.journaled_state.database.take_recorded();
                    root(&changes).map_err(ExecutionError::Root)?
                }
                None => B256::ZERO,
            };
            Eip658Value::PostState(root)
        } else {
            Eip658Value::Eip658(outcome.success)
        };
        self.receipts.push(Receipt {
            tx_type: transaction.tx_type(),
            status,
            cumulative_gas_used: self.gas_used,
            logs,
        });
        Ok(outcome)
    }

    fn refuse(&self, transaction: &Transaction, error: TransactionError) -> ExecutionError<S::Error> {
        ExecutionError::Transaction { index: self.receipts.len(), hash: *transaction.tx_hash(), error }
    }

    fn placed(&self, transaction: &Transaction, error: ExecutionError<S::Error>) -> ExecutionError<S::Error> {
        match error {
            ExecutionError::Transaction { error, .. } => self.refuse(transaction, error),
            other => other,
        }
    }
}

/// Names an error of the machine; the transaction it refused is still in its context.
pub(crate) fn execution_error<DB: Database, E: core::error::Error + Send + Sync + 'static>(
    error: EVMError<ReadError<E>>,
    context: &EvmContext<DB>,
    rules: &Rules,
) -> ExecutionError<E> {
    match error {
        EVMError::Transaction(error) => ExecutionError::Transaction {
            index: 0,
            hash: B256::ZERO,
            error: transaction_error(
                error,
                &context.tx,
                rules,
                context.block.gas_limit,
                context.block.basefee,
            ),
        },
        EVMError::Header(error) => ExecutionError::Machine(error.to_string()),
        EVMError::Database(error) => ExecutionError::State(error.0),
        EVMError::Custom(error) => ExecutionError::Machine(error),
        EVMError::CustomAny(error) => ExecutionError::Machine(error.to_string()),
    }
}

/// Splits revm's result into ours and the logs; only a success has logs.
fn outcome(result: ExecutionResult, destroyed: U256) -> (TxOutcome, Vec<autochain_primitives::Log>) {
    let gas_used = result.tx_gas_used();
    let failed =
        |output, halt| TxOutcome { gas_used, success: false, output, created: None, halt, destroyed };
    match result {
        ExecutionResult::Success { output, logs, .. } => {
            let created = output.address().copied();
            let output = output.into_data();
            (TxOutcome { gas_used, success: true, output, created, halt: None, destroyed }, logs)
        }
        ExecutionResult::Revert { output, .. } => (failed(output, None), Vec::new()),
        ExecutionResult::Halt { reason, .. } => (failed(Bytes::new(), Some(reason)), Vec::new()),
    }
}

/// EIP-779: all that the DAO's accounts hold goes to the refund contract. Setting a balance touches the account: one
/// that did not exist is then there and empty, which chains other than mainnet show.
fn move_dao_balances<S: StateReader>(state: &mut CachedState<'_, S>) -> Result<(), ExecutionError<S::Error>> {
    for address in DAO_ACCOUNTS {
        let amount = state.account(address)?.unwrap_or_default().balance;
        let failure = ExecutionError::Reward { address: DAO_REFUND_CONTRACT, amount };
        state.add_balance(DAO_REFUND_CONTRACT, amount)?.ok_or(failure)?;
        let failure = ExecutionError::Reward { address, amount };
        state.sub_balance(address, amount)?.ok_or(failure)?;
    }
    Ok(())
}

/// EIP-2935 as a write: what a call of the history contract by the system does, without the call.
fn store_parent_hash<S: StateReader>(
    state: &mut CachedState<'_, S>,
    block: &BlockContext,
) -> Result<(), ExecutionError<S::Error>> {
    let Some(parent) = block.number.checked_sub(1) else { return Ok(()) };
    if state.account(HISTORY_STORAGE_ADDRESS)?.is_some_and(|account| account.has_code()) {
        let slot = U256::from(parent % HISTORY_SERVE_WINDOW);
        state.set_slot(HISTORY_STORAGE_ADDRESS, slot, U256::from_be_bytes(block.parent_hash.0))?;
    }
    Ok(())
}
