use crate::bytes::{Pack, Unpack};
use crate::{Address, Hash, Policy, keccak256};
use thiserror::Error;

/// The length of stored settings.
pub const SETTINGS_LEN: usize = 2048;

/// How many nodes or relays a device knows.
pub const MAX_ENDPOINTS: usize = 3;

/// The longest certificate of an issuer, in DER.
const MAX_ISSUER: usize = 1_200;

const VERSION: u8 = 1;
const KEYS: usize = 3;

/// What a device is told once, by cable: whom it believes, what it may spend, how it reaches the net.
///
/// Nothing here is ever asked of a node. Stored with a version in front and a keccak-256 checksum behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What the device agrees to sign.
    pub policy: Policy,
    /// The most that transactions may cost in one day, in wei.
    pub daily_cap: u128,
    /// The hash of the chain's first block.
    pub genesis: Hash,
    /// The access point's name, at most 32 bytes.
    pub network: Text<32>,
    /// Its passphrase, at most 64 bytes; empty for an open network.
    pub passphrase: Text<64>,
    /// Nodes, in the order in which they are tried; the first must be there.
    pub endpoints: [Option<Endpoint>; MAX_ENDPOINTS],
    /// Where the encrypted records go; without one they stay on the device.
    pub relay: Option<Endpoint>,
    /// Whether the relay carries the signed readings too, and pays for them: the device needs no coin then.
    pub relayed: bool,
    /// The accounts that sign firmware; zero addresses sign nothing.
    pub release_keys: [Address; KEYS],
    /// The certificate (X.509, DER) whose key signs the endpoints' certificates.
    pub issuer: Text<MAX_ISSUER>,
}

/// A host and its TLS port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// A DNS name, as it stands in the certificate.
    pub host: Text<64>,
    /// The TCP port.
    pub port: u16,
}

impl Settings {
    /// As they are sent and stored.
    pub fn to_bytes(&self) -> [u8; SETTINGS_LEN] {
        let policy = &self.policy;
        let mut pack = Pack::<{ SETTINGS_LEN - 32 }>::new()
            .put(&[VERSION])
            .put(&policy.chain_id.to_be_bytes())
            .put(&policy.registry.0)
            .put(&policy.max_gas.to_be_bytes())
            .put(&policy.max_fee_per_gas.to_be_bytes())
            .put(&policy.max_priority_fee_per_gas.to_be_bytes())
            .put(&self.daily_cap.to_be_bytes())
            .put(&self.genesis);
        pack = self.passphrase.put(self.network.put(pack));
        for endpoint in self.endpoints.iter().chain([&self.relay]) {
            let none = Endpoint { host: Text::EMPTY, port: 0 };
            let endpoint = endpoint.as_ref().unwrap_or(&none);
            pack = endpoint.host.put(pack).put(&endpoint.port.to_be_bytes());
        }
        pack = pack.put(&[u8::from(self.relayed)]);
        for key in &self.release_keys {
            pack = pack.put(&key.0);
        }
        let content = self.issuer.put(pack).finish();
        Pack::new().put(&content).put(&keccak256(&content)).finish()
    }

    /// Checks and reads them.
    pub fn from_bytes(bytes: &[u8; SETTINGS_LEN]) -> Result<Self, SettingsError> {
        let (content, checksum) = bytes.split_last_chunk::<32>().ok_or(SettingsError::Damaged)?;
        if keccak256(content) != *checksum {
            return Err(SettingsError::Damaged);
        }
        let mut fields = Unpack::new(content);
        let version = fields.byte();
        if version != VERSION {
            return Err(SettingsError::Version { got: version });
        }
        let policy = Policy {
            chain_id: u64::from_be_bytes(fields.take()),
            registry: Address(fields.take()),
            max_gas: u64::from_be_bytes(fields.take()),
            max_fee_per_gas: u128::from_be_bytes(fields.take()),
            max_priority_fee_per_gas: u128::from_be_bytes(fields.take()),
        };
        let daily_cap = u128::from_be_bytes(fields.take());
        let genesis = fields.take();
        let (network, passphrase) = (Text::take(&mut fields)?, Text::take(&mut fields)?);
        let mut endpoints = [const { None }; MAX_ENDPOINTS];
        let mut relay = None;
        for endpoint in endpoints.iter_mut().chain([&mut relay]) {
            let (host, port) = (Text::take(&mut fields)?, u16::from_be_bytes(fields.take()));
            *endpoint = (!host.is_empty()).then_some(Endpoint { host, port });
        }
        let relayed = fields.byte() != 0;
        let release_keys = core::array::from_fn(|_| Address(fields.take()));
        let issuer = Text::take(&mut fields)?;
        let settings = Self {
            policy,
            daily_cap,
            genesis,
            network,
            passphrase,
            endpoints,
            relay,
            relayed,
            release_keys,
            issuer,
        };
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), SettingsError> {
        let missing = |name| Err(SettingsError::Missing { name });
        if self.policy.chain_id == 0 {
            return missing("chain id");
        }
        if self.policy.registry == Address([0; 20]) {
            return missing("registry");
        }
        if self.genesis == [0; 32] {
            return missing("genesis hash");
        }
        if self.network.is_empty() {
            return missing("network");
        }
        if self.endpoints.first().is_none_or(Option::is_none) {
            return missing("first endpoint");
        }
        if self.relayed && self.relay.is_none() {
            return missing("relay that is to carry readings");
        }
        if self.issuer.is_empty() {
            return missing("issuer's certificate");
        }
        Ok(())
    }
}

