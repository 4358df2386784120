use super::{cors, http::MAX_REQUEST};
use crate::{
    RpcError,
    dispatch::{Allowed, Dispatcher, busy, check_batch},
    jsonrpc::{Json, Message as Rpc, Request as RpcRequest, json, respond},
    params::Params,
    subscriptions::Subscriptions,
};
use axum::{
    Router,
    extract::{
        FromRequestParts, Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use std::{sync::Arc, time::Duration};
use tokio::sync::{broadcast::error::RecvError, watch};

/// A client that does not read for so long is dropped.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Pings keep proxies from closing an idle connection (geth).
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// Requests of one connection at the same time; further ones wait unread.
const MOST_RUNNING: usize = 32;

pub(super) struct WsState {
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) allowed: Allowed,
    pub(super) origins: Vec<String>,
    pub(super) stopping: watch::Receiver<bool>,
}

/// The WebSocket endpoint on a port of its own.
pub(super) fn router(prefix: &str, state: Arc<WsState>) -> Router {
    let handler = |State(state): State<Arc<WsState>>, request: Request| upgrade(state, request);
    let router = Router::new();
    let router = if prefix == "/" { router.fallback(handler) } else { router.route(prefix, get(handler)) };
    router.with_state(state)
}

/// Turns a request into a WebSocket, if its origin may.
pub(super) async fn upgrade(state: Arc<WsState>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let named = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let origin = named(header::ORIGIN);
    if !cors::allows_websocket(&state.origins, origin, named(header::HOST)) {
        let origin = origin.unwrap_or_default();
        let body = format!("origin not allowed: {origin:?} is not in --ws.origins\n");
        return (StatusCode::FORBIDDEN, body).into_response();
    }
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade
            .max_message_size(MAX_REQUEST)
            .max_frame_size(MAX_REQUEST)
            .on_upgrade(move |socket| Connection::new(state).run(socket)),
        Err(rejection) => rejection.into_response(),
    }
}

struct Connection {
    state: Arc<WsState>,
    subscriptions: Subscriptions,
}

/// Why a connection ends.
enum End {
    /// The client left, or the line broke.
    Gone,
    /// The client does not keep up with its subscriptions.
    Slow,
    /// The node stops.
    Stopping,
}

impl Connection {
    fn new(state: Arc<WsState>) -> Self {
        Self { state, subscriptions: Subscriptions::default() }
    }

    async fn run(mut self, mut socket: WebSocket) {
        let frame = match self.serve(&mut socket).await {
            Ok(()) | Err(End::Gone) => return,
            Err(End::Slow) => CloseFrame { code: close_code::POLICY, reason: "subscriber too slow".into() },
            Err(End::Stopping) => CloseFrame { code: close_code::AWAY, reason: "node is stopping".into() },
        };
        let close = socket.send(Message::Close(Some(frame)));
        let _ = tokio::time::timeout(Duration::from_secs(1), close).await;
    }

    async fn serve(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let api = self.state.dispatcher.api.clone();
        let mut stop = Box::pin(super::stopped(self.state.stopping.clone()));
        let mut chain = api.backend.subscribe();
        let mut pool = api.backend.pool().subscribe();
        let mut running: FuturesUnordered<BoxFuture<'static, Option<String>>> = FuturesUnordered::new();
        let mut ping = tokio::time::interval(PING_INTERVAL);
        ping.reset();
        loop {
            tokio::select! {
                () = &mut stop => return Err(End::Stopping),
                event = chain.recv() => match event {
                    Ok(event) => {
                        for message in self.subscriptions.on_chain(&api, &event) {
                            send(socket, message).await?;
                        }
                    }
                    Err(RecvError::Lagged(_)) if self.subscriptions.is_empty() => {}
                    Err(RecvError::Lagged(_)) => return Err(End::Slow),
                    Err(RecvError::Closed) => return Err(End::Stopping),
                },
                transaction = pool.recv() => match transaction {
                    Ok(transaction) => {
                        for message in self.subscriptions.on_transaction(&transaction) {
                            send(socket, message).await?;
                        }
                    }
                    Err(RecvError::Lagged(_)) if self.subscriptions.is_empty() => {}
                    Err(RecvError::Lagged(_)) => return Err(End::Slow),
                    Err(RecvError::Closed) => return Err(End::Stopping),
                },
                Some(answer) = running.next(), if !running.is_empty() => {
                    if let Some(answer) = answer {
                        send(socket, answer).await?;
                    }
                }
                _ = ping.tick() => {
                    let sent = tokio::time::timeout(WRITE_TIMEOUT, socket.send(Message::Ping(Default::default())));
                    sent.await.map_err(|_| End::Slow)?.map_err(|_| End::Gone)?;
                }
                message = socket.recv(), if running.len() < MOST_RUNNING => match message {
                    Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                        // Bytes that are no text are answered as a parse error.
                        let text = message.to_text().unwrap_or_default();
                        match self.receive(text).await {
                            Some(Answer::Now(text)) => send(socket, text).await?,
                            Some(Answer::Later(future)) => running.push(future),
                            None => {}
                        }
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
                },
            }
        }
    }

    /// Subscriptions are handled here, in order; anything else runs beside.
    async fn receive(&mut self, text: &str) -> Option<Answer> {
        if !text.contains("subscribe") {
            let (state, text) = (self.state.clone(), text.to_owned());
            let Some(reserved) = state.dispatcher.reserve(text.len()) else {
                return Some(Answer::Now(respond("null", &Err(busy()))));
            };
            return Some(Answer::Later(Box::pin(async move {
                let answer = state.dispatcher.answer(&text, &state.allowed).await;
                drop(reserved);
                answer
            })));
        }
        let answer = match Rpc::parse(text) {
            Err(error) => Some(respond("null", &Err(error))),
            Ok(Rpc::Single(request)) => {
                let outcome = self.outcome(&request).await;
                (!request.is_notification()).then(|| respond(request.id(), &outcome))
            }
            Ok(Rpc::Batch(requests)) => {
                if let Err(error) = check_batch(&requests, &self.state.dispatcher.api.config) {
                    return Some(Answer::Now(error));
                }
                let mut answers = Vec::new();
                for request in &requests {
                    let outcome = self.outcome(request).await;
                    if !request.is_notification() {
                        answers.push(respond(request.id(), &outcome));
                    }
                }
                (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
            }
        };
        answer.map(Answer::Now)
    }

    async fn outcome(&mut self, request: &RpcRequest<'_>) -> Result<Json, RpcError> {
        let method = request.method()?;
        let eth = self.state.allowed.contains("eth");
        match method {
            "eth_subscribe" if eth => json(&self.subscriptions.subscribe(&Params::new(request.params)?)?),
            "eth_unsubscribe" if eth => json(&self.subscriptions.unsubscribe(&Params::new(request.params)?)?),
            _ => self.state.dispatcher.outcome(request, &self.state.allowed).await,
        }
    }
}

enum Answer {
    Now(String),
    Later(BoxFuture<'static, Option<String>>),
}

async fn send(socket: &mut WebSocket, text: String) -> Result<(), End> {
    let sent = tokio::time::timeout(WRITE_TIMEOUT, socket.send(Message::Text(text.into())));
    sent.await.map_err(|_| End::Slow)?.map_err(|_| End::Gone)
}
