use crate::Rules;
use revm::{
    bytecode::opcode,
    handler::{EthPrecompiles, instructions::EthInstructions},
    interpreter::{
        Host, Instruction, InstructionContext, InstructionExecResult, InstructionResult, InterpreterTypes,
        instructions::host::sstore_with_gas_accounting, interpreter::EthInterpreter,
        interpreter_types::StackTr as _,
    },
    precompile::{PrecompileSpecId, Precompiles},
    primitives::{OnceLock, hardfork::SpecId},
};

/// The instruction table of a block.
pub(crate) fn instructions<H: Host>(rules: &Rules) -> EthInstructions<EthInterpreter, H> {
    let mut table = EthInstructions::new_mainnet_with_spec(rules.spec_id);
    if rules.pow_opcodes {
        table.insert_instruction(opcode::DIFFICULTY, Instruction::new(difficulty), 2);
        table.insert_instruction(opcode::BLOBHASH, Instruction::new(undefined), 0);
        table.insert_instruction(opcode::BLOBBASEFEE, Instruction::new(undefined), 0);
    }
    if rules.net_metering_1283 {
        table.insert_instruction(opcode::SSTORE, Instruction::new(sstore_1283), 0);
    }
    table
}

/// The precompiled contracts of a block.
pub(crate) fn precompiles(rules: &Rules) -> EthPrecompiles {
    let mut precompiles = EthPrecompiles::new(rules.spec_id);
    if rules.pow_opcodes && rules.spec_id.is_enabled_in(SpecId::CANCUN) {
        precompiles.precompiles = without_point_evaluation(rules.spec_id);
    }
    precompiles
}

/// 0x44 as before the merge, whatever the fork.
fn difficulty<H: Host + ?Sized, W: InterpreterTypes>(
    context: InstructionContext<'_, H, W>,
) -> InstructionExecResult {
    let difficulty = context.host.difficulty();
    if context.interpreter.stack.push(difficulty) { Ok(()) } else { Err(InstructionResult::StackOverflow) }
}

fn undefined<H: Host + ?Sized, W: InterpreterTypes>(
    _context: InstructionContext<'_, H, W>,
) -> InstructionExecResult {
    Err(InstructionResult::OpcodeNotFound)
}

/// `SSTORE` of EIP-1283: EIP-2200's table with other figures, and no demand on the gas that is left.
fn sstore_1283<H: Host + ?Sized, W: InterpreterTypes>(
    context: InstructionContext<'_, H, W>,
) -> InstructionExecResult {
    sstore_with_gas_accounting(context, |context, _, load| {
        let gas = context.host.gas_params().sstore_dynamic_gas(true, &load.data, false);
        let refund = context.host.gas_params().sstore_refund(true, &load.data);
        if !context.interpreter.gas.record_regular_cost(gas) {
            return Err(InstructionResult::OutOfGas);
        }
        context.interpreter.gas.record_refund(refund);
        Ok(())
    })
}

/// Cancun's, Prague's and Osaka's precompiles without 0x0a.
fn without_point_evaluation(spec_id: SpecId) -> &'static Precompiles {
    static CANCUN: OnceLock<Precompiles> = OnceLock::new();
    static PRAGUE: OnceLock<Precompiles> = OnceLock::new();
    static OSAKA: OnceLock<Precompiles> = OnceLock::new();
    let cell = match spec_id {
        SpecId::CANCUN => &CANCUN,
        SpecId::PRAGUE => &PRAGUE,
        _ => &OSAKA,
    };
    cell.get_or_init(|| {
        let mut removed = Precompiles::default();
        removed.extend([revm::precompile::kzg_point_evaluation::POINT_EVALUATION]);
        Precompiles::new(PrecompileSpecId::from_spec_id(spec_id)).difference(&removed)
    })
}