/// At most `N` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    length: u16,
}

impl<const N: usize> Text<N> {
    /// No bytes.
    pub const EMPTY: Self = Self { bytes: [0; N], length: 0 };

    /// None when it is too long.
    pub fn new(from: &[u8]) -> Option<Self> {
        let mut text = Self::EMPTY;
        text.bytes.get_mut(..from.len())?.copy_from_slice(from);
        text.length = u16::try_from(from.len()).ok()?;
        Some(text)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The bytes, if they are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(self.as_bytes()).ok()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn put<const M: usize>(&self, pack: Pack<M>) -> Pack<M> {
        pack.put(&self.length.to_be_bytes()).put(&self.bytes)
    }

    fn take(fields: &mut Unpack<'_>) -> Result<Self, SettingsError> {
        let length = u16::from_be_bytes(fields.take());
        let bytes = fields.take();
        let text = Self { bytes, length };
        let padding = bytes.get(usize::from(length)..).ok_or(SettingsError::Damaged)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(SettingsError::Damaged);
        }
        Ok(text)
    }
}

/// Settings that a device does not work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// The checksum or a length is wrong.
    #[error("the settings are damaged; provision the device again")]
    Damaged,
    /// Written for another firmware.
    #[error("settings of version {got} are not known to this firmware; provision the device again")]
    Version {
        /// The version in front.
        got: u8,
    },
    /// Something must be there.
    #[error("the settings lack the {name}")]
    Missing {
        /// What.
        name: &'static str,
    },
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn example() -> Settings {
        let endpoint = |host: &str| Some(Endpoint { host: Text::new(host.as_bytes()).unwrap(), port: 8545 });
        Settings {
            policy: Policy {
                chain_id: 4_281_667,
                registry: Address([2; 20]),
                max_gas: 300_000,
                max_fee_per_gas: 500_000_000_000,
                max_priority_fee_per_gas: 50_000_000_000,
            },
            daily_cap: 10_u128.pow(18),
            genesis: [3; 32],
            network: Text::new(b"garage").unwrap(),
            passphrase: Text::new(b"a long passphrase").unwrap(),
            endpoints: [endpoint("node.example"), endpoint("other.example"), None],
            relay: endpoint("relay.example"),
            relayed: true,
            release_keys: [Address([4; 20]), Address([0; 20]), Address([0; 20])],
            issuer: Text::new(&[0x30; 500]).unwrap(),
        }
    }

    #[test]
    fn are_read_as_they_were_written() {
        assert_eq!(Settings::from_bytes(&example().to_bytes()), Ok(example()));
        let longest = Settings { issuer: Text::new(&[0x30; MAX_ISSUER]).unwrap(), ..example() };
        assert_eq!(Settings::from_bytes(&longest.to_bytes()), Ok(longest));
    }

    #[test]
    fn any_changed_byte_shows() {
        let bytes = example().to_bytes();
        for at in 0..SETTINGS_LEN {
            let mut bad = bytes;
            bad[at] ^= 0x20;
            assert_eq!(Settings::from_bytes(&bad), Err(SettingsError::Damaged), "byte {at}");
        }
        assert_eq!(Settings::from_bytes(&[0xff; SETTINGS_LEN]), Err(SettingsError::Damaged));
    }

    #[test]
    fn what_a_device_cannot_do_without_must_be_there() {
        let lacking = |settings: Settings| Settings::from_bytes(&settings.to_bytes()).unwrap_err();
        let missing = |name| SettingsError::Missing { name };
        assert_eq!(lacking(Settings { genesis: [0; 32], ..example() }), missing("genesis hash"));
        assert_eq!(lacking(Settings { network: Text::EMPTY, ..example() }), missing("network"));
        assert_eq!(lacking(Settings { issuer: Text::EMPTY, ..example() }), missing("issuer's certificate"));
        let endpoints = [None, None, None];
        assert_eq!(lacking(Settings { endpoints, ..example() }), missing("first endpoint"));
        let relayless = missing("relay that is to carry readings");
        assert_eq!(lacking(Settings { relay: None, ..example() }), relayless);
        let policy = Policy { chain_id: 0, ..example().policy };
        assert_eq!(lacking(Settings { policy, ..example() }), missing("chain id"));
    }
}
