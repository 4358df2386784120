use super::Api;
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::Count,
};

/// Most blocks that one call makes.
const MOST_BLOCKS: u64 = 10_000;

/// Methods of development nodes, under `--dev` only.
pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    (method == "mine").then(|| mine(api, params))
}

/// `evm_mine`: one block, or `{"blocks": n}`.
fn mine(api: &Api, params: &Params) -> Result<Json, RpcError> {
    #[derive(serde::Deserialize)]
    struct Options {
        blocks: Option<Count>,
    }
    let options: Option<serde_json::Value> = params.optional(0)?;
    let blocks =
        options.filter(serde_json::Value::is_object).map(serde_json::from_value::<Options>).transpose();
    let blocks = blocks.map_err(|error| RpcError::invalid_params(format!("invalid argument 0: {error}")))?;
    let blocks = blocks.and_then(|options| options.blocks).map_or(1, |count| count.0);
    if blocks > MOST_BLOCKS {
        return Err(RpcError::invalid_params(format!("{blocks} blocks, want at most {MOST_BLOCKS}")));
    }
    for _ in 0..blocks {
        api.backend.miner().mine_one()?;
    }
    json("0x0")
}
