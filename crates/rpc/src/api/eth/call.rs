use super::{Api, At, at};
use crate::{
    BackendError, RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::{BlockId, CallArgs, RpcBlockOverrides, RpcStateOverrides},
};
use autochain_evm::{
    CallOptions, CallOutcome, CallRequest, EstimateError, ExecutionError, create_access_list, estimate_gas,
};
use autochain_primitives::{Bytes, alloy_primitives::U64};
use serde_json::json as object;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "call" => eth_call(api, params),
        "estimateGas" => estimate(api, params),
        "createAccessList" => access_list(api, params),
        _ => return None,
    })
}

/// What a simulation runs on: the request, the state with its block, and what is changed for it.
pub(crate) fn simulation(api: &Api, params: &Params) -> Result<(CallRequest, At, CallOptions), RpcError> {
    let args = params.optional::<CallArgs>(0)?.unwrap_or_default();
    if let Some(chain_id) = args.chain_id
        && chain_id.0 != api.backend.spec().chain_id
    {
        return Err(RpcError::server(format!(
            "chainId does not match node's (have={}, want={})",
            chain_id.0,
            api.backend.spec().chain_id
        )));
    }
    let id = params.optional::<BlockId>(1)?.unwrap_or_default();
    let accounts = params.optional::<RpcStateOverrides>(2)?.unwrap_or_default().accounts()?;
    let block = params.optional::<RpcBlockOverrides>(3)?.unwrap_or_default().overrides();
    let gas_cap = (api.config.gas_cap != 0).then_some(api.config.gas_cap);
    Ok((args.request()?, at(api, id)?, CallOptions { gas_cap, accounts, block }))
}

fn eth_call(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (request, at, options) = simulation(api, params)?;
    let result = autochain_evm::call(at.rules(api), at.context(), &at.state, &request, &options)
        .map_err(|error| execution_error(&error, &request, &options))?;
    match result.outcome {
        CallOutcome::Success(output) => json(&output),
        CallOutcome::Revert(output) => Err(revert(&output)),
        CallOutcome::Halt(halt) => Err(RpcError::server(halt.to_string())),
    }
}

fn estimate(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (request, at, options) = simulation(api, params)?;
    json(&U64::from(estimated(api, &at, &request, &options)?))
}

/// The least gas of a call.
pub(super) fn estimated(
    api: &Api,
    at: &At,
    request: &CallRequest,
    options: &CallOptions,
) -> Result<u64, RpcError> {
    estimate_gas(at.rules(api), at.context(), &at.state, request, options).map_err(|error| match error {
        EstimateError::Revert(output) => revert(&output),
        EstimateError::Execution(error) => execution_error(&error, request, options),
        error => RpcError::server(error.to_string()),
    })
}

fn access_list(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (request, at, options) = simulation(api, params)?;
    let result = create_access_list(at.rules(api), at.context(), &at.state, &request, &options)
        .map_err(|error| execution_error(&error, &request, &options))?;
    let mut answer = object!({ "accessList": result.access_list.0, "gasUsed": U64::from(result.gas_used) });
    if let (Some(error), Some(answer)) = (result.error, answer.as_object_mut()) {
        answer.insert("error".to_owned(), error.into());
    }
    json(&answer)
}

/// A revert without a reason in it has no data either, as in geth.
fn revert(output: &Bytes) -> RpcError {
    RpcError::revert(output)
}

/// geth's form of a call that could not start.
pub(crate) fn execution_error(
    error: &ExecutionError<BackendError>,
    request: &CallRequest,
    options: &CallOptions,
) -> RpcError {
    match error.transaction_error() {
        Some(error) => {
            let cap = options.gas_cap.unwrap_or(u64::MAX);
            let gas = request.gas.unwrap_or(u64::MAX / 2).min(cap);
            RpcError::server(format!("err: {error} (supplied gas {gas})"))
        }
        None => RpcError::server(error.to_string()),
    }
}
