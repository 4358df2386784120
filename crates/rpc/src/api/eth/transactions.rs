use super::{Api, chain::named_block};
use crate::{
    BlockRef, RpcError, StoredBlock,
    jsonrpc::{Json, json},
    params::Params,
    types::{Num, Place, RpcReceipt, RpcTransaction},
};
use autochain_primitives::{B256, Bytes, Encodable2718, Transaction};
use std::sync::Arc;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "getTransactionByHash" => by_hash(api, params),
        "getTransactionReceipt" => receipt(api, params),
        "getRawTransactionByHash" => {
            params.hash(0).and_then(|hash| json(&raw_by_hash(api, &hash)?.unwrap_or_default()))
        }
        "getTransactionByBlockNumberAndIndex" | "getTransactionByBlockHashAndIndex" => {
            in_block(api, method, params)
                .and_then(|found| json(&found.and_then(|(block, index)| transaction_in(&block, index))))
        }
        "getRawTransactionByBlockNumberAndIndex" | "getRawTransactionByBlockHashAndIndex" => {
            in_block(api, method, params).and_then(|found| {
                let raw = found.and_then(|(block, index)| block.block.transactions.get(index).map(encoded));
                json(&raw.unwrap_or_default())
            })
        }
        "pendingTransactions" => pending(api),
        _ => return None,
    })
}

/// Where a mined transaction stands, with its block.
pub(crate) fn mined(api: &Api, hash: &B256) -> Result<Option<(Arc<StoredBlock>, usize)>, RpcError> {
    let Some((number, index)) = api.backend.transaction(hash)? else { return Ok(None) };
    let block = api.backend.block(BlockRef::Number(number))?;
    // The chain may have moved between the two reads.
    let stands = |block: &Arc<StoredBlock>| {
        block.block.transactions.get(index).is_some_and(|transaction| transaction.tx_hash() == hash)
    };
    Ok(block.filter(stands).map(|block| (block, index)))
}

fn transaction_in(block: &StoredBlock, index: usize) -> Option<RpcTransaction> {
    let (transaction, sender) = (block.block.transactions.get(index)?, block.block.senders().get(index)?);
    let header = &block.block.header;
    // A pending block is told from a mined one by its lack of a total difficulty.
    let hash = (block.canonical || block.total_difficulty.is_some()).then(|| block.block.hash());
    let place =
        Place { block_hash: hash, block_number: header.number, index, base_fee: header.base_fee_per_gas };
    Some(RpcTransaction::new(transaction, *sender, Some(place)))
}

fn by_hash(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let hash = params.hash(0)?;
    // The pool first: a transaction that leaves it meanwhile is in the chain by then.
    let pooled = api.backend.pool().get(&hash);
    if let Some((block, index)) = mined(api, &hash)? {
        return json(&transaction_in(&block, index));
    }
    json(&pooled.map(|pooled| RpcTransaction::new(pooled.transaction(), pooled.sender(), None)))
}

pub(crate) fn raw_by_hash(api: &Api, hash: &B256) -> Result<Option<Bytes>, RpcError> {
    let pooled = api.backend.pool().get(hash);
    if let Some((block, index)) = mined(api, hash)? {
        return Ok(block.block.transactions.get(index).map(encoded));
    }
    Ok(pooled.map(|pooled| encoded(pooled.transaction())))
}

fn encoded(transaction: &Transaction) -> Bytes {
    transaction.encoded_2718().into()
}

fn receipt(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let hash = params.hash(0)?;
    let Some((block, index)) = mined(api, &hash)? else { return json(&()) };
    let receipts = api.backend.receipts(block.block.header.number)?;
    json(&receipts.and_then(|receipts| RpcReceipt::new(&block.block, &receipts, index)))
}

fn in_block(api: &Api, method: &str, params: &Params) -> Result<Option<(Arc<StoredBlock>, usize)>, RpcError> {
    let block = named_block(api, &method.replace("AndIndex", ""), params)?;
    let index = usize::try_from(params.required::<Num>(1)?.0).unwrap_or(usize::MAX);
    Ok(block.map(|block| (block, index)))
}

/// Waiting transactions of accounts that this node signs for.
fn pending(api: &Api) -> Result<Json, RpcError> {
    let accounts = super::super::personal::accounts(api)?;
    let content = api.backend.pool().content();
    let own = accounts.iter().filter_map(|account| content.pending.get(account)).flatten();
    let own = own.map(|pooled| RpcTransaction::new(pooled.transaction(), pooled.sender(), None));
    json(&own.collect::<Vec<_>>())
}
