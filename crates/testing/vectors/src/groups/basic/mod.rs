//! The small suites: difficulty, RLP, tries, genesis, keys.

use crate::{
    case::Case,
    json,
    pack::{Pack, VectorFile},
};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

mod difficulty;
mod ecies;
mod genesis;
mod keys;
mod keystore;
mod rlp;
mod tries;

pub(super) fn run(file: &VectorFile, pack: &Pack) -> Option<Vec<Case>> {
    let (folder, name) = file.path.rsplit_once('/')?;
    let suite = folder.rsplit_once('/').map_or(folder, |(_, suite)| suite);
    let bytes = file.bytes.as_slice();
    let cases = match (suite, name) {
        ("BasicTests", "blockgenesistest.json") => genesis::before_frontier(bytes),
        ("BasicTests", "genesishashestest.json") => genesis::mainnet_hash(bytes, pack),
        ("BasicTests", "hexencodetest.json") => tries::hex_prefix(bytes),
        ("BasicTests", "keyaddrtest.json") => keys::key_to_address(bytes),
        ("BasicTests", "txtest.json") => keys::signed_transaction(bytes),
        ("BasicTests", "crypto.json") => ecies::run(bytes),
        ("BasicTests", _) => difficulty::flat(name, bytes),
        ("GenesisTests", _) => genesis::blocks(bytes),
        ("RLPTests", "rlptest.json") => rlp::valid(bytes),
        ("RLPTests", "invalidRLPTest.json") => rlp::invalid(bytes),
        ("TrieTests", "trietestnextprev.json") => tries::neighbours(bytes),
        ("TrieTests", _) => tries::roots(name, bytes),
        ("ABITests", _) => keys::abi(bytes),
        ("KeyStoreTests" | "testdata", _) => keystore::run(bytes),
        _ if folder.contains("DifficultyTests/") => difficulty::by_fork(bytes),
        _ => return None,
    };
    Some(cases.unwrap_or_else(|error| vec![Case::new("(file)", Err(error))]))
}

/// The cases of a JSON object, each checked by `check`.
fn each<'a, T: Deserialize<'a> + Send>(
    bytes: &'a [u8],
    check: impl Fn(T) -> Result<(), String> + Sync,
) -> Result<Vec<Case>, String> {
    let cases: BTreeMap<String, T> = json::parse(bytes)?;
    Ok(cases.into_par_iter().map(|(name, case)| Case::new(name, check(case))).collect())
}

/// The cases of a JSON list, each checked by `check` and named by its place.
fn each_of_list<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    check: impl Fn(T) -> Result<(), String>,
) -> Result<Vec<Case>, String> {
    let cases: Vec<T> = json::parse(bytes)?;
    Ok(cases.into_iter().enumerate().map(|(index, case)| Case::new(index.to_string(), check(case))).collect())
}

/// `got` equals `want`, or an error that names both.
fn equal<T: PartialEq + std::fmt::Debug>(what: &str, got: &T, want: &T) -> Result<(), String> {
    if got == want { Ok(()) } else { Err(format!("{what} is {got:?}, expected {want:?}")) }
}
