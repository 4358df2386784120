//! The supply law on a chain that is mined here: at every block, what all accounts hold, what base fees burnt and
//! what self-destruction destroyed are together the 10²⁸ units of the genesis block.

use alloy_consensus::{SignableTransaction, TxEip1559};
use autochain_builder::{Attributes, Template, build};
use autochain_chain::{Chain, Origin};
use autochain_chainspec::{ChainSpec, RewardRule};
use autochain_consensus::next_base_fee;
use autochain_ethash::Hasher as _;
use autochain_evm::{ExecutedBlock, execute_block};
use autochain_primitives::{
    Account, Address, Block, Bytes, Header, HeaderExt as _, Transaction, TransactionFields as _, TxKind,
    U256, hex, sign_hash,
};
use autochain_state::StateView;
use autochain_store::{Options, Store, SyncMode};
use autochain_txpool::{AccountState, Head, Origin as TxOrigin, Pool, PoolConfig, StateUnavailable, TxRules};
use secp256k1::SecretKey;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, atomic::AtomicBool},
};

const DEV_GENESIS: &str = include_str!("../../../genesis/dev.json");
/// Coins at genesis, in wei: 10²⁸.
const SUPPLY: u128 = 10_000_000_000 * 1_000_000_000_000_000_000;
const BLOCKS: u64 = 2_100;
/// How often all accounts of the database are added up.
const FULL_AUDIT: u64 = 100;

/// Foundry's first test accounts, which the dev genesis funds.
const KEYS: [[u8; 32]; 4] = [
    hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    hex!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    hex!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    hex!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
];

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
            mine.send(&mut ledger);
        }
        let template = mine.build(0);
        let executed = mine.execute(&template);
        ledger.audit_block(&template, &executed);
        let block = mine.seal(&template);

        // Rivals of this block: some come before it and are then replaced, since ours wins; some come later.
        let rivals: Vec<Block> = (1..=mine.below(3))
            .map(|salt| {
                let rival = mine.build(salt as u8);
                mine.seal(&rival)
            })
            .collect();
        for rival in rivals {
            match mine.below(4) {
                0 => {
                    takeovers += mine.chain.import(vec![rival], Origin::Other).unwrap().canonical;
                }
                delay => held_back.push_back((number + delay, rival)),
            }
        }
        mine.chain.import(vec![block.clone()], Origin::Own).unwrap();
        assert_eq!(mine.chain.head().header.hash(), block.header.hash_slow());
        while let Some((due, _)) = held_back.front()
            && *due <= number
        {
            let (_, rival) = held_back.pop_front().unwrap();
            assert_eq!(mine.chain.import(vec![rival], Origin::Other).unwrap().side, 1);
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

/// A development chain and what it takes to mine on it.
struct Mine {
    chain: Chain,
    pool: Pool,
    keys: Vec<(SecretKey, Address)>,
    random: u64,
    _folder: tempfile::TempDir,
}

struct HeadState<'a>(&'a Chain);

impl AccountState for HeadState<'_> {
    fn account(&self, address: &Address) -> Result<Option<Account>, StateUnavailable> {
        Ok(self.0.reader().unwrap().account(address).unwrap())
    }
}

impl Mine {
    fn new() -> Self {
        let mut spec = ChainSpec::from_genesis_json(DEV_GENESIS).unwrap();
        spec.dev_clock = true;
        let folder = tempfile::tempdir().unwrap();
        let options = Options { sync: SyncMode::NoSync, max_size: 4 << 30, ..Options::default() };
        let store = Store::open(folder.path(), &options).unwrap();
        let chain = Chain::open(store, Arc::new(spec)).unwrap();
        let pool = Pool::new(PoolConfig::default(), chain.spec().chain_id, pool_head(&chain));
        let keys = KEYS.iter().map(|key| key_pair(*key)).collect();
        Self { chain, pool, keys, random: 1, _folder: folder }
    }

