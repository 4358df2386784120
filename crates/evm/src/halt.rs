use revm::{
    Inspector,
    bytecode::opcode::OpCode,
    context_interface::{
        ContextTr, JournalTr as _,
        result::{HaltReason, OutOfGasError},
    },
    inspector::JournalExt,
    interpreter::{Interpreter, interpreter_types::Jumps as _},
};

/// Most words on the stack.
const STACK_LIMIT: usize = 1024;

/// Why a call halted: revm's reason, and geth's words for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Halt {
    /// The reason as the machine gives it.
    pub reason: HaltReason,
    /// The reason as geth words it.
    pub message: String,
}

impl Halt {
    pub(crate) fn new(reason: HaltReason, last: Option<LastStep>) -> Self {
        let message = message(&reason, last);
        Self { reason, message }
    }

    /// Whether more gas might have helped.
    pub const fn is_out_of_gas(&self) -> bool {
        matches!(self.reason, HaltReason::OutOfGas(_))
    }
}

/// Whether geth's words need the instruction at which the call halted.
pub(crate) const fn needs_last_step(reason: &HaltReason) -> bool {
    matches!(
        reason,
        HaltReason::OpcodeNotFound
            | HaltReason::InvalidFEOpcode
            | HaltReason::NotActivated
            | HaltReason::StackUnderflow
            | HaltReason::StackOverflow
    )
}

/// The last instruction of the outermost frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LastStep {
    opcode: u8,
    stack: usize,
}

/// Remembers the last instruction of the outermost frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastStepInspector(pub(crate) Option<LastStep>);

impl<CTX: ContextTr<Journal: JournalExt>> Inspector<CTX> for LastStepInspector {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        if context.journal_ref().depth() <= 1 {
            self.0 = Some(LastStep { opcode: interpreter.bytecode.opcode(), stack: interpreter.stack.len() });
        }
    }
}

fn message(reason: &HaltReason, last: Option<LastStep>) -> String {
    let text = match reason {
        HaltReason::OutOfGas(OutOfGasError::InvalidOperand) => "gas uint64 overflow",
        HaltReason::OutOfGas(_) => "out of gas",
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode | HaltReason::NotActivated => {
            return format!("invalid opcode: {}", opcode_name(last.map_or(0xfe, |last| last.opcode)));
        }
        HaltReason::StackUnderflow => {
            let Some((last, opcode)) = last.and_then(|last| Some((last, OpCode::new(last.opcode)?))) else {
                return "stack underflow".to_owned();
            };
            return format!("stack underflow ({} <=> {})", last.stack, opcode.inputs());
        }
        HaltReason::StackOverflow => {
            let Some((last, opcode)) = last.and_then(|last| Some((last, OpCode::new(last.opcode)?))) else {
                return "stack limit reached".to_owned();
            };
            let limit =
                (STACK_LIMIT + usize::from(opcode.inputs())).saturating_sub(usize::from(opcode.outputs()));
            return format!("stack limit reached {} ({limit})", last.stack);
        }
        HaltReason::InvalidJump => "invalid jump destination",
        HaltReason::OutOfOffset => "return data out of bounds",
        HaltReason::CreateCollision => "contract address collision",
        HaltReason::PrecompileError => "precompile failed",
        HaltReason::PrecompileErrorWithContext(message) => message,
        HaltReason::NonceOverflow => "nonce uint64 overflow",
        HaltReason::CreateContractSizeLimit => "max code size exceeded",
        HaltReason::CreateContractStartingWithEF => "invalid code: must not begin with 0xef",
        HaltReason::CreateInitCodeSizeLimit => "max initcode size exceeded",
        HaltReason::OverflowPayment | HaltReason::OutOfFunds => "insufficient balance for transfer",
        HaltReason::StateChangeDuringStaticCall | HaltReason::CallNotAllowedInsideStatic => {
            "write protection"
        }
        HaltReason::CallTooDeep => "max call depth exceeded",
    };
    text.to_owned()
}

/// An instruction's name; the designated invalid one and those that no fork defines are named by number.
fn opcode_name(opcode: u8) -> String {
    match OpCode::new(opcode) {
        Some(known) if opcode != 0xfe => known.as_str().to_owned(),
        _ => format!("opcode {opcode:#x} not defined"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geths_words() {
        let at = |opcode, stack| Some(LastStep { opcode, stack });
        let text = |reason, last| Halt::new(reason, last).to_string();
        assert_eq!(text(HaltReason::InvalidFEOpcode, at(0xfe, 0)), "invalid opcode: opcode 0xfe not defined");
        assert_eq!(text(HaltReason::OpcodeNotFound, at(0x0c, 0)), "invalid opcode: opcode 0xc not defined");
        assert_eq!(text(HaltReason::NotActivated, at(0x1b, 2)), "invalid opcode: SHL");
        assert_eq!(text(HaltReason::StackUnderflow, at(0x01, 1)), "stack underflow (1 <=> 2)");
        assert_eq!(text(HaltReason::StackOverflow, at(0x60, 1024)), "stack limit reached 1024 (1023)");
        assert_eq!(text(HaltReason::OutOfGas(OutOfGasError::Memory), None), "out of gas");
    }
}
