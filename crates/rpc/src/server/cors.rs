use crate::ServeError;
use axum::http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// How long a browser may keep the answer to a preflight (geth).
const MAX_AGE: Duration = Duration::from_secs(600);

/// Answers browsers' preflights for these origins; `None` when there are none, and browsers are refused.
pub(super) fn layer(origins: &[String]) -> Result<Option<CorsLayer>, ServeError> {
    let origins: Vec<&str> =
        origins.iter().map(|origin| origin.trim()).filter(|origin| !origin.is_empty()).collect();
    if origins.is_empty() {
        return Ok(None);
    }
    let layer = CorsLayer::new()
        .allow_methods([Method::POST, Method::GET])
        .allow_headers(Any)
        .expose_headers([HeaderName::from_static("content-type")])
        .max_age(MAX_AGE);
    if origins.contains(&"*") {
        return Ok(Some(layer.allow_origin(AllowOrigin::any())));
    }
    let values = origins
        .iter()
        .map(|origin| HeaderValue::from_str(origin).map_err(|_| ServeError::Origin((*origin).to_owned())))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some(layer.allow_origin(AllowOrigin::list(values))))
}

/// Whether a browser on this origin may open a WebSocket. Without an origin the client is no browser.
pub(super) fn allows_websocket(origins: &[String], origin: Option<&str>, host: Option<&str>) -> bool {
    let Some(origin) = origin.filter(|origin| !origin.is_empty()) else { return true };
    let stripped = |text: &str| {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        text.split_once("://").map_or(text.clone(), |(_, rest)| rest.to_owned())
    };
    let name = |text: &str| text.rsplit_once(':').map_or(text.to_owned(), |(name, _)| name.to_owned());
    let wanted = stripped(origin);
    if origins.iter().all(|origin| origin.trim().is_empty()) {
        // As geth: pages of the same host.
        return host.is_some_and(|host| name(&stripped(host)) == name(&wanted));
    }
    origins.iter().any(|allowed| {
        let allowed = allowed.trim();
        let pattern = stripped(allowed);
        allowed == "*"
            || (allowed.contains("://") && allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
            || (!allowed.contains("://") && (pattern == wanted || pattern == name(&wanted)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn websocket_origins() {
        let ok = |list: &[&str], origin, host| {
            allows_websocket(&list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>(), origin, host)
        };
        assert!(ok(&[], None, None));
        assert!(ok(&[], Some("http://localhost:3000"), Some("localhost:8546")));
        assert!(!ok(&[], Some("http://evil.example"), Some("localhost:8546")));
        assert!(ok(&["*"], Some("http://evil.example"), None));
        assert!(ok(&["http://a.example"], Some("http://a.example"), None));
        assert!(!ok(&["http://a.example"], Some("https://a.example"), None));
        assert!(ok(&["a.example"], Some("https://a.example:99"), None));
        assert!(!ok(&["a.example"], Some("https://b.example"), None));
    }
}
