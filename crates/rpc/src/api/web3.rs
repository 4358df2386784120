use super::Api;
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::HexBytes,
};
use autochain_primitives::keccak256;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "web3_clientVersion" => json(&api.config.client_version),
        "web3_sha3" => params.required::<HexBytes>(0).and_then(|bytes| json(&keccak256(bytes.0))),
        _ => return None,
    })
}
