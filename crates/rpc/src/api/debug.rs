use super::{
    Api,
    eth::{block_by_tag, find_block},
    tracing,
};
use crate::{
    BlockRef, RpcError, StoredBlock,
    jsonrpc::{Json, json},
    params::Params,
    types::{BlockId, BlockTag, HexBytes, Num},
};
use autochain_primitives::{Block, Bytes, RecoveredBlock, rlp};
use std::sync::Arc;

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    Some(match method {
        "traceTransaction" => tracing::transaction(api, params),
        "traceCall" => tracing::call(api, params),
        "traceBlockByNumber" => params
            .required::<BlockTag>(0)
            .and_then(|tag| block_by_tag(api, tag)?.ok_or_else(|| no_block(tag)))
            .and_then(|block| tracing::block(api, &block.block, params)),
        "traceBlockByHash" => params
            .hash(0)
            .and_then(|hash| {
                let block = api.backend.block(BlockRef::Hash(hash))?;
                block.ok_or_else(|| RpcError::server(format!("block {hash:#x} not found")))
            })
            .and_then(|block| tracing::block(api, &block.block, params)),
        "traceBlock" => trace_rlp(api, params),
        "getRawBlock" => raw(api, params, |block| rlp::encode::<&Block>(block)),
        "getRawHeader" => raw(api, params, |block| rlp::encode(&block.header)),
        "getRawReceipts" => raw_receipts(api, params),
        "getRawTransaction" => {
            params.hash(0).and_then(|hash| json(&super::eth::raw_by_hash(api, &hash)?.unwrap_or_default()))
        }
        "setHead" => params.required::<Num>(0).and_then(|number| {
            api.backend.set_head(number.0)?;
            json(&())
        }),
        _ => return None,
    })
}

fn no_block(tag: BlockTag) -> RpcError {
    match tag {
        BlockTag::Number(number) => RpcError::server(format!("block #{number} not found")),
        tag => RpcError::server(format!("block {tag:?} not found").to_lowercase()),
    }
}

fn required(block: Option<Arc<StoredBlock>>) -> Result<Arc<StoredBlock>, RpcError> {
    block.ok_or_else(|| RpcError::server("block not found"))
}

/// Traces a block that the client sends; its parent has to be known.
fn trace_rlp(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let bytes = params.required::<HexBytes>(0)?;
    let invalid = |error: String| RpcError::server(format!("could not decode block: {error}"));
    let block = Block::decode_exact(&bytes.0).map_err(|error| invalid(error.to_string()))?.seal_slow();
    let low_s = api.backend.spec().is_active(
        autochain_chainspec::Fork::Homestead,
        block.header.number,
        block.header.timestamp,
    );
    let block =
        block.recover(low_s).map_err(|(index, error)| invalid(format!("transaction {index}: {error}")))?;
    tracing::block(api, &block, params)
}

fn raw(api: &Api, params: &Params, encode: fn(&RecoveredBlock) -> Vec<u8>) -> Result<Json, RpcError> {
    let block = required(find_block(api, params.required::<BlockId>(0)?)?)?;
    json(&Bytes::from(encode(&block.block)))
}

fn raw_receipts(api: &Api, params: &Params) -> Result<Json, RpcError> {
    let block = required(find_block(api, params.required::<BlockId>(0)?)?.filter(|block| block.canonical))?;
    let receipts = api.backend.receipts(block.block.header.number)?.unwrap_or_default();
    let encoded = receipts.iter().map(|receipt| {
        let mut out = Vec::new();
        receipt.encode_2718(&mut out);
        Bytes::from(out)
    });
    json(&encoded.collect::<Vec<_>>())
}
