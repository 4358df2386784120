use crate::{
    Blinded, Client, Config, ConfigError, Domain, EvaluateRequest, Identity, Limit, Meter, Partial, Refusal,
    RefusalCode, Roster, Share, SignRequest, Signed, Vin,
};
use autochain_keystore::address_of;
use autochain_primitives::B256;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use secp256k1::SecretKey;
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// Longest body of a request: a signature request of 255 registrars fits.
const MAX_BODY: usize = 96 * 1024;

/// One registrar: its share, its signing key, and who may ask how often.
pub struct Registrar {
    share: Share,
    signer: SecretKey,
    identity: Identity,
    longest_deadline: u64,
    meters: Mutex<Meters>,
}

/// A meter for each client and one for all; as many as the settings name, so the memory is bounded.
struct Meters {
    all: Meter,
    clients: BTreeMap<B256, Meter>,
}

impl Registrar {
    /// A registrar by its settings.
    ///
    /// # Errors
    /// A file that cannot be used.
    pub fn open(config: &Config) -> Result<Self, ConfigError> {
        let (share, roster, signer) = config.secrets()?;
        Ok(Self::new(
            share,
            roster,
            signer,
            config.domain(),
            config.longest_deadline,
            config.limit,
            &config.clients,
        ))
    }

    /// A registrar from its parts; the share is one of the roster's.
    pub fn new(
        share: Share,
        roster: Roster,
        signer: SecretKey,
        domain: Domain,
        longest_deadline: u64,
        limit: Limit,
        clients: &[Client],
    ) -> Self {
        let identity = Identity { index: share.index(), signer: address_of(&signer), domain, roster };
        let clients = clients.iter().map(|client| (client.token_sha256, Meter::new(client.limit))).collect();
        let meters = Mutex::new(Meters { all: Meter::new(limit), clients });
        Self { share, signer, identity, longest_deadline, meters }
    }

    /// Who it is.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Evaluates a blinded VIN.
    ///
    /// # Errors
    /// [`RefusalCode::Malformed`] when it is no element.
    pub fn evaluate(&self, request: &EvaluateRequest) -> Result<Partial, Refusal> {
        self.share.evaluate(&request.blinded).map_err(|error| Refusal::new(RefusalCode::Malformed, error))
    }

    /// Signs a statement after recomputing its tag and its commitment from the opening.
    ///
    /// # Errors
    /// [`RefusalCode::InvalidVin`], [`RefusalCode::NotProven`], [`RefusalCode::InvalidDeadline`]. `now` is in seconds
    /// since 1970.
    pub fn sign(&self, request: &SignRequest, now: u64) -> Result<Signed, Refusal> {
        let Identity { signer, domain, roster, .. } = &self.identity;
        let statement = &request.statement;
        let latest = now.saturating_add(self.longest_deadline);
        if statement.deadline < now || statement.deadline > latest {
            let message = format!("the deadline {} is not from {now} to {latest}", statement.deadline);
            return Err(Refusal::new(RefusalCode::InvalidDeadline, message));
        }
        let vin: Vin = request.vin.parse().map_err(|error| Refusal::new(RefusalCode::InvalidVin, error))?;
        let not_proven = |error| Refusal::new(RefusalCode::NotProven, error);
        let blinded = Blinded::with_blind(&vin, &request.blind).map_err(not_proven)?;
        let expected = blinded.tag(roster, &request.partials).map_err(not_proven)?;
        if statement.tag != expected {
            return Err(not_proven(crate::TagError::OtherTag { got: statement.tag, expected }));
        }
        let expected = vin.commitment(&request.salt);
        if statement.commitment != expected {
            return Err(not_proven(crate::TagError::OtherCommitment { got: statement.commitment, expected }));
        }
        Ok(Signed { signer: *signer, signature: statement.sign(domain, &self.signer) })
    }

    /// Counts a request against its token's limit and the limit of all.
    fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let token =
            headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        let unknown =
            || Refusal::new(RefusalCode::Unauthorized, "a bearer token of this registrar is needed");
        let token = B256::from_slice(&Sha256::digest(token.ok_or_else(unknown)?));
        let now = Instant::now();
        let mut meters = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let Meters { all, clients } = &mut *meters;
        let client = clients.get_mut(&token).ok_or_else(unknown)?;
        client.take(now).and_then(|()| all.take(now)).map_err(|wait| {
            let wait = wait.as_secs().saturating_add(1);
            let message = format!("too many requests; try again in {wait} s");
            Refusal { retry_after: Some(wait), ..Refusal::new(RefusalCode::RateLimited, message) }
        })
    }
}

impl std::fmt::Debug for Registrar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registrar").field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// The HTTP interface: `GET /v1/registrar`, and for clients with a token `POST /v1/evaluate` and `POST /v1/sign`.
///
/// It speaks plain HTTP; on a network it stands behind something that ends TLS, since tokens and, in `sign`, VINs go
/// over the wire.
pub fn router(registrar: Arc<Registrar>) -> Router {
    let limited = Router::new()
        .route("/v1/evaluate", post(evaluate))
        .route("/v1/sign", post(sign))
        .route_layer(middleware::from_fn_with_state(registrar.clone(), admit));
    Router::new()
        .route("/v1/registrar", get(identity))
        .merge(limited)
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(registrar)
}

async fn admit(State(registrar): State<Arc<Registrar>>, request: Request, next: Next) -> Response {
    match registrar.admit(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn identity(State(registrar): State<Arc<Registrar>>) -> Json<Identity> {
    Json(registrar.identity.clone())
}

async fn evaluate(State(registrar): State<Arc<Registrar>>, body: Bytes) -> Result<Json<Partial>, Refusal> {
    registrar.evaluate(&parse(&body)?).map(Json)
}

async fn sign(State(registrar): State<Arc<Registrar>>, body: Bytes) -> Result<Json<Signed>, Refusal> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default();
    registrar.sign(&parse(&body)?, now).map(Json)
}

async fn not_found() -> Refusal {
    let paths = "GET /v1/registrar, POST /v1/evaluate, POST /v1/sign";
    Refusal::new(RefusalCode::NotFound, format!("there is {paths}"))
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // serde's own message could repeat a part of the body, and so of a VIN.
    let place = |error: serde_json::Error| {
        format!("not the expected JSON at line {}, column {}", error.line(), error.column())
    };
    serde_json::from_slice(body).map_err(|error| Refusal::new(RefusalCode::Malformed, place(error)))
}

impl Refusal {
    fn new(code: RefusalCode, message: impl ToString) -> Self {
        Self { code, message: message.to_string(), retry_after: None }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self.code {
            RefusalCode::Unauthorized => StatusCode::UNAUTHORIZED,
            RefusalCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            RefusalCode::Malformed => StatusCode::BAD_REQUEST,
            RefusalCode::InvalidVin | RefusalCode::NotProven | RefusalCode::InvalidDeadline => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            RefusalCode::NotFound => StatusCode::NOT_FOUND,
        };
        let retry_after = self.retry_after.map(HeaderValue::from);
        let mut response = (status, Json(self)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
