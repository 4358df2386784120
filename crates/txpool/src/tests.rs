use crate::*;
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy};
use autochain_primitives::{
    Account, Address, B256, Block, Bytes, Header, RecoveredBlock, Transaction, TransactionFields, TxKind,
    U256, address, sign_hash,
};
use parking_lot::Mutex;
use proptest::prelude::*;
use secp256k1::{PublicKey, SECP256K1, SecretKey};
use std::{collections::HashMap, time::Duration};

const CHAIN: u64 = 9517;
const TO: Address = address!("00000000000000000000000000000000000000aa");
const GWEI: u128 = 1_000_000_000;
const ETHER: u128 = GWEI * GWEI;

/// Accounts by hand: one ether for everybody unless set.
#[derive(Default)]
struct State(Mutex<HashMap<Address, Account>>);

impl State {
    fn set(&self, address: Address, nonce: u64, balance: u128) {
        self.0.lock().insert(address, Account { nonce, balance: U256::from(balance), ..Default::default() });
    }
}

impl AccountState for State {
    fn account(&self, address: &Address) -> Result<Option<Account>, StateUnavailable> {
        let default = Account { balance: U256::from(ETHER), ..Default::default() };
        Ok(Some(self.0.lock().get(address).copied().unwrap_or(default)))
    }
}

fn key(index: u8) -> SecretKey {
    SecretKey::from_byte_array([index + 1; 32]).unwrap()
}

fn addr(index: u8) -> Address {
    let public = PublicKey::from_secret_key(SECP256K1, &key(index)).serialize_uncompressed();
    Address::from_slice(&autochain_primitives::keccak256(&public[1..])[12..])
}

fn sign<T>(transaction: T, index: u8) -> Transaction
where
    T: SignableTransaction<autochain_primitives::alloy_primitives::Signature>,
    Transaction: From<alloy_consensus::Signed<T>>,
{
    let signature = sign_hash(&key(index), transaction.signature_hash());
    transaction.into_signed(signature).into()
}

fn legacy(index: u8, nonce: u64, price: u128) -> Transaction {
    let transaction = TxLegacy {
        chain_id: Some(CHAIN),
        nonce,
        gas_price: price,
        gas_limit: 21_000,
        to: TxKind::Call(TO),
        ..Default::default()
    };
    sign(transaction, index)
}

fn dynamic(index: u8, nonce: u64, tip: u128, cap: u128) -> Transaction {
    let transaction = TxEip1559 {
        chain_id: CHAIN,
        nonce,
        max_priority_fee_per_gas: tip,
        max_fee_per_gas: cap,
        gas_limit: 21_000,
        to: TxKind::Call(TO),
        ..Default::default()
    };
    sign(transaction, index)
}

fn head() -> Head {
    Head { gas_limit: 30_000_000, base_fee: Some(7), rules: TxRules::latest() }
}

fn pool(config: PoolConfig) -> Pool {
    Pool::new(config, CHAIN, head())
}

fn error(pool: &Pool, state: &State, transaction: Transaction) -> String {
    pool.add(transaction, Origin::External, state).unwrap_err().to_string()
}

#[test]
fn nonces_in_order_are_pending_and_a_gap_waits() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    let mut events = pool.subscribe();
    pool.add(legacy(0, 2, GWEI), Origin::Local, &state).unwrap();
    assert_eq!(pool.status(), Status { pending: 0, queued: 1 });
    assert_eq!(pool.nonce(&addr(0)), Some(0));
    assert!(events.try_recv().is_err());
    pool.add(legacy(0, 0, GWEI), Origin::Local, &state).unwrap();
    pool.add(legacy(0, 1, GWEI), Origin::Local, &state).unwrap();
    assert_eq!(pool.status(), Status { pending: 3, queued: 0 });
    assert_eq!(pool.nonce(&addr(0)), Some(3));
    assert_eq!(pool.nonce(&addr(1)), None);
    let announced: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).map(|t| t.nonce()).collect();
    assert_eq!(announced, [0, 1, 2]);
    pool.check();
}

