use crate::world::{GWEI, Reply, World, chip, http, key, layout, push, settings, words};
use obd_core::client::{Client, Event, Failure, HttpError, Lie, LinkError, Settings, Target};
use obd_core::queue::Queue;
use serde_json::{Value, json};

/// Runs one lying node beside an honest one. The upload arrives, and the liar is known.
fn with_a_liar(lie: impl FnMut(&str, &Value) -> Reply + 'static) -> (World, Vec<Failure>) {
    let (chip, key, settings) = (chip(), key(), settings(2));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 3);
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(2);
    world.lie(0, lie);
    let arrived = world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 3 })
    });
    assert!(arrived, "{:?}", world.events);
    assert_eq!(world.state().accepted.len(), 1);
    let failures = world.events.iter().filter_map(|event| match event {
        Event::Failed { node: Some(0), failure } => Some(*failure),
        _ => None,
    });
    let failures = failures.collect();
    (world, failures)
}

fn on(method: &'static str, reply: impl Fn() -> Reply + 'static) -> impl FnMut(&str, &Value) -> Reply {
    move |asked, _| if asked == method { reply() } else { Reply::Honest }
}

#[test]
fn another_chain_is_left_at_once() {
    let (world, failures) = with_a_liar(on("eth_chainId", || Reply::Result(json!("0x1"))));
    assert_eq!(failures, [Failure::Lie(Lie::ChainId(1))]);
    let asked: Vec<&str> = world
        .asked
        .iter()
        .filter(|(target, _)| *target == Target::Node(0))
        .map(|(_, method)| &method[..])
        .collect();
    assert_eq!(asked, ["eth_chainId"], "nothing else is asked of it, nothing told");
}

#[test]
fn another_genesis_is_left_at_once() {
    let other = || Reply::Result(json!({ "hash": format!("0x{}", "77".repeat(32)) }));
    let (_, failures) = with_a_liar(on("eth_getBlockByNumber", other));
    assert_eq!(failures, [Failure::Lie(Lie::Genesis)]);
}

#[test]
fn huge_and_truncated_bodies_are_not_read() {
    let huge = || Reply::Raw(http(&" ".repeat(10_000_000)));
    let (_, failures) = with_a_liar(on("eth_feeHistory", huge));
    assert_eq!(failures[0], Failure::Http(HttpError::TooLong));

    let endless = || Reply::Raw([b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'['; 1_000_000]].concat());
    let (_, failures) = with_a_liar(on("eth_feeHistory", endless));
    assert_eq!(failures[0], Failure::Http(HttpError::TooLong));

    let cut = || {
        let mut body = http(r#"{"jsonrpc":"2.0","id":1,"result":"0x539"}"#);
        body.truncate(body.len() - 3);
        Reply::Raw(body)
    };
    let (_, failures) = with_a_liar(on("eth_chainId", cut));
    assert_eq!(failures[0], Failure::Link(LinkError::Closed));
}

#[test]
fn answers_of_no_use_are_left() {
    for (reply, failure) in [
        (&b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 2\r\n\r\nno"[..], Failure::Status(502)),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", Failure::NotJsonRpc),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Failure::NotJsonRpc),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", Failure::Http(HttpError::Malformed)),
        // The answer to another question.
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 38\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":null}",
            Failure::NotJsonRpc,
        ),
    ] {
        let (_, failures) = with_a_liar(on("eth_chainId", || Reply::Raw(reply.to_vec())));
        assert_eq!(failures[0], failure);
    }
    let (_, failures) = with_a_liar(on("eth_feeHistory", || Reply::Result(json!({ "oldestBlock": 7 }))));
    assert_eq!(failures[0], Failure::Malformed);
}

#[test]
fn a_fee_of_2_to_the_60_wei_is_not_signed() {
    let fees = || {
        let fee = format!("{:#x}", 1_u64 << 60);
        Reply::Result(json!({ "oldestBlock": "0x20", "baseFeePerGas": [fee, fee], "reward": [[fee]] }))
    };
    let (world, failures) = with_a_liar(on("eth_feeHistory", fees));
    assert_eq!(failures[0], Failure::Fees);
    assert!(world.events.iter().any(|event| matches!(event, Event::Refused(_))));
}

#[test]
fn a_lie_about_the_nonce_is_not_followed() {
    for (lie, got) in [("0xffffffffffffffff", u64::MAX), ("0x401", 1_025)] {
        let (_, failures) = with_a_liar(on("eth_getTransactionCount", move || Reply::Result(json!(lie))));
        assert_eq!(failures[0], Failure::Lie(Lie::Nonce { got, least: 0 }));
    }
    // A little too high: the transaction waits in vain, until another node tells the truth.
    with_a_liar(on("eth_getTransactionCount", || Reply::Result(json!("0x5"))));
}

