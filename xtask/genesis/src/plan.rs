use crate::root;
use alloy_sol_types::sol;
use autochain_primitives::{Address, Bytes, address, hex};
use eyre::{Context as _, Result, eyre};
use serde_json::Value;
use std::fs;

sol!(Plan, "../../contracts/artifacts/Plan.json");

pub(crate) use self::Plan::{Config, Step};
pub(crate) use self::{Plan::countCall, Plan::stepsCall, Vesting::Schedule};

/// "AUC" in ASCII; the contracts of the plan stand at this plus 1, 2, 3 …
const BASE: Address = address!("4155430000000000000000000000000000000000");

/// Where the plan's contract number `index`, from 0, stands in genesis.
pub(crate) fn genesis_address(index: usize) -> Address {
    let mut address = BASE;
    address.0[16..].copy_from_slice(&u32::try_from(index + 1).unwrap_or(u32::MAX).to_be_bytes());
    address
}

/// The creation code of a contract, from the artifacts.
pub(crate) fn creation_code(contract: &str) -> Result<Bytes> {
    let path = root().join(format!("contracts/artifacts/{contract}.json"));
    let text = fs::read_to_string(&path).wrap_err_with(|| format!("cannot read {}", path.display()))?;
    let artifact: Value = serde_json::from_str(&text)?;
    let code = artifact["bytecode"].as_str().ok_or_else(|| eyre!("{} has no bytecode", path.display()))?;
    Ok(hex::decode(code)?.into())
}

/// The creation code of a step with its constructor's arguments.
pub(crate) fn init_code(step: &Step) -> Result<Bytes> {
    Ok([creation_code(&step.source)?, step.args.clone()].concat().into())
}
