use super::{
    Api,
    eth::{message_hash, send_unsigned},
};
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::{CallArgs, HexBytes},
};
use autochain_keystore::{KeystoreError, SecretKey};
use autochain_primitives::{Address, B256, alloy_primitives::Signature, hex, recover_signer};
use std::time::Duration;

/// Unlocking without a time: 5 minutes, as in geth.
const UNLOCK_SECONDS: u64 = 300;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "listAccounts" => accounts(api).and_then(|accounts| json(&accounts)),
        "newAccount" => new_account(api, params),
        "importRawKey" => import_raw_key(api, params),
        "unlockAccount" => unlock(api, params),
        "lockAccount" => params.address(0).and_then(|address| {
            api.backend.keystore().lock(&address);
            json(&true)
        }),
        "sendTransaction" => send_transaction(api, params),
        "sign" => sign(api, params),
        "ecRecover" => ec_recover(params),
        "listWallets" => wallets(api),
        _ => return None,
    })
}

/// Addresses this node can sign for.
pub(super) fn accounts(api: &Api) -> Result<Vec<Address>, RpcError> {
    let accounts = api.backend.keystore().accounts().map_err(key_error)?;
    Ok(accounts.into_iter().map(|account| account.address).collect())
}

/// geth's words, with the cure where geth has none.
pub(super) fn key_error(error: KeystoreError) -> RpcError {
    match error {
        KeystoreError::NotFound(_) => RpcError::server("unknown account"),
        error => RpcError::server(error.to_string()),
    }
}

fn new_account(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let password: String = params.required(0)?;
    let account = api.backend.keystore().create(&password).map_err(key_error)?;
    json(&account.address)
}

fn import_raw_key(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (key, password): (String, String) = (params.required(0)?, params.required(1)?);
    let bytes = hex::decode(&key).map_err(|_| RpcError::server("invalid hex data for private key"))?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| RpcError::server("invalid length, need 256 bits"))?;
    let key = SecretKey::from_byte_array(bytes).map_err(|_| RpcError::server("invalid private key"))?;
    let account = api.backend.keystore().import(&key, &password).map_err(key_error)?;
    json(&account.address)
}

fn unlock(api: &Api, params: &Params) -> Result<Json, RpcError> {
    if !api.config.allow_insecure_unlock {
        return Err(RpcError::server(
            "account unlock with HTTP access is forbidden (start the node with --allow-insecure-unlock)",
        ));
    }
    let (address, password) = (params.address(0)?, params.required::<String>(1)?);
    let seconds = params.optional::<u64>(2)?.unwrap_or(UNLOCK_SECONDS);
    // Zero: until it is locked.
    let time = (seconds != 0).then(|| Duration::from_secs(seconds));
    api.backend.keystore().unlock(&address, &password, time).map_err(key_error)?;
    json(&true)
}

fn send_transaction(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (args, password): (CallArgs, String) = (params.required(0)?, params.required(1)?);
    send_unsigned(api, &args, |address, hash| api.backend.keystore().sign_with(&address, &password, hash))
}

/// Data, address, password.
fn sign(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (data, address) = (params.required::<HexBytes>(0)?, params.address(1)?);
    let password = params.required::<String>(2)?;
    let signature =
        api.backend.keystore().sign_with(&address, &password, message_hash(&data.0)).map_err(key_error)?;
    json(&format!("0x{}", hex::encode(signature.as_bytes())))
}

fn ec_recover(params: &Params) -> Result<Json, RpcError> {
    let (data, signature): (HexBytes, HexBytes) = (params.required(0)?, params.required(1)?);
    if signature.0.len() != 65 {
        return Err(RpcError::server("signature must be 65 bytes long"));
    }
    let signature = Signature::from_raw(&signature.0)
        .map_err(|_| RpcError::server("invalid Ethereum signature (V is not 27 or 28)"))?;
    let hash: B256 = message_hash(&data.0);
    let address = recover_signer(&signature, hash).map_err(|error| RpcError::server(error.to_string()))?;
    json(&address)
}

fn wallets(api: &Api) -> Result<Json, RpcError> {
    let keystore = api.backend.keystore();
    let wallets = keystore
        .accounts()
        .map_err(key_error)?
        .into_iter()
        .map(|account| {
            let url = account.path.as_ref().map_or_else(
                || format!("memory://{:#x}", account.address),
                |path| format!("keystore://{}", path.display()),
            );
            let status = if keystore.is_unlocked(&account.address) { "Unlocked" } else { "Locked" };
            serde_json::json!({
                "url": url,
                "status": status,
                "accounts": [{ "address": account.address, "url": url }],
            })
        })
        .collect::<Vec<_>>();
    json(&wallets)
}