/// A nonce that falls below a confirmed one.
#[test]
fn a_nonce_never_falls() {
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 3);
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    let acknowledged = |counter| move |world: &World| world.events.contains(&Event::Acknowledged { counter });
    assert!(world.run(&mut client, &mut queue, 3_600, acknowledged(3)));
    world.lie(0, on("eth_getTransactionCount", || Reply::Result(json!("0x0"))));
    push(&mut queue, 4);
    assert!(!world.run(&mut client, &mut queue, 1_800, acknowledged(4)));
    let lie = Failure::Lie(Lie::Nonce { got: 0, least: 1 });
    assert!(world.events.contains(&Event::Failed { node: Some(0), failure: lie }));
    assert_eq!(world.state().accepted.len(), 1);
}

#[test]
fn a_false_hash_or_receipt_acknowledges_nothing() {
    let zero = format!("0x{}", "00".repeat(32));
    let (_, failures) = with_a_liar(on("eth_sendRawTransaction", move || Reply::Result(json!(zero.clone()))));
    assert_eq!(failures[0], Failure::Lie(Lie::Hash));

    // It swallows transactions and says that they are mined: the state, asked for deep, does not show them.
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 3);
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    world.lie(0, |method, params| match method {
        "eth_sendRawTransaction" => {
            let raw = const_hex::decode(params[0].as_str().unwrap()).unwrap();
            Reply::Result(json!(const_hex::encode_prefixed(obd_core::keccak256(&raw))))
        }
        "eth_getTransactionReceipt" => {
            Reply::Result(json!({ "transactionHash": params[0], "status": "0x1", "blockNumber": "0x2" }))
        }
        _ => Reply::Honest,
    });
    world.run(&mut client, &mut queue, 3_600, |_| false);
    assert_eq!(queue.acknowledged().counter(), 0);
    assert_eq!(queue.batch(16).unwrap().leaves().len(), 3, "nothing is lost");
}

/// One node shows a registry that holds everything. With a quorum of two it takes another that agrees.
#[test]
fn one_liar_acknowledges_nothing_where_two_must_agree() {
    let settings = Settings { quorum: 2, ..settings(2) };
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 1);
    let root = queue.batch(1).unwrap().root();
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(2);
    world.lie(0, move |method, params| match method {
        "eth_sendRawTransaction" => Reply::Error("already known"),
        "eth_getTransactionReceipt" => {
            Reply::Result(json!({ "transactionHash": params[0], "status": "0x1", "blockNumber": "0x2" }))
        }
        "eth_call" if params[1] != "latest" => {
            let words = words(&[1, 0, 0, 0]);
            Reply::Result(json!(format!("{}{}", words.as_str().unwrap(), const_hex::encode(root))))
        }
        _ => Reply::Honest,
    });
    assert!(world.run(&mut client, &mut queue, 7_200, |world| {
        world.events.contains(&Event::Acknowledged { counter: 1 })
    }));
    assert_eq!(world.state().accepted, [(1, root)], "acknowledged, and it is not there");
}

/// The vehicle is sold, and the sale is reorganised away: uploads wait, and nothing is given up.
#[test]
fn a_reorganised_sale_only_delays() {
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 1);
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    world.blocks.last_mut().unwrap().sale = true;
    world.mining = false;
    assert!(world.run(&mut client, &mut queue, 600, |world| world.events.contains(&Event::Suspended)));
    assert!(world.pool.is_empty());
    world.reorganise(1, false);
    world.mining = true;
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 1 })
    }));
    assert!(!world.events.iter().any(|event| matches!(event, Event::Unpaired { .. })));
}

/// A sale that stays is acted on, at depth and not before; a single node cannot invent one.
#[test]
fn a_sale_counts_when_it_is_deep_and_agreed() {
    let settings = Settings { quorum: 2, ..settings(2) };
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 1);
    let mut world = World::new(2);
    let sold = || Reply::Result(words(&[7, 2, 0, 0, 0]));
    world.lie(0, on("eth_call", sold));
    let mut client = Client::new(&settings, &key, 1);
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world
            .events
            .contains(&Event::Sent { counter: 1, hash: world.pool.first().map_or([0; 32], |tx| tx.hash) })
    }));
    let unpaired = |world: &World| world.events.iter().any(|event| matches!(event, Event::Unpaired { .. }));
    assert!(!unpaired(&world));

    let mut world = World::new(2);
    world.blocks.last_mut().unwrap().sale = true;
    let sale = world.blocks.len() - 1;
    let mut client = Client::new(&settings, &key, 1);
    queue.journal().write(obd_core::queue::Note::Pending, &[]).unwrap();
    assert!(world.run(&mut client, &mut queue, 3_600, unpaired));
    assert!(world.blocks.len() > sale + 4);
    assert!(world.pool.is_empty());
}

