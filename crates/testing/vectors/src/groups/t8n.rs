use super::Files;
use crate::{
    case::{Case, Skip},
    json::{self, Alloc, Number},
    pack::Pack,
    world::World,
};
use alloy_consensus::{SignableTransaction, TxEip1559, TxLegacy};
use autochain_evm::{BlockContext, BlockExecutor, InMemoryState, Rules, SpecId};
use autochain_primitives::{
    Address, B256, Bytes, Log, Transaction, TxKind, U256,
    alloy_primitives::Signature,
    keccak256, logs_bloom, receipts_root, recover_sender,
    rlp::{self, Decodable},
    sign_hash, transactions_root,
};
use secp256k1::SecretKey;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const ROOT: &str = "go-ethereum/cmd/evm/testdata/";

/// The transitions under proof of work with an expected result: folder, transactions, result, fork.
const TRANSITIONS: [(&str, &str, &str, SpecId); 5] = [
    ("1", "txs.json", "exp.json", SpecId::BYZANTIUM),
    ("3", "txs.json", "exp.json", SpecId::BERLIN),
    ("13", "signed_txs.rlp", "exp2.json", SpecId::LONDON),
    ("13", "txs.json", "exp2.json", SpecId::LONDON),
    ("23", "txs.json", "exp.json", SpecId::BERLIN),
];

/// Transactions on a state, without a reward. The other folders are of forks under proof of stake, of tools that
/// are not the node's, or without an expected result.
pub(super) fn run(files: &Files, _: &Pack) -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    let mut done = BTreeSet::new();
    for (folder, transactions, result, spec_id) in TRANSITIONS {
        let path = |name: &str| format!("{ROOT}{folder}/{name}");
        done.insert(folder);
        let checked = check(files, &path, transactions, result, spec_id);
        cases.push((path(result), Case::new(format!("{folder}, {transactions}"), checked)));
    }
    let rest: Vec<_> = files.paths().map(str::to_owned).collect();
    let mut folders = BTreeMap::new();
    for path in rest {
        let folder =
            path.strip_prefix(ROOT).and_then(|path| path.split('/').next()).unwrap_or_default().to_owned();
        // Read all the same, so that a file of a new kind cannot hide.
        if files.open(&path).is_ok() && !done.contains(folder.as_str()) {
            folders.entry(folder).or_insert(path);
        }
    }
    for (folder, path) in folders {
        cases.push((path, Case::skipped(format!("folder {folder}"), Skip::NoExpectation)));
    }
    cases
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Env {
    current_coinbase: Address,
    current_difficulty: Number,
    current_gas_limit: Number,
    current_number: Number,
    current_timestamp: Number,
    current_base_fee: Option<Number>,
    #[serde(default)]
    block_hashes: BTreeMap<String, B256>,
}

