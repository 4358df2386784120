use super::Api;
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
};
use autochain_primitives::U256;
use serde_json::json as object;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    let network = api.backend.network();
    Some(match method {
        "nodeInfo" => node_info(api),
        "peers" => json(&network.peers()),
        "addPeer" => params.required::<String>(0).and_then(|peer| json(&network.add_peer(&peer)?)),
        "removePeer" => params.required::<String>(0).and_then(|peer| json(&network.remove_peer(&peer)?)),
        _ => return None,
    })
}

/// What the network tells of itself, with the chain under `protocols.eth` as scripts read it.
fn node_info(api: &Api) -> Result<Json, RpcError> {
    let spec = api.backend.spec();
    let (head, total_difficulty) = api.backend.head();
    let mut info = api.backend.network().node_info().unwrap_or_else(|| object!({}));
    if let Some(info) = info.as_object_mut() {
        info.entry("name").or_insert_with(|| api.config.client_version.clone().into());
        let config = serde_json::from_str(&spec.genesis.config).unwrap_or_else(|_| object!({}));
        let eth = object!({
            "network": spec.network_id,
            "difficulty": difficulty(total_difficulty),
            "genesis": spec.genesis_hash(),
            "head": head.hash(),
            "config": config,
        });
        let protocols = info.entry("protocols").or_insert_with(|| object!({}));
        if let Some(protocols) = protocols.as_object_mut() {
            protocols.insert("eth".to_owned(), eth);
        }
    }
    json::<serde_json::Value>(&info)
}

/// A number where it fits, as geth has it; text above 64 bits.
fn difficulty(total: U256) -> serde_json::Value {
    u64::try_from(total).map_or_else(|_| total.to_string().into(), serde_json::Value::from)
}
