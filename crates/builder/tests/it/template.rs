//! What stands in a template, and what is left out.

use crate::mine::{DEV_GENESIS, Mine};
use alloy_consensus::TxLegacy;
use autochain_builder::{Attributes, BuildError, PendingBlock, Template, build};
use autochain_chain::Origin as BlockOrigin;
use autochain_chainspec::ChainSpec;
use autochain_consensus::{DAO_EXTRA_DATA, next_base_fee};
use autochain_primitives::{Address, B256, Bytes, Eip658Value, TxKind, U256, rlp::Encodable as _};
use autochain_txpool::Origin;
use serde_json::{Value, json};
use std::sync::Arc;

const SINK: TxKind = TxKind::Call(Address::with_last_byte(0x99));

fn hashes(template: &Template) -> Vec<B256> {
    template.block.transactions.iter().map(|transaction| *transaction.tx_hash()).collect()
}

fn transfer(mine: &Mine, key: usize, tip: u128) -> B256 {
    mine.offer(key, Origin::External, mine.transaction(key, tip, SINK, U256::from(1), vec![])).unwrap()
}

/// The dev genesis with something changed.
fn genesis(change: impl FnOnce(&mut Value)) -> ChainSpec {
    let mut json: Value = serde_json::from_str(DEV_GENESIS).unwrap();
    change(&mut json);
    ChainSpec::from_genesis_json(&json.to_string()).unwrap()
}

#[test]
fn the_header_follows_from_parent_and_wishes() {
    let mine = Mine::new();
    let parent = mine.chain.head();
    let wishes = Attributes {
        beneficiary: Address::with_last_byte(5),
        extra_data: Bytes::from_static(b"who"),
        gas_limit: 60_000_000,
        now: 2_000_000_000,
        ..Mine::attributes()
    };
    let header = mine.build(&wishes).block.header.clone();
    assert_eq!((header.number, header.parent_hash), (1, parent.header.hash()));
    assert_eq!((header.timestamp, header.beneficiary), (2_000_000_000, wishes.beneficiary));
    assert_eq!(header.extra_data, wishes.extra_data);
    assert_eq!(header.gas_limit, 30_000_000 + 30_000_000 / 1024 - 1);
    assert_eq!(header.base_fee_per_gas, next_base_fee(mine.chain.spec(), &parent.header));
    assert_eq!(header.difficulty, U256::from(1));

    // The clock stands still, or goes back: one second after the parent.
    let template = mine.mine();
    let stamp = template.block.header.timestamp;
    for now in [0, stamp] {
        let next = mine.build(&Attributes { now, ..Mine::attributes() });
        assert_eq!(next.block.header.timestamp, stamp + 1);
    }
}

#[test]
fn better_tips_come_first_and_nonces_in_order() {
    let mine = Mine::new();
    let low = [transfer(&mine, 0, 10), transfer(&mine, 0, 5_000)];
    let high = transfer(&mine, 1, 1_000);
    let middle = transfer(&mine, 2, 100);
    let template = mine.build(&Mine::attributes());
    assert_eq!(hashes(&template), [high, middle, low[0], low[1]]);
    assert_eq!(template.receipts.len(), 4);
    assert_eq!(template.block.senders()[0], mine.keys[1].1);
    assert_eq!(template.parent.header.hash(), mine.chain.head().header.hash());
    mine.chain.import(vec![mine.seal(&template)], BlockOrigin::Own).unwrap();
}

#[test]
fn what_does_not_fit_the_block_waits() {
    let mine = Mine::on(genesis(|json| json["gasLimit"] = json!("0x61a80"))); // 400,000
    let large = transfer(&mine, 0, 1_000); // asks for 300,000 and uses 21,000
    let larger = transfer(&mine, 1, 500);
    let small = mine.transaction(2, 10, SINK, U256::from(1), vec![]);
    let small =
        mine.offer(2, Origin::External, alloy_consensus::TxEip1559 { gas_limit: 50_000, ..small }).unwrap();
    let mut all = hashes(&mine.mine());
    // 379,000 are left after the first, 358,000 after the second.
    assert_eq!(all, [large, larger, small]);

    let mut waiting = Vec::new();
    for key in [0, 1, 2] {
        for _ in 0..8 {
            waiting.push(transfer(&mine, key, 1_000));
        }
    }
    all.clear();
    while all.len() < waiting.len() {
        let template = mine.mine();
        assert!(!template.block.transactions.is_empty());
        assert!(template.block.header.gas_used <= template.block.header.gas_limit);
        all.extend(hashes(&template));
    }
    all.sort_unstable();
    waiting.sort_unstable();
    assert_eq!(all, waiting);
}