    /// Puts a random transaction into the pool.
    fn send(&mut self, ledger: &mut Ledger) {
        let index = self.below(KEYS.len() as u64);
        let (key, sender) = self.keys[index as usize];
        let in_state = HeadState(&self.chain).account(&sender).unwrap().unwrap().nonce;
        let nonce = self.pool.nonce(&sender).unwrap_or_default().max(in_state);
        let value = U256::from(1 + self.below(1_000_000_000_000));
        let (to, value, input) = match self.below(8) {
            0 | 1 => {
                (TxKind::Call(Address::from(hex!("00000000000000000000000000000000000a0000"))), value, vec![])
            }
            2 => {
                let fresh = Address::from_word(U256::from(self.below(u64::MAX)).into());
                (TxKind::Call(fresh), value, vec![])
            }
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
            _ => (TxKind::Call(sender.create(self.below(nonce + 1))), U256::ZERO, vec![]),
        };
        let base_fee = u128::from(next_base_fee(self.chain.spec(), &self.chain.head().header).unwrap());
        let transaction = TxEip1559 {
            chain_id: self.chain.spec().chain_id,
            nonce,
            gas_limit: 300_000,
            max_fee_per_gas: base_fee * 3 + 10_000,
            max_priority_fee_per_gas: u128::from(1 + self.below(10_000)),
            to,
            value,
            input: Bytes::from(input),
            ..TxEip1559::default()
        };
        let signature = sign_hash(&key, transaction.signature_hash());
        let transaction = Transaction::from(transaction.into_signed(signature));
        self.pool.add(transaction, TxOrigin::Local, &HeadState(&self.chain)).unwrap();
    }

    fn build(&mut self, salt: u8) -> Template {
        let attributes = Attributes {
            beneficiary: Address::with_last_byte(0x80 + self.below(8) as u8),
            extra_data: Bytes::copy_from_slice(&[salt]),
            gas_limit: 30_000_000,
            min_tip: 0,
            now: 1_700_000_000,
            with_ommers: true,
        };
        build(&self.chain, &self.pool, &attributes).unwrap()
    }

    /// Executes a template on the head once more, for what was destroyed, and compares with what the builder found.
    fn execute(&self, template: &Template) -> ExecutedBlock {
        let reader = self.chain.reader().unwrap();
        let view = StateView::head(&reader);
        let executed = execute_block(self.chain.spec(), &template.block, &view, None).unwrap();
        assert_eq!(executed.changes, template.changes);
        assert_eq!(executed.receipts, template.receipts);
        executed
    }

    fn seal(&self, template: &Template) -> Block {
        let mut block = template.block.sealed_block().clone().into_block();
        let header: &mut Header = &mut block.header;
        let light = self.chain.seals().light(header.number);
        let (nonce, output) = light
            .search(&header.seal_hash().0, &header.boundary(), 0, 1 << 20, &AtomicBool::new(false))
            .unwrap();
        header.nonce = nonce.into();
        header.mix_hash = output.mix_hash.into();
        block
    }

    fn follow(&self) {
        self.pool.on_new_head(pool_head(&self.chain), [], &HeadState(&self.chain));
    }

    /// Σ balances of all accounts in the database.
    fn held(&self) -> U256 {
        let reader = self.chain.reader().unwrap();
        reader.accounts(Address::ZERO).unwrap().map(|account| account.unwrap().1.balance).sum()
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 20) % bound
    }
}

fn pool_head(chain: &Chain) -> Head {
    let header = &chain.head().header;
    Head {
        gas_limit: header.gas_limit,
        base_fee: next_base_fee(chain.spec(), header),
        rules: TxRules::at(chain.spec(), header.number + 1, header.timestamp + 1),
    }
}

fn key_pair(key: [u8; 32]) -> (SecretKey, Address) {
    let key = SecretKey::from_byte_array(key).unwrap();
    let hash = Default::default();
    let address = autochain_primitives::recover_signer(&sign_hash(&key, hash), hash).unwrap();
    (key, address)
}
