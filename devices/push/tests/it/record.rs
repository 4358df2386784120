use crate::node::{Answer, Node, words};
use crate::{KEY, REGISTRY, push, stderr, stdout};
use obd_core::keccak256;
use serde_json::{Value, json};
use std::fs;
use std::process::Output;

fn record(node: &Node, rest: &[&str]) -> Output {
    let mut args = vec!["record", "--rpc", &node.url, "--chain-id", "1337", "--registry", REGISTRY];
    args.extend(["--vehicle", "1", "--key", KEY]);
    args.extend(rest);
    push(&args)
}

/// A node that is honest except in one method.
fn lying(about: &'static str, answer: impl Fn(&Value) -> Answer + Send + 'static) -> Node {
    Node::start(move |method, params| (method == about).then(|| answer(params)))
}

/// The push fails, says so, and nothing was sent.
fn refused(node: &Node, rest: &[&str], expected: &str) {
    failed(node, rest, expected);
    assert_eq!(node.pushed().len(), 0, "a transaction left the device");
}

fn failed(node: &Node, rest: &[&str], expected: &str) {
    let output = record(node, rest);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
}

#[test]
fn a_reading_is_numbered_linked_signed_and_mined() {
    let payload = std::env::temp_dir().join(format!("autochain-push-{}.record", std::process::id()));
    fs::write(&payload, b"ciphertext").unwrap();
    let node = Node::honest();
    let output = record(&node, &["--odometer", "123456", "--payload", payload.to_str().unwrap()]);
    fs::remove_file(payload).unwrap();
    assert!(output.status.success(), "{}", stderr(&output));

    let [raw] = node.pushed().try_into().unwrap();
    let expected = format!(
        "transaction {}\nstatus 1\nblock 5\ngas 90000\nvehicle 1\ncounter 7\nhash {}\n",
        const_hex::encode_prefixed(keccak256(&raw)),
        const_hex::encode_prefixed(keccak256(b"ciphertext")),
    );
    assert_eq!(stdout(&output), expected);

    let mut call = "bdb5a533".to_owned();
    for word in [1, 7, 123_456, 1, 0x33] {
        call += &format!("{word:064x}");
    }
    call += &const_hex::encode(keccak256(b"ciphertext"));
    let raw = const_hex::encode(raw);
    assert!(raw.contains(&call), "{raw}");
    // Chain id, nonce, 1 gwei, 2 · 1 gwei + 1 gwei, 100,000 gas and a fifth.
    assert!(raw.contains("82053980843b9aca0084b2d05e008301d4c0"), "{raw}");
}

#[test]
fn what_is_given_is_not_asked_for() {
    let node = lying("eth_estimateGas", |_| panic!("asked for gas"));
    let prev_hash = format!("0x{:064x}", 0x77);
    let output = record(&node, &["--counter", "0x10", "--prev-hash", &prev_hash, "--gas-limit", "90000"]);
    assert!(stdout(&output).contains("\ncounter 16\n"), "{}", stderr(&output));
    let [raw] = node.pushed().try_into().unwrap();
    assert!(const_hex::encode(raw).contains(&prev_hash[2..]));
}

#[test]
fn another_chain_gets_no_signature() {
    let node = lying("eth_chainId", |_| Answer::Result(json!("0x1")));
    refused(&node, &[], "the node is on chain id 1, not on 1337");
    let wrong = format!("0x{}", "11".repeat(32));
    refused(&Node::honest(), &["--genesis-hash", &wrong], "the node's genesis hash is 0x00000000");
    let right = format!("0x{:064x}", 0xbeef);
    assert!(record(&Node::honest(), &["--genesis-hash", &right]).status.success());
}

#[test]
fn fees_above_the_caps_are_refused() {
    let node = lying("eth_maxPriorityFeePerGas", |_| Answer::Result(json!("0x1000000000000000")));
    refused(
        &node,
        &[],
        "refuses to sign: fee of 1152921506606846976 wei per gas is above the cap of 500000000000 wei",
    );
    let node = lying("eth_maxPriorityFeePerGas", |_| Answer::Result(json!("0x174876e800")));
    refused(&node, &[], "priority fee of 100000000000 wei per gas is above the cap of 50000000000 wei");
    let huge = json!({ "hash": "0x", "baseFeePerGas": format!("0x{}", "f".repeat(32)) });
    let node = lying("eth_getBlockByNumber", move |_| Answer::Result(huge.clone()));
    refused(&node, &[], "the node's fees do not fit");
    let node = lying("eth_estimateGas", |_| Answer::Result(json!("0x1000000")));
    refused(&node, &[], "gas limit 20132659 is above the cap of 500000 gas");
    refused(&Node::honest(), &["--max-fee", "1"], "fee of 3000000000 wei per gas is above the cap of 1 wei");
}