#[test]
fn a_sender_who_cannot_pay_is_left_out_and_nobody_else() {
    let mine = Mine::new();
    // Each alone can be paid; after the first there is not enough for the second, nor for what follows it.
    let balance = mine.chain.reader().unwrap().account(&mine.keys[0].1).unwrap().unwrap().balance;
    let most = balance - U256::from(10).pow(U256::from(18));
    let first = mine.offer(0, Origin::Local, mine.transaction(0, 9_000, SINK, most, vec![])).unwrap();
    mine.offer(0, Origin::Local, mine.transaction(0, 9_000, SINK, most, vec![])).unwrap();
    mine.offer(0, Origin::Local, mine.transaction(0, 9_000, SINK, U256::ZERO, vec![])).unwrap();
    let other = transfer(&mine, 1, 10);
    let template = mine.mine();
    assert_eq!(hashes(&template), [first, other]);
}

#[test]
fn cheap_strangers_wait_and_our_own_do_not() {
    let mine = Mine::new();
    transfer(&mine, 0, 10);
    let dear = transfer(&mine, 1, 1_000);
    let own = mine.offer(2, Origin::Local, mine.transaction(2, 10, SINK, U256::ZERO, vec![])).unwrap();
    let template = mine.build(&Attributes { min_tip: 1_000, ..Mine::attributes() });
    assert_eq!(hashes(&template), [dear, own]);
}

/// 64 transactions of 128 KiB fill the 8 MiB of EIP-7934 before they fill the gas.
#[test]
fn the_block_stays_below_the_size_limit() {
    let mine = Mine::on(genesis(|json| json["gasLimit"] = json!("0x10000000")));
    for _ in 0..66 {
        let transaction = mine.transaction(0, 10, SINK, U256::ZERO, vec![0; 130_000]);
        let transaction = alloy_consensus::TxEip1559 { gas_limit: 1_400_000, ..transaction };
        mine.offer(0, Origin::Local, transaction).unwrap();
    }
    let template = mine.mine();
    let length = template.block.length();
    assert!(length <= 8 << 20 && length > (8 << 20) - 140_000, "{length}");
    assert_eq!(mine.pool.status().pending, 66 - template.block.transactions.len());
    assert_eq!(mine.mine().block.transactions.len(), 66 - template.block.transactions.len());
}

#[test]
fn the_pending_block_is_kept_until_something_changes() {
    let mine = Mine::new();
    let pending = PendingBlock::default();
    let get = || pending.get(&mine.chain, &mine.pool, &Mine::attributes()).unwrap();
    let first = get();
    assert!(Arc::ptr_eq(&first, &get()));
    let hash = transfer(&mine, 0, 10);
    let second = get();
    assert_eq!(hashes(&second), [hash]);
    assert!(Arc::ptr_eq(&second, &get()));
    mine.mine();
    let third = get();
    assert_eq!(third.block.header.number, 2);
    assert!(third.block.transactions.is_empty());
}

/// Nothing is built where proof of work has ended.
#[test]
fn the_terminal_total_difficulty_ends_it() {
    let mine = Mine::on(genesis(|json| {
        json["config"]["terminalTotalDifficulty"] = json!(3);
    }));
    for _ in 0..2 {
        mine.mine();
    }
    let error = build(&mine.chain, &mine.pool, &Mine::attributes()).unwrap_err();
    assert!(matches!(error, BuildError::Terminal(_)), "{error}");
}

/// From Frontier on: receipts hold roots until Byzantium, and the DAO fork's blocks say so.
#[test]
fn old_forks_are_built_too() {
    let mine = Mine::on(genesis(|json| {
        json["config"] = json!({
            "chainId": 1337, "homesteadBlock": 2, "daoForkBlock": 4, "daoForkSupport": true, "eip150Block": 5,
            "eip155Block": 6, "eip158Block": 6, "byzantiumBlock": 8, "ethash": {},
            "autochain": { "ethash": "test", "fixedDifficulty": "0x1" },
        });
    }));
    for number in 1..=16u64 {
        for nonce in 0..2 {
            let transaction = TxLegacy {
                chain_id: None,
                nonce: (number - 1) * 2 + nonce,
                gas_price: 1_000_000_000,
                gas_limit: 60_000,
                to: if nonce == 0 { SINK } else { TxKind::Create },
                value: U256::from(1),
                input: Bytes::new(),
            };
            mine.offer(0, Origin::Local, transaction).unwrap();
        }
        let template = mine.mine();
        assert_eq!(template.block.transactions.len(), 2, "block {number}");
        let says_dao = template.block.header.extra_data.as_ref() == DAO_EXTRA_DATA;
        assert_eq!(says_dao, (4..14).contains(&number), "block {number}");
        let roots: Vec<_> = template.receipts.iter().map(|receipt| receipt.status).collect();
        match roots[..] {
            [Eip658Value::PostState(a), Eip658Value::PostState(b)] => assert!(number < 8 && a != b),
            [Eip658Value::Eip658(true), Eip658Value::Eip658(true)] => assert!(number >= 8),
            _ => panic!("{roots:?}"),
        }
    }
    assert_eq!(mine.chain.head().header.number, 16);
}
