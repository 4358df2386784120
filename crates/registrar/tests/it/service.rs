//! Three registrars on loopback and their client.

use crate::support::ceremony;
use autochain_primitives::{Address, B256, U256, hex};
use autochain_registrar::{
    Blinded, Client, ClientError, Config, Domain, Endpoint, Limit, RefusalCode, Registrar, Registrars,
    Roster, Share, SignRequest, Statement, Vin, router, write_secret,
};
use rand_core::OsRng;
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

const DOMAIN: Domain = Domain { chain_id: 1337, registry: Address::repeat_byte(2) };
const TOKEN: &str = "a token";
const PLENTY: Limit = Limit { burst: 1000, per_hour: 1000 };

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn registrar(share: Share, roster: &Roster, limit: Limit) -> Registrar {
    let signer = secp256k1::SecretKey::from_byte_array([share.index().get(); 32]).unwrap();
    let client =
        Client { name: "test".into(), token_sha256: B256::from_slice(&Sha256::digest(TOKEN)), limit };
    Registrar::new(share, roster.clone(), signer, DOMAIN, 3600, PLENTY, &[client])
}

/// Serves on a free port of loopback until the test's process ends.
fn serve(registrar: Registrar) -> Endpoint {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router(Arc::new(registrar))).await.unwrap();
        });
    });
    Endpoint { url, token: TOKEN.into() }
}

fn services(limit: Limit) -> (Vec<Share>, Roster, Vec<Endpoint>) {
    let (shares, roster) = ceremony(2, 3);
    let endpoints = shares.iter().map(|share| serve(registrar(share.clone(), &roster, limit))).collect();
    (shares, roster, endpoints)
}

fn vin() -> Vin {
    "WVWZZZ1JZXW000001".parse().unwrap()
}

#[test]
fn two_of_three_registrars_vouch_for_a_car() {
    let (_, roster, mut endpoints) = services(PLENTY);
    let all = Registrars::new(roster.clone(), DOMAIN, endpoints.clone());
    let registration = all.register(&vin(), Address::repeat_byte(9), U256::from(4), now() + 600).unwrap();
    let statement = registration.statement;
    assert_eq!(statement.tag, all.tag(&vin()).unwrap());
    assert_eq!(statement.commitment, vin().commitment(&registration.salt));
    let signers: Vec<_> = registration
        .signatures
        .iter()
        .map(|signature| statement.signer(&DOMAIN, signature).unwrap())
        .collect();
    let known: Vec<_> = endpoints.iter().map(|endpoint| all.identity(endpoint).unwrap().signer).collect();
    assert!(signers.len() == 2 && signers[0] < signers[1], "{signers:?}");
    assert!(signers.iter().all(|signer| known.contains(signer)));

    // One is down: nothing changes. Two are down: the error says why.
    endpoints[0].url = "http://127.0.0.1:1".into();
    assert_eq!(
        Registrars::new(roster.clone(), DOMAIN, endpoints.clone()).tag(&vin()).unwrap(),
        statement.tag
    );
    endpoints[2].token = "another token".into();
    let error = Registrars::new(roster, DOMAIN, endpoints).tag(&vin()).unwrap_err();
    let ClientError::TooFewRegistrars { got: 1, threshold: 2, reasons } = error else { panic!("{error}") };
    assert!(reasons.len() == 2 && reasons[1].contains("bearer token"), "{reasons:?}");
}

#[test]
fn a_client_has_no_more_evaluations_than_its_limit() {
    let (_, roster, endpoints) = services(Limit { burst: 3, per_hour: 1 });
    let client = Registrars::new(roster, DOMAIN, endpoints);
    for _ in 0..3 {
        client.tag(&vin()).unwrap();
    }
    // Two registrars have had enough; the third has not, but alone it is too few.
    let error = client.tag(&vin()).unwrap_err().to_string();
    assert!(error.contains("too many requests"), "{error}");
}

/// A statement with its opening, as an honest client asks.
fn request(shares: &[Share], roster: &Roster) -> SignRequest {
    let blinded = Blinded::new(&vin(), &mut OsRng).unwrap();
    let partials: Vec<_> =
        shares[1..].iter().map(|share| share.evaluate(&blinded.element()).unwrap()).collect();
    let tag = blinded.tag(roster, &partials).unwrap();
    let salt = B256::repeat_byte(5);
    let statement = Statement {
        tag,
        commitment: vin().commitment(&salt),
        minter: Address::repeat_byte(9),
        nonce: U256::ZERO,
        deadline: 1600,
    };
    let vin = String::from_utf8_lossy(vin().as_bytes()).into_owned();
    SignRequest { vin, salt, blind: blinded.blind(), partials, statement }
}

