use super::Api;
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::{Count, HexBytes, Num, Wei},
};
use autochain_primitives::alloy_primitives::U64;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "start" => start(api, params),
        "stop" => {
            api.backend.miner().stop();
            json(&true)
        }
        "setEtherbase" => params.address(0).and_then(|address| {
            api.backend.miner().set_etherbase(address);
            json(&true)
        }),
        "setExtra" => set_extra(api, params),
        "setGasPrice" => params.required::<Wei>(0).and_then(|tip| {
            api.backend.miner().set_min_tip(tip.fee());
            api.backend.pool().set_min_tip(tip.fee());
            json(&true)
        }),
        "setGasLimit" => params.required::<Num>(0).and_then(|limit| {
            api.backend.miner().set_gas_limit(limit.0);
            json(&true)
        }),
        // Templates are rebuilt when head or pool change; there is no interval to set.
        "setRecommitInterval" => params.required::<u64>(0).and_then(|_| json(&())),
        "getHashrate" => json(&U64::from(api.backend.miner().hashrate())),
        _ => return None,
    })
}

/// Answers true: geth's `null` confused people for years.
fn start(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let threads = params.optional::<Count>(0)?.map(|count| usize::try_from(count.0).unwrap_or(usize::MAX));
    api.backend.miner().start(threads)?;
    json(&true)
}

/// Text as in geth's console, or hexadecimal bytes.
fn set_extra(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let extra = match params.optional::<HexBytes>(0) {
        Ok(Some(bytes)) => bytes.0,
        _ => params.required::<String>(0)?.into_bytes().into(),
    };
    api.backend.miner().set_extra(extra)?;
    json(&true)
}
