use super::Api;
use crate::{
    RpcError,
    jsonrpc::{Json, json},
};
use autochain_primitives::alloy_primitives::U64;

pub(super) fn call(api: &Api, method: &str) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "net_version" => json(&api.backend.spec().network_id.to_string()),
        "net_listening" => json(&api.backend.network().is_listening()),
        "net_peerCount" => json(&U64::from(api.backend.network().peer_count())),
        _ => return None,
    })
}
