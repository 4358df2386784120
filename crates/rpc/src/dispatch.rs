use crate::{
    Backend, RpcConfig, RpcError,
    api::{self, Api},
    filters::Filters,
    jsonrpc::{Json, Message, Request, respond},
    params::Params,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Longest a request may run (geth's write timeout).
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Requests that wait for a thread before new ones are refused, for each that runs.
const WAITING_PER_RUNNING: usize = 256;

/// Bytes of requests in hand at the same time, in KiB.
const REQUEST_BUDGET: usize = 256 * 1024;

/// Finds the method of a request and runs it. Shared by all connections.
pub(crate) struct Dispatcher {
    pub(crate) api: Arc<Api>,
    /// Threads for blocking work.
    running: Arc<Semaphore>,
    /// Running and waiting.
    admitted: Arc<Semaphore>,
    /// KiB of requests in hand.
    budget: Arc<Semaphore>,
}

/// Which namespaces a connection may use.
pub(crate) type Allowed = Arc<BTreeSet<String>>;

/// The namespaces of an `--http.api` list; `rpc` always is one of them. Unknown ones are named in the log.
pub(crate) fn allowed(list: &[String], flag: &str) -> Allowed {
    let mut allowed = BTreeSet::from(["rpc".to_owned()]);
    for name in list.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if api::NAMESPACES.contains(&name) {
            allowed.insert(name.to_owned());
        } else {
            tracing::warn!(namespace = name, available = %api::NAMESPACES.join(","), "Unavailable module in {flag}");
        }
    }
    Arc::new(allowed)
}

impl Dispatcher {
    pub(crate) fn new(backend: Arc<dyn Backend>, config: RpcConfig, filters: Arc<Filters>) -> Self {
        let running = config.max_concurrent.max(1);
        Self {
            api: Arc::new(Api { backend, config, filters, tip_cache: Default::default() }),
            running: Arc::new(Semaphore::new(running)),
            admitted: Arc::new(Semaphore::new(running.saturating_mul(WAITING_PER_RUNNING))),
            budget: Arc::new(Semaphore::new(REQUEST_BUDGET)),
        }
    }

    /// Memory for a request of so many bytes, until the answer is given; `None` when too much is in hand.
    pub(crate) fn reserve(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes / 1024 + 1).ok()?;
        self.budget.clone().try_acquire_many_owned(kib).ok()
    }

    /// Answers a message; `None` when no answer is wanted.
    pub(crate) async fn answer(&self, text: &str, allowed: &Allowed) -> Option<String> {
        match Message::parse(text) {
            Err(error) => Some(respond("null", &Err(error))),
            Ok(Message::Single(request)) => self.single(&request, allowed).await,
            Ok(Message::Batch(requests)) => self.batch(&requests, allowed).await,
        }
    }

    pub(crate) async fn single(&self, request: &Request<'_>, allowed: &Allowed) -> Option<String> {
        let outcome = self.outcome(request, allowed).await;
        (!request.is_notification()).then(|| respond(request.id(), &outcome))
    }

    /// One after another, as geth does: a batch sees its own effects in order.
    async fn batch(&self, requests: &[Request<'_>], allowed: &Allowed) -> Option<String> {
        let config = &self.api.config;
        if let Err(error) = check_batch(requests, config) {
            return Some(error);
        }
        let deadline = tokio::time::Instant::now() + REQUEST_TIMEOUT;
        let mut answers = Vec::new();
        let mut size = 0usize;
        for request in requests {
            let full = config.batch_response_max_size != 0 && size > config.batch_response_max_size;
            let outcome = if full {
                Err(RpcError::response_too_large())
            } else {
                let outcome = tokio::time::timeout_at(deadline, self.outcome(request, allowed)).await;
                outcome.unwrap_or_else(|_| Err(RpcError::timeout()))
            };
            if !request.is_notification() {
                let answer = respond(request.id(), &outcome);
                size = size.saturating_add(answer.len());
                answers.push(answer);
            }
        }
        (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
    }

    pub(crate) async fn outcome(&self, request: &Request<'_>, allowed: &Allowed) -> Result<Json, RpcError> {
        let method = request.method()?;
        let namespace = method.split_once('_').map_or("", |(namespace, _)| namespace);
        if !allowed.contains(namespace) {
            return Err(RpcError::method_not_found(method));
        }
        let params = Params::new(request.params)?;
        if let Some(result) = api::quick(&self.api, allowed, method, &params) {
            return result;
        }
        self.blocking(method.to_owned(), params).await
    }

    /// Runs a method on a thread for blocking work. Waits for one; refuses when too many wait.
    async fn blocking(&self, method: String, params: Params) -> Result<Json, RpcError> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| busy())?;
        let waiting = tokio::time::timeout(REQUEST_TIMEOUT, self.running.clone().acquire_owned());
        let running = waiting.await.map_err(|_| RpcError::timeout())?.map_err(|_| busy())?;
        let api = self.api.clone();
        let limit = api::time_limit(&api.config, &method);
        // The permits go with the work: a client that gives up does not free its thread.
        let task = tokio::task::spawn_blocking(move || {
            let result = api::call(&api, &method, &params);
            drop((running, admitted));
            result
        });
        match tokio::time::timeout(limit.unwrap_or(REQUEST_TIMEOUT), task).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => {
                tracing::error!(%error, "RPC method panicked");
                Err(RpcError::new(-32603, "internal error: method handler crashed"))
            }
            Err(_) => Err(limit.map_or_else(RpcError::timeout, RpcError::aborted)),
        }
    }
}

/// The answer when the node has enough to do.
pub(crate) fn busy() -> RpcError {
    RpcError::server("too many requests: the node is busy, try again")
}

/// geth's answers to batches that are empty or too long.
pub(crate) fn check_batch(requests: &[Request<'_>], config: &RpcConfig) -> Result<(), String> {
    let Some(first) = requests.first() else {
        return Err(respond("null", &Err(RpcError::invalid_request("empty batch"))));
    };
    if config.batch_request_limit != 0 && requests.len() > config.batch_request_limit {
        let answer = respond(first.id(), &Err(RpcError::invalid_request("batch too large")));
        return Err(format!("[{answer}]"));
    }
    Ok(())
}
