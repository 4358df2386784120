use super::{Done, Hashes, Post, Refusal, Test, apply, is_blob, transaction};
use crate::{
    case::{Case, Skip},
    network,
    world::World,
};
use autochain_chainspec::{Activation, Fork, ForkSchedule};
use autochain_evm::{
    BlockContext, BlockExecutor, EvmContext, Rules, TransactionError,
    revm::{
        Database, Inspector,
        bytecode::opcode,
        interpreter::{CallInputs, CallOutcome, Interpreter, interpreter_types::Jumps},
    },
};
use autochain_primitives::{Address, U256, address};

/// The point evaluation precompile, which is an account like any other here.
const POINT_EVALUATION: Address = address!("000000000000000000000000000000000000000a");

/// Runs a Shanghai, Cancun or Prague case again under Autochain's rules of the same fork, and compares with what
/// Ethereum's gave.
pub(super) fn run(
    name: &str,
    test: &Test,
    world: &World,
    network: &str,
    block: BlockContext,
    post: &Post,
    there: &Result<Done, Refusal>,
) -> Option<Case> {
    let fork = match network {
        "Shanghai" => Fork::Shanghai,
        "Cancun" => Fork::Cancun,
        "Prague" => Fork::Prague,
        _ => return None,
    };
    let name = format!("{name} under our rules");
    let case = compare(&name, fork, test, world, block, post, there);
    Some(case.unwrap_or_else(|error| Case::new(&name, Err(error))))
}

fn compare(
    name: &str,
    fork: Fork,
    test: &Test,
    world: &World,
    block: BlockContext,
    post: &Post,
    there: &Result<Done, Refusal>,
) -> Result<Case, String> {
    let mut schedule = ForkSchedule::up_to(Fork::GrayGlacier);
    for timed in [Fork::Shanghai, Fork::Cancun, Fork::Prague] {
        if timed <= fork {
            schedule.set(timed, Activation::Time(0));
        }
    }
    let spec = network::spec(schedule);
    let ours = Rules::at(&spec, block.number, block.timestamp);
    // A state test has no block before its transaction, and so no hash to write down.
    let ours = Rules { eip2935: false, ..ours };
    let context_here = BlockContext {
        difficulty: test.env.current_difficulty.0,
        prev_randao: None,
        blob_base_fee: None,
        ..block
    };

    let here = apply(test, world, ours, context_here.clone(), post);
    if let Ok((transaction, sender)) = transaction(test, post)
        && is_blob(&transaction)
    {
        let state = Hashes(&world.state);
        let mut executor =
            BlockExecutor::new(ours, context_here, &state).map_err(|error| error.to_string())?;
        return match executor.execute_transaction(&transaction, sender) {
            Err(error)
                if matches!(
                    error.transaction_error(),
                    Some(TransactionError::TypeNotSupported { tx_type: 3 })
                ) =>
            {
                Ok(Case::skipped(name, Skip::Blobs))
            }
            Err(error) => Err(format!("a blob transaction is refused for another reason: {error}")),
            Ok(_) => Err("a blob transaction is accepted".to_owned()),
        };
    }
    if same(&here, there) {
        return Ok(Case::new(name, Ok(())));
    }
    if touches_other_rules(test, world, ours, context_here, post)? {
        return Ok(Case::skipped(name, Skip::OtherRules));
    }
    let text = |result: &Result<Done, Refusal>| match result {
        Ok(done) => format!("{done:?}"),
        Err(refusal) => refusal.to_string(),
    };
    Ok(Case::new(name, Err(format!("{} here, {} under Ethereum's rules", text(&here), text(there)))))
}

fn same(here: &Result<Done, Refusal>, there: &Result<Done, Refusal>) -> bool {
    match (here, there) {
        (Ok(here), Ok(there)) => here == there,
        (Err(Refusal::Class(here, _)), Err(Refusal::Class(there, _))) => here == there,
        _ => false,
    }
}

/// Whether the trace meets what the two sets of rules read differently.
fn touches_other_rules(
    test: &Test,
    world: &World,
    rules: Rules,
    block: BlockContext,
    post: &Post,
) -> Result<bool, String> {
    let (transaction, sender) = transaction(test, post).map_err(|refusal| refusal.to_string())?;
    let state = Hashes(&world.state);
    let mut executor = BlockExecutor::new(rules, block, &state).map_err(|error| error.to_string())?;
    let mut watch = Watch::default();
    executor.inspect_transaction(&transaction, sender, &mut watch).map_err(|error| error.to_string())?;
    Ok(watch.touched)
}

/// Looks for opcodes 0x44, 0x49 and 0x4a, calls of 0x0a, and opcodes that take 0x0a as an address.
#[derive(Default)]
struct Watch {
    touched: bool,
}

impl<DB: Database> Inspector<EvmContext<DB>> for Watch {
    fn step(&mut self, interpreter: &mut Interpreter, _: &mut EvmContext<DB>) {
        let argument = match interpreter.bytecode.opcode() {
            opcode::DIFFICULTY | opcode::BLOBHASH | opcode::BLOBBASEFEE => {
                self.touched = true;
                return;
            }
            opcode::BALANCE
            | opcode::EXTCODESIZE
            | opcode::EXTCODECOPY
            | opcode::EXTCODEHASH
            | opcode::SELFDESTRUCT => 0,
            opcode::CALL | opcode::CALLCODE | opcode::DELEGATECALL | opcode::STATICCALL => 1,
            _ => return,
        };
        let stack = interpreter.stack.data();
        let word = stack.len().checked_sub(argument + 1).and_then(|at| stack.get(at));
        let low = |word: &U256| Address::from_word((*word).into());
        self.touched |= word.is_some_and(|word| low(word) == POINT_EVALUATION);
    }

    fn call(&mut self, _: &mut EvmContext<DB>, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.touched |= inputs.bytecode_address == POINT_EVALUATION;
        None
    }
}