#[test]
fn two_hundred_back_to_back_are_all_pending() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    for nonce in 0..200 {
        pool.add(dynamic(0, nonce, 1, 100), Origin::External, &state).unwrap();
    }
    assert_eq!(pool.status(), Status { pending: 200, queued: 0 });
    assert_eq!(pool.best(7).map(|t| t.nonce()).collect::<Vec<_>>(), (0..200).collect::<Vec<_>>());
}

#[test]
fn errors_begin_with_geths_words() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    let refused = |transaction| error(&pool, &state, transaction);
    let base = TxEip1559 {
        chain_id: CHAIN,
        max_priority_fee_per_gas: 1,
        max_fee_per_gas: 10,
        gas_limit: 21_000,
        to: TxKind::Call(TO),
        ..Default::default()
    };
    pool.add(dynamic(0, 0, 100, 100), Origin::External, &state).unwrap();
    assert_eq!(refused(dynamic(0, 0, 100, 100)), "already known");
    assert!(refused(dynamic(0, 0, 109, 109)).starts_with("replacement transaction underpriced"));
    assert!(
        refused(dynamic(0, 0, 110, 109)).starts_with("max priority fee per gas higher than max fee per gas")
    );
    assert!(refused(dynamic(0, 0, 109, 200)).starts_with("replacement transaction underpriced"));
    assert!(refused(dynamic(1, 0, 0, 100)).starts_with("transaction underpriced"));
    state.set(addr(2), 5, ETHER);
    assert_eq!(refused(dynamic(2, 4, 1, 10)), "nonce too low: next nonce 5, tx nonce 4");
    state.set(addr(3), 0, 21_000 * 10 - 1);
    assert_eq!(
        refused(dynamic(3, 0, 1, 10)),
        "insufficient funds for gas * price + value: balance 209999, tx cost 210000, overshot 1"
    );
    assert!(
        refused(sign(TxEip1559 { gas_limit: 30_000_001, ..base.clone() }, 4)).contains("EIP-7825"),
        "above 2^24 names the EIP"
    );
    assert!(refused(sign(TxEip1559 { gas_limit: (1 << 24) + 1, ..base.clone() }, 4)).contains("EIP-7825"));
    pool.add(sign(TxEip1559 { gas_limit: 1 << 24, ..base.clone() }, 4), Origin::External, &state).unwrap();
    assert!(
        refused(sign(TxEip1559 { gas_limit: 20_999, ..base.clone() }, 5))
            .starts_with("intrinsic gas too low")
    );
    assert_eq!(
        refused(sign(TxEip1559 { chain_id: 1, ..base.clone() }, 5)),
        "invalid sender: tx signed for chain 1, this chain is 9517"
    );
    let data = Bytes::from(vec![1; 1000]);
    assert!(
        refused(sign(TxEip1559 { gas_limit: 40_000, input: data, ..base.clone() }, 5))
            .starts_with("insufficient gas for floor data gas cost"),
    );
    let data = Bytes::from(vec![0; MAX_TX_SIZE]);
    assert!(
        refused(sign(TxEip1559 { gas_limit: 16_000_000, input: data, ..base.clone() }, 5))
            .starts_with("oversized data")
    );
    let data = Bytes::from(vec![0; MAX_INIT_CODE_SIZE + 1]);
    let create = TxEip1559 { gas_limit: 16_000_000, input: data, to: TxKind::Create, ..base };
    assert!(refused(sign(create, 5)).starts_with("max initcode size exceeded: code size 49153 limit 49152"));
    let blob = TxEip4844 { chain_id: CHAIN, gas_limit: 21_000, ..Default::default() };
    assert!(refused(sign(blob, 5)).starts_with("transaction type not supported: type 3, blob"));
    let set_code =
        TxEip7702 { chain_id: CHAIN, gas_limit: 100_000, max_fee_per_gas: 10, ..Default::default() };
    assert!(refused(sign(set_code, 5)).starts_with("set code tx must have at least one authorization"));
    assert!(refused(dynamic(5, u64::MAX, 1, 10)).starts_with("nonce has max value"));
    pool.check();
}

#[test]
fn gas_above_the_block_is_refused_before_osaka_too() {
    let rules = TxRules { osaka: false, ..TxRules::latest() };
    let pool = Pool::new(PoolConfig::default(), CHAIN, Head { gas_limit: 5000, rules, ..head() });
    assert!(error(&pool, &State::default(), legacy(0, 0, GWEI)).starts_with("exceeds block gas limit"));
}

