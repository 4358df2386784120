use autochain_chainspec::{ChainSpec, GenesisError, Preset};

/// The networks' genesis files, as `cargo xtask genesis` builds them.
const AUTOCHAIN_GENESIS: &str = include_str!("../../../genesis/autochain.json");
const TESTNET_GENESIS: &str = include_str!("../../../genesis/testnet.json");
const DEV_GENESIS: &str = include_str!("../../../genesis/dev.json");

/// Difficulty of the first block under `--dev.pow`: the least that the difficulty rule gives.
const DEV_POW_DIFFICULTY: &str = "0x20000";

/// The chain that `--chain` calls `name`; `None` when no chain is called so (it may be a file).
pub fn preset(name: &str) -> Option<Result<ChainSpec, GenesisError>> {
    let preset: Preset = name.parse().ok()?;
    Some(match preset {
        Preset::Dev => dev_spec(false, None),
        Preset::Autochain => preset.spec(AUTOCHAIN_GENESIS),
        Preset::Testnet => preset.spec(TESTNET_GENESIS),
    })
}

/// The development chain. `pow`: the real difficulty rule, on ethash's small tables. `gas_limit`: of block 0.
///
/// # Errors
/// [`GenesisError`] if the built-in genesis is damaged.
pub fn dev_spec(pow: bool, gas_limit: Option<u64>) -> Result<ChainSpec, GenesisError> {
    let mut json: serde_json::Value =
        serde_json::from_str(DEV_GENESIS).map_err(|error| GenesisError::Json(error.to_string()))?;
    if pow {
        json["difficulty"] = DEV_POW_DIFFICULTY.into();
        if let Some(rules) = json["config"]["autochain"].as_object_mut() {
            rules.remove("fixedDifficulty");
        }
    }
    if let Some(gas_limit) = gas_limit {
        json["gasLimit"] = format!("{gas_limit:#x}").into();
    }
    let mut spec = ChainSpec::from_genesis_json(&json.to_string())?;
    spec.dev_clock = true;
    Ok(spec)
}
