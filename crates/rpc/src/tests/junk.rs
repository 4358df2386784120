//! Whatever a client sends is answered, and never by a crash.

use super::*;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

const METHODS: &[&str] = &[
    "admin_addPeer",
    "admin_nodeInfo",
    "debug_getRawBlock",
    "debug_getRawReceipts",
    "debug_traceBlock",
    "debug_traceBlockByHash",
    "debug_traceBlockByNumber",
    "debug_traceCall",
    "debug_traceTransaction",
    "eth_accounts",
    "eth_call",
    "eth_createAccessList",
    "eth_estimateGas",
    "eth_feeHistory",
    "eth_gasPrice",
    "eth_getAccount",
    "eth_getAccountInfo",
    "eth_getBalance",
    "eth_getBlockByHash",
    "eth_getBlockByNumber",
    "eth_getBlockReceipts",
    "eth_getCode",
    "eth_getFilterChanges",
    "eth_getFilterLogs",
    "eth_getLogs",
    "eth_getProof",
    "eth_getStorageAt",
    "eth_getStorageValues",
    "eth_getTransactionByBlockHashAndIndex",
    "eth_getTransactionByBlockNumberAndIndex",
    "eth_getTransactionByHash",
    "eth_getTransactionCount",
    "eth_getTransactionReceipt",
    "eth_getUncleByBlockNumberAndIndex",
    "eth_getUncleCountByBlockHash",
    "eth_newFilter",
    "eth_newPendingTransactionFilter",
    "eth_sendRawTransaction",
    "eth_sendTransaction",
    "eth_sign",
    "eth_signTransaction",
    "eth_submitHashrate",
    "eth_submitWork",
    "eth_subscribe",
    "eth_uninstallFilter",
    "miner_setExtra",
    "miner_setGasPrice",
    "personal_ecRecover",
    "personal_importRawKey",
    "personal_sign",
    "personal_unlockAccount",
    "txpool_contentFrom",
    "web3_sha3",
];

fn junk(rng: &mut StdRng, depth: usize) -> Value {
    let account = testing::account(0).to_string();
    let reader = READER.to_string();
    let word = TOPIC.to_string();
    let most = format!("0x{}", "f".repeat(64));
    let long = format!("0x{}", "ab".repeat(3000));
    let texts = [
        "",
        "0x",
        "0x0",
        "0x1",
        "0x00",
        "latest",
        "pending",
        "earliest",
        "safe",
        "-1",
        "0xffffffffffffffff",
        "é",
        "newHeads",
        "logs",
        "0x02c0",
        "0xf8",
        &account,
        &reader,
        &word,
        &most,
        &long,
    ];
    match rng.random_range(0..if depth == 0 { 4 } else { 8 }) {
        0 => Value::Null,
        1 => json!(rng.random::<bool>()),
        2 => json!(*[0.0, -1.0, 1e300, 50.0, 0.5].choose(rng).unwrap()),
        3 => json!(rng.random::<u64>()),
        4 => Value::Array((0..rng.random_range(0..4)).map(|_| junk(rng, depth - 1)).collect()),
        5 => {
            let keys = [
                "from",
                "to",
                "gas",
                "gasPrice",
                "maxFeePerGas",
                "maxPriorityFeePerGas",
                "value",
                "nonce",
                "data",
                "input",
                "accessList",
                "authorizationList",
                "fromBlock",
                "toBlock",
                "blockHash",
                "address",
                "topics",
                "blockNumber",
                "number",
                "time",
                "gasLimit",
                "baseFeePerGas",
                "difficulty",
                "tracer",
                "tracerConfig",
                "stateOverrides",
                "state",
                "stateDiff",
                "code",
                "balance",
                &reader,
            ];
            let count = rng.random_range(0..5);
            let each = (0..count).map(|_| ((*keys.choose(rng).unwrap()).to_owned(), junk(rng, depth - 1)));
            Value::Object(each.collect())
        }
        _ => json!(*texts.choose(rng).unwrap()),
    }
}

/// Calls that are nearly right reach deeper than junk does.
fn nearly_right(rng: &mut StdRng) -> Value {
    let most = format!("0x{}", "f".repeat(64));
    let number = |rng: &mut StdRng| {
        json!(*["0x0", "0x1", "0xffffffffffffffff", "0x5208", "0x77359400"].choose(rng).unwrap())
    };
    let call = json!({
        "from": testing::account(0), "to": *[LOGGER, REVERTER, READER, INVALID].choose(rng).unwrap(),
        "gas": number(rng), "value": json!(*["0x0", &most].choose(rng).unwrap()),
        "maxFeePerGas": json!(*["0x0", "0x77359400", &most].choose(rng).unwrap()),
    });
    let block = json!({
        "number": number(rng), "time": number(rng), "gasLimit": number(rng), "baseFeePerGas": number(rng),
        "difficulty": json!(most)
    });
    let state =
        json!({ READER.to_string(): { "balance": most, "nonce": number(rng), "code": "0x60006000f3" } });
    json!([call, *["latest", "pending", "0x0"].choose(rng).unwrap(), state, block])
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_never_crashes_the_node() {
    let node = Node::start().await;
    node.send(json!({ "to": LOGGER, "gas": "0x186a0" })).await;
    node.backend.mine();
    let mut rng = StdRng::seed_from_u64(7);
    for round in 0..60 {
        let mut batch = Vec::new();
        for method in METHODS {
            let params = match round % 4 {
                0 if ["eth_call", "eth_estimateGas", "eth_createAccessList"].contains(method) => {
                    nearly_right(&mut rng)
                }
                1 => junk(&mut rng, 2),
                _ => Value::Array((0..rng.random_range(0..5)).map(|_| junk(&mut rng, 3)).collect()),
            };
            batch.push(json!({ "jsonrpc": "2.0", "id": batch.len(), "method": method, "params": params }));
        }
        let answers: Value =
            serde_json::from_str(&node.post(&Value::Array(batch.clone()).to_string()).await).unwrap();
        let answers = answers.as_array().unwrap();
        assert_eq!(answers.len(), METHODS.len());
        for (request, answer) in batch.iter().zip(answers) {
            assert_eq!(answer["id"], request["id"]);
            assert_ne!(answer["error"]["code"], -32603, "{request}: {answer}");
            assert!(answer.get("result").is_some() || answer["error"]["code"].is_i64(), "{answer}");
        }
    }
    // Bytes that are no JSON, on both transports.
    let mut ws = node.ws().await;
    for _ in 0..200 {
        let text: String = (0..rng.random_range(0..60))
            .map(|_| *b"{}[]\",:0x1nultrefs ".choose(&mut rng).unwrap() as char)
            .collect();
        if !text.trim().is_empty() {
            node.post(&text).await;
            ws.socket.send(Message::text(text)).await.unwrap();
            ws.read().await;
        }
    }
}
