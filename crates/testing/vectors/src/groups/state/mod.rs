//! State tests: one transaction on a pre state, at every fork; and the older tests of single frames.

use crate::{
    case::Case,
    expect::{Class, Expected, transaction_class},
    json::{self, Alloc, Number},
    pack::{Pack, VectorFile},
    world::World,
};
use alloy_consensus::{SignableTransaction, TxLegacy};
use autochain_evm::{
    BlockContext, BlockExecutor, ExecutionError, InMemoryError, InMemoryState, Rules, SpecId, StateReader,
};
use autochain_primitives::{
    Account, Address, B256, Bytes, Decodable2718, Log, Transaction, TransactionFields, TxKind, U256,
    alloy_primitives::Signature, keccak256, recover_sender, rlp,
};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

mod ours;
mod vm;

#[derive(Deserialize)]
struct Test {
    env: Env,
    pre: Alloc,
    transaction: TransactionTemplate,
    post: BTreeMap<String, Vec<Post>>,
}

/// The block around the transaction.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Env {
    current_coinbase: Address,
    current_difficulty: Number,
    current_gas_limit: Number,
    current_number: Number,
    current_timestamp: Number,
    current_base_fee: Option<Number>,
    current_random: Option<B256>,
    current_excess_blob_gas: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionTemplate {
    data: Vec<Bytes>,
    gas_limit: Vec<Number>,
    value: Vec<String>,
    nonce: Number,
    to: String,
    sender: Address,
    gas_price: Option<Number>,
}

#[derive(Deserialize)]
struct Post {
    hash: B256,
    logs: B256,
    indexes: Indexes,
    txbytes: Option<Bytes>,
    #[serde(rename = "expectException")]
    exception: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
struct Indexes {
    data: usize,
    gas: usize,
    value: usize,
}

pub(super) fn run(file: &VectorFile, _: &Pack) -> Option<Vec<Case>> {
    if !file.path.ends_with(".json") {
        return None;
    }
    Some(file_cases(&file.bytes).unwrap_or_else(|error| vec![Case::new("(file)", Err(error))]))
}

fn file_cases(bytes: &[u8]) -> Result<Vec<Case>, String> {
    let tests: BTreeMap<String, &RawValue> = json::parse(bytes)?;
    let mut cases = Vec::new();
    for (name, test) in tests {
        if file_of_frames(test) {
            cases.push(vm::run(&name, test.get()).label("single frames"));
            continue;
        }
        let test: Test = json::parse(test.get().as_bytes())?;
        let world = World::new(&test.pre)?;
        let posts: Vec<_> = test
            .post
            .iter()
            .flat_map(|(network, posts)| posts.iter().map(move |post| (network, post)))
            .collect();
        let results: Vec<Vec<Case>> =
            posts.par_iter().map(|(network, post)| post_cases(&name, &test, &world, network, post)).collect();
        cases.extend(results.into_iter().flatten());
    }
    Ok(cases)
}

/// One transaction at one fork, under Ethereum's rules and, where there are any, under ours.
fn post_cases(name: &str, test: &Test, world: &World, network: &str, post: &Post) -> Vec<Case> {
    let Indexes { data, gas, value } = post.indexes;
    let name = format!("{name} {network} d{data}g{gas}v{value}");
    let rules_and_block = rules(network).and_then(|rules| Ok((rules, block(&test.env, &rules)?)));
    let (rules, block) = match rules_and_block {
        Ok(found) => found,
        Err(error) => return vec![Case::new(name, Err(error))],
    };
    let outcome = apply(test, world, rules, block.clone(), post);
    let result = check(world, rules, block.clone(), post, &outcome);
    let mut cases = vec![Case::new(&name, result).label("Ethereum's rules")];
    if let Some(case) = ours::run(&name, test, world, network, block, post, &outcome) {
        cases.push(case.label(super::OUR_RULES));
    }
    cases
}

/// Whether the test is of a single frame: it has `exec` where a state test has `transaction`.
fn file_of_frames(test: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Kind<'a> {
        #[serde(borrow)]
        exec: Option<&'a RawValue>,
    }
    serde_json::from_str::<Kind<'_>>(test.get()).is_ok_and(|kind| kind.exec.is_some())
}

