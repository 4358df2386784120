use crate::{
    ChainEvent, RpcError,
    api::{Api, syncing},
    filters::{logs_of_event, new_id},
    jsonrpc::{json, notify},
    params::Params,
    types::{FilterArgs, LogFilter, RpcHeader, RpcTransaction},
};
use autochain_txpool::PooledTransaction;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Subscriptions of one connection.
const MOST: usize = 1024;

/// What one WebSocket connection is told of.
#[derive(Default)]
pub(crate) struct Subscriptions {
    by_id: BTreeMap<String, Kind>,
    syncing: Option<bool>,
}

enum Kind {
    Heads,
    Logs(LogFilter),
    Transactions { full: bool },
    Syncing,
}

impl Subscriptions {
    /// `eth_subscribe`: the new subscription's id.
    pub(crate) fn subscribe(&mut self, params: &Params) -> Result<String, RpcError> {
        let kind = match params.required::<String>(0)?.as_str() {
            "newHeads" => Kind::Heads,
            "logs" => Kind::Logs(params.optional::<FilterArgs>(1)?.unwrap_or_default().logs()?),
            "newPendingTransactions" => {
                Kind::Transactions { full: params.optional::<bool>(1)?.unwrap_or(false) }
            }
            "syncing" => Kind::Syncing,
            other => {
                let name = other.chars().take(100).collect::<String>();
                return Err(RpcError::new(-32601, format!("no {name:?} subscription in eth namespace")));
            }
        };
        if self.by_id.len() >= MOST {
            return Err(RpcError::server(format!("too many subscriptions: at most {MOST} a connection")));
        }
        let id = new_id();
        self.by_id.insert(id.clone(), kind);
        Ok(id)
    }

    /// `eth_unsubscribe`.
    pub(crate) fn unsubscribe(&mut self, params: &Params) -> Result<bool, RpcError> {
        let id = params.required::<String>(0)?;
        match self.by_id.remove(&id) {
            Some(_) => Ok(true),
            None => Err(RpcError::server("subscription not found")),
        }
    }

    /// Whether anything is subscribed to.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Messages about a change of the chain.
    pub(crate) fn on_chain(&mut self, api: &Api, event: &ChainEvent) -> Vec<String> {
        let mut messages = Vec::new();
        for (id, kind) in &self.by_id {
            match kind {
                Kind::Heads => {
                    for block in &event.added {
                        push(&mut messages, id, &RpcHeader::new(&block.block.header, block.block.hash()));
                    }
                }
                Kind::Logs(filter) => {
                    let mut logs = Vec::new();
                    logs_of_event(event, filter, |_| true, &mut logs);
                    for log in &logs {
                        push(&mut messages, id, log);
                    }
                }
                Kind::Syncing => {
                    let progress = syncing(api);
                    let now = progress.is_object();
                    if self.syncing.replace(now) != Some(now) {
                        let told = if now {
                            serde_json::json!({ "syncing": true, "status": progress })
                        } else {
                            false.into()
                        };
                        push(&mut messages, id, &told);
                    }
                }
                Kind::Transactions { .. } => {}
            }
        }
        messages
    }

    /// Messages about a new executable transaction.
    pub(crate) fn on_transaction(&self, transaction: &PooledTransaction) -> Vec<String> {
        let mut messages = Vec::new();
        for (id, kind) in &self.by_id {
            match kind {
                Kind::Transactions { full: true } => {
                    let shape = RpcTransaction::new(transaction.transaction(), transaction.sender(), None);
                    push(&mut messages, id, &shape);
                }
                Kind::Transactions { full: false } => push(&mut messages, id, &transaction.hash()),
                _ => {}
            }
        }
        messages
    }
}

fn push<T: serde::Serialize>(messages: &mut Vec<String>, id: &str, result: &T) {
    if let Ok(result) = json(result) {
        let result: &RawValue = &result;
        messages.push(notify(id, result));
    }
}
