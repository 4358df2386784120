use crate::{BlockContext, Rules, instructions};
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
        EthFrame, EthPrecompiles, FrameResult, Handler, instructions::EthInstructions, post_execution,
    },
    inspector::InspectorHandler,
    interpreter::interpreter::EthInterpreter,
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
pub(crate) fn transact<DB: Database, I>(
    machine: &mut Machine<DB, I>,
    tx: TxEnv,
) -> Result<(ResultAndState, U256), EVMError<DB::Error>> {
    machine.ctx.tx = tx;
    machine.ctx.chain = BurnTally::default();
    let result = PowHandler(PhantomData).run(machine);
    settle(machine, result)
}

/// As [`transact`], with the machine's inspector looking on.
pub(crate) fn inspect<DB: Database, I: Inspector<EvmContext<DB>>>(
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

/// Mainnet's flow of a transaction that also looks for burnt balances in the journal before it is cleared.
struct PowHandler<DB, I>(PhantomData<(DB, I)>);

impl<DB: Database, I> Handler for PowHandler<DB, I> {
    type Evm = Machine<DB, I>;
    type Error = EVMError<DB::Error>;
    type HaltReason = HaltReason;

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

impl<DB: Database, I: Inspector<EvmContext<DB>>> InspectorHandler for PowHandler<DB, I> {
    type IT = EthInterpreter;
}
