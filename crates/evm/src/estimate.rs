use crate::{
    BlockContext, CallOptions, CallOutcome, CallRequest, CallResult, ExecutionError, Halt, Rules, Simulator,
    StateReader, TransactionError,
};
use autochain_primitives::{Bytes, U256};

/// Gas of a transaction that does nothing else.
const TRANSFER_GAS: u64 = 21_000;

/// Why there is no estimate. The texts are geth's.
#[derive(Debug, thiserror::Error)]
pub enum EstimateError<E: core::error::Error + Send + Sync + 'static> {
    /// It fails with all the gas it may have, and more might help.
    #[error("gas required exceeds allowance ({allowance})")]
    AllowanceExceeded {
        /// Most gas it may have.
        allowance: u64,
    },
    /// The caller cannot pay the value.
    #[error("insufficient funds for transfer")]
    InsufficientFundsForTransfer,
    /// It reverts with this reason.
    #[error("execution reverted")]
    Revert(Bytes),
    /// It halts, and more gas does not help.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// It is refused, or the state cannot be read.
    #[error(transparent)]
    Execution(#[from] ExecutionError<E>),
}

/// The least gas with which a call runs to its end, found by bisection between what it uses and the most it may
/// have: the gas it names or the block's limit, the cap of `options`, the cap of a transaction (EIP-7825), and what
/// the caller can pay.
///
/// # Errors
/// [`EstimateError`].
pub fn estimate_gas<S: StateReader>(
    rules: Rules,
    block: BlockContext,
    state: &S,
    request: &CallRequest,
    options: &CallOptions,
) -> Result<u64, EstimateError<S::Error>> {
    let mut simulator = Simulator::new(rules, block, state, options)?;
    let allowance = allowance(&mut simulator, request)?;
    let mut high = allowance;
    let Some(result) = run(&mut simulator, request, high)? else {
        return Err(EstimateError::AllowanceExceeded { allowance });
    };
    match result.outcome {
        CallOutcome::Success(_) => {}
        CallOutcome::Revert(output) => return Err(EstimateError::Revert(output)),
        CallOutcome::Halt(halt) if halt.is_out_of_gas() => {
            return Err(EstimateError::AllowanceExceeded { allowance });
        }
        CallOutcome::Halt(halt) => return Err(halt.into()),
    }
    // It cannot do with less than it spent, unless it looks at its gas. Often that is enough; where calls keep back
    // a 64th (EIP-150), a little more is.
    let mut low = result.gas_spent.max(TRANSFER_GAS).saturating_sub(1);
    let mut guesses = [result.gas_spent, result.gas_spent.saturating_add(2_300) / 63 * 64 + 64].into_iter();
    while low.saturating_add(1) < high {
        let guess = guesses.next().filter(|guess| (low + 1..high).contains(guess));
        let middle = guess.unwrap_or(low + (high - low) / 2);
        if run(&mut simulator, request, middle)?.is_some_and(|result| result.is_success()) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high)
}

fn allowance<S: StateReader>(
    simulator: &mut Simulator<'_, S>,
    request: &CallRequest,
) -> Result<u64, EstimateError<S::Error>> {
    let named = request.gas.filter(|gas| *gas >= TRANSFER_GAS);
    let mut high = named.unwrap_or(simulator.block().gas_limit);
    high = high.min(simulator.gas_cap()).min(simulator.rules().tx_gas_cap.unwrap_or(u64::MAX));
    let price = request.gas_price.or(request.max_fee_per_gas).unwrap_or_default();
    if price != 0 {
        let sender = simulator.state_mut().account(request.from.unwrap_or_default());
        let balance = sender.map_err(ExecutionError::from)?.unwrap_or_default().balance;
        if request.value >= balance && !request.value.is_zero() {
            return Err(EstimateError::InsufficientFundsForTransfer);
        }
        let affordable = balance.saturating_sub(request.value) / U256::from(price);
        high = high.min(u64::try_from(affordable).unwrap_or(u64::MAX));
    }
    Ok(high)
}

/// Runs with this much gas; `None` when that does not even pay for the start.
fn run<S: StateReader>(
    simulator: &mut Simulator<'_, S>,
    request: &CallRequest,
    gas: u64,
) -> Result<Option<CallResult>, ExecutionError<S::Error>> {
    let request = CallRequest { gas: Some(gas), ..request.clone() };
    match simulator.call(&request) {
        Ok(result) => Ok(Some(result)),
        Err(ExecutionError::Transaction {
            error: TransactionError::IntrinsicGas { .. } | TransactionError::FloorDataGas { .. },
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}
