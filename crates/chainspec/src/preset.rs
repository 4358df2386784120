use crate::{ChainSpec, GenesisError};
use std::str::FromStr;

/// A network that `--chain` knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// The main network, chain id 4281667: the bytes "AUC".
    Autochain,
    /// The test network, chain id 4281668.
    Testnet,
    /// One's own development chain, chain id 1337.
    Dev,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Autochain, Self::Testnet, Self::Dev];

    /// The word after `--chain`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Autochain => "autochain",
            Self::Testnet => "testnet",
            Self::Dev => "dev",
        }
    }

    /// The chain id.
    pub const fn chain_id(self) -> u64 {
        match self {
            Self::Autochain => 4_281_667,
            Self::Testnet => 4_281_668,
            Self::Dev => 1337,
        }
    }

    /// The spec of the preset from its genesis file.
    ///
    /// # Errors
    /// [`GenesisError::PresetChainId`], and whatever the file is refused for.
    pub fn spec(self, genesis: &str) -> Result<ChainSpec, GenesisError> {
        let spec = ChainSpec::from_genesis_json(genesis)?;
        if spec.chain_id != self.chain_id() {
            return Err(GenesisError::PresetChainId {
                name: self.name(),
                got: spec.chain_id,
                expected: self.chain_id(),
            });
        }
        Ok(spec)
    }
}

impl FromStr for Preset {
    type Err = GenesisError;

    fn from_str(name: &str) -> Result<Self, GenesisError> {
        let known = Self::ALL.into_iter().find(|preset| preset.name() == name);
        known.ok_or_else(|| GenesisError::UnknownPreset { name: name.to_owned() })
    }
}

impl ChainSpec {
    /// The network called `name` from its genesis file.
    ///
    /// # Errors
    /// As [`Preset::spec`], and [`GenesisError::UnknownPreset`].
    pub fn preset(name: &str, genesis: &str) -> Result<Self, GenesisError> {
        name.parse::<Preset>()?.spec(genesis)
    }
}
