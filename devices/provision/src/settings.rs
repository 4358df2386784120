use crate::error::Error;
use obd_core::provision::{Endpoint, MAX_ENDPOINTS, Settings, Text};
use obd_core::{Address, Policy};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Reads the settings of a fleet from JSON; the certificate's path is relative to the file.
///
/// ```json
/// {"chainId": 4281667, "genesis": "0x…", "registry": "0x…",
///  "maxGas": 300000, "maxFeePerGas": "500000000000", "maxPriorityFeePerGas": "50000000000",
///  "dailyCap": "1000000000000000000",
///  "network": "garage", "passphrase": "…",
///  "endpoints": [{"host": "node.example", "port": 8545}],
///  "relay": {"host": "relay.example", "port": 8645}, "relayed": true,
///  "issuer": "issuer.der", "releaseKeys": ["0x…"]}
/// ```
///
/// Fees and the cap are in wei. `relay`, `relayed` and `releaseKeys` may be left out.
pub(crate) fn read(file: &Path) -> Result<Settings, Error> {
    let text = fs::read_to_string(file).map_err(|error| Error::file(file, error))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| Error::file(file, error))?;
    let fields = Fields { file, value: &value };
    let issuer = file.with_file_name(fields.text("issuer")?);
    let issuer = fs::read(&issuer).map_err(|error| Error::file(issuer, error))?;
    let settings = Settings {
        policy: Policy {
            chain_id: fields.number("chainId")?,
            registry: Address(fields.bytes("registry")?),
            max_gas: fields.number("maxGas")?,
            max_fee_per_gas: fields.wei("maxFeePerGas")?,
            max_priority_fee_per_gas: fields.wei("maxPriorityFeePerGas")?,
        },
        daily_cap: fields.wei("dailyCap")?,
        genesis: fields.bytes("genesis")?,
        network: fields.fit("network", fields.text("network")?.as_bytes())?,
        passphrase: fields.fit("passphrase", fields.text("passphrase")?.as_bytes())?,
        endpoints: fields.endpoints()?,
        relay: value.get("relay").map(|relay| fields.endpoint(relay)).transpose()?,
        relayed: value.get("relayed").is_some_and(|relayed| *relayed == Value::Bool(true)),
        release_keys: fields.release_keys()?,
        issuer: fields.fit("issuer", &issuer)?,
    };
    // As the device will check it.
    Ok(Settings::from_bytes(&settings.to_bytes())?)
}

struct Fields<'a> {
    file: &'a Path,
    value: &'a Value,
}

impl Fields<'_> {
    fn wrong(&self, name: &str, reason: &str) -> Error {
        Error::file(self.file, format!("{name} {reason}"))
    }

    fn text(&self, name: &str) -> Result<&str, Error> {
        self.value.get(name).and_then(Value::as_str).ok_or_else(|| self.wrong(name, "is not a string"))
    }

    fn number(&self, name: &str) -> Result<u64, Error> {
        self.value.get(name).and_then(Value::as_u64).ok_or_else(|| self.wrong(name, "is not a whole number"))
    }

    fn wei(&self, name: &str) -> Result<u128, Error> {
        self.text(name)?.parse().map_err(|_| self.wrong(name, "is not a number of wei in a string"))
    }

    fn bytes<const N: usize>(&self, name: &str) -> Result<[u8; N], Error> {
        const_hex::decode_to_array(self.text(name)?)
            .map_err(|_| self.wrong(name, &format!("is not {N} bytes in hex")))
    }

    fn fit<const N: usize>(&self, name: &str, bytes: &[u8]) -> Result<Text<N>, Error> {
        Text::new(bytes).ok_or_else(|| self.wrong(name, &format!("is longer than {N} bytes")))
    }

    fn endpoints(&self) -> Result<[Option<Endpoint>; MAX_ENDPOINTS], Error> {
        let list = self.value.get("endpoints").and_then(Value::as_array);
        let list = list.ok_or_else(|| self.wrong("endpoints", "is not a list"))?;
        if list.len() > MAX_ENDPOINTS {
            return Err(self.wrong("endpoints", &format!("has more than {MAX_ENDPOINTS} entries")));
        }
        let mut endpoints = [const { None }; MAX_ENDPOINTS];
        for (place, value) in endpoints.iter_mut().zip(list) {
            *place = Some(self.endpoint(value)?);
        }
        Ok(endpoints)
    }

    fn endpoint(&self, value: &Value) -> Result<Endpoint, Error> {
        let fields = Fields { file: self.file, value };
        let port = u16::try_from(fields.number("port")?).map_err(|_| self.wrong("port", "is above 65535"))?;
        Ok(Endpoint { host: fields.fit("host", fields.text("host")?.as_bytes())?, port })
    }

    fn release_keys(&self) -> Result<[Address; 3], Error> {
        let mut keys = [Address([0; 20]); 3];
        let Some(list) = self.value.get("releaseKeys") else { return Ok(keys) };
        let list = list.as_array().filter(|list| list.len() <= keys.len());
        let list = list.ok_or_else(|| self.wrong("releaseKeys", "is not a list of at most 3 accounts"))?;
        for (place, value) in keys.iter_mut().zip(list) {
            let bytes = value.as_str().and_then(|hex| const_hex::decode_to_array(hex).ok());
            *place = Address(
                bytes.ok_or_else(|| self.wrong("releaseKeys", "holds something that is no account"))?,
            );
        }
        Ok(keys)
    }
}
