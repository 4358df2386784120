use super::Api;
use crate::{
    RpcError,
    jsonrpc::{Json, json},
    params::Params,
    types::RpcTransaction,
};
use autochain_primitives::{TransactionFields, alloy_primitives::U64};
use autochain_txpool::{ByAccount, PooledTransaction};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// Nonce (decimal) to what is told of the transaction.
type ByNonce<T> = BTreeMap<String, T>;

#[derive(Serialize)]
struct Both<T> {
    pending: T,
    queued: T,
}

pub(super) fn call(api: &Api, method: &str, params: &Params) -> Option<Result<Json, RpcError>> {
    let pool = api.backend.pool();
    Some(match method {
        "status" => {
            let status = pool.status();
            json(&Both { pending: U64::from(status.pending), queued: U64::from(status.queued) })
        }
        "content" => {
            let content = pool.content();
            json(&Both { pending: all(&content.pending, full), queued: all(&content.queued, full) })
        }
        "contentFrom" => params.address(0).and_then(|address| {
            let (pending, queued) = pool.content_from(&address);
            json(&Both { pending: one(&pending, full), queued: one(&queued, full) })
        }),
        "inspect" => {
            let content = pool.content();
            json(&Both { pending: all(&content.pending, summary), queued: all(&content.queued, summary) })
        }
        _ => return None,
    })
}

fn all<T>(accounts: &ByAccount, tell: fn(&PooledTransaction) -> T) -> BTreeMap<String, ByNonce<T>> {
    // Checksummed addresses, as geth has them here.
    accounts.iter().map(|(sender, list)| (sender.to_string(), one(list, tell))).collect()
}

fn one<T>(list: &[Arc<PooledTransaction>], tell: fn(&PooledTransaction) -> T) -> ByNonce<T> {
    list.iter().map(|transaction| (transaction.nonce().to_string(), tell(transaction))).collect()
}

fn full(transaction: &PooledTransaction) -> RpcTransaction {
    RpcTransaction::new(transaction.transaction(), transaction.sender(), None)
}

fn summary(pooled: &PooledTransaction) -> String {
    let transaction = pooled.transaction();
    let to = match transaction.to() {
        Some(to) => to.to_string(),
        None => "contract creation".to_owned(),
    };
    format!(
        "{to}: {} wei + {} gas × {} wei",
        transaction.value(),
        transaction.gas_limit(),
        transaction.max_fee_per_gas()
    )
}
