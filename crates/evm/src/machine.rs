use crate::{
    BlockContext, Rules,
    collision::{StorageProbe, pretend_nonce, taken_by_storage},
    instructions,
};
use autochain_primitives::U256;
use core::marker::PhantomData;
use revm::{
    Database, Inspector, Journal, JournalEntry,
    context::{BlockEnv, CfgEnv, Evm, LocalContext, TxEnv},
    context_interface::{
        JournalTr as _,
        result::{EVMError, ExecutionResult, HaltReason, ResultAndState},
    },
    handler::{
        EthFrame, EthPrecompiles, EvmTr as _, FrameResult, Handler, ItemOrResult,
        instructions::EthInstructions, post_execution,
    },
    inspector::{InspectorEvmTr as _, InspectorHandler},
    interpreter::{interpreter::EthInterpreter, interpreter_action::FrameInit},
};

/// Wei destroyed by self-destructions to the destroyed account itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BurnTally(pub(crate) U256);

/// The context in which instructions and inspectors run, over a database.
pub type EvmContext<DB> = revm::Context<BlockEnv, TxEnv, CfgEnv, DB, Journal<DB>, BurnTally, LocalContext>;

/// revm's machine with this crate's instructions and precompiles.
pub(crate) type Machine<DB, I = ()> =
    Evm<EvmContext<DB>, I, EthInstructions<EthInterpreter, EvmContext<DB>>, EthPrecompiles, EthFrame>;

/// Builds the machine of one block.
pub(crate) fn machine<DB: Database, I>(
    rules: &Rules,
    block: &BlockContext,
    db: DB,
    inspector: I,
) -> Machine<DB, I> {
    let mut context = EvmContext::new(db, rules.spec_id);
    context.modify_cfg(|cfg| *cfg = rules.cfg());
    context.block = block.env(rules);
    Evm::new_with_inspector(
        context,
        inspector,
        instructions::instructions(rules),
        instructions::precompiles(rules),
    )
}

/// Runs a transaction and hands its effects out; the database is only read. Afterwards the machine is as before.
pub(crate) fn transact<DB: StorageProbe, I>(
    machine: &mut Machine<DB, I>,
    tx: TxEnv,
) -> Result<(ResultAndState, U256), EVMError<DB::Error>> {
    machine.ctx.tx = tx;
    machine.ctx.chain = BurnTally::default();
    let result = PowHandler(PhantomData).run(machine);
    settle(machine, result)
}

/// As [`transact`], with the machine's inspector looking on.
pub(crate) fn inspect<DB: StorageProbe, I: Inspector<EvmContext<DB>>>(
    machine: &mut Machine<DB, I>,
    tx: TxEnv,
) -> Result<(ResultAndState, U256), EVMError<DB::Error>> {
    machine.ctx.tx = tx;
    machine.ctx.chain = BurnTally::default();
    let result = PowHandler(PhantomData).inspect_run(machine);
    settle(machine, result)
}

fn settle<DB: Database, I>(
    machine: &mut Machine<DB, I>,
    result: Result<ExecutionResult, EVMError<DB::Error>>,
) -> Result<(ResultAndState, U256), EVMError<DB::Error>> {
    let state = machine.ctx.journaled_state.finalize();
    let result = result?;
    // What a destroyed account still holds, or got after its end, goes with it.
    let left = state
        .values()
        .filter(|account| account.is_selfdestructed())
        .fold(U256::ZERO, |sum, account| sum.saturating_add(account.info.balance));
    Ok((ResultAndState::new(result, state), machine.ctx.chain.0.saturating_add(left)))
}

/// Mainnet's flow of a transaction that also looks for burnt balances in the journal before it is cleared, and
/// lets creations fail on accounts with storage (EIP-7610).
struct PowHandler<DB, I>(PhantomData<(DB, I)>);

/// How a frame begins: it waits to run, or is done already.
type Begun = ItemOrResult<(), FrameResult>;

/// Begins a frame by `begin`; a creation on an account with storage fails (EIP-7610).
fn begin_frame<DB: StorageProbe, I>(
    evm: &mut Machine<DB, I>,
    init: FrameInit,
    begin: impl FnOnce(&mut Machine<DB, I>, FrameInit) -> Result<Begun, EVMError<DB::Error>>,
) -> Result<Begun, EVMError<DB::Error>> {
    let Some(taken) = taken_by_storage(&mut evm.ctx, &init).map_err(EVMError::Database)? else {
        return begin(evm, init);
    };
    pretend_nonce(&mut evm.ctx, taken, 1).map_err(EVMError::Database)?;
    let begun = begin(evm, init);
    pretend_nonce(&mut evm.ctx, taken, 0).map_err(EVMError::Database)?;
    begun
}

/// Runs frames until the first one is done; `begin` and `run` are revm's steps, with or without an inspector.
fn run_frames<DB: StorageProbe, I>(
    evm: &mut Machine<DB, I>,
    first: FrameInit,
    begin: impl Fn(&mut Machine<DB, I>, FrameInit) -> Result<Begun, EVMError<DB::Error>>,
    run: impl Fn(&mut Machine<DB, I>) -> Result<ItemOrResult<FrameInit, FrameResult>, EVMError<DB::Error>>,
) -> Result<FrameResult, EVMError<DB::Error>> {
    if let ItemOrResult::Result(result) = begin_frame(evm, first, &begin)? {
        return Ok(result);
    }
    loop {
        let result = match run(evm)? {
            ItemOrResult::Item(init) => match begin_frame(evm, init, &begin)? {
                ItemOrResult::Item(()) => continue,
                ItemOrResult::Result(result) => result,
            },
            ItemOrResult::Result(result) => result,
        };
        if let Some(result) = evm.frame_return_result(result)? {
            return Ok(result);
        }
    }
}

impl<DB: StorageProbe, I> Handler for PowHandler<DB, I> {
    type Evm = Machine<DB, I>;
    type Error = EVMError<DB::Error>;
    type HaltReason = HaltReason;

    fn run_exec_loop(&mut self, evm: &mut Self::Evm, first: FrameInit) -> Result<FrameResult, Self::Error> {
        let begin = |evm: &mut Self::Evm, init| Ok(evm.frame_init(init)?.map_item(|_| ()));
        run_frames(evm, first, begin, |evm| Ok(evm.frame_run()?))
    }

    fn reward_beneficiary(&self, evm: &mut Self::Evm, result: &mut FrameResult) -> Result<(), Self::Error> {
        post_execution::reward_beneficiary(&mut evm.ctx, result.gas())?;
        let journal = &evm.ctx.journaled_state.inner;
        if !journal.selfdestructed_addresses.is_empty() {
            evm.ctx.chain.0 = journal
                .journal
                .iter()
                .map(|entry| match entry {
                    JournalEntry::AccountDestroyed { address, target, had_balance, .. }
                        if address == target =>
                    {
                        *had_balance
                    }
                    _ => U256::ZERO,
                })
                .fold(U256::ZERO, U256::saturating_add);
        }
        Ok(())
    }
}

impl<DB: StorageProbe, I: Inspector<EvmContext<DB>>> InspectorHandler for PowHandler<DB, I> {
    type IT = EthInterpreter;

    fn inspect_run_exec_loop(
        &mut self,
        evm: &mut Self::Evm,
        first: FrameInit,
    ) -> Result<FrameResult, Self::Error> {
        let begin = |evm: &mut Self::Evm, init| Ok(evm.inspect_frame_init(init)?.map_item(|_| ()));
        run_frames(evm, first, begin, |evm| Ok(evm.inspect_frame_run()?))
    }
}