#[test]
fn types_follow_the_forks() {
    let state = State::default();
    let rules = TxRules { homestead: true, istanbul: true, ..Default::default() };
    let pool = Pool::new(PoolConfig::default(), CHAIN, Head { gas_limit: 8_000_000, base_fee: None, rules });
    assert!(error(&pool, &state, dynamic(0, 0, 1, 1)).starts_with("transaction type not supported"));
    let access = TxEip2930 { chain_id: CHAIN, gas_limit: 21_000, to: TxKind::Call(TO), ..Default::default() };
    assert!(error(&pool, &state, sign(access, 0)).starts_with("transaction type not supported"));
    pool.add(legacy(0, 0, 1), Origin::External, &state).unwrap();
}

#[test]
fn unprotected_transactions_are_taken() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    let transaction =
        TxLegacy { gas_price: GWEI, gas_limit: 21_000, to: TxKind::Call(TO), ..Default::default() };
    let transaction = sign(transaction, 0);
    assert_eq!(transaction.chain_id(), None);
    pool.add(transaction, Origin::Local, &state).unwrap();
}

#[test]
fn a_replacement_takes_the_place() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    let old = pool.add(dynamic(0, 0, 100, 1000), Origin::External, &state).unwrap();
    pool.add(dynamic(0, 1, 100, 1000), Origin::External, &state).unwrap();
    let mut events = pool.subscribe();
    let new = pool.add(dynamic(0, 0, 110, 1100), Origin::External, &state).unwrap();
    assert!(!pool.contains(&old));
    assert!(pool.contains(&new));
    assert_eq!(events.try_recv().unwrap().hash(), new);
    assert!(events.try_recv().is_err(), "the one behind was pending before");
    assert_eq!(pool.status(), Status { pending: 2, queued: 0 });
    pool.check();
}

#[test]
fn the_miner_sees_tips_then_arrival() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    // Account 0: a cheap one hides a dear one. Account 1 and 2: equal tips. Account 3: below the base fee.
    pool.add(dynamic(0, 0, 1, 1000), Origin::External, &state).unwrap();
    pool.add(dynamic(0, 1, 900, 1000), Origin::External, &state).unwrap();
    pool.add(dynamic(1, 0, 50, 1000), Origin::External, &state).unwrap();
    pool.add(dynamic(2, 0, 500, 57), Origin::External, &state).unwrap_err();
    pool.add(dynamic(2, 0, 57, 57), Origin::External, &state).unwrap();
    pool.add(dynamic(3, 0, 5, 5), Origin::External, &state).unwrap();
    let order = |base_fee| pool.best(base_fee).map(|t| (t.sender(), t.nonce())).collect::<Vec<_>>();
    assert_eq!(order(7), [(addr(1), 0), (addr(2), 0), (addr(0), 0), (addr(0), 1)]);
    assert_eq!(order(0).len(), 5);
    let mut best = pool.best(7);
    assert_eq!(best.by_ref().nth(2).map(|t| t.sender()), Some(addr(0)));
    best.skip_account(addr(0));
    assert!(best.next().is_none());
}

#[test]
fn a_full_pool_drops_the_cheapest() {
    let config = PoolConfig { global_slots: 3, global_queue: 1, ..Default::default() };
    let (pool, state) = (pool(config), State::default());
    for index in 0..4 {
        // Three executable by the limit, the fourth fits the slots.
        pool.add(legacy(index, 0, 100 + u128::from(index)), Origin::External, &state).unwrap();
    }
    assert!(error(&pool, &state, legacy(4, 0, 100)).starts_with("transaction underpriced"));
    let gapped = pool.add(legacy(4, 7, 500), Origin::External, &state);
    assert!(matches!(gapped, Err(PoolError::FutureReplacesPending)));
    pool.add(legacy(4, 0, 500), Origin::External, &state).unwrap();
    assert_eq!(pool.nonce(&addr(0)), None, "the cheapest left");
    pool.check();
    // A local one is exempt from price and room.
    pool.add(legacy(5, 0, 1), Origin::Local, &state).unwrap();
    assert_eq!(pool.status().pending, 5);
    for index in 6..40 {
        let _ = pool.add(legacy(index, 0, 1), Origin::Local, &state);
    }
    assert_eq!(pool.status().pending, 4 * HARD_LIMIT_FACTOR);
    let full = pool.add(legacy(41, 0, 1), Origin::Local, &state).unwrap_err();
    assert!(full.to_string().starts_with("txpool is full"));
    pool.check();
}

