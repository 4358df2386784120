//! Builds `genesis/{autochain,testnet,dev}.json`; `cargo xtask genesis` runs it.
//!
//! ```text
//! genesis/allocation.NET.toml ─┐                         ┌ predeploys: signed transactions, CREATE2
//! contracts/artifacts ─────────┼─► a sequence of         ├ the committees' Safes, by Safe's factory
//! genesis/predeploys.json ─────┘   transactions, in ─────┼ script/Plan.sol, constructor by constructor
//!                                  our own EVM, with     └ transfers to reserve and funded accounts
//!                                  the network's chain id and block-0 time
//!                                        │
//!                                        ▼
//!                                  all accounts ─► genesis/NET.json
//! ```
//!
//! At first one account holds the whole supply, 10^28 units; at last it holds nothing, or nothing is written.

mod allocation;
mod file;
mod plan;
mod predeploys;
mod replay;
#[cfg(test)]
mod tests;
mod world;

use eyre::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The networks that `--chain` knows.
const NETWORKS: [&str; 3] = ["autochain", "testnet", "dev"];

/// Writes the files, or with `--check` compares them.
fn main() -> Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let check = args.iter().any(|arg| arg == "--check");
    let named: Vec<_> = args.iter().filter(|arg| *arg != "--check").map(String::as_str).collect();
    if let Some(unknown) = named.iter().find(|name| !NETWORKS.contains(name)) {
        bail!("`{unknown}` is no network; usage: cargo xtask genesis [--check] [autochain] [testnet] [dev]");
    }
    let mut stale = 0;
    let networks = NETWORKS.iter().filter(|name| named.is_empty() || named.contains(name));
    for name in networks.clone() {
        let fresh = build(name).wrap_err_with(|| (*name).to_owned())?;
        let path = root().join(format!("genesis/{name}.json"));
        if !check {
            fs::write(&path, fresh)?;
            println!("wrote genesis/{name}.json");
        } else if fs::read_to_string(&path).is_ok_and(|stored| stored == fresh) {
            println!("genesis/{name}.json is what allocation and artifacts give");
        } else {
            println!("genesis/{name}.json is stale: run `cargo xtask genesis` and commit it");
            stale += 1;
        }
    }
    if check {
        println!("{} passed, {stale} failed", networks.count() - stale);
    }
    Ok(if stale == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The text of a network's genesis file.
fn build(name: &str) -> Result<String> {
    let allocation = allocation::Allocation::read(name)?;
    let world = replay::genesis(&allocation)?;
    Ok(format!("{}\n", serde_json::to_string_pretty(&file::genesis(name, &allocation, &world))?))
}

/// The repository's root.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}
