use crate::{BlockContext, CallOptions, CallRequest, ExecutionError, Rules, Simulator, StateReader};
use revm::context_interface::transaction::AccessList;
use revm_inspectors::access_list::AccessListInspector;

/// Runs until the list no longer changes; a call may look at its own gas for ever.
const MOST_RUNS: usize = 16;

/// The accounts and slots that a call reaches (EIP-2930), and what it uses when it names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessListResult {
    /// The list, without caller, called account and precompiles unless their slots are reached.
    pub access_list: AccessList,
    /// Gas used with the list.
    pub gas_used: u64,
    /// geth's words if the call fails.
    pub error: Option<String>,
}

/// Finds the access list of a call by running it with the list so far until it stays as it is.
///
/// # Errors
/// As [`Simulator::call`].
pub fn create_access_list<S: StateReader>(
    rules: Rules,
    block: BlockContext,
    state: &S,
    request: &CallRequest,
    options: &CallOptions,
) -> Result<AccessListResult, ExecutionError<S::Error>> {
    let mut simulator = Simulator::new(rules, block, state, options)?;
    let mut request = request.clone();
    let mut result = AccessListResult::default();
    for _ in 0..MOST_RUNS {
        let mut inspector = AccessListInspector::new(request.access_list.clone());
        let (run, _) = simulator.inspect(&request, &mut inspector)?;
        let access_list = inspector.into_access_list();
        result = AccessListResult { access_list, gas_used: run.gas_used, error: run.error() };
        if result.access_list == request.access_list {
            break;
        }
        request.access_list = result.access_list.clone();
    }
    Ok(result)
}
