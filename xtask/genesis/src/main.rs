//! Builds `genesis/dev.json` from `contracts/artifacts`; `cargo xtask genesis` runs it.
//!
//! Each contract's creation code is executed at the address where the contract will stand, and what it leaves, code
//! and storage, goes into the allocation.

use autochain_evm::{
    BlockContext, CallOptions, CallRequest, InMemoryState, Rules, Simulator, SpecId,
    revm::inspector::NoOpInspector,
};
use autochain_keystore::dev::DEV_ACCOUNTS;
use autochain_primitives::{Address, Bytes, U256, address, bytes, hex, keccak256};
use eyre::{Context as _, ContextCompat as _, Result, bail, eyre};
use serde_json::{Map, Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Where the contracts stand on every Autochain network: the bytes "AUC", then a number.
const AUC: Address = address!("4155430000000000000000000000000000000001");
const VEHICLE_REGISTRY: Address = address!("4155430000000000000000000000000000000002");

/// EIP-2935's history contract and its code.
const HISTORY: Address = address!("0000F90827F1C53a10cb7A02335B175320002935");
const HISTORY_CODE: Bytes = bytes!(
    "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"
);

/// The deterministic deployment proxy that Foundry deploys through with CREATE2, and its code.
const CREATE2_DEPLOYER: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");
const CREATE2_DEPLOYER_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// One AUC in wei.
const COIN: u128 = 1_000_000_000_000_000_000;
/// All AUC that will ever be.
const SUPPLY: u128 = 10_000_000_000;
/// What the mining reserve holds.
const RESERVE: u128 = 1_000_000_000;
/// What each funded account of the development chain holds.
const DEV_BALANCE: u128 = 1_000_000;

/// Writes genesis/dev.json, or with `--check` compares it.
fn main() -> Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    Ok(if run(&args)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run(args: &[String]) -> Result<bool> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        [name, ..] if name == "autochain" || name == "testnet" => {
            bail!("the genesis of `{name}` is not final until the economy is in genesis")
        }
        _ => bail!("usage: cargo xtask genesis [--check]"),
    };
    let path = root().join("genesis/dev.json");
    let fresh = format!("{}\n", serde_json::to_string_pretty(&dev()?)?);
    if !check {
        fs::create_dir_all(root().join("genesis"))?;
        fs::write(&path, fresh)?;
        println!("wrote {}", path.display());
        return Ok(true);
    }
    let same = fs::read_to_string(&path).is_ok_and(|stored| stored == fresh);
    if same {
        println!("genesis/dev.json is what contracts/artifacts give\n1 passed, 0 failed");
    } else {
        println!("genesis/dev.json is stale: run `cargo xtask genesis` and commit it\n0 passed, 1 failed");
    }
    Ok(same)
}

/// The repository's root.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}

/// The genesis of the development chain.
fn dev() -> Result<Value> {
    let chain_id = 1337;
    let registrar = DEV_ACCOUNTS[9].address;
    let admin = DEV_ACCOUNTS[0].address;
    let mut registry = creation_code("VehicleRegistry")?;
    // constructor(address admin, address[] registrars, uint256 threshold)
    for word in [word(admin), U256::from(96), U256::from(1), U256::from(1), word(registrar)] {
        registry.extend_from_slice(&word.to_be_bytes::<32>());
    }

    let mut alloc = Map::new();
    let mut held = RESERVE;
    alloc.insert(key(mining_reserve()), json!({ "balance": wei(RESERVE) }));
    for account in DEV_ACCOUNTS {
        held += DEV_BALANCE;
        alloc.insert(key(account.address), json!({ "balance": wei(DEV_BALANCE) }));
    }
    // Placements, team, treasury and reward pool get contracts of their own with the economy. Until then their part
    // stands where no key reaches, so that the supply is whole.
    alloc.insert(key(unallocated()), json!({ "balance": wei(SUPPLY - held) }));
    alloc.insert(key(AUC), construct(AUC, creation_code("AUC")?, chain_id)?);
    alloc.insert(key(VEHICLE_REGISTRY), construct(VEHICLE_REGISTRY, registry, chain_id)?);
    alloc.insert(key(HISTORY), json!({ "balance": "0x0", "nonce": "0x1", "code": HISTORY_CODE }));
    alloc.insert(
        key(CREATE2_DEPLOYER),
        json!({ "balance": "0x0", "nonce": "0x1", "code": CREATE2_DEPLOYER_CODE }),
    );

    let mut config = Map::new();
    config.insert("chainId".to_owned(), json!(chain_id));
    for block in [
        "homestead",
        "eip150",
        "eip155",
        "eip158",
        "byzantium",
        "constantinople",
        "petersburg",
        "istanbul",
        "berlin",
        "london",
    ] {
        config.insert(format!("{block}Block"), json!(0));
    }
    for time in ["shanghai", "cancun", "prague", "osaka"] {
        config.insert(format!("{time}Time"), json!(0));
    }
    config.insert("ethash".to_owned(), json!({}));
    config.insert(
        "autochain".to_owned(),
        json!({ "ethash": "test", "fixedDifficulty": "0x1", "reward": "reserve", "bomb": false }),
    );
    Ok(json!({
        "config": config,
        "nonce": "0x0",
        "timestamp": "0x0",
        "extraData": hex::encode_prefixed(b"Autochain dev"),
        "gasLimit": "0x1c9c380",
        "difficulty": "0x1",
        "mixHash": format!("0x{}", "00".repeat(32)),
        "coinbase": format!("0x{}", "00".repeat(20)),
        "baseFeePerGas": "0x3b9aca00",
        "alloc": alloc,
    }))
}