#[test]
fn one_account_cannot_crowd_out_the_others() {
    let config = PoolConfig { global_slots: 20, account_slots: 4, ..Default::default() };
    let (pool, state) = (pool(config), State::default());
    for index in 1..5 {
        pool.add(legacy(index, 0, 100), Origin::External, &state).unwrap();
    }
    for nonce in 0..40 {
        let _ = pool.add(legacy(0, nonce, 1000), Origin::External, &state);
    }
    assert!((1..5).all(|index| pool.nonce(&addr(index)) == Some(1)));
    assert_eq!(pool.status().pending, 20);
    pool.check();
}

#[test]
fn the_queue_of_an_account_is_bounded() {
    let config = PoolConfig { account_queue: 3, ..Default::default() };
    let (pool, state) = (pool(config), State::default());
    for nonce in [5, 6, 7] {
        pool.add(legacy(0, nonce, 100), Origin::External, &state).unwrap();
    }
    assert!(error(&pool, &state, legacy(0, 8, 100)).starts_with("account limit exceeded"));
    pool.add(legacy(0, 4, 100), Origin::External, &state).unwrap();
    let (_, queued) = pool.content_from(&addr(0));
    assert_eq!(queued.iter().map(|t| t.nonce()).collect::<Vec<_>>(), [4, 5, 6]);
    pool.check();
}

#[test]
fn the_global_queue_drops_idle_accounts_and_old_ones_expire() {
    let config = PoolConfig { global_queue: 4, lifetime: Duration::ZERO, ..Default::default() };
    let (pool, state) = (pool(config), State::default());
    for index in 0..6 {
        pool.add(legacy(index, 3, 100), Origin::External, &state).unwrap();
    }
    assert_eq!(pool.status(), Status { pending: 0, queued: 4 });
    assert_eq!((pool.nonce(&addr(0)), pool.nonce(&addr(5))), (None, Some(0)));
    std::thread::sleep(Duration::from_millis(2));
    assert_eq!(pool.expire(), 4);
    pool.add(legacy(7, 3, 100), Origin::Local, &state).unwrap();
    std::thread::sleep(Duration::from_millis(2));
    assert_eq!(pool.expire(), 0, "locals stay");
    pool.check();
}

fn block(transactions: Vec<(Transaction, Address)>) -> RecoveredBlock {
    let (transactions, senders) = transactions.into_iter().unzip();
    RecoveredBlock::new_unchecked(
        Block { header: Header::default(), transactions, ommers: vec![] }.seal_slow(),
        senders,
    )
}

#[test]
fn a_new_head_takes_the_included_and_promotes_the_rest() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    for nonce in [0, 1, 3] {
        pool.add(legacy(0, nonce, GWEI), Origin::External, &state).unwrap();
    }
    pool.add(legacy(1, 0, GWEI), Origin::External, &state).unwrap();
    state.set(addr(0), 3, ETHER);
    state.set(addr(1), 0, 1);
    let mut events = pool.subscribe();
    pool.on_new_head(head(), [], &state);
    assert_eq!(pool.status(), Status { pending: 1, queued: 0 });
    assert_eq!(events.try_recv().unwrap().nonce(), 3);
    pool.check();
}

#[test]
fn a_reorganisation_gives_transactions_back() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    state.set(addr(0), 2, ETHER);
    pool.add(legacy(0, 2, GWEI), Origin::External, &state).unwrap();
    let lost = block(vec![(legacy(0, 0, GWEI), addr(0)), (legacy(0, 1, GWEI), addr(0))]);
    // The new branch holds nonce 0 again, but not nonce 1.
    state.set(addr(0), 1, ETHER);
    pool.on_new_head(head(), [&lost], &state);
    assert_eq!(pool.status(), Status { pending: 2, queued: 0 });
    assert_eq!(pool.nonce(&addr(0)), Some(3));
    pool.check();
}

