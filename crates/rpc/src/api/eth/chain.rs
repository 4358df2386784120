use super::{Api, find_block, resolve::header_by_tag};
use crate::{
    BlockRef, RpcError, StoredBlock,
    jsonrpc::{Json, json},
    params::Params,
    types::{BlockId, BlockTag, Num, RpcBlock, RpcHeader, RpcReceipt},
};
use autochain_primitives::alloy_primitives::U64;
use std::sync::Arc;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "getBlockByNumber" => block_by_number(api, params),
        "getBlockByHash" => block_by_hash(api, params),
        "getHeaderByNumber" => header_by_number(api, params),
        "getHeaderByHash" => header_by_hash(api, params),
        "getBlockTransactionCountByNumber" | "getBlockTransactionCountByHash" => {
            count(api, method, params, |block| block.block.transactions.len())
        }
        "getUncleCountByBlockNumber" | "getUncleCountByBlockHash" => {
            count(api, method, params, |block| block.block.ommers.len())
        }
        "getUncleByBlockNumberAndIndex" | "getUncleByBlockHashAndIndex" => uncle(api, method, params),
        "getBlockReceipts" => receipts(api, params),
        _ => return None,
    })
}

fn block_by_number(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let tag = params.required::<BlockTag>(0)?;
    let full = params.optional::<bool>(1)?.unwrap_or(false);
    if tag == BlockTag::Pending
        && let Some(pending) = api.backend.pending()?
    {
        return json(&RpcBlock::pending(&pending.block, full));
    }
    json(&super::block_by_tag(api, tag)?.map(|block| shape(&block, full)))
}

fn block_by_hash(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let hash = params.hash(0)?;
    let full = params.optional::<bool>(1)?.unwrap_or(false);
    json(&api.backend.block(BlockRef::Hash(hash))?.map(|block| shape(&block, full)))
}

fn shape(block: &StoredBlock, full: bool) -> RpcBlock {
    RpcBlock::new(&block.block, block.total_difficulty, full)
}

fn header_by_number(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let tag = params.required::<BlockTag>(0)?;
    if tag == BlockTag::Pending
        && let Some(pending) = api.backend.pending()?
    {
        return json(&RpcHeader::pending(&pending.block.header));
    }
    json(&header_by_tag(api, tag)?.map(|header| RpcHeader::new(&header, header.hash())))
}

fn header_by_hash(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let hash = params.hash(0)?;
    json(&api.backend.header(BlockRef::Hash(hash))?.map(|header| RpcHeader::new(&header, hash)))
}

/// The first argument of methods that come as `…Number` and `…Hash`.
pub(super) fn named_block(
    api: &Api,
    method: &str,
    params: &Params,
) -> Result<Option<Arc<StoredBlock>>, RpcError> {
    if method.contains("Hash") {
        return Ok(api.backend.block(BlockRef::Hash(params.hash(0)?))?);
    }
    let tag = params.required::<BlockTag>(0)?;
    if tag == BlockTag::Pending
        && let Some(pending) = api.backend.pending()?
    {
        let block = pending.block.clone();
        return Ok(Some(Arc::new(StoredBlock { block, total_difficulty: None, canonical: false })));
    }
    super::block_by_tag(api, tag)
}

fn count(
    api: &Api,
    method: &str,
    params: &Params,
    what: fn(&StoredBlock) -> usize,
) -> Result<Json, RpcError> {
    json(&named_block(api, method, params)?.map(|block| U64::from(what(&block))))
}

fn uncle(api: &Api, method: &str, params: &Params) -> Result<Json, RpcError> {
    let block = named_block(api, method, params)?;
    let index = usize::try_from(params.required::<Num>(1)?.0).unwrap_or(usize::MAX);
    json(&block.and_then(|block| block.block.ommers.get(index).map(RpcBlock::uncle)))
}

fn receipts(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let id = params.required::<BlockId>(0)?;
    if id == BlockId::Tag(BlockTag::Pending)
        && let Some(pending) = api.backend.pending()?
    {
        return json(&RpcReceipt::all(&pending.block, &pending.receipts));
    }
    let Some(block) = find_block(api, id)?.filter(|block| block.canonical) else { return json(&()) };
    let receipts = api.backend.receipts(block.block.header.number)?;
    json(&receipts.map(|receipts| RpcReceipt::all(&block.block, &receipts)))
}
