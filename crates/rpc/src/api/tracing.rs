use super::{
    Api,
    eth::{header_not_found, mined, simulation},
};
use crate::{
    BackendError, BlockRef, RpcError, State,
    jsonrpc::{Json, json},
    params::Params,
    types::{CallArgs, RpcBlockOverrides, RpcStateOverrides},
};
use alloy_rpc_types_trace::geth::{GethDebugTracingOptions, GethTrace};
use autochain_evm::{
    BlockContext, BlockExecutor, CallOptions, ExecutionError, Rules, Simulator,
    revm::{
        DatabaseRef,
        context::{BlockEnv, TxEnv},
        context_interface::result::ResultAndState,
    },
    revm_inspectors::tracing::{DebugInspector, TransactionContext},
};
use autochain_primitives::{Address, B256, RecoveredBlock, Transaction, TransactionFields, TxKind, U256};
use serde::{Deserialize, Serialize};

/// One transaction of a traced block.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Traced {
    tx_hash: B256,
    result: GethTrace,
}

/// `debug_traceTransaction`.
pub(super) fn transaction(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let hash = params.hash(0)?;
    let options = options(params, 1)?;
    let Some((block, index)) = mined(api, &hash)? else {
        return Err(RpcError::server("transaction not found"));
    };
    let traced = replay(api, &block.block, &options, Some(index))?;
    json(&traced.into_iter().next().map(|traced| traced.result))
}

/// `debug_traceBlockByNumber` and its kin.
pub(super) fn block(api: &Api, block: &RecoveredBlock, params: &Params) -> Result<Json, RpcError> {
    json(&replay(api, block, &options(params, 1)?, None)?)
}

/// `debug_traceCall`.
pub(super) fn call(api: &Api, params: &Params) -> Result<Json, RpcError> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Overrides {
        state_overrides: Option<RpcStateOverrides>,
        block_overrides: Option<RpcBlockOverrides>,
    }
    params.required::<CallArgs>(0)?;
    // The third argument holds overrides and tracer alike.
    let (request, at, mut call) = simulation(api, &params.first(2))?;
    let overrides = params.optional::<Overrides>(2)?.unwrap_or_default();
    call.accounts = overrides.state_overrides.unwrap_or_default().accounts()?;
    call.block = overrides.block_overrides.unwrap_or_default().overrides();
    let mut inspector = inspector(options(params, 2)?)?;
    let failed = |error: &ExecutionError<BackendError>, call: &CallOptions| {
        super::eth::execution_error(error, &request, call)
    };
    let mut simulator = Simulator::new(at.rules(api), at.context(), &at.state, &call)
        .map_err(|error| failed(&error, &call))?;
    let (result, execution) =
        simulator.inspect(&request, &mut inspector).map_err(|error| failed(&error, &call))?;
    let gas_limit =
        request.gas.unwrap_or(u64::MAX).min(call.gas_cap.unwrap_or(u64::MAX)).max(result.gas_used);
    let tx = TxEnv {
        caller: request.from.unwrap_or_default(),
        gas_limit,
        kind: request.to.map_or(TxKind::Create, TxKind::Call),
        value: request.value,
        data: request.data.clone(),
        ..Default::default()
    };
    let env = block_env(simulator.block());
    let trace = frame(&mut inspector, None, &tx, &env, &execution, simulator.state())?;
    json(&trace)
}

/// Executes a block again up to the transaction at `only`, or all of it, and traces that, or all.
fn replay(
    api: &Api,
    block: &RecoveredBlock,
    options: &GethDebugTracingOptions,
    only: Option<usize>,
) -> Result<Vec<Traced>, RpcError> {
    let header = &block.header;
    let state = parent_state(api, block)?;
    let rules = Rules::at(api.backend.spec(), header.number, header.timestamp);
    let context = BlockContext::from(header);
    let env = block_env(&context);
    let mut executor = BlockExecutor::new(rules, context, &state).map_err(execution)?;
    let mut traced = Vec::new();
    for (index, (transaction, sender)) in block.transactions_with_senders().enumerate() {
        if only.is_some_and(|only| index < only) {
            executor.execute_transaction(transaction, sender).map_err(execution)?;
            continue;
        }
        let mut inspector = inspector(options.clone())?;
        let inspected =
            executor.inspect_transaction(transaction, sender, &mut inspector).map_err(execution)?;
        let place = TransactionContext {
            block_hash: Some(block.hash()),
            tx_index: Some(index),
            tx_hash: Some(*transaction.tx_hash()),
        };
        let tx = tx_env(transaction, sender);
        let result = frame(&mut inspector, Some(place), &tx, &env, &inspected.execution, executor.state())?;
        traced.push(Traced { tx_hash: *transaction.tx_hash(), result });
        if only.is_some() {
            break;
        }
        executor.commit_inspected(transaction, inspected).map_err(execution)?;
    }
    Ok(traced)
}

fn parent_state(api: &Api, block: &RecoveredBlock) -> Result<State, RpcError> {
    let Some(number) = block.header.number.checked_sub(1) else {
        return Err(RpcError::server("genesis is not traceable"));
    };
    let parent = api.backend.header(BlockRef::Number(number))?.ok_or_else(header_not_found)?;
    if parent.hash() != block.header.parent_hash {
        return Err(RpcError::server("parent is not currently canonical"));
    }
    let state = api.backend.state(number)?;
    state.ok_or_else(|| {
        RpcError::server(format!("missing trie node: the state of block {number} is not available"))
    })
}

/// The tracing options; those of `debug_traceCall` stand among its overrides.
fn options(params: &Params, index: usize) -> Result<GethDebugTracingOptions, RpcError> {
    Ok(params.optional(index)?.unwrap_or_default())
}

fn inspector(options: GethDebugTracingOptions) -> Result<DebugInspector, RpcError> {
    DebugInspector::new(options).map_err(|error| RpcError::server(error.to_string()))
}

fn frame<DB: DatabaseRef>(
    inspector: &mut DebugInspector,
    place: Option<TransactionContext>,
    tx: &TxEnv,
    env: &BlockEnv,
    execution: &ResultAndState,
    mut state: DB,
) -> Result<GethTrace, RpcError> {
    inspector
        .get_result(place, tx, env, execution, &mut state)
        .map_err(|error| RpcError::server(error.to_string()))
}

fn execution(error: ExecutionError<BackendError>) -> RpcError {
    RpcError::server(error.to_string())
}

/// What the tracers ask of a transaction.
fn tx_env(transaction: &Transaction, sender: Address) -> TxEnv {
    TxEnv {
        caller: sender,
        gas_limit: transaction.gas_limit(),
        kind: transaction.kind(),
        value: transaction.value(),
        data: transaction.input().clone(),
        nonce: transaction.nonce(),
        ..Default::default()
    }
}

/// What the tracers ask of a block.
fn block_env(block: &BlockContext) -> BlockEnv {
    BlockEnv {
        number: U256::from(block.number),
        timestamp: U256::from(block.timestamp),
        beneficiary: block.beneficiary,
        gas_limit: block.gas_limit,
        basefee: block.base_fee.unwrap_or(0),
        difficulty: block.difficulty,
        ..Default::default()
    }
}
