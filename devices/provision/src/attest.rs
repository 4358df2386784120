use crate::device::{Device, field};
use crate::error::Error;
use crate::settings;
use obd_core::Curve;
use obd_core::provision::{Attestation, Protection};
use serde_json::{Value, json};
use std::path::Path;

/// Gives a device its key on `curve` and its settings, as far as it lacks them, and returns its attestation.
pub(crate) fn init(device: &mut Device, curve: Curve, file: &Path) -> Result<String, Error> {
    let settings = settings::read(file)?;
    let mut hello = device.hello()?;
    if hello.state() == "new" {
        device.ask(&format!("key {}", curve.name()))?;
        hello = device.hello()?;
    }
    // Firmware that knows one curve makes its key whatever is asked for.
    if hello.curve() != curve.name() {
        return Err(Error::OtherCurve { has: hello.curve().to_owned(), wanted: curve.name() });
    }
    if hello.state() == "keyed" {
        device.ask(&format!("settings {}", const_hex::encode_prefixed(settings.to_bytes())))?;
    }
    attest(device)
}

/// Asks a device what it is and checks what it says: JSON with the address, the attestation and the challenge,
/// from which anyone can check it again.
pub(crate) fn attest(device: &mut Device) -> Result<String, Error> {
    let mut challenge = [0; 32];
    getrandom::fill(&mut challenge).map_err(Error::Random)?;
    let answer = device.ask(&format!("attest {}", const_hex::encode_prefixed(challenge)))?;
    let signed = const_hex::decode(field(&answer, "attestation")?).map_err(|_| Error::Attestation)?;
    let attestation = Attestation::open(&signed, &challenge).ok_or(Error::Attestation)?;
    let document = document(&attestation, &signed);
    Ok(format!("{document:#}"))
}

fn document(attestation: &Attestation, signed: &[u8]) -> Value {
    let protection = match attestation.protection {
        Protection::Hardware => "key sealed under the chip's eFuses",
        Protection::None => "key not hardware-protected",
    };
    json!({
        "address": attestation.device.to_string(),
        "curve": Attestation::signature(signed).map(|signature| signature.curve().name()),
        "board": attestation.board.name(),
        "chip": const_hex::encode(attestation.chip),
        "firmware": attestation.firmware,
        "protection": protection,
        "challenge": const_hex::encode_prefixed(attestation.challenge),
        "attestation": const_hex::encode_prefixed(signed),
    })
}

/// Checks a document that [`attest`] made.
pub(crate) fn check(document: &Value) -> Option<Attestation> {
    let bytes = |name: &str| document.get(name).and_then(Value::as_str);
    let challenge = const_hex::decode_to_array(bytes("challenge")?).ok()?;
    let signed = const_hex::decode(bytes("attestation")?).ok()?;
    Attestation::open(&signed, &challenge)
}
