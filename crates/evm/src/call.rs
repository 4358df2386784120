use crate::{
    BlockContext, BlockExecutor, CachedState, EvmContext, ExecutionError, Halt, Rules, StateReader,
    code_cache::analyse,
    executor::execution_error,
    halt::{LastStepInspector, needs_last_step},
    machine::{Machine, inspect, machine, transact},
    transaction::recover_authorizations,
};
use autochain_primitives::{Address, Bytes, KECCAK256_EMPTY, Log, TxKind, U256, keccak256};
use revm::{
    Inspector,
    context::TxEnv,
    context_interface::{
        result::{ExecutionResult, ResultAndState},
        transaction::{AccessList, SignedAuthorization, TransactionType},
    },
    primitives::hardfork::SpecId,
};

/// Gas of a call that names none, before any cap.
const DEFAULT_GAS: u64 = u64::MAX / 2;

/// A call that nobody signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRequest {
    /// Caller; the zero address by default.
    pub from: Option<Address>,
    /// Called account; a creation without it.
    pub to: Option<Address>,
    /// Gas limit; as much as is allowed by default.
    pub gas: Option<u64>,
    /// Wei a gas.
    pub gas_price: Option<u128>,
    /// Highest wei a gas (EIP-1559).
    pub max_fee_per_gas: Option<u128>,
    /// Highest tip in wei a gas (EIP-1559).
    pub max_priority_fee_per_gas: Option<u128>,
    /// Wei sent along.
    pub value: U256,
    /// Input, or creation code.
    pub data: Bytes,
    /// Accounts and slots that start warm (EIP-2930).
    pub access_list: AccessList,
    /// Delegations to set first (EIP-7702).
    pub authorizations: Vec<SignedAuthorization>,
}

/// What a call replaces in the state and the block before it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// Most gas that a call may use (`--rpc.gascap`); `None`: no cap.
    pub gas_cap: Option<u64>,
    /// Accounts to change, in order.
    pub accounts: Vec<(Address, AccountOverride)>,
    /// Block values to change.
    pub block: BlockOverrides,
}

/// Replaced parts of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountOverride {
    /// Nonce.
    pub nonce: Option<u64>,
    /// Balance in wei.
    pub balance: Option<U256>,
    /// Code.
    pub code: Option<Bytes>,
    /// The whole storage (`state`).
    pub storage: Option<Vec<(U256, U256)>>,
    /// Single slots (`stateDiff`), set after `storage`.
    pub storage_diff: Vec<(U256, U256)>,
}

/// Replaced parts of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockOverrides {
    /// Height.
    pub number: Option<u64>,
    /// Seconds since 1970.
    pub timestamp: Option<u64>,
    /// Who gets the fees.
    pub beneficiary: Option<Address>,
    /// Gas limit.
    pub gas_limit: Option<u64>,
    /// Wei a gas.
    pub base_fee: Option<u64>,
    /// What 0x44 returns.
    pub difficulty: Option<U256>,
}

impl BlockOverrides {
    /// The block with these values.
    #[must_use]
    pub fn apply(&self, mut block: BlockContext) -> BlockContext {
        block.number = self.number.unwrap_or(block.number);
        block.timestamp = self.timestamp.unwrap_or(block.timestamp);
        block.beneficiary = self.beneficiary.unwrap_or(block.beneficiary);
        block.gas_limit = self.gas_limit.unwrap_or(block.gas_limit);
        block.base_fee = self.base_fee.or(block.base_fee);
        block.difficulty = self.difficulty.unwrap_or(block.difficulty);
        block
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// It ran to its end and returned this; a creation returns the code it left.
    Success(Bytes),
    /// It reverted with this reason.
    Revert(Bytes),
    /// It broke a rule of the machine and used all its gas.
    Halt(Halt),
}

/// What a call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallResult {
    /// How it ended.
    pub outcome: CallOutcome,
    /// Gas paid for.
    pub gas_used: u64,
    /// Gas it needed at most, before refunds, with the floor of its data.
    pub gas_spent: u64,
    /// Logs of a success.
    pub logs: Vec<Log>,
    /// The contract it created.
    pub created: Option<Address>,
}

impl CallResult {
    /// geth's words for a failure, without the decoded reason of a revert.
    pub fn error(&self) -> Option<String> {
        match &self.outcome {
            CallOutcome::Success(_) => None,
            CallOutcome::Revert(_) => Some("execution reverted".to_owned()),
            CallOutcome::Halt(halt) => Some(halt.message.clone()),
        }
    }

    /// Whether it ran to its end.
    pub const fn is_success(&self) -> bool {
        matches!(self.outcome, CallOutcome::Success(_))
    }
}

