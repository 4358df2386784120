use crate::{
    Blinded, ClientError, Domain, EvaluateRequest, Identity, Partial, Refusal, Roster, SignRequest, Signed,
    Statement, Vin,
};
use autochain_primitives::{Address, B256, Bytes, U256};
use rand_core::{OsRng, RngCore as _};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// How long a registrar may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest answer that is read.
const MAX_ANSWER: u64 = 256 * 1024;

/// One registrar's service, and the token to ask with.
#[derive(Clone)]
pub struct Endpoint {
    /// Such as `http://[::1]:8791`.
    pub url: String,
    /// The bearer token.
    pub token: String,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The registrars of a chain, as a client sees them. The roster is the client's own: what a registrar says of itself is
/// checked against it.
#[derive(Debug)]
pub struct Registrars {
    agent: ureq::Agent,
    roster: Roster,
    domain: Domain,
    endpoints: Vec<Endpoint>,
}

/// Everything for a call of `VehicleRegistry.register`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// What was signed.
    pub statement: Statement,
    /// t signatures in ascending order of their signers.
    pub signatures: Vec<Bytes>,
    /// The owner's salt, to be kept and handed over at sale.
    pub salt: B256,
}

impl Registrars {
    /// Registrars with this roster. Any of the endpoints may be down as long as t are up.
    pub fn new(roster: Roster, domain: Domain, endpoints: Vec<Endpoint>) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        Self { agent, roster, domain, endpoints }
    }

    /// The tag of a VIN, by t registrars, none of whom learns the VIN.
    ///
    /// # Errors
    /// [`ClientError::TooFewRegistrars`] with each one's reason.
    pub fn tag(&self, vin: &Vin) -> Result<B256, ClientError> {
        let (blinded, partials) = self.evaluate(vin)?;
        Ok(blinded.tag(&self.roster, &partials)?)
    }

    /// Asks t registrars to vouch for a car: `minter` becomes the first owner, by `deadline` (seconds since 1970) at
    /// the latest. The salt is fresh.
    ///
    /// # Errors
    /// As [`Registrars::tag`].
    pub fn register(
        &self,
        vin: &Vin,
        minter: Address,
        nonce: U256,
        deadline: u64,
    ) -> Result<Registration, ClientError> {
        let (blinded, partials) = self.evaluate(vin)?;
        let mut salt = B256::ZERO;
        OsRng.fill_bytes(salt.as_mut_slice());
        let tag = blinded.tag(&self.roster, &partials)?;
        let statement = Statement { tag, commitment: vin.commitment(&salt), minter, nonce, deadline };
        let vin = String::from_utf8_lossy(vin.as_bytes()).into_owned();
        let request = SignRequest { vin, salt, blind: blinded.blind(), partials, statement };
        let mut signed =
            self.ask_until_threshold(|endpoint| self.signature(endpoint, &request), |signed| signed.signer)?;
        signed.sort_unstable_by_key(|signed| signed.signer);
        let signatures = signed.into_iter().map(|signed| signed.signature).collect();
        Ok(Registration { statement, signatures, salt })
    }

    /// What a registrar says of itself.
    ///
    /// # Errors
    /// No answer.
    pub fn identity(&self, endpoint: &Endpoint) -> Result<Identity, ClientError> {
        let url = format!("{}/v1/registrar", endpoint.url);
        let answer = self.agent.get(&url).call().map_err(|error| transport(&url, error))?;
        understand(url, answer)
    }

    fn evaluate(&self, vin: &Vin) -> Result<(Blinded, Vec<Partial>), ClientError> {
        let blinded = Blinded::new(vin, &mut OsRng)?;
        let request = EvaluateRequest { blinded: blinded.element() };
        let partials = self.ask_until_threshold(
            |endpoint| {
                let partial: Partial = self.post(endpoint, "evaluate", &request)?;
                let checked = blinded.check(&self.roster, &partial);
                checked.map_err(|error| ClientError::Evaluation { url: endpoint.url.clone(), error })?;
                Ok(partial)
            },
            |partial| partial.index,
        )?;
        Ok((blinded, partials))
    }

    fn signature(&self, endpoint: &Endpoint, request: &SignRequest) -> Result<Signed, ClientError> {
        let signed: Signed = self.post(endpoint, "sign", request)?;
        if request.statement.signer(&self.domain, &signed.signature) != Some(signed.signer) {
            return Err(ClientError::Signature { url: endpoint.url.clone(), signer: signed.signer });
        }
        Ok(signed)
    }

    /// Asks one after the other until t different ones have answered.
    fn ask_until_threshold<T, K: PartialEq>(
        &self,
        ask: impl Fn(&Endpoint) -> Result<T, ClientError>,
        key: impl Fn(&T) -> K,
    ) -> Result<Vec<T>, ClientError> {
        let threshold = self.roster.threshold();
        let (mut answers, mut reasons) = (Vec::<T>::new(), Vec::new());
        for endpoint in &self.endpoints {
            match ask(endpoint) {
                Ok(answer) if answers.iter().any(|earlier| key(earlier) == key(&answer)) => {
                    reasons.push(format!("{}: the same registrar as another", endpoint.url));
                }
                Ok(answer) => answers.push(answer),
                Err(error) => reasons.push(error.to_string()),
            }
            if answers.len() == usize::from(threshold) {
                return Ok(answers);
            }
        }
        Err(ClientError::TooFewRegistrars { got: answers.len(), threshold, reasons })
    }

    fn post<T: DeserializeOwned>(
        &self,
        endpoint: &Endpoint,
        path: &str,
        request: &impl Serialize,
    ) -> Result<T, ClientError> {
        let url = format!("{}/v1/{path}", endpoint.url);
        let body = serde_json::to_vec(request).map_err(|error| transport(&url, error))?;
        let answer = self
            .agent
            .post(&url)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", endpoint.token))
            .send(&body[..])
            .map_err(|error| transport(&url, error))?;
        understand(url, answer)
    }
}

/// The answer's JSON, or the refusal of an answer that is not 200.
fn understand<T: DeserializeOwned>(
    url: String,
    mut answer: ureq::http::Response<ureq::Body>,
) -> Result<T, ClientError> {
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec();
    let body = body.map_err(|error| transport(&url, error))?;
    if status == 200 {
        return serde_json::from_slice(&body).map_err(|error| transport(&url, error));
    }
    match serde_json::from_slice::<Refusal>(&body) {
        Ok(refusal) => Err(ClientError::Refused { url, refusal }),
        Err(_) => Err(transport(&url, format!("status {status}"))),
    }
}

fn transport(url: &str, reason: impl ToString) -> ClientError {
    ClientError::Transport { url: url.to_owned(), reason: reason.to_string() }
}