/// Runs a contract's creation code at the address where it will stand, and takes what it leaves: code and storage.
///
/// The code is put at the address itself and called, so that `address(this)` and the chain id are the final ones
/// while the constructor runs.
fn construct(address: Address, creation: Vec<u8>, chain_id: u64) -> Result<Value> {
    let mut state = InMemoryState::default();
    state.insert_account(address, 1, U256::ZERO, Bytes::from(creation), []);
    let rules = Rules { chain_id, pow_opcodes: true, tx_gas_cap: None, ..Rules::ethereum(SpecId::OSAKA) };
    let block = BlockContext { gas_limit: 30_000_000, base_fee: Some(0), ..BlockContext::default() };
    let mut simulator = Simulator::new(rules, block, &state, &CallOptions::default())?;
    let request = CallRequest { to: Some(address), gas: Some(30_000_000), ..CallRequest::default() };
    let (_, execution) = simulator.inspect(&request, &mut NoOpInspector)?;
    let result = &execution.result;
    if !result.is_success() {
        bail!("the constructor for {address} failed: {result:?}");
    }
    let code = result.output().cloned().unwrap_or_default();
    let account = execution.state.get(&address).wrap_err("the constructor left no account")?;
    let mut slots: Vec<_> = account
        .storage
        .iter()
        .filter(|(_, slot)| !slot.present_value.is_zero())
        .map(|(slot, value)| (*slot, value.present_value))
        .collect();
    slots.sort_unstable();
    let storage: Map<String, Value> =
        slots.into_iter().map(|(slot, value)| (hash_word(slot), hash_word(value).into())).collect();
    let mut entry = json!({ "balance": "0x0", "nonce": "0x1", "code": code });
    if !storage.is_empty() {
        entry["storage"] = storage.into();
    }
    Ok(entry)
}

fn creation_code(contract: &str) -> Result<Vec<u8>> {
    let path = root().join(format!("contracts/artifacts/{contract}.json"));
    let text = fs::read_to_string(&path).wrap_err_with(|| format!("cannot read {}", path.display()))?;
    let artifact: Value = serde_json::from_str(&text)?;
    let code = artifact["bytecode"].as_str().ok_or_else(|| eyre!("{} has no bytecode", path.display()))?;
    Ok(hex::decode(code)?)
}

/// The last 20 bytes of keccak256("autochain.mining.reserve").
fn mining_reserve() -> Address {
    Address::from_word(keccak256(b"autochain.mining.reserve"))
}

/// The last 20 bytes of keccak256("autochain.dev.unallocated").
fn unallocated() -> Address {
    Address::from_word(keccak256(b"autochain.dev.unallocated"))
}

fn wei(coins: u128) -> String {
    format!("{:#x}", U256::from(coins) * U256::from(COIN))
}

fn word(address: Address) -> U256 {
    U256::from_be_slice(address.as_slice())
}

fn hash_word(value: U256) -> String {
    hex::encode_prefixed(value.to_be_bytes::<32>())
}

fn key(address: Address) -> String {
    format!("{address:#x}")
}
