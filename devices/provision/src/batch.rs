//! A maker's word for a batch of devices, without a chain: what a maker publishes, and what an owner or a market
//! checks a device against. On the chain, `register` says who made a device.

use crate::attest;
use crate::error::Error;
use obd_core::provision::{Batch, BatchEntry, Protection};
use obd_core::{Address, Key, recover};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Checks the attestations in `files` and signs them all: JSON with the devices and the signature.
pub(crate) fn sign(secret: &[u8; 32], files: &[PathBuf]) -> Result<String, Error> {
    let mut devices = Vec::new();
    for file in files {
        let document = read(file)?;
        if attest::check(&document).is_none() {
            return Err(Error::file(file, "not an attestation of a device, or a changed one"));
        }
        devices.push(document);
    }
    let key = Key::from_bytes(secret)?;
    let signature = key.sign(&digest(&devices)?)?;
    let document = json!({
        "maker": key.address().to_string(),
        "devices": devices,
        "signature": const_hex::encode_prefixed(signature.to_bytes()),
    });
    Ok(format!("{document:#}"))
}

/// Checks a batch: each attestation, and the maker's signature over all.
pub(crate) fn verify(maker: Address, file: &Path) -> Result<String, Error> {
    let document = read(file)?;
    let devices = document.get("devices").and_then(Value::as_array).cloned().unwrap_or_default();
    let digest = digest(&devices)?;
    let signature = document.get("signature").and_then(Value::as_str);
    let signature = signature.and_then(|hex| const_hex::decode_to_array(hex).ok());
    if signature.and_then(|signature| recover(digest.as_bytes(), &signature)) != Some(maker) {
        return Err(Error::NotTheMaker(maker.to_string()));
    }
    Ok(format!("{} devices of {maker}", devices.len()))
}

fn digest(devices: &[Value]) -> Result<obd_core::Digest, Error> {
    let mut batch = Batch::new();
    let mut seen = Vec::new();
    for document in devices {
        let attestation = attest::check(document).ok_or(Error::Attestation)?;
        if seen.contains(&attestation.device) {
            return Err(Error::Twice(attestation.device.to_string()));
        }
        seen.push(attestation.device);
        batch.add(&BatchEntry {
            device: attestation.device,
            chip: attestation.chip,
            hardware: attestation.protection == Protection::Hardware,
        });
    }
    Ok(batch.digest())
}

pub(crate) fn read(file: &Path) -> Result<Value, Error> {
    let text = fs::read_to_string(file).map_err(|error| Error::file(file, error))?;
    serde_json::from_str(&text).map_err(|error| Error::file(file, error))
}
