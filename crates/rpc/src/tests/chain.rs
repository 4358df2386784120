use super::*;
use autochain_chainspec::{Fork, ForkSchedule};
use testing::{MINER, account};

#[tokio::test(flavor = "multi_thread")]
async fn blocks_have_geths_shape() {
    let node = Node::start().await;
    let hash = node.send(json!({ "to": LOGGER, "gas": "0x186a0" })).await;
    node.backend.mine();
    let block = node.call("eth_getBlockByNumber", json!(["latest", false])).await;
    let mut keys: Vec<_> = block.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "baseFeePerGas",
            "difficulty",
            "extraData",
            "gasLimit",
            "gasUsed",
            "hash",
            "logsBloom",
            "miner",
            "mixHash",
            "nonce",
            "number",
            "parentHash",
            "receiptsRoot",
            "sha3Uncles",
            "size",
            "stateRoot",
            "timestamp",
            "totalDifficulty",
            "transactions",
            "transactionsRoot",
            "uncles"
        ]
    );
    assert_eq!(block["number"], "0x1");
    assert_eq!(block["nonce"], "0x0000000000000000");
    assert_eq!(block["miner"], json!(MINER));
    assert_eq!(block["transactions"], json!([hash]));
    assert_eq!(block["uncles"], json!([]));
    assert_eq!(
        number(&block["totalDifficulty"]),
        number(&block["difficulty"])
            + number(&node.call("eth_getBlockByNumber", json!(["earliest", false])).await["difficulty"])
    );
    let by_hash = node.call("eth_getBlockByHash", json!([block["hash"], false])).await;
    assert_eq!(by_hash, block);
    let raw = node.call("debug_getRawBlock", json!(["latest"])).await;
    assert_eq!(number(&block["size"]) as usize, (raw.as_str().unwrap().len() - 2) / 2);

    let full = node.call("eth_getBlockByNumber", json!(["0x1", true])).await;
    let transaction = &full["transactions"][0];
    assert_eq!(transaction, &node.call("eth_getTransactionByHash", json!([hash])).await);
    assert_eq!(transaction["blockHash"], block["hash"]);
    assert_eq!(transaction["transactionIndex"], "0x0");
    assert_eq!(transaction["type"], "0x2");
    assert_eq!(transaction["chainId"], "0x539");
    assert_eq!(transaction["yParity"], transaction["v"]);
    assert_eq!(transaction["accessList"], json!([]));
    for method in ["eth_getTransactionByBlockNumberAndIndex", "eth_getTransactionByBlockHashAndIndex"] {
        let of = if method.contains("Hash") { block["hash"].clone() } else { json!("latest") };
        assert_eq!(&node.call(method, json!([of, "0x0"])).await, transaction);
        assert_eq!(node.call(method, json!([of, "0x1"])).await, Value::Null);
    }
    assert_eq!(node.call("eth_getBlockTransactionCountByNumber", json!(["0x1"])).await, "0x1");
    assert_eq!(node.call("eth_getBlockTransactionCountByHash", json!([block["hash"]])).await, "0x1");
    assert_eq!(node.call("eth_getBlockByNumber", json!(["0x63", false])).await, Value::Null);
    assert_eq!(node.call("eth_getBlockByHash", json!([TOPIC, false])).await, Value::Null);
    assert_eq!(node.call("eth_getTransactionByHash", json!([TOPIC])).await, Value::Null);
    assert_eq!(node.call("eth_getTransactionReceipt", json!([TOPIC])).await, Value::Null);
    assert_eq!(node.call("eth_getBlockTransactionCountByNumber", json!(["0x63"])).await, Value::Null);

    let header = node.call("eth_getHeaderByNumber", json!(["0x1"])).await;
    assert_eq!(header["hash"], block["hash"]);
    assert!(header.get("transactions").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn before_london_there_is_no_base_fee_key() {
    let backend = TestBackend::with(ForkSchedule::up_to(Fork::Berlin), |_| {});
    let node = Node::serve(backend, ServerConfig { http: Some(http_config()), ..Default::default() }).await;
    let block = node.call("eth_getBlockByNumber", json!(["latest", true])).await;
    assert!(block.get("baseFeePerGas").is_none());
    // A transaction without a price is a legacy one here.
    let hash = node.send(json!({ "to": account(1), "value": "0x1" })).await;
    let pooled = node.call("eth_getTransactionByHash", json!([hash])).await;
    assert_eq!(pooled["type"], "0x0");
    assert_eq!(pooled["blockHash"], Value::Null);
    assert_eq!(pooled["blockNumber"], Value::Null);
    assert_eq!(pooled["transactionIndex"], Value::Null);
    assert!(pooled.get("maxFeePerGas").is_none() && pooled.get("yParity").is_none());
    assert!([2709, 2710].contains(&number(&pooled["v"])), "EIP-155");
    node.backend.mine();
    let receipt = node.call("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["type"], "0x0");
    assert_eq!(receipt["effectiveGasPrice"], pooled["gasPrice"]);
    assert_eq!(node.call("eth_baseFee", json!([])).await, Value::Null);
    let history = node.call("eth_feeHistory", json!(["0x2", "latest", [50.0]])).await;
    assert_eq!(history["baseFeePerGas"], json!(["0x0", "0x0", "0x0"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn before_byzantium_a_receipt_has_a_root() {
    let backend = TestBackend::with(ForkSchedule::up_to(Fork::SpuriousDragon), |_| {});
    let node = Node::serve(backend, ServerConfig { http: Some(http_config()), ..Default::default() }).await;
    let hash = node.send(json!({ "to": account(1), "value": "0x1" })).await;
    node.backend.mine();
    let receipt = node.call("eth_getTransactionReceipt", json!([hash])).await;
    assert!(receipt.get("status").is_none());
    assert_eq!(receipt["root"].as_str().unwrap().len(), 66);
}

#[tokio::test(flavor = "multi_thread")]
async fn uncles() {
    let node = Node::start().await;
    let first = node.backend.mine();
    let uncle = {
        let mut header = node.backend.block(BlockRef::Hash(first)).unwrap().unwrap().block.header.clone();
        header.extra_data = Bytes::from_static(b"uncle");
        header
    };
    let hash = node.backend.mine_with(vec![uncle.clone()]);
    let block = node.call("eth_getBlockByHash", json!([hash, false])).await;
    assert_eq!(block["uncles"], json!([uncle.hash_slow()]));
    assert_eq!(node.call("eth_getUncleCountByBlockHash", json!([hash])).await, "0x1");
    assert_eq!(node.call("eth_getUncleCountByBlockNumber", json!(["0x1"])).await, "0x0");
    let told = node.call("eth_getUncleByBlockHashAndIndex", json!([hash, "0x0"])).await;
    assert_eq!(told["hash"], json!(uncle.hash_slow()));
    assert_eq!(told["extraData"], "0x756e636c65");
    assert_eq!(told["uncles"], json!([]));
    assert!(told.get("transactions").is_none());
    assert_eq!(node.call("eth_getUncleByBlockNumberAndIndex", json!(["0x2", "0x0"])).await, told);
    assert_eq!(node.call("eth_getUncleByBlockNumberAndIndex", json!(["0x2", "0x1"])).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_and_syncing() {
    let node = Node::start().await;
    for tag in ["latest", "safe", "finalized", "earliest"] {
        assert_eq!(node.call("eth_getBlockByNumber", json!([tag, false])).await["number"], "0x0", "{tag}");
    }
    for _ in 0..6 {
        node.backend.mine();
    }
    assert_eq!(node.call("eth_blockNumber", json!([])).await, "0x6");
    assert_eq!(node.call("eth_getBlockByNumber", json!(["safe", false])).await["number"], "0x4");
    assert_eq!(node.call("eth_getBlockByNumber", json!(["finalized", false])).await["number"], "0x2");
    let pending = node.call("eth_getBlockByNumber", json!(["pending", false])).await;
    assert_eq!(pending["number"], "0x7");
    for key in ["hash", "nonce", "miner"] {
        assert_eq!(pending[key], Value::Null, "{key}");
    }
    assert_eq!(node.call("eth_syncing", json!([])).await, false);
    node.backend.set_progress(Some(SyncProgress { starting: 1, current: 6, highest: 99 }));
    assert_eq!(
        node.call("eth_syncing", json!([])).await,
        json!({"startingBlock": "0x1", "currentBlock": "0x6", "highestBlock": "0x63"})
    );
    assert_eq!(node.call("net_listening", json!([])).await, false);
    assert_eq!(node.call("net_peerCount", json!([])).await, "0x0");
    let version = node.call("web3_clientVersion", json!([])).await;
    assert!(version.as_str().unwrap().starts_with("Autochain/v0.1.0/linux-"), "{version}");
    assert_eq!(
        node.call("web3_sha3", json!(["0x68656c6c6f20776f726c64"])).await,
        "0x47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn state_at_any_block() {
    let node = Node::start().await;
    let rich = "0x21e19e0c9bab2400000";
    assert_eq!(node.call("eth_getBalance", json!([account(0), "latest"])).await, rich);
    assert_eq!(node.call("eth_getBalance", json!([account(0)])).await, rich);
    node.send(json!({ "to": LOGGER, "gas": "0x186a0" })).await;
    assert_eq!(node.call("eth_getTransactionCount", json!([account(0), "latest"])).await, "0x0");
    assert_eq!(node.call("eth_getTransactionCount", json!([account(0), "pending"])).await, "0x1");
    assert_eq!(
        node.call("eth_getStorageAt", json!([LOGGER, "0x0", "pending"])).await,
        json!(B256::with_last_byte(1))
    );
    let hash = node.backend.mine();
    assert_eq!(node.call("eth_getTransactionCount", json!([account(0), "latest"])).await, "0x1");
    assert_eq!(node.call("eth_getTransactionCount", json!([account(0), "0x0"])).await, "0x0");
    for slot in ["0x0", "0x00", &B256::ZERO.to_string()] {
        assert_eq!(
            node.call("eth_getStorageAt", json!([LOGGER, slot, "0x1"])).await,
            json!(B256::with_last_byte(1))
        );
        assert_eq!(node.call("eth_getStorageAt", json!([LOGGER, slot, "0x0"])).await, json!(B256::ZERO));
    }
    assert_eq!(
        node.call("eth_getStorageAt", json!([TOPIC.to_string()[..42], "0x0", "latest"])).await,
        json!(B256::ZERO)
    );
    assert_eq!(node.call("eth_getCode", json!([INVALID, "latest"])).await, "0xfe");
    assert_eq!(node.call("eth_getCode", json!([account(0), "latest"])).await, "0x");
    assert_eq!(node.call("eth_getTransactionCount", json!([account(0), {"blockHash": hash}])).await, "0x1");
    assert_eq!(
        node.call("eth_getTransactionCount", json!([account(0), {"blockNumber": "0x0"}])).await,
        "0x0"
    );
    assert_eq!(
        node.call("eth_getAccountInfo", json!([READER, "0x1"])).await,
        json!({"balance": "0x0", "nonce": "0x1", "code": "0x60005460005260206000f3"})
    );
    assert_eq!(
        node.fail("eth_getBalance", json!([account(0), "0x63"])).await,
        (-32000, "header not found".into())
    );
    let (code, message) = node.fail("eth_getBalance", json!([account(0), {"blockHash": TOPIC}])).await;
    assert_eq!((code, message.as_str()), (-32000, "header for hash not found"));
    node.backend.reorganise(0, 2);
    let (_, message) = node.fail("eth_getBalance", json!([account(0), {"blockHash": hash}])).await;
    assert_eq!(message, "hash is not currently canonical");
    assert_eq!(
        node.call("eth_getBlockByHash", json!([hash, false])).await["number"],
        "0x1",
        "a side block is told"
    );

    let proof = node.call("eth_getProof", json!([READER, ["0x0", B256::ZERO], "latest"])).await;
    assert_eq!(proof["address"], json!(READER));
    assert_eq!(proof["nonce"], "0x1");
    assert_eq!(proof["storageProof"][0]["key"], "0x0");
    assert_eq!(proof["storageProof"][0]["value"], "0x7");
    assert_eq!(proof["storageProof"][1]["key"], json!(B256::ZERO));
    assert_eq!(proof["accountProof"], json!(["0xc0"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_data_and_traces() {
    let node = Node::start().await;
    let hash = node.send(json!({ "to": LOGGER, "gas": "0x186a0" })).await;
    let failed = node.send(json!({ "to": REVERTER, "gas": "0x186a0" })).await;
    let block = node.backend.mine();
    let raw = node.call("eth_getRawTransactionByHash", json!([hash])).await;
    assert!(raw.as_str().unwrap().starts_with("0x02f8"));
    assert_eq!(node.call("debug_getRawTransaction", json!([hash])).await, raw);
    assert_eq!(node.call("debug_getRawReceipts", json!(["latest"])).await.as_array().unwrap().len(), 2);
    assert!(node.call("debug_getRawHeader", json!(["0x0"])).await.as_str().unwrap().starts_with("0xf90"));

    let trace = node.call("debug_traceTransaction", json!([hash, {"tracer": "callTracer"}])).await;
    assert_eq!(trace["from"], json!(account(0)));
    assert_eq!(trace["to"], json!(LOGGER));
    assert_eq!(trace["type"], "CALL");
    let trace = node.call("debug_traceTransaction", json!([failed, {"tracer": "callTracer"}])).await;
    assert_eq!(trace["error"], "execution reverted");
    assert_eq!(trace["revertReason"], "nope");
    let steps = node.call("debug_traceTransaction", json!([hash])).await;
    assert_eq!(steps["failed"], false);
    assert_eq!(steps["structLogs"][0]["op"], "PUSH1");
    let before = node.call("debug_traceTransaction", json!([hash, {"tracer": "prestateTracer"}])).await;
    assert_eq!(before[account(0).to_string().to_lowercase()]["balance"], "0x21e19e0c9bab2400000");
    let all = node.call("debug_traceBlockByHash", json!([block, {"tracer": "callTracer"}])).await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(all[1]["txHash"], failed);
    assert_eq!(all, node.call("debug_traceBlockByNumber", json!(["0x1", {"tracer": "callTracer"}])).await);
    let rlp = node.call("debug_getRawBlock", json!(["0x1"])).await;
    assert_eq!(all, node.call("debug_traceBlock", json!([rlp, {"tracer": "callTracer"}])).await);
    let call = json!([{ "to": READER }, "latest", { "tracer": "callTracer" }]);
    assert_eq!(node.call("debug_traceCall", call).await["output"], json!(B256::with_last_byte(7)));
    let options =
        json!({ "tracer": "callTracer", "stateOverrides": { READER.to_string(): { "code": "0xfe" } } });
    let call = json!([{ "to": READER }, "latest", options]);
    assert!(node.call("debug_traceCall", call).await["error"].as_str().unwrap().contains("invalid opcode"));
    let four = node.call("debug_traceTransaction", json!([hash, {"tracer": "4byteTracer"}])).await;
    assert!(four.is_object());
    assert_eq!(
        node.fail("debug_traceTransaction", json!([TOPIC])).await,
        (-32000, "transaction not found".into())
    );
    assert_eq!(
        node.fail("debug_traceBlockByNumber", json!(["0x0"])).await,
        (-32000, "genesis is not traceable".into())
    );
    assert!(node.fail("debug_setHead", json!(["0x0"])).await.1.contains("not available"));
}
