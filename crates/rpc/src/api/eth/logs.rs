use super::{Api, resolve::number};
use crate::{
    BlockRef, RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::{BlockTag, FilterArgs, RpcLog, logs_of},
};
use std::time::{Duration, Instant};

/// Longest a search may take.
const TIME_LIMIT: Duration = Duration::from_secs(25);

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    let filters = &api.filters;
    Some(match method {
        "getLogs" => params.required::<FilterArgs>(0).and_then(|filter| json(&query(api, &filter)?)),
        "newFilter" => params.required::<FilterArgs>(0).and_then(|filter| json(&filters.new_logs(filter)?)),
        "newBlockFilter" => filters.new_blocks().and_then(|id| json(&id)),
        "newPendingTransactionFilter" => params
            .optional::<bool>(0)
            .and_then(|full| json(&filters.new_transactions(full.unwrap_or(false))?)),
        "getFilterChanges" => params.required::<String>(0).and_then(|id| filters.changes(&id)),
        "getFilterLogs" => {
            params.required::<String>(0).and_then(|id| json(&query(api, &filters.criteria(&id)?)?))
        }
        "uninstallFilter" => params.required::<String>(0).and_then(|id| json(&filters.uninstall(&id))),
        _ => return None,
    })
}

/// The logs in a range of blocks, or in one block. Blocks without a wanted log are passed by their bloom filters.
pub(crate) fn query(api: &Api, args: &FilterArgs) -> Result<Vec<RpcLog>, RpcError> {
    let filter = args.logs()?;
    let mut logs = Vec::new();
    if let Some(hash) = args.block_hash {
        let unknown = || RpcError::server("unknown block");
        let block = api.backend.block(BlockRef::Hash(hash))?.ok_or_else(unknown)?;
        if !block.canonical {
            return Err(RpcError::server("hash is not currently canonical"));
        }
        let receipts = api.backend.receipts(block.block.header.number)?.ok_or_else(unknown)?;
        logs_of(&block.block, &receipts, |log| filter.matches(log), &mut logs);
        return Ok(logs);
    }
    let from = args.from_block.unwrap_or_default();
    let to = args.to_block.unwrap_or_default();
    if from == BlockTag::Pending {
        if let Some(pending) = api.backend.pending()? {
            logs_of(&pending.block, &pending.receipts, |log| filter.matches(log), &mut logs);
        }
        return Ok(logs.into_iter().map(RpcLog::pending).collect());
    }
    let head = api.backend.head().0.number;
    let (from, to) = (number(api, from).unwrap_or(head), number(api, to).unwrap_or(head));
    if from > to {
        return Err(RpcError::invalid_params("invalid block range params"));
    }
    let limit = api.config.log_range_limit;
    if limit != 0 && to.min(head).saturating_sub(from) >= limit {
        return Err(RpcError::server(format!("exceed maximum block range: {limit} (--rpc.rangelimit)")));
    }
    let began = Instant::now();
    for number in from..=to.min(head) {
        let Some(header) = api.backend.header(BlockRef::Number(number))? else { break };
        if !filter.may_match(&header.logs_bloom) {
            continue;
        }
        let (Some(block), Some(receipts)) =
            (api.backend.block(BlockRef::Number(number))?, api.backend.receipts(number)?)
        else {
            continue;
        };
        logs_of(&block.block, &receipts, |log| filter.matches(log), &mut logs);
        if logs.len() > api.config.log_result_limit {
            let most = api.config.log_result_limit;
            return Err(RpcError::new(-32005, format!("query returned more than {most} results")));
        }
        if began.elapsed() > TIME_LIMIT {
            return Err(RpcError::new(-32005, "query timeout exceeded: ask for fewer blocks"));
        }
    }
    Ok(logs)
}
