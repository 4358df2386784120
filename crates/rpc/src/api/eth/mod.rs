//! The `eth` namespace.

mod call;
mod chain;
mod fees;
mod logs;
mod mining;
mod resolve;
mod send;
mod state;
mod transactions;

use super::Api;
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
};
use autochain_primitives::alloy_primitives::U64;
use serde_json::json as object;

pub(super) use call::{execution_error, simulation};
pub(super) use resolve::{At, at, block_by_tag, find_block, header_not_found};
pub(super) use send::{message_hash, send_unsigned};
pub(super) use transactions::{mined, raw_by_hash};

/// Methods that read nothing from the database.
pub(super) fn quick(api: &Api, method: &str) -> Option<Result<Json, RpcError>> {
    let backend = &api.backend;
    Some(match method {
        "eth_chainId" => json(&U64::from(backend.spec().chain_id)),
        "eth_blockNumber" => json(&U64::from(backend.head().0.number)),
        "eth_syncing" => json(&syncing(api)),
        // The number of the protocol that geth speaks; ours is another, and nobody reads more into it.
        "eth_protocolVersion" => json(&U64::from(66)),
        "eth_mining" => json(&backend.miner().is_mining()),
        "eth_hashrate" => json(&U64::from(backend.miner().hashrate())),
        "eth_coinbase" | "eth_etherbase" => match backend.miner().etherbase() {
            Some(address) => json(&address),
            None => Err(RpcError::server("etherbase must be explicitly specified (--miner.etherbase)")),
        },
        "eth_subscribe" | "eth_unsubscribe" => Err(RpcError::new(-32601, "notifications not supported")),
        _ => return None,
    })
}

/// Methods that may block.
pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    chain::call(api, method, params)
        .or_else(|| state::call(api, method, params))
        .or_else(|| call::call(api, method, params))
        .or_else(|| fees::call(api, method, params))
        .or_else(|| transactions::call(api, method, params))
        .or_else(|| send::call(api, method, params))
        .or_else(|| logs::call(api, method, params))
        .or_else(|| mining::call(api, method, params))
}

/// The aliases of the mining methods.
pub(super) fn ethash(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    match method {
        "getHashrate" => Some(json(&api.backend.miner().hashrate())),
        _ => mining::call(api, method, params),
    }
}

/// `false`, or how far synchronisation is.
pub(crate) fn syncing(api: &Api) -> serde_json::Value {
    match api.backend.sync().progress() {
        None => false.into(),
        Some(progress) => object!({
            "startingBlock": U64::from(progress.starting),
            "currentBlock": U64::from(progress.current),
            "highestBlock": U64::from(progress.highest),
        }),
    }
}
