//! The methods, one module for each namespace.

mod admin;
mod debug;
mod eth;
mod evm;
mod miner;
mod net;
mod personal;
mod tracing;
mod txpool;
mod web3;

use crate::{
    Backend, RpcConfig, RpcError,
    dispatch::Allowed,
    filters::Filters,
    jsonrpc::{Json, json},
    params::Params,
};
use autochain_primitives::B256;
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

pub(crate) use eth::syncing;

/// The namespaces that exist.
pub const NAMESPACES: &[&str] =
    &["admin", "debug", "eth", "ethash", "evm", "miner", "net", "personal", "rpc", "txpool", "web3"];

/// What every method can reach.
pub(crate) struct Api {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) config: RpcConfig,
    pub(crate) filters: Arc<Filters>,
    /// The suggested tip at a head.
    pub(crate) tip_cache: Mutex<Option<(B256, u128)>>,
}

/// Answers methods that never block; `None` when the method is another.
pub(crate) fn quick(
    api: &Api,
    allowed: &Allowed,
    method: &str,
    params: &Params,
) -> Option<Result<Json, RpcError>> {
    match method {
        "rpc_modules" => {
            let modules: BTreeMap<_, _> = allowed.iter().map(|name| (name.as_str(), "1.0")).collect();
            Some(json(&modules))
        }
        _ => eth::quick(api, method)
            .or_else(|| net::call(api, method))
            .or_else(|| web3::call(api, method, params)),
    }
}

/// Runs any other method.
pub(crate) fn call(api: &Api, method: &str, params: &Params) -> Result<Json, RpcError> {
    let (namespace, name) = method.split_once('_').unwrap_or_default();
    let result = match namespace {
        "eth" => eth::call(api, name, params),
        "ethash" => eth::ethash(api, name, params),
        "txpool" => txpool::call(api, name, params),
        "miner" => miner::call(api, name, params),
        "debug" => debug::call(api, name, params),
        "personal" => personal::call(api, name, params),
        "admin" => admin::call(api, name, params),
        "evm" if api.config.dev => evm::call(api, name, params),
        _ => None,
    };
    result.unwrap_or_else(|| Err(RpcError::method_not_found(method)))
}

/// How long a method may run, where that is less than a request.
pub(crate) fn time_limit(config: &RpcConfig, method: &str) -> Option<Duration> {
    let simulates = matches!(method, "eth_call" | "eth_estimateGas" | "eth_createAccessList");
    (simulates && !config.evm_timeout.is_zero()).then_some(config.evm_timeout)
}
