use super::Api;
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::Num,
};
use autochain_primitives::{B64, B256};

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "getWork" => work(api),
        "submitWork" => submit_work(api, params),
        "submitHashrate" | "submitHashRate" => submit_hashrate(api, params),
        _ => return None,
    })
}

/// Seal hash, seed hash, boundary, block number.
fn work(api: &Api) -> Result<Json, RpcError> {
    let work = api.backend.miner().work()?;
    let hex = |hash: B256| format!("{hash:#x}");
    json(&[hex(work.seal_hash), hex(work.seed_hash), hex(work.boundary), format!("{:#x}", work.number)])
}

/// Nonce, seal hash, mix hash.
fn submit_work(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (nonce, seal_hash, mix_hash) = (params.required::<B64>(0)?, params.hash(1)?, params.hash(2)?);
    json(&api.backend.miner().submit_work(seal_hash, nonce, mix_hash))
}

fn submit_hashrate(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (rate, id) = (params.required::<Num>(0)?, params.hash(1)?);
    json(&api.backend.miner().submit_hashrate(rate.0, id))
}
