use super::*;
use testing::account;

#[tokio::test(flavor = "multi_thread")]
async fn logs_by_range_hash_and_topic() {
    let node = Node::start().await;
    node.backend.mine();
    let hash = node.send(json!({ "to": LOGGER, "gas": "0x186a0" })).await;
    let block = node.backend.mine();
    node.backend.mine();
    let logs = node
        .call(
            "eth_getLogs",
            json!([{ "fromBlock": "0x0", "toBlock": "latest", "address": LOGGER, "topics": [TOPIC] }]),
        )
        .await;
    let timestamp = node.call("eth_getBlockByNumber", json!(["0x2", false])).await["timestamp"].clone();
    assert_eq!(
        logs,
        json!([{
            "address": LOGGER, "topics": [TOPIC], "data": "0x", "blockNumber": "0x2", "transactionHash": hash,
            "transactionIndex": "0x0", "blockHash": block, "blockTimestamp": timestamp, "logIndex": "0x0",
            "removed": false
        }])
    );
    let receipt = node.call("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["logs"], logs);
    for filter in [
        json!({ "blockHash": block }),
        json!({ "fromBlock": "earliest", "topics": [] }),
        json!({ "fromBlock": "0x2", "toBlock": "0x2", "address": [LOGGER, READER], "topics": [null] }),
        json!({ "fromBlock": "0x1", "toBlock": "0x63", "topics": [[TOPIC, B256::ZERO]] }),
    ] {
        assert_eq!(node.call("eth_getLogs", json!([filter])).await, logs, "{filter}");
    }
    assert_eq!(node.call("eth_getLogs", json!([{}])).await, json!([]), "the head alone");
    assert_eq!(
        node.call("eth_getLogs", json!([{ "fromBlock": "0x0", "topics": [B256::ZERO] }])).await,
        json!([])
    );
    assert_eq!(
        node.fail("eth_getLogs", json!([{ "fromBlock": "0x3", "toBlock": "0x1" }])).await.1,
        "invalid block range params"
    );
    assert_eq!(node.fail("eth_getLogs", json!([{ "blockHash": TOPIC }])).await.1, "unknown block");
    node.send(json!({ "to": LOGGER, "gas": "0x186a0" })).await;
    let pending = node.call("eth_getLogs", json!([{ "fromBlock": "pending", "toBlock": "pending" }])).await;
    assert_eq!(pending[0]["blockHash"], Value::Null);

    let rpc = RpcConfig { log_range_limit: 2, log_result_limit: 0, ..Default::default() };
    let strict =
        Node::serve(node.backend.clone(), ServerConfig { http: Some(http_config()), ws: None, rpc }).await;
    let (_, message) = strict.fail("eth_getLogs", json!([{ "fromBlock": "0x0", "toBlock": "0x2" }])).await;
    assert!(message.starts_with("exceed maximum block range: 2"));
    let (code, message) = strict.fail("eth_getLogs", json!([{ "fromBlock": "0x2", "toBlock": "0x2" }])).await;
    assert_eq!((code, message.as_str()), (-32005, "query returned more than 0 results"));
}

/// Asks until something came.
async fn changes(node: &Node, filter: &Value) -> Value {
    for _ in 0..200 {
        let changes = node.call("eth_getFilterChanges", json!([filter])).await;
        if changes != json!([]) {
            return changes;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing came");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_tell_once_and_reorganisations_remove() {
    let node = Node::start().await;
    let blocks = node.call("eth_newBlockFilter", json!([])).await;
    let pending = node.call("eth_newPendingTransactionFilter", json!([])).await;
    let full = node.call("eth_newPendingTransactionFilter", json!([true])).await;
    let logs = node.call("eth_newFilter", json!([{ "address": LOGGER }])).await;
    let elsewhere = node.call("eth_newFilter", json!([{ "address": READER }])).await;
    let hash = node.send(json!({ "to": LOGGER, "gas": "0x186a0" })).await;
    assert_eq!(changes(&node, &pending).await, json!([hash]));
    assert_eq!(changes(&node, &full).await[0]["hash"], hash);
    let block = node.backend.mine();
    assert_eq!(changes(&node, &blocks).await, json!([block]));
    let told = changes(&node, &logs).await;
    assert_eq!(told[0]["transactionHash"], hash);
    assert_eq!(node.call("eth_getFilterChanges", json!([logs])).await, json!([]), "told once");
    assert_eq!(node.call("eth_getFilterLogs", json!([logs])).await, told);
    node.backend.reorganise(0, 2);
    let removed = changes(&node, &logs).await;
    assert_eq!(removed[0]["removed"], true);
    assert_eq!(removed[0]["blockHash"], json!(block));
    assert_eq!(changes(&node, &blocks).await.as_array().unwrap().len(), 2);
    // The transaction is back in the pool and is mined again.
    assert_eq!(changes(&node, &pending).await, json!([hash]));
    node.backend.mine();
    assert_eq!(changes(&node, &logs).await[0]["removed"], false);
    assert_eq!(node.call("eth_getFilterChanges", json!([elsewhere])).await, json!([]));
    assert_eq!(node.call("eth_uninstallFilter", json!([logs])).await, true);
    assert_eq!(node.call("eth_uninstallFilter", json!([logs])).await, false);
    assert_eq!(node.fail("eth_getFilterChanges", json!([logs])).await, (-32000, "filter not found".into()));
    assert_eq!(node.fail("eth_getFilterLogs", json!([blocks])).await.1, "filter not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_are_bounded_and_expire() {
    let rpc = RpcConfig { max_filters: 2, filter_timeout: Duration::from_millis(50), ..Default::default() };
    let node =
        Node::serve(TestBackend::new(), ServerConfig { http: Some(http_config()), ws: None, rpc }).await;
    let first = node.call("eth_newBlockFilter", json!([])).await;
    node.call("eth_newBlockFilter", json!([])).await;
    assert!(node.fail("eth_newBlockFilter", json!([])).await.1.starts_with("too many filters"));
    tokio::time::sleep(Duration::from_millis(80)).await;
    node.call("eth_newBlockFilter", json!([])).await;
    assert_eq!(node.fail("eth_getFilterChanges", json!([first])).await.1, "filter not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions() {
    let node = Node::start().await;
    let mut ws = node.ws().await;
    let heads = ws.call("eth_subscribe", json!(["newHeads"])).await["result"].clone();
    let block = node.backend.mine();
    let head = ws.next_of(&heads).await;
    assert_eq!(head["hash"], json!(block));
    assert_eq!(head["number"], "0x1");
    assert!(head.get("transactions").is_none() && head.get("baseFeePerGas").is_some());
    assert_eq!(ws.call("eth_unsubscribe", json!([heads])).await["result"], true);
    assert_eq!(
        ws.call("eth_unsubscribe", json!([heads])).await["error"]["message"],
        "subscription not found"
    );

    let pending = ws.call("eth_subscribe", json!(["newPendingTransactions"])).await["result"].clone();
    let hash = node.send(json!({ "to": LOGGER, "gas": "0x186a0" })).await;
    assert_eq!(ws.next_of(&pending).await, hash);
    ws.call("eth_unsubscribe", json!([pending])).await;

    let logs =
        ws.call("eth_subscribe", json!(["logs", { "address": LOGGER, "topics": [TOPIC] }])).await["result"]
            .clone();
    let block = node.backend.mine();
    let log = ws.next_of(&logs).await;
    assert_eq!((log["blockHash"].clone(), log["removed"].clone()), (json!(block), json!(false)));
    node.backend.reorganise(1, 2);
    let log = ws.next_of(&logs).await;
    assert_eq!((log["blockHash"].clone(), log["removed"].clone()), (json!(block), json!(true)));
    ws.call("eth_unsubscribe", json!([logs])).await;

    let syncing = ws.call("eth_subscribe", json!(["syncing"])).await["result"].clone();
    node.backend.mine();
    assert_eq!(ws.next_of(&syncing).await, false);
    node.backend.set_progress(Some(SyncProgress { starting: 0, current: 1, highest: 9 }));
    node.backend.mine();
    assert_eq!(ws.next_of(&syncing).await["syncing"], true);
    let unknown = ws.call("eth_subscribe", json!(["nope"])).await;
    assert_eq!(unknown["error"]["message"], "no \"nope\" subscription in eth namespace");
    // Other calls still work on the same connection.
    assert_eq!(
        ws.call("eth_getBalance", json!([account(0), "0x0"])).await["result"],
        "0x21e19e0c9bab2400000"
    );
    node.shutdown().await;
}
