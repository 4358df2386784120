use crate::{
    case::{Case, Skip},
    json::{self, Alloc, Number},
    pack::{Pack, VectorFile},
    world::World,
};
use alloy_rpc_types_trace::geth::GethDebugTracingOptions;
use autochain_chainspec::ChainSpec;
use autochain_evm::{
    BlockContext, BlockExecutor, Rules,
    revm::context::{BlockEnv, TxEnv},
    revm_inspectors::tracing::{DebugInspector, TransactionContext},
};
use autochain_primitives::{
    Address, B256, Bytes, Decodable2718, Transaction, TransactionFields, U256, recover_sender,
};
use serde_json::{Value, json};

/// Where the transaction stands, which the vectors leave open; and what geth added to the prestate tracer (2025) and
/// to logs (2024) since most of them were made.
const NOT_COMPARED: [&str; 6] =
    ["blockHash", "blockNumber", "transactionHash", "transactionPosition", "codeHash", "index"];

/// Transactions of real chains under geth's tracers, as `debug_traceTransaction` runs them.
pub(super) fn run(file: &VectorFile, _: &Pack) -> Option<Vec<Case>> {
    let path = file.path.as_str();
    if path.contains("/TracerTests/") {
        // Blocks with the trie nodes of the state before them, in another client's form.
        return Some(vec![Case::skipped("(file)", Skip::NoExpectation)]);
    }
    let folder = path.rsplit('/').nth(1)?;
    let tracer = match folder {
        "call_tracer" | "call_tracer_withLog" | "call_tracer_legacy" => "callTracer",
        "call_tracer_flat" => "flatCallTracer",
        "prestate_tracer" | "prestate_tracer_with_diff_mode" | "prestate_tracer_legacy" => "prestateTracer",
        "erc7562_tracer" => "erc7562Tracer",
        _ => return None,
    };
    let test: Result<Test, String> = json::parse(&file.bytes);
    Some(vec![match test {
        Ok(test) if test.context.difficulty.0.is_zero() => Case::skipped("(file)", Skip::ProofOfStake),
        Ok(test) => Case::new("(file)", check(&test, tracer)).label(tracer),
        Err(error) => Case::new("(file)", Err(error)),
    }])
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    genesis: Value,
    context: Context,
    input: Bytes,
    tracer_config: Option<Value>,
    result: Value,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    number: Number,
    timestamp: Number,
    difficulty: Number,
    gas_limit: Number,
    miner: Address,
    base_fee_per_gas: Option<Number>,
}

fn check(test: &Test, tracer: &str) -> Result<(), String> {
    let pre: Alloc =
        serde_json::from_value(test.genesis["alloc"].clone()).map_err(|error| error.to_string())?;
    // The block before the transaction stands in place of a genesis; of it only the forks count.
    let mut config = test.genesis["config"].clone();
    config.as_object_mut().map(|config| config.remove("clique"));
    config["ethash"] = json!({});
    let genesis = json!({ "config": config, "difficulty": "0x20000", "gasLimit": "0x47b760", "alloc": {} });
    let spec = ChainSpec::from_genesis_json(&genesis.to_string()).map_err(|error| error.to_string())?;
    let context = BlockContext {
        number: test.context.number.u64()?,
        timestamp: test.context.timestamp.u64()?,
        beneficiary: test.context.miner,
        gas_limit: test.context.gas_limit.u64()?,
        base_fee: test.context.base_fee_per_gas.map(Number::u64).transpose()?,
        difficulty: test.context.difficulty.0,
        ..BlockContext::default()
    };
    let transaction =
        Transaction::decode_2718(&mut test.input.as_ref()).map_err(|error| error.to_string())?;
    let sender = recover_sender(&transaction, true).map_err(|error| error.to_string())?;
    let rules = Rules::at(&spec, context.number, context.timestamp);
    let world = World::new(&pre)?;

    let mut options = json!({ "tracer": tracer });
    if let Some(config) = &test.tracer_config {
        options["tracerConfig"] = config.clone();
    }
    let options: GethDebugTracingOptions =
        serde_json::from_value(options).map_err(|error| error.to_string())?;
    let mut inspector = DebugInspector::new(options).map_err(|error| error.to_string())?;
    let env = block_env(&context);
    let mut executor = BlockExecutor::new(rules, context, &world.state).map_err(|error| error.to_string())?;
    let ran = executor
        .inspect_transaction(&transaction, sender, &mut inspector)
        .map_err(|error| error.to_string())?;
    let place = TransactionContext {
        block_hash: Some(B256::ZERO),
        tx_index: Some(0),
        tx_hash: Some(*transaction.tx_hash()),
    };
    let trace = inspector
        .get_result(Some(place), &tx_env(&transaction, sender), &env, &ran.execution, &mut executor.state())
        .map_err(|error| error.to_string())?;
    let trace = serde_json::to_value(trace).map_err(|error| error.to_string())?;
    match difference("", &trace, &test.result) {
        Some(found) => Err(found),
        None => Ok(()),
    }
}

/// The first difference between two values, as its path.
fn difference(path: &str, got: &Value, want: &Value) -> Option<String> {
    match (got, want) {
        (Value::Object(got), Value::Object(want)) => {
            let mut keys: Vec<_> = got.keys().chain(want.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().filter(|key| !NOT_COMPARED.contains(&key.as_str())).find_map(|key| {
                let absent = Value::Null;
                let (got, want) = (got.get(key).unwrap_or(&absent), want.get(key).unwrap_or(&absent));
                difference(&format!("{path}.{key}"), got, want)
            })
        }
        (Value::Array(got), Value::Array(want)) if got.len() == want.len() => {
            let mut pairs = got.iter().zip(want).enumerate();
            pairs.find_map(|(index, (got, want))| difference(&format!("{path}[{index}]"), got, want))
        }
        // Written or left out, by geth's versions.
        (Value::Null, Value::String(empty)) | (Value::String(empty), Value::Null) if empty == "0x" => None,
        (Value::Null, Value::Object(empty)) if empty.is_empty() => None,
        (Value::String(got), Value::String(want)) if got.eq_ignore_ascii_case(want) => None,
        (got, want) if got == want => None,
        (got, want) => {
            let short = |value: &Value| value.to_string().chars().take(120).collect::<String>();
            Some(format!("{path} is {}, expected {}", short(got), short(want)))
        }
    }
}

fn tx_env(transaction: &Transaction, sender: Address) -> TxEnv {
    TxEnv {
        caller: sender,
        gas_limit: transaction.gas_limit(),
        kind: transaction.kind(),
        value: transaction.value(),
        data: transaction.input().clone(),
        nonce: transaction.nonce(),
        ..TxEnv::default()
    }
}

fn block_env(block: &BlockContext) -> BlockEnv {
    BlockEnv {
        number: U256::from(block.number),
        timestamp: U256::from(block.timestamp),
        beneficiary: block.beneficiary,
        gas_limit: block.gas_limit,
        basefee: block.base_fee.unwrap_or(0),
        difficulty: block.difficulty,
        ..BlockEnv::default()
    }
}