#[test]
fn the_journal_survives_a_restart_and_a_torn_tail() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transactions.rlp");
    let config = PoolConfig { journal: Some(path.clone()), ..Default::default() };
    let state = State::default();
    {
        let pool = pool(config.clone());
        pool.add(legacy(0, 0, GWEI), Origin::Local, &state).unwrap();
        pool.add(dynamic(0, 1, 1, 10), Origin::Local, &state).unwrap();
        pool.add(legacy(1, 0, GWEI), Origin::External, &state).unwrap();
    }
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(&[0xf8, 0x6b, 0x01]);
    std::fs::write(&path, bytes).unwrap();
    state.set(addr(0), 1, ETHER);
    let pool = pool(config);
    assert_eq!(pool.load_journal(&state).unwrap(), (1, 1));
    assert_eq!(pool.status(), Status { pending: 1, queued: 0 });
    assert_eq!(pool.rotate_journal().unwrap(), 1);
}

#[test]
fn a_raised_minimum_drops_the_cheap() {
    let (pool, state) = (pool(PoolConfig::default()), State::default());
    pool.add(legacy(0, 0, 5), Origin::External, &state).unwrap();
    pool.add(legacy(1, 0, 50), Origin::External, &state).unwrap();
    pool.add(legacy(2, 0, 5), Origin::Local, &state).unwrap();
    pool.set_min_tip(10);
    assert_eq!(pool.nonce(&addr(0)), None);
    assert_eq!(pool.status().pending, 2);
    pool.check();
}

#[derive(Clone, Debug)]
enum Step {
    Add { index: u8, nonce: u64, price: u128, local: bool },
    Head { index: u8, nonce: u64, balance: u128, base_fee: u64 },
    Remove { index: u8 },
    MinTip(u128),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0u8..6, 0u64..12, 1u128..60, prop::bool::weighted(0.15)).prop_map(|(index, nonce, price, local)| {
            Step::Add { index, nonce, price, local }
        }),
        2 => (0u8..6, 0u64..8, 0u128..3_000_000, 0u64..40).prop_map(|(index, nonce, balance, base_fee)| {
            Step::Head { index, nonce, balance, base_fee }
        }),
        1 => (0u8..6).prop_map(|index| Step::Remove { index }),
        1 => (0u128..5).prop_map(Step::MinTip),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever happens, counters, slots, price order and nonce sequences stay true, and the miner's order is
    /// sorted by tip among the heads with nonces ascending.
    #[test]
    fn invariants_hold(steps in prop::collection::vec(step(), 1..120)) {
        let config = PoolConfig {
            global_slots: 12, global_queue: 6, account_slots: 2, account_queue: 3, ..Default::default()
        };
        let (pool, state) = (pool(config), State::default());
        for step in steps {
            match step {
                Step::Add { index, nonce, price, local } => {
                    let origin = if local { Origin::Local } else { Origin::External };
                    let transaction = legacy(index, nonce, price);
                    let hash: B256 = *transaction.tx_hash();
                    prop_assert_eq!(pool.add(transaction, origin, &state).is_ok() || pool.contains(&hash), pool.contains(&hash));
                }
                Step::Head { index, nonce, balance, base_fee } => {
                    state.set(addr(index), nonce, balance);
                    pool.on_new_head(Head { base_fee: Some(base_fee), ..head() }, [], &state);
                }
                Step::Remove { index } => {
                    if let Some(first) = pool.content_from(&addr(index)).0.first() {
                        pool.remove(&first.hash());
                    }
                }
                Step::MinTip(tip) => pool.set_min_tip(tip),
            }
            pool.check();
            let mut nonces: HashMap<Address, u64> = HashMap::new();
            for transaction in pool.best(5) {
                if let Some(before) = nonces.insert(transaction.sender(), transaction.nonce()) {
                    prop_assert_eq!(before + 1, transaction.nonce());
                }
                prop_assert!(transaction.fee_cap() >= 5);
            }
        }
    }
}
