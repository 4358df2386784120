//! The supply law on a chain that is mined here: at every block, what all accounts hold, what base fees burnt and
//! what self-destruction destroyed are together the 10²⁸ units of the genesis block.

use crate::mine::Mine;
use autochain_builder::{Attributes, Template};
use autochain_chain::Origin as BlockOrigin;
use autochain_chainspec::RewardRule;
use autochain_evm::ExecutedBlock;
use autochain_primitives::{
    Account, Address, Block, Bytes, TransactionFields as _, TxKind, U256, address, hex,
};
use autochain_txpool::Origin;
use std::collections::{BTreeMap, VecDeque};

/// Coins at genesis, in wei: 10²⁸.
const SUPPLY: u128 = 10_000_000_000 * 1_000_000_000_000_000_000;
const BLOCKS: u64 = 2_100;
/// How often all accounts of the database are added up.
const FULL_AUDIT: u64 = 100;

/// Creation code that destroys the contract with what it was given, in favour of itself.
const BURNS_ITSELF: [u8; 2] = hex!("30ff");
/// Creation code that makes such a contract with 5 wei and sends 3 more after it, which are destroyed too.
const BURNS_A_CHILD: [u8; 28] = hex!("6130ff6000526002601e6005f060006000600060006003855af15000");
/// Creation code that fills two slots and leaves a contract that pays all it has to its caller.
const PAYS_BACK: [u8; 21] = hex!("600160005560026001556133ff6000526002601ef3");

#[test]
fn nothing_is_minted_and_nothing_is_lost() {
    let mut mine = Mine::new();
    let mut ledger = Ledger::new(&mine);
    let mut held_back: VecDeque<(u64, Block)> = VecDeque::new();
    let mut takeovers = 0;
    for number in 1..=BLOCKS {
        for _ in 0..mine.below(6) {
            send(&mut mine, &mut ledger);
        }
        let template = build(&mut mine, 0);
        let executed = mine.execute(&template);
        ledger.audit_block(&template, &executed);
        let block = mine.seal(&template);

        // Rivals of this block: some come before it and are then replaced, since ours wins; some come later.
        let rivals: Vec<Block> = (1..=mine.below(3))
            .map(|salt| {
                let rival = build(&mut mine, salt as u8);
                mine.seal(&rival)
            })
            .collect();
        for rival in rivals {
            match mine.below(4) {
                0 => {
                    takeovers += mine.chain.import(vec![rival], BlockOrigin::Other).unwrap().canonical;
                }
                delay => held_back.push_back((number + delay, rival)),
            }
        }
        mine.chain.import(vec![block.clone()], BlockOrigin::Own).unwrap();
        assert_eq!(mine.chain.head().header.hash(), block.header.hash_slow());
        while let Some((due, _)) = held_back.front()
            && *due <= number
        {
            let (_, rival) = held_back.pop_front().unwrap();
            assert_eq!(mine.chain.import(vec![rival], BlockOrigin::Other).unwrap().side, 1);
        }
        mine.follow();
        if number % FULL_AUDIT == 0 {
            assert_eq!(mine.held(), ledger.held, "all balances after block {number}");
        }
    }
    assert_eq!(mine.held(), ledger.held);
    println!("{ledger:?}, {takeovers} blocks were replaced");
    assert!(takeovers > 100, "our block replaced a rival {takeovers} times");
    assert!(ledger.uncles > 500 && ledger.depths.len() >= 3, "{ledger:?}");
    assert!(!ledger.burnt.is_zero() && !ledger.destroyed.is_zero() && !ledger.rewarded.is_zero());
    assert_eq!(ledger.burns_seen, ledger.burns_sent, "every destruction was mined and counted");
    assert!(ledger.burns_seen > 100 && ledger.to_reserve > 50);
}

/// What the law adds up.
#[derive(Debug)]
struct Ledger {
    reserve: Address,
    /// Σ balances, carried forward by the changes of each block.
    held: U256,
    /// Σ base fee · gas used, from headers.
    burnt: U256,
    /// What the executor saw destroyed.
    destroyed: U256,
    rewarded: U256,
    uncles: u64,
    /// Uncles by the generations between them and the block that names them.
    depths: BTreeMap<u64, u64>,
    burns_sent: u64,
    burns_seen: u64,
    /// Transfers to the reserve.
    to_reserve: u64,
}

impl Ledger {
    fn new(mine: &Mine) -> Self {
        let RewardRule::Reserve { reserve } = mine.chain.spec().reward else { panic!("dev has a reserve") };
        assert_eq!(reserve, RewardRule::autochain_reserve());
        let held = mine.held();
        assert_eq!(held, U256::from(SUPPLY));
        Self {
            reserve,
            held,
            burnt: U256::ZERO,
            destroyed: U256::ZERO,
            rewarded: U256::ZERO,
            uncles: 0,
            depths: BTreeMap::new(),
            burns_sent: 0,
            burns_seen: 0,
            to_reserve: 0,
        }
    }