#[test]
fn nothing_is_signed_that_was_not_proven() {
    let (shares, roster) = ceremony(2, 3);
    let registrar = registrar(shares[0].clone(), &roster, PLENTY);
    let honest = request(&shares, &roster);
    let signed = registrar.sign(&honest, 1000).unwrap();
    assert_eq!(honest.statement.signer(&DOMAIN, &signed.signature), Some(registrar.identity().signer));
    // The signature is for one chain and one registry.
    for other in [Domain { chain_id: 1, ..DOMAIN }, Domain { registry: Address::ZERO, ..DOMAIN }] {
        assert_ne!(honest.statement.signer(&other, &signed.signature), Some(signed.signer));
    }

    let refused = |change: &dyn Fn(&mut SignRequest)| {
        let mut request = honest.clone();
        change(&mut request);
        registrar.sign(&request, 1000).map(|_| ()).unwrap_err().code
    };
    // A tag out of thin air, another car's salt, VIN or blind, and too few evaluations.
    assert_eq!(refused(&|r| r.statement.tag = B256::repeat_byte(1)), RefusalCode::NotProven);
    assert_eq!(refused(&|r| r.statement.commitment = B256::ZERO), RefusalCode::NotProven);
    assert_eq!(refused(&|r| r.salt = B256::ZERO), RefusalCode::NotProven);
    assert_eq!(refused(&|r| r.vin = "WVWZZZ1JZXW000002".into()), RefusalCode::NotProven);
    assert_eq!(refused(&|r| r.blind = B256::ZERO), RefusalCode::NotProven);
    assert_eq!(refused(&|r| r.blind = B256::with_last_byte(1)), RefusalCode::NotProven);
    assert_eq!(refused(&|r| r.partials.truncate(1)), RefusalCode::NotProven);
    assert_eq!(refused(&|r| r.partials[1] = r.partials[0]), RefusalCode::NotProven);
    assert_eq!(refused(&|r| r.vin = "not a VIN".into()), RefusalCode::InvalidVin);
    assert_eq!(refused(&|r| r.statement.deadline = 999), RefusalCode::InvalidDeadline);
    assert_eq!(refused(&|r| r.statement.deadline = 4601), RefusalCode::InvalidDeadline);
}

#[test]
fn every_answer_to_a_bad_request_is_a_typed_refusal() {
    let (_, _, endpoints) = services(PLENTY);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let ask = |path: &str, token: &str, body: &[u8]| {
        let url = format!("{}{path}", endpoints[0].url);
        let request = agent.post(&url).header("authorization", format!("Bearer {token}"));
        let mut answer = request.send(body).unwrap();
        let refusal: serde_json::Value =
            serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        (answer.status().as_u16(), refusal["code"].as_str().unwrap().to_owned())
    };
    let is = |answer: (u16, String), status, code: &str| assert_eq!(answer, (status, code.to_owned()));
    is(ask("/v1/evaluate", "wrong", b"{}"), 401, "unauthorized");
    is(ask("/v1/evaluate", TOKEN, b"{}"), 400, "malformed");
    is(ask("/v1/evaluate", TOKEN, &[0xff; 100]), 400, "malformed");
    let zero = format!(r#"{{"blinded":"{}"}}"#, B256::ZERO);
    is(ask("/v1/evaluate", TOKEN, zero.as_bytes()), 400, "malformed");
    is(ask("/v1/sign", TOKEN, br#"{"vin":"WVWZZZ1JZXW000001"}"#), 400, "malformed");
    is(ask("/v1/other", TOKEN, b""), 404, "not_found");
}

#[test]
fn settings_are_read_and_a_foreign_share_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (shares, roster) = ceremony(2, 3);
    write_secret(&at("share.json"), &shares[0].to_json()).unwrap();
    assert!(write_secret(&at("share.json"), "again").is_err(), "a secret is never overwritten");
    fs::write(at("roster.json"), serde_json::to_string(&roster).unwrap()).unwrap();
    fs::write(at("signer.key"), hex::encode_prefixed([7; 32])).unwrap();
    let text = format!(
        "listen = \"[::1]:0\"\nchain_id = 1337\nregistry = \"{}\"\nshare = \"share.json\"\nroster = \"roster.json\"\n\
         signer_key = \"signer.key\"\nlongest_deadline = 3600\nlimit = {{ burst = 100, per_hour = 1000 }}\n\
         [[clients]]\nname = \"dealer\"\ntoken_sha256 = \"{}\"\nlimit = {{ burst = 20, per_hour = 60 }}\n",
        DOMAIN.registry,
        B256::from_slice(&Sha256::digest(TOKEN)),
    );
    fs::write(at("registrar.toml"), text).unwrap();
    let config = Config::read(&at("registrar.toml")).unwrap();
    assert_eq!(Registrar::open(&config).unwrap().identity().roster, roster);

    let (_, other) = ceremony(2, 3);
    fs::write(at("roster.json"), serde_json::to_string(&other).unwrap()).unwrap();
    let error = Registrar::open(&config).unwrap_err().to_string();
    assert!(error.contains("not the share of this roster"), "{error}");
}
