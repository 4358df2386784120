use super::{
    cors, vhost,
    ws::{self, WsState},
};
use crate::{
    HttpConfig, ServeError,
    dispatch::{Allowed, Dispatcher, REQUEST_TIMEOUT},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::any,
};
use std::sync::Arc;

/// Longest request, in bytes (geth).
pub(super) const MAX_REQUEST: usize = 5 * 1024 * 1024;

struct HttpState {
    dispatcher: Arc<Dispatcher>,
    allowed: Allowed,
    upgrade: Option<Arc<WsState>>,
    /// HTTP's path and WebSocket's.
    prefixes: (String, Option<String>),
}

/// The HTTP endpoint, with WebSocket on the same port if `upgrade` is given.
pub(super) fn router(
    config: &HttpConfig,
    dispatcher: Arc<Dispatcher>,
    prefixes: (String, Option<String>),
    upgrade: Option<Arc<WsState>>,
) -> Result<Router, ServeError> {
    let allowed = crate::dispatch::allowed(&config.api, "--http.api");
    let state = Arc::new(HttpState { dispatcher, allowed, upgrade, prefixes });
    let mut router = Router::new().fallback(any(handle)).with_state(state);
    if let Some(cors) = cors::layer(&config.corsdomain)? {
        router = router.layer(cors);
    }
    let vhosts = Arc::new(config.vhosts.clone());
    Ok(router.layer(middleware::from_fn_with_state(vhosts, check_host)))
}

async fn check_host(State(vhosts): State<Arc<Vec<String>>>, request: Request, next: Next) -> Response {
    let named = host(&request).map(str::to_owned);
    if vhost::allows(&vhosts, named.as_deref()) {
        return next.run(request).await;
    }
    tracing::debug!(host = named, "Request for an unknown virtual host");
    let body = format!(
        "invalid host specified: {:?} is not in --http.vhosts (allow it with --http.vhosts {}, or all with --http.vhosts '*')\n",
        named.as_deref().unwrap_or_default(),
        named.as_deref().map(host_name).unwrap_or_default(),
    );
    (StatusCode::FORBIDDEN, body).into_response()
}

fn host_name(host: &str) -> &str {
    host.split(':').next().unwrap_or(host)
}

fn host(request: &Request) -> Option<&str> {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| request.uri().authority().map(|authority| authority.as_str()))
}

async fn handle(State(state): State<Arc<HttpState>>, request: Request) -> Response {
    let path = request.uri().path();
    let (http, ws) = &state.prefixes;
    if let Some(upgrade) = state.upgrade.as_ref().filter(|_| is_upgrade(request.headers())) {
        return if ws.as_ref().is_some_and(|prefix| under(path, prefix)) {
            ws::upgrade(upgrade.clone(), request).await
        } else {
            StatusCode::NOT_FOUND.into_response()
        };
    }
    if path == "/health" && request.method() == Method::GET {
        return (StatusCode::OK, "{\"status\":\"ok\"}\n").into_response();
    }
    if !under(path, http) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match *request.method() {
        Method::POST => post(&state, request).await,
        // Health checks of load balancers.
        Method::GET | Method::HEAD if request.uri().query().is_none() => StatusCode::OK.into_response(),
        // Without --http.corsdomain a preflight gets no permission.
        Method::OPTIONS => StatusCode::OK.into_response(),
        _ => (StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n").into_response(),
    }
}

/// geth serves every path without a prefix, and only the prefix and below it with one.
fn under(path: &str, prefix: &str) -> bool {
    prefix == "/" || path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_upgrade(headers: &HeaderMap) -> bool {
    let contains = |name, token: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.to_ascii_lowercase().contains(token))
    };
    contains(header::UPGRADE, "websocket") && contains(header::CONNECTION, "upgrade")
}

async fn post(state: &HttpState, request: Request) -> Response {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(is_json) {
        let body = "invalid content type, only application/json is supported\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, body).into_response();
    }
    let too_large = |length: u64| {
        let body = format!("content length too large ({length}>{MAX_REQUEST})\n");
        (StatusCode::PAYLOAD_TOO_LARGE, body).into_response()
    };
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if let Some(length) = length.filter(|length: &u64| *length > MAX_REQUEST as u64) {
        return too_large(length);
    }
    let expected = length.map_or(MAX_REQUEST, |length| length as usize);
    let Some(_reserved) = state.dispatcher.reserve(expected) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many requests\n").into_response();
    };
    let body = match tokio::time::timeout(REQUEST_TIMEOUT, to_bytes(request.into_body(), MAX_REQUEST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return too_large(MAX_REQUEST as u64 + 1),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let answer = match std::str::from_utf8(&body) {
        Ok(text) => state.dispatcher.answer(text, &state.allowed).await,
        Err(_) => state.dispatcher.answer("", &state.allowed).await,
    };
    match answer {
        Some(answer) => ([(header::CONTENT_TYPE, "application/json")], Body::from(answer)).into_response(),
        None => StatusCode::OK.into_response(),
    }
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "application/json" | "application/json-rpc" | "application/jsonrequest")
}
