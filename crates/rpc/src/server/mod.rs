//! HTTP and WebSocket.

mod cors;
mod http;
mod listener;
mod vhost;
mod ws;

use crate::{
    Backend, HttpConfig, ServeError, ServerConfig, WsConfig,
    dispatch::{Dispatcher, allowed},
    filters::Filters,
};
use axum::Router;
use listener::Bounded;
use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::{JoinHandle, JoinSet},
};

/// How long open requests may go on after the stop signal.
const GRACE: Duration = Duration::from_secs(2);

/// A running server.
#[derive(Debug)]
pub struct ServerHandle {
    /// Where HTTP listens.
    pub http_addr: Option<SocketAddr>,
    /// Where WebSocket listens; the same as HTTP when they share a port.
    pub ws_addr: Option<SocketAddr>,
    task: JoinHandle<()>,
}

impl ServerHandle {
    /// Waits until the server has stopped after its shutdown signal.
    pub async fn stopped(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "RPC server failed");
        }
    }
}

/// Starts the server. It stops when `shutdown` completes; open requests get two seconds more.
///
/// # Errors
/// [`ServeError`]: an address cannot be used, with the flag that moves it.
pub async fn serve(
    config: ServerConfig,
    backend: Arc<dyn Backend>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<ServerHandle, ServeError> {
    let ServerConfig { http, ws, rpc } = config;
    let filters = Arc::new(Filters::new(&rpc));
    let connections = Arc::new(Semaphore::new(rpc.max_connections.max(1)));
    let dispatcher = Arc::new(Dispatcher::new(backend.clone(), rpc, filters.clone()));
    let (stop, stopping) = watch::channel(false);

    let ws_state = |config: &WsConfig| {
        Arc::new(ws::WsState {
            dispatcher: dispatcher.clone(),
            allowed: allowed(&config.api, "--ws.api"),
            origins: config.origins.clone(),
            stopping: stopping.clone(),
        })
    };
    let shares =
        |http: &HttpConfig, ws: &WsConfig| http.addr == ws.addr && http.port == ws.port && ws.port != 0;
    let shared = http.as_ref().zip(ws.as_ref()).is_some_and(|(http, ws)| shares(http, ws));

    let mut servers = JoinSet::new();
    let (mut http_addr, mut ws_addr) = (None, None);
    if let Some(config) = &http {
        let upgrade = ws.as_ref().filter(|_| shared).map(&ws_state);
        let prefixes = (prefix(&config.rpcprefix)?, ws.as_ref().map(|ws| prefix(&ws.rpcprefix)).transpose()?);
        let router = http::router(config, dispatcher.clone(), prefixes, upgrade)?;
        let listener =
            bind("HTTP", SocketAddr::new(config.addr, config.port), "--http.port, --http.addr").await?;
        http_addr = listener.local_addr().ok();
        ws_addr = http_addr.filter(|_| shared);
        servers.spawn(run(Bounded::new(listener, connections.clone()), router, stopping.clone()));
    }
    if let Some(config) = ws.as_ref().filter(|_| !shared) {
        let router = ws::router(&prefix(&config.rpcprefix)?, ws_state(config));
        let listener =
            bind("WebSocket", SocketAddr::new(config.addr, config.port), "--ws.port, --ws.addr").await?;
        ws_addr = listener.local_addr().ok();
        servers.spawn(run(Bounded::new(listener, connections.clone()), router, stopping.clone()));
    }
    servers.spawn(feed(backend, filters, stopping));
    if let Some(addr) = http_addr {
        tracing::info!(endpoint = %addr, "HTTP server started");
    }
    if let Some(addr) = ws_addr {
        tracing::info!(url = %format_args!("ws://{addr}"), "WebSocket enabled");
    }

    let task = tokio::spawn(async move {
        shutdown.await;
        let _ = stop.send(true);
        let all = async { while servers.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            servers.abort_all();
        }
        tracing::info!("RPC server stopped");
    });
    Ok(ServerHandle { http_addr, ws_addr, task })
}

async fn bind(what: &'static str, addr: SocketAddr, flag: &'static str) -> Result<TcpListener, ServeError> {
    TcpListener::bind(addr).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::PortInUse { what, addr, flag },
        _ => ServeError::Bind { what, addr, flag, source },
    })
}

async fn run(listener: Bounded, router: Router, stopping: watch::Receiver<bool>) {
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped(stopping)).await {
        tracing::error!(%error, "RPC listener failed");
    }
}

/// Completes when the server is to stop.
async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Feeds the polled filters.
async fn feed(backend: Arc<dyn Backend>, filters: Arc<Filters>, stopping: watch::Receiver<bool>) {
    use tokio::sync::broadcast::error::RecvError;
    let mut chain = backend.subscribe();
    let mut pool = backend.pool().subscribe();
    let mut stop = Box::pin(stopped(stopping));
    loop {
        tokio::select! {
            () = &mut stop => return,
            event = chain.recv() => match event {
                Ok(event) => filters.on_chain(&event),
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "Filters missed chain events"),
                Err(RecvError::Closed) => return,
            },
            transaction = pool.recv() => match transaction {
                Ok(transaction) => filters.on_transaction(&transaction),
                Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "Filters missed pool events"),
                Err(RecvError::Closed) => return,
            },
        }
    }
}

/// A path prefix as a route.
fn prefix(text: &str) -> Result<String, ServeError> {
    match text {
        "" | "/" => Ok("/".to_owned()),
        text if text.starts_with('/') && !text.contains(['{', '}', '*', ':']) => Ok(text.to_owned()),
        text => Err(ServeError::Prefix(text.to_owned())),
    }
}