/// Somebody in between: nothing is said to whoever cannot prove who they are.
#[test]
fn a_refused_certificate_leads_to_another_node() {
    let (world, failures) = with_a_liar(|_, _| Reply::BadCertificate);
    assert_eq!(failures[0], Failure::Link(LinkError::Tls));
    assert!(world.asked.iter().filter(|(target, _)| *target == Target::Node(0)).count() < 5);
}

#[test]
fn a_dead_network_is_waited_for_politely() {
    let (chip, key, settings) = (chip(), key(), settings(3));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 2);
    let mut client = Client::new(&settings, &key, 9);
    let mut world = World::new(3);
    for node in 0..3 {
        world.lie(node, |_, _| Reply::Down);
    }
    world.lie(1, |_, _| Reply::Silence);
    world.run(&mut client, &mut queue, 86_400, |_| false);
    // 600 s at most between two tries of one node, and no fewer than half of it.
    assert!((400..1_000).contains(&world.asked.len()), "{}", world.asked.len());
    assert!(world.events.contains(&Event::Failed { node: Some(1), failure: Failure::Timeout }));
    for node in 0..3 {
        world.lie(node, |_, _| Reply::Honest);
    }
    assert!(world.run(&mut client, &mut queue, 3_600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 2 })
    }));
}

/// Nothing is mined, the fee rises for ever: a day costs what a day may cost.
#[test]
fn a_day_costs_no_more_than_its_cap() {
    let cap = 100 * GWEI * 200_000;
    let settings = Settings { daily_cap: cap, ..settings(1) };
    let (chip, key) = (chip(), key());
    let mut queue = Queue::open(&chip, layout()).unwrap();
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    world.base_fee = 40 * GWEI;
    let mut seq = 0;
    while world.now < 84_000_000 {
        seq += 1;
        push(&mut queue, seq);
        world.run(&mut client, &mut queue, 2_000, |_| false);
    }
    let signed: u128 =
        world.blocks.len().checked_sub(1).map(|head| world.state_at(head).accepted.len()).unwrap() as u128
            * 81
            * GWEI
            * 200_000;
    assert!(signed <= cap && signed > 0, "{signed}");
    assert!(world.events.contains(&Event::OverBudget));
    // The next day has its own.
    assert!(world.run(&mut client, &mut queue, 20_000, |world| world.state().accepted.len() > 1));
}

#[test]
fn an_empty_account_waits_for_coin() {
    let (chip, key, settings) = (chip(), key(), settings(1));
    let mut queue = Queue::open(&chip, layout()).unwrap();
    push(&mut queue, 1);
    let mut client = Client::new(&settings, &key, 1);
    let mut world = World::new(1);
    let poor = || Reply::Error("insufficient funds for gas * price + value");
    world.lie(0, on("eth_sendRawTransaction", poor));
    world.run(&mut client, &mut queue, 600, |_| false);
    assert!(world.events.contains(&Event::NoFunds));
    world.lie(0, |_, _| Reply::Honest);
    assert!(world.run(&mut client, &mut queue, 600, |world| {
        world.events.contains(&Event::Acknowledged { counter: 1 })
    }));
}

/// The tests bite: a registry that checks no counter, behind a node that hides what it took, gets the same
/// reading twice.
#[test]
fn without_the_counter_check_a_liar_doubles_a_reading() {
    let doubled = |counter_check: bool| {
        let (chip, key, settings) = (chip(), key(), settings(1));
        let mut queue = Queue::open(&chip, layout()).unwrap();
        push(&mut queue, 1);
        let mut client = Client::new(&settings, &key, 1);
        let mut world = World::new(1);
        world.counter_check = counter_check;
        world.lie(0, on("eth_getTransactionReceipt", || Reply::Result(Value::Null)));
        world.run(&mut client, &mut queue, 1_800, |_| false);
        world.state().accepted.len()
    };
    assert_eq!(doubled(true), 1);
    assert!(doubled(false) > 1);
}
