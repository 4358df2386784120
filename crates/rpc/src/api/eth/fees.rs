use super::{Api, header_not_found, resolve::number};
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    oracle,
    params::Params,
    types::{BlockTag, Count},
};
use autochain_consensus::next_base_fee;
use autochain_primitives::alloy_primitives::{U64, U128};

/// Percentiles in one request.
const MOST_PERCENTILES: usize = 100;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "gasPrice" => oracle::gas_price(api).and_then(|price| json(&U128::from(price))),
        "maxPriorityFeePerGas" => oracle::tip(api).and_then(|tip| json(&U128::from(tip))),
        "baseFee" => json(&next_base_fee(api.backend.spec(), &api.backend.head().0).map(U64::from)),
        "feeHistory" => fee_history(api, params),
        _ => return None,
    })
}

fn fee_history(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let count = params.required::<Count>(0)?.0;
    let tag = params.required::<BlockTag>(1)?;
    let percentiles = params.optional::<Vec<f64>>(2)?.unwrap_or_default();
    if percentiles.len() > MOST_PERCENTILES {
        return Err(RpcError::server(format!(
            "invalid reward percentile: over the query limit {MOST_PERCENTILES}"
        )));
    }
    for (index, percentile) in percentiles.iter().enumerate() {
        if !(0.0..=100.0).contains(percentile) {
            return Err(RpcError::server(format!("invalid reward percentile: {percentile:.6}")));
        }
        if let Some(before) = index.checked_sub(1).and_then(|before| percentiles.get(before))
            && percentile <= before
        {
            return Err(RpcError::server(format!(
                "invalid reward percentile: #{}:{before:.6} >= #{index}:{percentile:.6}",
                index - 1
            )));
        }
    }
    let head = api.backend.head().0.number;
    let newest = number(api, tag).unwrap_or(head);
    if newest > head {
        return Err(RpcError::server(format!("request beyond head block: requested {newest}, head {head}")));
    }
    let history = oracle::fee_history(api, count, newest, &percentiles)?.ok_or_else(header_not_found)?;
    json(&history)
}