#[derive(Deserialize)]
struct Expectation {
    result: ExpectedResult,
    alloc: Option<Alloc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExpectedResult {
    state_root: B256,
    tx_root: B256,
    receipts_root: B256,
    logs_hash: B256,
    logs_bloom: autochain_primitives::Bloom,
    gas_used: Number,
    #[serde(default)]
    rejected: Vec<Rejected>,
}

#[derive(Deserialize)]
struct Rejected {
    index: usize,
    error: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UnsignedTransaction {
    input: Bytes,
    gas: Number,
    nonce: Number,
    to: Option<Address>,
    value: Number,
    gas_price: Option<Number>,
    max_fee_per_gas: Option<Number>,
    max_priority_fee_per_gas: Option<Number>,
    v: Number,
    r: Number,
    s: Number,
    secret_key: Option<B256>,
}

fn check(
    files: &Files,
    path: &dyn Fn(&str) -> String,
    transactions: &str,
    result: &str,
    spec_id: SpecId,
) -> Result<(), String> {
    let env: Env = json::parse(files.open(&path("env.json"))?)?;
    let pre: Alloc = json::parse(files.open(&path("alloc.json"))?)?;
    let want: Expectation = json::parse(files.open(&path(result))?)?;
    let bytes = files.open(&path(transactions))?;
    let list = if transactions.ends_with(".rlp") { signed(bytes)? } else { unsigned(bytes)? };

    let mut world = World::new(&pre)?;
    let mut state: InMemoryState = world.state.clone();
    for (number, hash) in &env.block_hashes {
        state.insert_block_hash(number.parse().map_err(|_| format!("{number} is no block"))?, *hash);
    }
    let block = BlockContext {
        number: env.current_number.u64()?,
        timestamp: env.current_timestamp.u64()?,
        beneficiary: env.current_coinbase,
        gas_limit: env.current_gas_limit.u64()?,
        base_fee: env.current_base_fee.map(Number::u64).transpose()?,
        difficulty: env.current_difficulty.0,
        ..BlockContext::default()
    };
    let mut executor =
        BlockExecutor::new(Rules::ethereum(spec_id), block, &state).map_err(|error| error.to_string())?;
    let (mut included, mut rejected) = (Vec::new(), Vec::new());
    for (index, transaction) in list.into_iter().enumerate() {
        let sender = recover_sender(&transaction, true).map_err(|error| error.to_string())?;
        match executor.execute_transaction(&transaction, sender) {
            Ok(_) => included.push(transaction),
            Err(error) => match error.transaction_error() {
                Some(error) => rejected.push((index, error.to_string())),
                None => return Err(error.to_string()),
            },
        }
    }
    let done = executor.finish_with([], None).map_err(|error| error.to_string())?;
    let logs: Vec<Log> = done.receipts.iter().flat_map(|receipt| receipt.logs.iter().cloned()).collect();
    let root = world.apply(&done.changes)?;
    let got = (
        root,
        transactions_root(&included),
        receipts_root(&done.receipts),
        keccak256(rlp::encode(&logs)),
        logs_bloom(&done.receipts),
        done.gas_used,
    );
    let result = want.result;
    let wanted = (
        result.state_root,
        result.tx_root,
        result.receipts_root,
        result.logs_hash,
        result.logs_bloom,
        result.gas_used.u64()?,
    );
    if got != wanted {
        return Err(format!("{got:?}, expected {wanted:?}"));
    }
    let wanted: Vec<_> =
        result.rejected.into_iter().map(|rejected| (rejected.index, rejected.error)).collect();
    if rejected != wanted {
        return Err(format!("rejected {rejected:?}, expected {wanted:?}"));
    }
    want.alloc.map_or(Ok(()), |alloc| world.compare(&alloc))
}

/// Hex of an RLP list, as a JSON string.
fn signed(bytes: &[u8]) -> Result<Vec<Transaction>, String> {
    let text: String = json::parse(bytes)?;
    Vec::decode(&mut json::unhex(&text)?.as_slice()).map_err(|error| error.to_string())
}

/// Fields with a signature, or with the key to sign.
fn unsigned(bytes: &[u8]) -> Result<Vec<Transaction>, String> {
    let list: Vec<UnsignedTransaction> = json::parse(bytes)?;
    list.iter().map(transaction).collect()
}

fn transaction(fields: &UnsignedTransaction) -> Result<Transaction, String> {
    let price = |number: Option<Number>| number.unwrap_or_default().0.saturating_to::<u128>();
    let (nonce, gas_limit) = (fields.nonce.u64()?, fields.gas.u64()?);
    let to = fields.to.map_or(TxKind::Create, TxKind::Call);
    let (value, input) = (fields.value.0, fields.input.clone());
    let sign = |hash: B256| match fields.secret_key {
        Some(key) => SecretKey::from_byte_array(key.0)
            .map(|key| sign_hash(&key, hash))
            .map_err(|error| error.to_string()),
        None => Ok(Signature::new(fields.r.0, fields.s.0, fields.v.0 == U256::from(28))),
    };
    if fields.max_fee_per_gas.is_some() {
        let tx = TxEip1559 {
            chain_id: 1,
            nonce,
            gas_limit,
            max_fee_per_gas: price(fields.max_fee_per_gas),
            max_priority_fee_per_gas: price(fields.max_priority_fee_per_gas),
            to,
            value,
            input,
            ..TxEip1559::default()
        };
        let signature = sign(tx.signature_hash())?;
        return Ok(tx.into_signed(signature).into());
    }
    let tx =
        TxLegacy { chain_id: None, nonce, gas_price: price(fields.gas_price), gas_limit, to, value, input };
    let signature = sign(tx.signature_hash())?;
    Ok(tx.into_signed(signature).into())
}
