use super::*;
use testing::{MINER, account};

#[tokio::test(flavor = "multi_thread")]
async fn calls_see_their_block_and_overrides() {
    let node = Node::start().await;
    for _ in 0..3 {
        node.backend.mine();
    }
    let words = |value: &Value| {
        let text = value.as_str().unwrap().trim_start_matches("0x").to_owned();
        let word = |at: usize| U256::from_str_radix(&text[at * 64..(at + 1) * 64], 16).unwrap();
        (word(0), word(1))
    };
    let info = node.call("eth_call", json!([{ "to": BLOCK_INFO }, "0x2"])).await;
    let block = node.call("eth_getBlockByNumber", json!(["0x2", false])).await;
    assert_eq!(words(&info), (U256::from(2), U256::from(number(&block["difficulty"]))));
    let pending = node.call("eth_call", json!([{ "to": BLOCK_INFO }, "pending"])).await;
    assert_eq!(words(&pending).0, U256::from(4));
    let overrides = json!([{ "to": BLOCK_INFO }, "latest", {}, { "number": "0x63", "difficulty": "0x5" }]);
    assert_eq!(words(&node.call("eth_call", overrides).await), (U256::from(0x63), U256::from(5)));

    let seven = json!(B256::with_last_byte(7));
    // Foundry's and web3.js's forms: both data fields, nulls, fields nobody knows, a chain id, a nonce.
    for call in [
        json!([{ "to": READER }]),
        json!([{ "to": READER, "input": "0x", "data": "0x", "chainId": "0x539" }, "latest"]),
        json!([{ "to": READER, "from": null, "value": null, "gasPrice": null, "nonce": "0x5" }, "latest"]),
        json!([{ "to": READER, "chain": "mainnet", "hardfork": "london", "networkId": 7, "type": "0x2" }, "latest", null]),
        json!([{ "from": account(0), "to": READER, "maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x0" }, "latest"]),
    ] {
        assert_eq!(node.call("eth_call", call.clone()).await, seven, "{call}");
    }
    let slot = B256::ZERO;
    let diff = json!([{ "to": READER }, "latest", { READER.to_string(): { "stateDiff": { slot.to_string(): B256::with_last_byte(9) } } }]);
    assert_eq!(node.call("eth_call", diff).await, json!(B256::with_last_byte(9)));
    let code = json!([{ "to": TOPIC.to_string()[..42] }, "latest", { TOPIC.to_string()[..42].to_owned(): { "code": "0x60055f5260205ff3" } }]);
    assert_eq!(node.call("eth_call", code).await, json!(B256::with_last_byte(5)));
    // A creation returns the code it leaves.
    assert_eq!(
        node.call("eth_call", json!([{ "to": null, "data": "0x60fe60005360016000f3" }])).await,
        "0xfe"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_geths_codes() {
    let node = Node::start().await;
    let answer = node.answer("eth_call", json!([{ "to": REVERTER }, "latest"])).await;
    assert_eq!(answer["error"]["code"], 3);
    assert_eq!(answer["error"]["message"], "execution reverted: nope");
    assert_eq!(answer["error"]["data"], format!("0x{}", hex::encode(reason())));
    let estimate = node.answer("eth_estimateGas", json!([{ "to": REVERTER }])).await;
    assert_eq!(estimate["error"], answer["error"]);
    let (code, message) = node.fail("eth_call", json!([{ "to": INVALID }, "latest"])).await;
    assert_eq!(code, -32000);
    assert!(message.starts_with("invalid opcode"), "{message}");
    let (code, message) = node.fail("eth_call", json!([{ "to": READER, "gas": "0x5300" }, "latest"])).await;
    assert_eq!((code, message.as_str()), (-32000, "out of gas"));
    let (code, message) = node.fail("eth_call", json!([{ "to": READER, "gas": "0x1" }, "latest"])).await;
    assert_eq!(code, -32000);
    assert!(message.contains("intrinsic gas too low") && message.contains("(supplied gas 1)"), "{message}");
    let (_, message) =
        node.fail("eth_call", json!([{ "to": READER, "data": "0x01", "input": "0x02" }])).await;
    assert!(message.starts_with("both \"data\" and \"input\" are set and not equal"));
    let (_, message) = node.fail("eth_call", json!([{ "gasPrice": "0x1", "maxFeePerGas": "0x1" }])).await;
    assert!(message.starts_with("both gasPrice and (maxFeePerGas"));
    let (_, message) = node.fail("eth_call", json!([{ "to": READER, "chainId": "0x1" }])).await;
    assert_eq!(message, "chainId does not match node's (have=1, want=1337)");
    let (_, message) = node.fail("eth_call", json!([{ "from": MINER, "to": READER, "value": "0x1" }])).await;
    assert!(message.contains("insufficient funds"), "{message}");
    let (code, message) = node.fail("eth_call", json!([{ "to": READER, "gas": "100" }])).await;
    assert_eq!(code, -32602);
    assert_eq!(message, "invalid argument 0: hex string without 0x prefix");
    assert_eq!(node.fail("eth_call", json!([{ "to": READER }, "0x63"])).await.1, "header not found");
    let both = json!([{ "to": READER }, "latest", { READER.to_string(): { "state": {}, "stateDiff": {} } }]);
    assert!(node.fail("eth_call", both).await.1.contains("both 'state' and 'stateDiff'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_and_access_lists() {
    let node = Node::start().await;
    // MetaMask's and Foundry's forms.
    for call in [
        json!([{ "from": account(0), "to": account(1), "value": "0x1", "type": "0x2" }]),
        json!([{ "from": account(0), "to": account(1), "value": "0x1", "input": "0x", "data": "0x", "chainId": "0x539" }, "latest"]),
        json!([{ "from": account(0), "to": account(1), "nonce": "0x0" }, "pending"]),
    ] {
        assert_eq!(node.call("eth_estimateGas", call).await, "0x5208");
    }
    let deploy = json!([{ "from": account(0), "to": null, "input": "0x60fe60005360016000f3", "nonce": "0x0", "chainId": "0x539" }, "pending"]);
    let gas = number(&node.call("eth_estimateGas", deploy).await);
    assert!((53_000..60_000).contains(&gas), "{gas}");
    let gas = node.call("eth_estimateGas", json!([{ "from": account(0), "to": LOGGER }])).await;
    let hash = node.send(json!({ "to": LOGGER, "gas": gas })).await;
    node.backend.mine();
    assert_eq!(
        node.call("eth_getTransactionReceipt", json!([hash])).await["status"],
        "0x1",
        "what was estimated is enough"
    );
    let list =
        node.call("eth_createAccessList", json!([{ "from": account(0), "to": READER }, "latest"])).await;
    assert_eq!(list["accessList"], json!([{ "address": READER, "storageKeys": [B256::ZERO] }]));
    assert!(list.get("error").is_none() && list["gasUsed"].is_string());
    let list = node.call("eth_createAccessList", json!([{ "to": REVERTER }])).await;
    assert_eq!(list["error"], "execution reverted");
}
