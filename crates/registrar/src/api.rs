use crate::{Domain, Index, Partial, Roster, Statement};
use autochain_primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

/// `GET /v1/registrar`: who answers, and what it is a part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its share's index.
    pub index: Index,
    /// Whose signatures it gives.
    pub signer: Address,
    /// Where they count.
    pub domain: Domain,
    /// All shares' public keys.
    pub roster: Roster,
}

/// `POST /v1/evaluate`, answered by a [`Partial`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluateRequest {
    /// The blinded element.
    pub blinded: B256,
}

/// `POST /v1/sign`, answered by [`Signed`]: the opening of a statement, and the statement.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignRequest {
    /// The VIN.
    pub vin: String,
    /// The owner's salt.
    pub salt: B256,
    /// The blind of the evaluations.
    pub blind: B256,
    /// t evaluations.
    pub partials: Vec<Partial>,
    /// What is to be signed.
    pub statement: Statement,
}

impl std::fmt::Debug for SignRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignRequest").field("statement", &self.statement).finish_non_exhaustive()
    }
}

/// A registrar's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Whose.
    pub signer: Address,
    /// 65 bytes.
    pub signature: Bytes,
}

/// Why a request was refused; the body of every answer that is not 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// For people.
    pub message: String,
    /// With [`RefusalCode::RateLimited`]: the seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// 401: no token, or one that this registrar does not know.
    Unauthorized,
    /// 429: too many requests with this token, or from all clients together.
    RateLimited,
    /// 400: not JSON of this form, or too long.
    Malformed,
    /// 422: not a VIN.
    InvalidVin,
    /// 422: the evaluations, the salt or the claims do not fit the VIN.
    NotProven,
    /// 422: the deadline has passed or is too far ahead.
    InvalidDeadline,
    /// 404: no such path or method.
    NotFound,
}