/// Runs calls one after another on one state; none of them changes it.
///
/// As in geth there is no check of the nonce, of the sender's code, of the block's gas limit or of the cap of a
/// transaction; a call without a price pays no base fee, and `BASEFEE` is 0 in it. Funds for value and price are
/// checked.
#[derive(Debug)]
pub struct Simulator<'a, S: StateReader> {
    machine: Machine<CachedState<'a, S>>,
    rules: Rules,
    block: BlockContext,
    gas_cap: u64,
}

impl<'a, S: StateReader> Simulator<'a, S> {
    /// Prepares calls in `block` on `state`, both changed as `options` say.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn new(
        rules: Rules,
        block: BlockContext,
        state: &'a S,
        options: &CallOptions,
    ) -> Result<Self, ExecutionError<S::Error>> {
        Self::on(rules, block, CachedState::new(state, rules.state_clear()), options)
    }

    /// As [`Self::new`], in the middle of a block: after the transactions that `executor` has executed.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn after(
        executor: BlockExecutor<'a, S>,
        options: &CallOptions,
    ) -> Result<Self, ExecutionError<S::Error>> {
        let (rules, block, state) = executor.into_parts();
        Self::on(rules, block, state, options)
    }

    fn on(
        rules: Rules,
        block: BlockContext,
        mut state: CachedState<'a, S>,
        options: &CallOptions,
    ) -> Result<Self, ExecutionError<S::Error>> {
        for (address, replaced) in &options.accounts {
            override_account(&mut state, *address, replaced)?;
        }
        let block = options.block.apply(block);
        let gas_cap = options.gas_cap.unwrap_or(u64::MAX);
        let mut simulator = Self { machine: machine(&rules, &block, state, ()), rules, block, gas_cap };
        lift_checks(&mut simulator.machine);
        Ok(simulator)
    }

    /// The rules of the block.
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The block in which the calls run.
    pub const fn block(&self) -> &BlockContext {
        &self.block
    }

    /// The state on which the calls run.
    pub const fn state(&self) -> &CachedState<'a, S> {
        &self.machine.ctx.journaled_state.database
    }

    /// As [`Self::state`], keeping what is read.
    pub const fn state_mut(&mut self) -> &mut CachedState<'a, S> {
        &mut self.machine.ctx.journaled_state.database
    }

    /// Runs a call. To name some halts as geth does it runs a second time.
    ///
    /// # Errors
    /// The call breaks a rule of transactions that also holds for calls (funds, intrinsic gas, fees), or the state
    /// cannot be read.
    pub fn call(&mut self, request: &CallRequest) -> Result<CallResult, ExecutionError<S::Error>> {
        let tx = self.prepare(request);
        let again = tx.clone();
        let (execution, _) = transact(&mut self.machine, tx)
            .map_err(|error| execution_error(error, &self.machine.ctx, &self.rules))?;
        let mut last = LastStepInspector::default();
        if let ExecutionResult::Halt { reason, .. } = &execution.result
            && needs_last_step(reason)
        {
            self.run_inspected(again, &mut last)?;
        }
        Ok(call_result(execution.result, last))
    }

    /// Runs a call under an inspector. Returns revm's result with the touched state too, as the tracers' builders
    /// want them.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn inspect<I>(
        &mut self,
        request: &CallRequest,
        inspector: &mut I,
    ) -> Result<(CallResult, ResultAndState), ExecutionError<S::Error>>
    where
        I: Inspector<EvmContext<CachedState<'a, S>>>,
    {
        let tx = self.prepare(request);
        let mut last = LastStepInspector::default();
        let execution = self.run_inspected(tx.clone(), inspector)?;
        if let ExecutionResult::Halt { reason, .. } = &execution.result
            && needs_last_step(reason)
        {
            self.run_inspected(tx, &mut last)?;
        }
        Ok((call_result(execution.result.clone(), last), execution))
    }

    /// Makes an inspected call part of the state, for calls that build on it.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn commit(&mut self, execution: ResultAndState) -> Result<(), ExecutionError<S::Error>> {
        Ok(self.state_mut().commit(execution.state)?)
    }

    /// Most gas that a call with this request may use.
    pub(crate) fn gas_limit(&self, request: &CallRequest) -> u64 {
        request.gas.unwrap_or(DEFAULT_GAS).min(self.gas_cap)
    }

    pub(crate) const fn gas_cap(&self) -> u64 {
        self.gas_cap
    }

    fn run_inspected<I>(
        &mut self,
        tx: TxEnv,
        inspector: &mut I,
    ) -> Result<ResultAndState, ExecutionError<S::Error>>
    where
        I: Inspector<EvmContext<CachedState<'a, S>>>,
    {
        let spare = CachedState::new(self.state().reader(), self.rules.state_clear());
        let state = core::mem::replace(self.state_mut(), spare);
        let mut machine = machine(&self.rules, &self.block, state, inspector);
        lift_checks(&mut machine);
        machine.ctx.block.basefee = self.machine.ctx.block.basefee;
        let result = inspect(&mut machine, tx)
            .map(|(execution, _)| execution)
            .map_err(|error| execution_error(error, &machine.ctx, &self.rules));
        *self.state_mut() = machine.ctx.journaled_state.database;
        result
    }

    /// The machine's form of a call; sets the base fee of the block to what the call sees.
    fn prepare(&mut self, request: &CallRequest) -> TxEnv {
        let fork = |spec| self.rules.spec_id.is_enabled_in(spec);
        let dynamic = request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some();
        let price = request.gas_price.or(request.max_fee_per_gas).unwrap_or_default();
        let tip = request.max_priority_fee_per_gas.unwrap_or_default();
        let tx_type = if !request.authorizations.is_empty() {
            TransactionType::Eip7702
        } else if dynamic && request.gas_price.is_none() && fork(SpecId::LONDON) {
            TransactionType::Eip1559
        } else if !request.access_list.0.is_empty() && fork(SpecId::BERLIN) {
            TransactionType::Eip2930
        } else {
            TransactionType::Legacy
        };
        let tip = matches!(tx_type, TransactionType::Eip7702 | TransactionType::Eip1559).then_some(tip);
        let free = price == 0 && tip.unwrap_or_default() == 0;
        self.machine.ctx.block.basefee = if free { 0 } else { self.block.base_fee.unwrap_or(0) };
        TxEnv {
            tx_type: tx_type as u8,
            caller: request.from.unwrap_or_default(),
            gas_limit: self.gas_limit(request),
            gas_price: price,
            kind: request.to.map_or(TxKind::Create, TxKind::Call),
            value: request.value,
            data: request.data.clone(),
            nonce: 0,
            chain_id: Some(self.rules.chain_id),
            access_list: request.access_list.clone(),
            gas_priority_fee: tip,
            blob_hashes: Vec::new(),
            max_fee_per_blob_gas: 0,
            authorization_list: recover_authorizations(&request.authorizations),
        }
    }
}