    /// The law after this block, its rewards, and its destructions.
    fn audit_block(&mut self, template: &Template, executed: &ExecutedBlock) {
        let block = &template.block;
        for change in executed.changes.accounts.values() {
            let balance = |account: Option<Account>| account.unwrap_or_default().balance;
            self.held = self.held - balance(change.before) + balance(change.after);
        }
        let base_fee = block.header.base_fee_per_gas.unwrap();
        self.burnt += U256::from(base_fee) * U256::from(block.header.gas_used);
        self.destroyed += executed.destroyed;
        let sum = self.held + self.burnt + self.destroyed;
        assert_eq!(sum, U256::from(SUPPLY), "supply after block {}", block.header.number);
        self.audit_destruction(block, executed);
        self.audit_rewards(template, executed);
    }

    /// What was destroyed is what the transactions of this block were made to destroy.
    fn audit_destruction(&mut self, block: &Block, executed: &ExecutedBlock) {
        let mut expected = U256::ZERO;
        for transaction in &block.transactions {
            if transaction.to().is_some() {
                continue;
            }
            expected += match transaction.input() {
                input if input.as_ref() == BURNS_ITSELF => transaction.value(),
                input if input.as_ref() == BURNS_A_CHILD => U256::from(8),
                _ => continue,
            };
            self.burns_seen += 1;
        }
        assert_eq!(executed.destroyed, expected, "destroyed in block {}", block.header.number);
    }

    /// R = ⌊reserve ÷ 2²⁴⌋ of the parent's state. The miner gets R + ⌊R/32⌋ for each uncle and the tips, an uncle
    /// ⌊R·(8 − depth)/8⌋, all of it out of the reserve.
    fn audit_rewards(&mut self, template: &Template, executed: &ExecutedBlock) {
        let (header, ommers) = (&template.block.header, &template.block.ommers);
        let change = &executed.changes.accounts[&self.reserve];
        let (before, after) = (change.before.unwrap().balance, change.after.unwrap().balance);
        let reward = before / U256::from(1u64 << 24);
        let mut credits: BTreeMap<Address, U256> = BTreeMap::new();
        let mut debit = reward + reward / U256::from(32) * U256::from(ommers.len());
        *credits.entry(header.beneficiary).or_default() += debit;
        for ommer in ommers {
            let depth = header.number - ommer.number;
            assert!((1..=6).contains(&depth));
            let share = reward * U256::from(8 - depth) / U256::from(8);
            *credits.entry(ommer.beneficiary).or_default() += share;
            debit += share;
            self.uncles += 1;
            *self.depths.entry(depth).or_default() += 1;
        }
        self.rewarded += debit;
        let mut sent = U256::ZERO;
        for transaction in &template.block.transactions {
            if transaction.to() == Some(self.reserve) {
                sent += transaction.value();
            }
        }
        assert_eq!(after, before + sent - debit, "reserve after block {}", header.number);

        *credits.entry(header.beneficiary).or_default() += tips(template);
        for (address, credit) in credits {
            let change = &executed.changes.accounts[&address];
            let before = change.before.unwrap_or_default().balance;
            assert_eq!(
                change.after.unwrap().balance,
                before + credit,
                "{address} in block {}",
                header.number
            );
        }
    }
}

/// What the senders of a block pay its miner.
fn tips(template: &Template) -> U256 {
    let base_fee = template.block.header.base_fee_per_gas.unwrap();
    let mut before = 0;
    let mut sum = U256::ZERO;
    for (transaction, receipt) in template.block.transactions.iter().zip(&template.receipts) {
        let gas = receipt.cumulative_gas_used - before;
        before = receipt.cumulative_gas_used;
        let tip = transaction.effective_gas_price(Some(base_fee)) - u128::from(base_fee);
        sum += U256::from(tip) * U256::from(gas);
    }
    sum
}

/// Puts a random transaction into the pool.
fn send(mine: &mut Mine, ledger: &mut Ledger) {
    let key = mine.below(mine.keys.len() as u64) as usize;
    let sender = mine.keys[key].1;
    let value = U256::from(1 + mine.below(1_000_000_000_000));
    let tip = u128::from(1 + mine.below(10_000));
    let (to, value, input) = match mine.below(8) {
        0 | 1 => (TxKind::Call(address!("00000000000000000000000000000000000a0000")), value, vec![]),
        2 => (TxKind::Call(Address::from_word(U256::from(mine.below(u64::MAX)).into())), value, vec![]),
        3 => {
            ledger.to_reserve += 1;
            (TxKind::Call(ledger.reserve), value, vec![])
        }
        4 => {
            ledger.burns_sent += 1;
            (TxKind::Create, value, BURNS_ITSELF.to_vec())
        }
        5 => {
            ledger.burns_sent += 1;
            (TxKind::Create, U256::from(9), BURNS_A_CHILD.to_vec())
        }
        6 => (TxKind::Create, value, PAYS_BACK.to_vec()),
        // One of the contracts that pay back, if it is one: since Cancun it stays.
        _ => {
            let nonce = mine.nonce(&sender);
            (TxKind::Call(sender.create(mine.below(nonce + 1))), U256::ZERO, vec![])
        }
    };
    let transaction = mine.transaction(key, tip, to, value, input);
    mine.offer(key, Origin::Local, transaction).unwrap();
}

/// A block of one of some miners; another `salt` makes it another block.
fn build(mine: &mut Mine, salt: u8) -> Template {
    let beneficiary = Address::with_last_byte(0x80 + mine.below(8) as u8);
    let extra_data = Bytes::copy_from_slice(&[salt]);
    mine.build(&Attributes { beneficiary, extra_data, ..Mine::attributes() })
}