#[test]
fn a_chain_before_london_is_named() {
    let node = lying("eth_getBlockByNumber", |_| Answer::Result(json!({ "hash": "0x12" })));
    refused(&node, &[], "the chain has no base fee");
}

#[test]
fn a_device_that_is_not_paired_does_not_sign() {
    for pairing in [[0, 0, 0, 0, 0], [2, 1, 0, 6, 1], [1, 1, 0, 6, 0]] {
        let node = lying("eth_call", move |_| Answer::Result(words(&pairing)));
        refused(&node, &[], "is not paired with vehicle 1, or the vehicle changed hands");
    }
    let node = lying("eth_call", |_| Answer::Result(json!("0x")));
    refused(
        &node,
        &[],
        "there is no contract at 0x00000000000000000000000000000000000000ca that answers pairingOf(address)",
    );
    let node = lying("eth_call", |_| Answer::Result(words(&[1, 1])));
    refused(&node, &[], "eth_call: the node's answer makes no sense");
}

#[test]
fn a_lie_about_the_counter_does_not_burn_it() {
    let node = lying("eth_call", |_| Answer::Result(words(&[1, 1, 0, u64::MAX - 1, 1])));
    refused(&node, &[], "the node puts the device's counter at 18446744073709551614");
}

fn counter_not_rising() -> Value {
    let selector = const_hex::encode_prefixed(&keccak256(b"CounterNotRising(uint64,uint64)")[..4]);
    let data = format!("{selector}{:064x}{:064x}", 7, 7);
    json!({ "code": 3, "message": "execution reverted", "data": data })
}

#[test]
fn what_the_registry_would_refuse_is_not_sent() {
    let node = lying("eth_estimateGas", |_| Answer::Error(counter_not_rising()));
    refused(
        &node,
        &[],
        "would refuse the reading: CounterNotRising: counter 7 is not above the device's last, 7",
    );
}

#[test]
fn a_revert_in_the_block_fails_with_its_reason() {
    let node = Node::start(|method, params| match method {
        "eth_getTransactionReceipt" => {
            Some(Answer::Result(json!({ "status": "0x0", "blockNumber": "0x5", "gasUsed": "0x1" })))
        }
        "eth_call" if params[1] == "0x4" => Some(Answer::Error(counter_not_rising())),
        _ => None,
    });
    failed(&node, &["--gas-limit", "90000"], "was mined in block 5 and reverted: CounterNotRising");
}

#[test]
fn a_node_that_refuses_the_transaction_is_quoted() {
    let error = json!({ "code": -32000, "message": "insufficient funds for gas * price + value\u{1b}[2J" });
    let node = lying("eth_sendRawTransaction", move |_| Answer::Error(error.clone()));
    failed(&node, &[], "-32000: insufficient funds for gas * price + value\\u{1b}[2J");
}

#[test]
fn another_transaction_hash_is_a_lie() {
    let node = lying("eth_sendRawTransaction", |_| Answer::Result(json!(format!("0x{}", "ab".repeat(32)))));
    failed(&node, &[], "but calls it 0xabab");
}

#[test]
fn a_transaction_that_stays_away_is_reported() {
    let node = lying("eth_getTransactionReceipt", |_| Answer::Result(Value::Null));
    failed(&node, &["--timeout", "1"], "was not mined within 1 s");
}

#[test]
fn an_answer_that_is_none_is_named() {
    let html = lying("eth_chainId", |_| Answer::Body(b"<html>hello</html>".to_vec()));
    refused(&html, &[], "answered HTTP 200 without JSON-RPC");
    let nothing = lying("eth_chainId", |_| Answer::Body(br#"{"jsonrpc":"2.0","id":1}"#.to_vec()));
    refused(&nothing, &[], "answered HTTP 200 without JSON-RPC");
    let endless = lying("eth_chainId", |_| Answer::Body(vec![b' '; 6 << 20]));
    refused(&endless, &[], "eth_chainId: no answer from");
    let mut dead = Node::honest();
    dead.url = "http://127.0.0.1:1".to_owned();
    refused(&dead, &[], "is the node running, with --http?");
}