fn check(
    world: &World,
    rules: Rules,
    block: BlockContext,
    post: &Post,
    outcome: &Result<Done, Refusal>,
) -> Result<(), String> {
    match (&post.exception, outcome) {
        (None, Ok(done)) => {
            if done.root != post.hash {
                return Err(format!("state root is {}, expected {}", done.root, post.hash));
            }
            if done.logs != post.logs {
                return Err(format!("logs hash to {}, expected {}", done.logs, post.logs));
            }
            Ok(())
        }
        (None, Err(refusal)) => Err(format!("refused: {refusal}")),
        (Some(exception), Ok(_)) => Err(format!("accepted, expected {exception}")),
        (Some(exception), Err(refusal)) => {
            let root = closed_root(world, rules, block)?;
            if root != post.hash {
                return Err(format!("without the transaction the root is {root}, expected {}", post.hash));
            }
            let Refusal::Class(class, text) = refusal else { return Err(refusal.to_string()) };
            Expected::transaction(exception)?.check(*class, text)
        }
    }
}

/// The root of a block without transactions: before EIP-161 a reward of nothing leaves an account behind.
fn closed_root(world: &World, rules: Rules, block: BlockContext) -> Result<B256, String> {
    let state = Hashes(&world.state);
    let beneficiary = block.beneficiary;
    let executor = BlockExecutor::new(rules, block, &state).map_err(|error| error.to_string())?;
    finish(executor, world, beneficiary).map(|done| done.root).map_err(|refusal| refusal.to_string())
}

/// A transaction's effect.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    root: B256,
    logs: B256,
    gas_used: u64,
}

/// Why there is no effect.
enum Refusal {
    /// The transaction breaks a rule.
    Class(Class, String),
    /// The runner or the machine failed.
    Local(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Class(class, text) => write!(f, "{class:?}: {text}"),
            Self::Local(text) => f.write_str(text),
        }
    }
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Self::Local(text)
    }
}

impl From<ExecutionError<InMemoryError>> for Refusal {
    fn from(error: ExecutionError<InMemoryError>) -> Self {
        match error.transaction_error() {
            Some(broken) => Self::Class(transaction_class(broken), broken.to_string()),
            None => Self::Local(error.to_string()),
        }
    }
}

fn apply(
    test: &Test,
    world: &World,
    rules: Rules,
    block: BlockContext,
    post: &Post,
) -> Result<Done, Refusal> {
    let (transaction, sender) = transaction(test, post)?;
    let state = Hashes(&world.state);
    let beneficiary = block.beneficiary;
    let mut executor = BlockExecutor::new(rules, block, &state)?;
    executor.execute_transaction(&transaction, sender)?;
    finish(executor, world, beneficiary)
}

/// A reward of nothing closes the block: before EIP-161 it leaves an account behind.
fn finish(
    executor: BlockExecutor<'_, Hashes<'_>>,
    world: &World,
    beneficiary: Address,
) -> Result<Done, Refusal> {
    let executed = executor.finish_with([(beneficiary, U256::ZERO)], None)?;
    let logs: Vec<Log> = executed.receipts.iter().flat_map(|receipt| receipt.logs.iter().cloned()).collect();
    let root = world.clone().apply(&executed.changes)?;
    Ok(Done { root, logs: keccak256(rlp::encode(&logs)), gas_used: executed.gas_used })
}

/// The rules of a network under Ethereum.
fn rules(network: &str) -> Result<Rules, String> {
    let spec_id = match network {
        "Frontier" => SpecId::FRONTIER,
        "Homestead" => SpecId::HOMESTEAD,
        "EIP150" => SpecId::TANGERINE,
        "EIP158" => SpecId::SPURIOUS_DRAGON,
        "Byzantium" => SpecId::BYZANTIUM,
        "Constantinople" | "ConstantinopleFix" => SpecId::PETERSBURG,
        "Istanbul" => SpecId::ISTANBUL,
        "Berlin" => SpecId::BERLIN,
        "London" => SpecId::LONDON,
        "Paris" => SpecId::MERGE,
        "Shanghai" => SpecId::SHANGHAI,
        "Cancun" => SpecId::CANCUN,
        "Prague" => SpecId::PRAGUE,
        other => return Err(format!("network {other} is unknown")),
    };
    Ok(Rules { net_metering_1283: network == "Constantinople", ..Rules::ethereum(spec_id) })
}

