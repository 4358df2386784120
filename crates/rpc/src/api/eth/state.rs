use super::{Api, at};
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::{BlockId, BlockTag, Slot},
};
use autochain_evm::StateReader;
use autochain_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, alloy_primitives::U64};
use serde_json::json as object;
use std::collections::BTreeMap;

/// Most slots in one `eth_getProof`.
const MOST_SLOTS: usize = 1024;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "getBalance" => balance(api, params),
        "getCode" => code(api, params),
        "getTransactionCount" => transaction_count(api, params),
        "getStorageAt" => storage(api, params),
        "getStorageValues" => storage_values(api, params),
        "getProof" => proof(api, params),
        "getAccountInfo" => account_info(api, params),
        "getAccount" => account(api, params),
        _ => return None,
    })
}

/// The block argument; the head when it is absent.
fn block(params: &Params, index: usize) -> Result<BlockId, RpcError> {
    Ok(params.optional(index)?.unwrap_or_default())
}

fn balance(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let address = params.address(0)?;
    let account = at(api, block(params, 1)?)?.state.account(&address)?;
    json(&account.unwrap_or_default().balance)
}

fn code(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let address = params.address(0)?;
    json(&at(api, block(params, 1)?)?.state.code_of(&address)?)
}

/// With `pending`, executable transactions in the pool count.
fn transaction_count(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let address = params.address(0)?;
    let id = block(params, 1)?;
    if id == BlockId::Tag(BlockTag::Pending) {
        return json(&U64::from(next_nonce(api, &address)?));
    }
    let account = at(api, id)?.state.account(&address)?;
    json(&U64::from(account.unwrap_or_default().nonce))
}

/// The nonce of the next transaction of an account, executable ones in the pool counted.
pub(super) fn next_nonce(api: &Api, address: &Address) -> Result<u64, RpcError> {
    // The pool first: what it drops in between is in the state by then.
    let pooled = api.backend.pool().nonce(address);
    let account = at(api, BlockId::default())?.state.account(address)?;
    Ok(account.unwrap_or_default().nonce.max(pooled.unwrap_or_default()))
}

fn storage(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let (address, slot) = (params.address(0)?, params.required::<Slot>(1)?);
    let at = at(api, block(params, 2)?)?;
    let value = match at.state.account(&address)? {
        Some(_) => at.state.storage(&address, &slot.0)?,
        None => U256::ZERO,
    };
    json(&B256::from(value))
}

/// Slots of several accounts.
fn storage_values(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let wanted = params.required::<BTreeMap<Address, Vec<Slot>>>(0)?;
    let count = wanted.values().map(Vec::len).sum::<usize>();
    if count == 0 || count > MOST_SLOTS {
        return Err(RpcError::invalid_params(format!("{count} slots, want 1 to {MOST_SLOTS}")));
    }
    let state = at(api, block(params, 1)?)?.state;
    let mut values = BTreeMap::new();
    for (address, slots) in wanted {
        let exists = state.account(&address)?.is_some();
        let read = |slot: &Slot| if exists { state.storage(&address, &slot.0) } else { Ok(U256::ZERO) };
        let list = slots.iter().map(|slot| read(slot).map(B256::from)).collect::<Result<Vec<_>, _>>()?;
        values.insert(address, list);
    }
    json(&values)
}

/// EIP-1186.
fn proof(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let address = params.address(0)?;
    let keys = params.optional::<Vec<String>>(1)?.unwrap_or_default();
    if keys.len() > MOST_SLOTS {
        return Err(RpcError::invalid_params(format!("too many keys (max: {MOST_SLOTS})")));
    }
    let slots = keys
        .iter()
        .map(|key| {
            let slot = serde_json::from_value::<Slot>(key.as_str().into());
            slot.map(|slot| slot.0).map_err(|error| RpcError::invalid_params(error.to_string()))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let header = at(api, block(params, 2)?)?.header;
    let head = api.backend.head().0.number;
    let proof = api.backend.proof(header.number.min(head), &address, &slots)?;
    let account = proof.account.unwrap_or_default();
    let storage = keys
        .iter()
        .zip(&slots)
        .zip(proof.storage)
        .map(|((key, slot), (value, nodes))| {
            // As geth: a full word is answered as one, a short form as a quantity.
            let key =
                if key.len() == 66 { format!("{:#x}", B256::from(*slot)) } else { format!("{slot:#x}") };
            object!({ "key": key, "value": value, "proof": nodes })
        })
        .collect::<Vec<_>>();
    json(&object!({
        "address": address,
        "accountProof": proof.proof,
        "balance": account.balance,
        "codeHash": account.code_hash,
        "nonce": U64::from(account.nonce),
        "storageHash": proof.storage_root,
        "storageProof": storage,
    }))
}

/// Balance, nonce and code in one answer, as forks of a chain ask for it.
fn account_info(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let address = params.address(0)?;
    let state = at(api, block(params, 1)?)?.state;
    let account = state.account(&address)?.unwrap_or_default();
    let code =
        if account.code_hash == KECCAK256_EMPTY { Bytes::new() } else { state.code(&account.code_hash)? };
    json(&object!({ "balance": account.balance, "nonce": U64::from(account.nonce), "code": code }))
}

fn account(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let address = params.address(0)?;
    let header = at(api, block(params, 1)?)?.header;
    let proof = api.backend.proof(header.number.min(api.backend.head().0.number), &address, &[])?;
    json(&proof.account.map(|account| {
        object!({
            "balance": account.balance,
            "nonce": U64::from(account.nonce),
            "codeHash": account.code_hash,
            "storageRoot": proof.storage_root,
        })
    }))
}