/// Runs one call; see [`Simulator`].
///
/// # Errors
/// As [`Simulator::call`].
pub fn call<S: StateReader>(
    rules: Rules,
    block: BlockContext,
    state: &S,
    request: &CallRequest,
    options: &CallOptions,
) -> Result<CallResult, ExecutionError<S::Error>> {
    Simulator::new(rules, block, state, options)?.call(request)
}

fn lift_checks<DB: revm::Database, I>(machine: &mut Machine<DB, I>) {
    machine.ctx.modify_cfg(|cfg| {
        cfg.disable_nonce_check = true;
        cfg.disable_eip3607 = true;
        cfg.disable_block_gas_limit = true;
        cfg.tx_chain_id_check = false;
        cfg.tx_gas_limit_cap = Some(u64::MAX);
    });
}

fn call_result(result: ExecutionResult, last: LastStepInspector) -> CallResult {
    let gas = *result.gas();
    let (gas_used, gas_spent) = (gas.tx_gas_used(), gas.total_gas_spent().max(gas.floor_gas()));
    let mut created = None;
    let mut kept = Vec::new();
    let outcome = match result {
        ExecutionResult::Success { output, logs, .. } => {
            created = output.address().copied();
            kept = logs;
            CallOutcome::Success(output.into_data())
        }
        ExecutionResult::Revert { output, .. } => CallOutcome::Revert(output),
        ExecutionResult::Halt { reason, .. } => CallOutcome::Halt(Halt::new(reason, last.0)),
    };
    CallResult { outcome, gas_used, gas_spent, logs: kept, created }
}

fn override_account<S: StateReader>(
    state: &mut CachedState<'_, S>,
    address: Address,
    replaced: &AccountOverride,
) -> Result<(), ExecutionError<S::Error>> {
    let mut account = state.account(address)?.unwrap_or_default();
    account.nonce = replaced.nonce.unwrap_or(account.nonce);
    account.balance = replaced.balance.unwrap_or(account.balance);
    if let Some(code) = &replaced.code {
        account.code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(code) };
        if !code.is_empty() {
            state.insert_code(account.code_hash, analyse(code.clone()));
        }
    }
    let wipe = replaced.storage.is_some();
    let mut slots = replaced.storage.clone().unwrap_or_default();
    slots.extend_from_slice(&replaced.storage_diff);
    Ok(state.set_account(address, account, wipe, slots)?)
}
