use super::*;
use testing::account;

#[tokio::test(flavor = "multi_thread")]
async fn the_gas_price_covers_the_next_block_and_follows_full_blocks() {
    let backend = TestBackend::with(
        autochain_chainspec::ForkSchedule::up_to(autochain_chainspec::Fork::Osaka),
        |genesis| genesis.gas_limit = 42_000,
    );
    let node = Node::serve(backend, ServerConfig { http: Some(http_config()), ..Default::default() }).await;
    let check = async |room: f64| {
        let price = number(&node.call("eth_gasPrice", json!([])).await) as f64;
        let base = number(&node.call("eth_baseFee", json!([])).await) as f64;
        let tip = number(&node.call("eth_maxPriorityFeePerGas", json!([])).await) as f64;
        assert!(price >= base * room + tip - 1e3, "price {price}, base {base}, tip {tip}");
        price as u128
    };
    check(1.1).await;
    // Fifty full blocks: two transfers fill one.
    for _ in 0..50 {
        for _ in 0..2 {
            let price = format!("{:#x}", number(&node.call("eth_gasPrice", json!([])).await));
            node.send(json!({ "to": account(1), "gas": "0x5208", "maxFeePerGas": price, "maxPriorityFeePerGas": "0x1" })).await;
        }
        node.backend.mine();
    }
    let head = node.call("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(head["gasUsed"], head["gasLimit"]);
    // What MetaMask does: both caps are the gas price. It is still mined when ten more full blocks come first.
    let price = check(3.6).await;
    let base = number(&head["baseFeePerGas"]);
    assert!((0..11).fold(base, |fee, _| fee + fee / 8) <= price);
    let price = format!("{price:#x}");
    let hash = node
        .send(json!({ "to": account(1), "gas": "0x5208", "maxFeePerGas": price, "maxPriorityFeePerGas": price }))
        .await;
    node.backend.mine();
    assert_eq!(node.call("eth_getTransactionReceipt", json!([hash])).await["status"], "0x1");
    let history = node.call("eth_feeHistory", json!(["0xa", "latest", [20.0]])).await;
    assert_eq!(history["reward"].as_array().unwrap().len(), 10);
    assert_eq!(history["reward"][0], json!(["0x1"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn fee_history_takes_every_form() {
    let node = Node::start().await;
    for _ in 0..3 {
        node.backend.mine();
    }
    let history = node.call("eth_feeHistory", json!(["0x2", "latest", [20]])).await;
    assert_eq!(history["oldestBlock"], "0x2");
    assert_eq!(history["baseFeePerGas"].as_array().unwrap().len(), 3);
    assert_eq!(history["gasUsedRatio"], json!([0.0, 0.0]));
    assert_eq!(history["reward"], json!([["0x0"], ["0x0"]]));
    for count in [json!(2), json!("2")] {
        assert_eq!(node.call("eth_feeHistory", json!([count, "0x3", [20]])).await, history);
    }
    let next = node.call("eth_baseFee", json!([])).await;
    assert_eq!(history["baseFeePerGas"][2], next);
    let short = node.call("eth_feeHistory", json!(["0xa", "0x1"])).await;
    assert_eq!(short["oldestBlock"], "0x0");
    assert!(short.get("reward").is_none());
    assert_eq!(short["gasUsedRatio"].as_array().unwrap().len(), 2);
    assert_eq!(
        node.call("eth_feeHistory", json!(["0x4", "latest", []])).await["gasUsedRatio"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(node.call("eth_feeHistory", json!(["0x0", "latest", []])).await["gasUsedRatio"], json!([]));
    assert!(
        node.fail("eth_feeHistory", json!(["0x1", "latest", [101]]))
            .await
            .1
            .starts_with("invalid reward percentile")
    );
    assert!(
        node.fail("eth_feeHistory", json!(["0x1", "latest", [50, 20]]))
            .await
            .1
            .starts_with("invalid reward percentile: #0")
    );
    assert!(
        node.fail("eth_feeHistory", json!(["0x1", "0x63", []]))
            .await
            .1
            .starts_with("request beyond head block")
    );
    // On an idle chain the tip is the default, so a wallet's first send is cheap but not free.
    assert_eq!(node.call("eth_maxPriorityFeePerGas", json!([])).await, "0x3b9aca00");
}