fn block(env: &Env, rules: &Rules) -> Result<BlockContext, String> {
    let active = |fork| rules.spec_id.is_enabled_in(fork);
    let base_fee = env.current_base_fee.unwrap_or(Number(U256::from(10))).u64()?;
    let excess = env.current_excess_blob_gas.unwrap_or_default().u64()?;
    let fraction = if active(SpecId::PRAGUE) { 5_007_716 } else { 3_338_477 };
    Ok(BlockContext {
        number: env.current_number.u64()?,
        timestamp: env.current_timestamp.u64()?,
        beneficiary: env.current_coinbase,
        gas_limit: env.current_gas_limit.u64()?,
        base_fee: active(SpecId::LONDON).then_some(base_fee),
        difficulty: if active(SpecId::MERGE) { U256::ZERO } else { env.current_difficulty.0 },
        prev_randao: active(SpecId::MERGE).then(|| env.current_random.unwrap_or_default()),
        blob_base_fee: active(SpecId::CANCUN)
            .then(|| alloy_eips::eip4844::fake_exponential(1, u128::from(excess), fraction)),
        ..BlockContext::default()
    })
}

/// From its bytes, or from the template where the vector has none (before typed transactions).
fn transaction(test: &Test, post: &Post) -> Result<(Transaction, Address), Refusal> {
    let template = &test.transaction;
    if let Some(bytes) = &post.txbytes {
        let malformed = |text: String| Refusal::Class(Class::Malformed, text);
        let mut rest: &[u8] = bytes;
        let transaction =
            Transaction::decode_2718(&mut rest).map_err(|error| malformed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed("bytes follow the transaction".to_owned()));
        }
        let sender = recover_sender(&transaction, true)
            .map_err(|error| Refusal::Class(Class::Signature, error.to_string()))?;
        if sender != template.sender {
            return Err(Refusal::Local(format!("sender is {sender}, expected {}", template.sender)));
        }
        return Ok((transaction, sender));
    }
    let Indexes { data, gas, value } = post.indexes;
    let missing = || "an index of the vector points nowhere".to_owned();
    let to = match template.to.as_str() {
        "" | "0x" => TxKind::Create,
        to => TxKind::Call(to.parse().map_err(|_| format!("{to} is no address"))?),
    };
    let price =
        template.gas_price.ok_or_else(|| "a transaction without bytes and without gas price".to_owned())?;
    let legacy = TxLegacy {
        chain_id: None,
        nonce: template.nonce.u64()?,
        gas_price: u128::try_from(price.0).map_err(|_| "the gas price does not fit 128 bits".to_owned())?,
        gas_limit: template.gas_limit.get(gas).ok_or_else(missing)?.u64()?,
        to,
        value: Number::parse(template.value.get(value).ok_or_else(missing)?)?.0,
        input: template.data.get(data).ok_or_else(missing)?.clone(),
    };
    // Nothing in execution looks at the signature; the sender is the vector's.
    let signed = legacy.into_signed(Signature::new(U256::from(1), U256::from(1), false));
    Ok((signed.into(), template.sender))
}

/// The pre state with the block hashes of the suites: the hash of a block is that of its decimal number.
struct Hashes<'a>(&'a InMemoryState);

impl StateReader for Hashes<'_> {
    type Error = InMemoryError;

    fn account(&self, address: &Address) -> Result<Option<Account>, InMemoryError> {
        self.0.account(address)
    }

    fn storage(&self, address: &Address, slot: &U256) -> Result<U256, InMemoryError> {
        self.0.storage(address, slot)
    }

    fn code(&self, hash: &B256) -> Result<Bytes, InMemoryError> {
        self.0.code(hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, InMemoryError> {
        Ok(keccak256(number.to_string()))
    }

    fn storage_entries(&self, address: &Address) -> Result<Vec<(U256, U256)>, InMemoryError> {
        self.0.storage_entries(address)
    }
}

/// Whether a transaction is of EIP-4844.
fn is_blob(transaction: &Transaction) -> bool {
    transaction.blob_versioned_hashes().is_some()
}
