use super::*;
use alloy_consensus::{SignableTransaction, TxEip1559, TxLegacy};
use autochain_primitives::{Encodable2718, Transaction, TxKind, sign_hash};
use testing::{account, key};

fn raw(transaction: Transaction) -> String {
    format!("0x{}", hex::encode(transaction.encoded_2718()))
}

fn dynamic(nonce: u64, change: impl FnOnce(&mut TxEip1559)) -> Transaction {
    let mut transaction = TxEip1559 {
        chain_id: 1337,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 2_000_000_000,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(account(0)),
        value: U256::from(5),
        ..Default::default()
    };
    change(&mut transaction);
    let signature = sign_hash(&key(1), transaction.signature_hash());
    transaction.into_signed(signature).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_transactions_and_their_receipts() {
    let node = Node::start().await;
    // Foundry's script: nonces n and n + 1 back to back, here even in the wrong order.
    let deploy = dynamic(1, |t| {
        t.to = TxKind::Create;
        t.input = hex!("60fe60005360016000f3").into();
        t.value = U256::ZERO;
        t.gas_limit = 100_000;
    });
    let second = node.call("eth_sendRawTransaction", json!([raw(deploy.clone())])).await;
    assert_eq!(node.call("txpool_status", json!([])).await, json!({"pending": "0x0", "queued": "0x1"}));
    let first = node.call("eth_sendRawTransaction", json!([raw(dynamic(0, |_| {}))])).await;
    assert_eq!(node.call("txpool_status", json!([])).await, json!({"pending": "0x2", "queued": "0x0"}));
    assert_eq!(second, json!(deploy.tx_hash()));
    assert_eq!(node.call("eth_getTransactionReceipt", json!([second])).await, Value::Null);
    let block = node.backend.mine();
    let receipt = node.call("eth_getTransactionReceipt", json!([second])).await;
    let mut keys: Vec<_> = receipt.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "blockHash",
            "blockNumber",
            "contractAddress",
            "cumulativeGasUsed",
            "effectiveGasPrice",
            "from",
            "gasUsed",
            "logs",
            "logsBloom",
            "status",
            "to",
            "transactionHash",
            "transactionIndex",
            "type"
        ]
    );
    let created = account(1).create(1);
    assert_eq!(receipt["contractAddress"], json!(created));
    assert_eq!(receipt["to"], Value::Null);
    assert_eq!(receipt["blockHash"], json!(block));
    assert_eq!(receipt["transactionIndex"], "0x1");
    assert_eq!(receipt["type"], "0x2");
    assert_eq!(number(&receipt["cumulativeGasUsed"]), number(&receipt["gasUsed"]) + 21_000);
    let base_fee =
        number(&node.call("eth_getBlockByNumber", json!(["latest", false])).await["baseFeePerGas"]);
    assert_eq!(number(&receipt["effectiveGasPrice"]), base_fee + 1);
    assert_eq!(node.call("eth_getCode", json!([created, "latest"])).await, "0xfe");
    let all = node.call("eth_getBlockReceipts", json!(["latest"])).await;
    assert_eq!(all[0]["transactionHash"], first);
    assert_eq!(all[1], receipt);
    assert_eq!(node.call("eth_getBlockReceipts", json!([block])).await, all);
    assert_eq!(node.call("eth_getBlockReceipts", json!(["0x63"])).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_carry_geths_words() {
    let node = Node::start().await;
    let refused = async |raw: String| node.fail("eth_sendRawTransaction", json!([raw])).await;
    let good = raw(dynamic(0, |_| {}));
    node.call("eth_sendRawTransaction", json!([good])).await;
    assert_eq!(refused(good.clone()).await, (-32000, "already known".into()));
    let cheap = raw(dynamic(0, |t| t.max_priority_fee_per_gas = 2));
    assert!(refused(cheap).await.1.starts_with("replacement transaction underpriced"));
    let foreign = raw(dynamic(1, |t| t.chain_id = 1));
    assert_eq!(refused(foreign).await.1, "invalid sender: tx signed for chain 1, this chain is 1337");
    let big = raw(dynamic(1, |t| t.gas_limit = (1 << 24) + 1));
    assert!(refused(big).await.1.contains("EIP-7825"));
    let dear = raw(dynamic(1, |t| t.max_fee_per_gas = 100_000_000_000_000));
    assert_eq!(refused(dear).await.1, "tx fee (2.10 ether) exceeds the configured cap (1.00 ether)");
    let poor = raw(dynamic(1, |t| t.value = U256::from(10).pow(U256::from(24))));
    assert!(refused(poor).await.1.starts_with("insufficient funds for gas * price + value"));
    assert_eq!(refused("0x".into()).await.1, "typed transaction too short");
    assert_eq!(refused("0x06c0".into()).await.1, "transaction type not supported");
    assert!(refused("0xf8".into()).await.1.starts_with("rlp: "));
    assert_eq!(refused(format!("{good}00")).await.1, "rlp: input contains more than one value");
    node.backend.mine();
    assert!(refused(raw(dynamic(0, |t| t.value = U256::ZERO))).await.1.starts_with("nonce too low"));
    // Without a chain id: allowed unless forbidden.
    let legacy = TxLegacy {
        nonce: 1,
        gas_price: 2_000_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(account(0)),
        ..Default::default()
    };
    let signature = sign_hash(&key(1), legacy.signature_hash());
    let unprotected = raw(legacy.into_signed(signature).into());
    let hash = node.call("eth_sendRawTransaction", json!([unprotected])).await;
    let told = node.call("eth_getTransactionByHash", json!([hash])).await;
    assert!(["0x1b", "0x1c"].contains(&told["v"].as_str().unwrap()));
    assert!(told.get("chainId").is_none());
    let rpc = RpcConfig { allow_unprotected: false, ..Default::default() };
    let strict =
        Node::serve(TestBackend::new(), ServerConfig { http: Some(http_config()), ws: None, rpc }).await;
    let (_, message) = strict.fail("eth_sendRawTransaction", json!([unprotected])).await;
    assert_eq!(message, "only replay-protected (EIP-155) transactions allowed over RPC");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_sends_are_all_mined() {
    let node = Node::start().await;
    let mut hashes = Vec::new();
    for nonce in 0..200 {
        hashes.push(node.call("eth_sendRawTransaction", json!([raw(dynamic(nonce, |_| {}))])).await);
    }
    node.backend.mine();
    for hash in hashes {
        assert_eq!(node.call("eth_getTransactionReceipt", json!([hash])).await["status"], "0x1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nodes_own_keys_sign() {
    let node = Node::start().await;
    let me = account(0);
    assert_eq!(node.call("eth_accounts", json!([])).await, json!([me]));
    let foundry = json!([{
        "from": me, "to": null, "maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x1", "gas": "0x186a0",
        "input": "0x60fe60005360016000f3", "nonce": "0x0", "chainId": "0x539", "type": "0x2"
    }]);
    let hash = node.call("eth_sendTransaction", foundry).await;
    assert_eq!(node.call("eth_pendingTransactions", json!([])).await[0]["hash"], hash);
    let value =
        node.call("eth_sendTransaction", json!([{ "from": me, "to": account(1), "value": "0x1" }])).await;
    let told = node.call("eth_getTransactionByHash", json!([value])).await;
    assert_eq!((told["nonce"].clone(), told["gas"].clone()), (json!("0x1"), json!("0x5208")));
    assert_eq!(told["maxPriorityFeePerGas"], "0x3b9aca00");
    node.backend.mine();
    assert_eq!(node.call("eth_getTransactionReceipt", json!([value])).await["status"], "0x1");
    let (_, message) = node.fail("eth_sendTransaction", json!([{ "from": account(1), "to": me }])).await;
    assert_eq!(message, "unknown account");
    let (_, message) = node.fail("eth_sendTransaction", json!([{ "from": me }])).await;
    assert_eq!(message, "contract creation without any data provided");

    let signature = node.call("eth_sign", json!([me, "0xdeadbeef"])).await;
    assert_eq!(signature.as_str().unwrap().len(), 132);
    assert_eq!(node.call("personal_ecRecover", json!(["0xdeadbeef", signature])).await, json!(me));
    let signed = json!([{ "from": me, "to": me, "gas": "0x5208", "gasPrice": "0x77359400", "nonce": "0x2" }]);
    let signed = node.call("eth_signTransaction", signed).await;
    assert_eq!(signed["tx"]["type"], "0x0");
    let hash = node.call("eth_sendRawTransaction", json!([signed["raw"]])).await;
    assert_eq!(hash, signed["tx"]["hash"]);
    assert_eq!(
        node.fail("eth_signTransaction", json!([{ "from": me, "to": me }])).await.1,
        "gas not specified"
    );
    let (_, message) = node.fail("personal_unlockAccount", json!([me, ""])).await;
    assert!(message.contains("--allow-insecure-unlock"));
    assert!(node.fail("personal_newAccount", json!(["x"])).await.1.contains("--keystore"));
    assert_eq!(node.call("personal_listAccounts", json!([])).await, json!([me]));
    assert_eq!(node.call("personal_listWallets", json!([])).await[0]["status"], "Unlocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_and_the_miner_tell_of_themselves() {
    let node = Node::start().await;
    node.call("eth_sendRawTransaction", json!([raw(dynamic(0, |_| {}))])).await;
    node.call("eth_sendRawTransaction", json!([raw(dynamic(7, |_| {}))])).await;
    let content = node.call("txpool_content", json!([])).await;
    let sender = account(1).to_string();
    assert_eq!(content["pending"][&sender]["0"]["from"], json!(account(1)));
    assert_eq!(content["queued"][&sender]["7"]["nonce"], "0x7");
    let from = node.call("txpool_contentFrom", json!([account(1)])).await;
    assert_eq!(from["pending"], content["pending"][&sender]);
    let inspect = node.call("txpool_inspect", json!([])).await;
    assert_eq!(
        inspect["pending"][&sender]["0"],
        format!("{}: 5 wei + 21000 gas × 2000000000 wei", account(0))
    );
    assert_eq!(node.call("eth_mining", json!([])).await, false);
    assert_eq!(node.fail("eth_getWork", json!([])).await, (-32000, "no mining work available yet".into()));
    assert_eq!(node.call("miner_start", json!([2])).await, true);
    assert_eq!(node.call("eth_mining", json!([])).await, true);
    let word = |byte| B256::repeat_byte(byte);
    assert_eq!(node.call("eth_getWork", json!([])).await, json!([word(1), word(2), word(3), "0x4"]));
    assert_eq!(node.call("ethash_getWork", json!([])).await[3], "0x4");
    assert_eq!(node.call("eth_submitWork", json!(["0x0909090909090909", word(1), word(9)])).await, true);
    assert_eq!(node.call("eth_submitWork", json!(["0x0000000000000000", word(1), word(9)])).await, false);
    assert_eq!(node.call("eth_submitHashrate", json!(["0x5", word(1)])).await, true);
    assert_eq!(node.call("eth_hashrate", json!([])).await, "0x63");
    assert_eq!(node.call("miner_setExtra", json!(["hello"])).await, true);
    assert!(node.fail("miner_setExtra", json!(["x".repeat(33)])).await.1.contains("33 > 32"));
    assert_eq!(node.call("miner_stop", json!([])).await, true);
    assert_eq!(node.call("evm_mine", json!([])).await, "0x0");
    assert_eq!(node.call("evm_mine", json!([{ "blocks": 2 }])).await, "0x0");
    assert_eq!(node.call("eth_blockNumber", json!([])).await, "0x3");
    let info = node.call("admin_nodeInfo", json!([])).await;
    assert_eq!(info["protocols"]["eth"]["network"], 1337);
}
