use crate::*;
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip2930, TxEip7702, TxLegacy};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use autochain_chainspec::{Activation, Bomb, ChainSpec, Fork, ForkSchedule, Genesis, RewardRule, SealRule};
use autochain_ethash::{LightCaches, Sizes, meets};
use autochain_primitives::{
    Address, B64, B256, Block, Bytes, EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Header, HeaderExt as _,
    SealedBlock, SealedHeader, Transaction, TxKind, TxType, U256, alloy_primitives::Signature, ommers_hash,
    transactions_root,
};
use proptest::prelude::*;

fn spec(fork: Fork) -> ChainSpec {
    ChainSpec::new(1, ForkSchedule::up_to(fork), Genesis::default())
}

fn parent() -> Header {
    Header {
        number: 100,
        timestamp: 1_000,
        gas_limit: 8_000_000,
        difficulty: U256::from(1_000_000),
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        transactions_root: EMPTY_ROOT_HASH,
        ..Header::default()
    }
}

/// A legal header on `parent`, stamped `after` seconds later.
fn child(spec: &ChainSpec, parent: &Header, after: u64) -> Header {
    let number = parent.number + 1;
    Header {
        parent_hash: parent.hash_slow(),
        number,
        timestamp: parent.timestamp + after,
        gas_limit: next_gas_limit(spec, parent, parent.gas_limit),
        difficulty: next_difficulty(spec, parent, parent.timestamp + after),
        base_fee_per_gas: next_base_fee(spec, parent),
        extra_data: required_extra_data(spec, number).map(Bytes::from_static).unwrap_or_default(),
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        transactions_root: EMPTY_ROOT_HASH,
        ..Header::default()
    }
}

fn signed<T: SignableTransaction<Signature>>(transaction: T) -> Transaction
where
    Transaction: From<alloy_consensus::Signed<T>>,
{
    transaction.into_signed(Signature::test_signature()).into()
}

/// Changes a legal header and gives the error.
fn broken(fork: Fork, change: impl Fn(&mut Header)) -> HeaderError {
    let spec = spec(fork);
    let mut parent = parent();
    parent.base_fee_per_gas = (fork >= Fork::London).then_some(7);
    let mut header = child(&spec, &parent, 13);
    check_header(&spec, &header, &parent, 1_013).unwrap();
    change(&mut header);
    check_header(&spec, &header, &parent, 1_013).unwrap_err()
}

#[test]
fn header_rules() {
    use HeaderError as E;
    let old = Fork::Byzantium;
    assert_eq!(broken(old, |h| h.number = 102), E::Number { got: 102, expected: 101 });
    assert_eq!(broken(old, |h| h.extra_data = vec![0; 33].into()), E::ExtraDataTooLong { got: 33, max: 32 });
    assert_eq!(
        broken(old, |h| h.timestamp = 1_000),
        E::TimestampNotAfterParent { got: 1_000, parent: 1_000 }
    );
    assert!(matches!(broken(old, |h| h.difficulty += U256::ONE), E::Difficulty { .. }));
    assert!(matches!(broken(old, |h| h.gas_used = h.gas_limit + 1), E::GasUsedAboveLimit { .. }));
    assert!(matches!(broken(old, |h| h.gas_limit += 7_812), E::GasLimitStep { bound: 7_812, .. }));
    assert!(matches!(broken(old, |h| h.gas_limit = 1 << 63), E::GasLimitAboveMaximum { .. }));
    assert_eq!(broken(old, |h| h.base_fee_per_gas = Some(1)), E::BaseFeeBeforeLondon { got: 1 });
    assert_eq!(broken(Fork::London, |h| h.base_fee_per_gas = None), E::BaseFeeMissing { expected: 7 });
    assert_eq!(broken(Fork::London, |h| h.base_fee_per_gas = Some(8)), E::BaseFee { got: 8, expected: 7 });
    assert_eq!(broken(Fork::London, |h| h.withdrawals_root = Some(B256::ZERO)), E::PostLondonField);
}

#[test]
fn a_future_block_is_later_not_never() {
    let spec = spec(Fork::Byzantium);
    let header = child(&spec, &parent(), 100);
    check_header(&spec, &header, &parent(), 1_085).unwrap();
    let early = check_header(&spec, &header, &parent(), 1_084).unwrap_err();
    assert_eq!(early, HeaderError::FutureBlock { got: 1_100, latest: 1_099 });
    assert!(ConsensusError::from(early).is_transient());
    // A header that is wrong whatever the clock says is not put off.
    let wrong = Header { number: 7, ..header.clone() };
    let error = check_header(&spec, &wrong, &parent(), 0).unwrap_err();
    assert!(!ConsensusError::from(error).is_transient());
    let mut dev = spec;
    dev.dev_clock = true;
    check_header(&dev, &header, &parent(), 0).unwrap();
}

#[test]
fn terminal_difficulty() {
    let mut spec = spec(Fork::London);
    check_terminal(&spec, U256::MAX).unwrap();
    spec.terminal_total_difficulty = Some(U256::from(10));
    check_terminal(&spec, U256::from(9)).unwrap();
    assert!(check_terminal(&spec, U256::from(10)).unwrap_err().to_string().contains("proof of stake"));
}

#[test]
fn dao_extra_data() {
    let forks = ForkSchedule::up_to(Fork::Homestead).with(Fork::Dao, Activation::Block(101));
    let mut spec = ChainSpec::new(1, forks, Genesis::default());
    for (support, number, says, legal) in [
        (Some(true), 100, true, true),
        (Some(true), 100, false, true),
        (Some(true), 101, true, true),
        (Some(true), 101, false, false),
        (Some(true), 110, false, false),
        (Some(true), 111, false, true),
        (Some(false), 101, true, false),
        (Some(false), 110, false, true),
        (Some(false), 111, true, true),
        (None, 101, true, true),
    ] {
        spec.dao_support = support;
        let parent = Header { number: number - 1, ..parent() };
        let mut header = child(&spec, &parent, 13);
        header.extra_data = if says { Bytes::from_static(b"dao-hard-fork") } else { Bytes::new() };
        let result = check_header(&spec, &header, &parent, 2_000);
        assert_eq!(result.is_ok(), legal, "{support:?} {number} {says}: {result:?}");
    }
}

#[test]
fn base_fee_and_gas_limit_at_london() {
    let forks = ForkSchedule::up_to(Fork::Berlin).with(Fork::London, Activation::Block(101));
    let spec = ChainSpec::new(1, forks, Genesis::default());
    let mut header = child(&spec, &parent(), 13);
    header.gas_limit = next_gas_limit(&spec, &parent(), 16_000_000);
    assert_eq!((header.base_fee_per_gas, header.gas_limit), (Some(1_000_000_000), 16_000_000));
    check_header(&spec, &header, &parent(), 2_000).unwrap();
    // The bound is that of the doubled limit.
    assert_eq!(next_gas_limit(&spec, &parent(), 5_000), 16_000_000 - 15_624);
    let next = |used, limit, fee| {
        let parent =
            Header { number: 101, gas_used: used, gas_limit: limit, base_fee_per_gas: Some(fee), ..parent() };
        next_base_fee(&spec, &parent).unwrap()
    };
    assert_eq!(next(10_000_000, 20_000_000, 1_000_000_000), 1_000_000_000);
    assert_eq!(next(9_000_000, 20_000_000, 1_000_000_000), 987_500_000);
    assert_eq!(next(20_000_000, 20_000_000, 1_000_000_000), 1_125_000_000);
    assert_eq!(next(10_000_001, 20_000_000, 1), 2, "at least one wei up");
    assert_eq!(next(0, 20_000_000, 7), 7, "an eighth of 7 rounds to nothing");
    assert_eq!(next(u64::MAX, u64::MAX, u64::MAX), u64::MAX);
    assert_eq!(next(5, 1, 9), 9);
}

#[test]
fn difficulty_by_fork() {
    let with = |fork, after, ommers| {
        let mut parent = parent();
        if ommers {
            parent.ommers_hash = B256::repeat_byte(1);
        }
        next_difficulty(&spec(fork), &parent, parent.timestamp + after)
    };
    let step = 1_000_000 / 2048;
    for (fork, after, ommers, steps) in [
        (Fork::Frontier, 12, false, 1),
        (Fork::Frontier, 13, false, -1),
        (Fork::Homestead, 9, false, 1),
        (Fork::Homestead, 10, true, 0),
        (Fork::Homestead, 2_000, false, -99),
        (Fork::Byzantium, 8, false, 1),
        (Fork::Byzantium, 8, true, 2),
        (Fork::Byzantium, 18, true, 0),
        (Fork::London, 900, false, -99),
        (Fork::London, 8_999, true, -99),
    ] {
        let expected = U256::from(1_000_000 + steps * step);
        assert_eq!(with(fork, after, ommers), expected, "{fork} {after} {ommers}");
    }
    let mut fixed = spec(Fork::London);
    fixed.fixed_difficulty = Some(U256::ONE);
    assert_eq!(next_difficulty(&fixed, &parent(), 5_000), U256::ONE);
}

#[test]
fn bombs() {
    let at = |spec: &ChainSpec, number: u64| {
        let parent = Header { number: number - 1, ..parent() };
        next_difficulty(spec, &parent, parent.timestamp + 10) - U256::from(1_000_000)
    };
    let power = |exponent: u32| U256::from(2).pow(U256::from(exponent));
    for (fork, delay) in [
        (Fork::Homestead, 0),
        (Fork::Byzantium, 3_000_000),
        (Fork::Constantinople, 5_000_000),
        (Fork::Istanbul, 5_000_000),
        (Fork::MuirGlacier, 9_000_000),
        (Fork::London, 9_700_000),
        (Fork::ArrowGlacier, 10_700_000),
        (Fork::GrayGlacier, 11_400_000),
    ] {
        assert_eq!(at(&spec(fork), delay + 199_999), U256::ZERO, "{fork}");
        assert_eq!(at(&spec(fork), delay + 200_000), U256::ONE, "{fork}");
        assert_eq!(at(&spec(fork), delay + 5_000_000), power(48), "{fork}");
    }
    let mut spec = spec(Fork::Homestead);
    assert_eq!(next_difficulty(&spec, &Header { number: u64::MAX - 1, ..parent() }, 1_010), U256::MAX);
    spec.bomb = Bomb::Off;
    assert_eq!(at(&spec, 50_000_000), U256::ZERO);
    spec.bomb = Bomb::Classic { pause: 3_000_000, length: 2_000_000, disposal: Some(5_900_000) };
    assert_eq!(at(&spec, 2_999_999), power(27));
    assert_eq!(at(&spec, 4_999_999), power(28));
    assert_eq!(at(&spec, 5_100_000), power(29));
    assert_eq!(at(&spec, 5_900_000), U256::ZERO);
    spec.bomb = Bomb::Delays(vec![(10, 3_000_000), (20, 2_000_000)]);
    assert_eq!(at(&spec, 5_300_000), power(1));
}

proptest! {
    #[test]
    fn difficulty_keeps_its_minimum(
        difficulty in any::<[u8; 32]>(),
        number in any::<u64>(),
        timestamps in any::<(u64, u64)>(),
        ommers in any::<bool>(),
        fork in 0usize..18,
    ) {
        let spec = spec(Fork::ALL[fork]);
        let parent = Header {
            number,
            difficulty: U256::from_be_bytes(difficulty),
            timestamp: timestamps.0,
            ommers_hash: if ommers { B256::ZERO } else { EMPTY_OMMER_ROOT_HASH },
            ..Header::default()
        };
        prop_assert!(next_difficulty(&spec, &parent, timestamps.1) >= spec.minimum_difficulty);
    }

    #[test]
    fn gas_limit_steps_are_legal_and_converge(start in 5_000u64..100_000_000, desired in any::<u64>()) {
        let spec = spec(Fork::London);
        let desired = desired % 200_000_000;
        let goal = desired.max(MIN_GAS_LIMIT);
        let mut parent = Header { gas_limit: start, ..parent() };
        for _ in 0..20_000 {
            let header = Header { number: parent.number + 1, gas_limit: calc_gas_limit(parent.gas_limit, desired), ..parent.clone() };
            prop_assert!(check_gas_limit(&spec, &header, &parent).is_ok());
            prop_assert!(header.gas_limit.abs_diff(goal) <= parent.gas_limit.abs_diff(goal));
            if header.gas_limit == goal {
                return Ok(());
            }
            parent = header;
        }
        prop_assert!(false, "{} from {start} did not reach {goal}", parent.gas_limit);
    }

    #[test]
    fn any_header_is_judged(number in any::<u64>(), time in any::<u64>(), limit in any::<u64>(), used in any::<u64>(), fee in any::<Option<u64>>()) {
        let header = Header { number, timestamp: time, gas_limit: limit, gas_used: used, base_fee_per_gas: fee, ..Header::default() };
        for fork in Fork::ALL {
            let _ = check_header(&spec(fork), &header, &header, time);
            let _ = check_header(&spec(fork), &header, &Header { number: number.wrapping_sub(1), ..header.clone() }, 0);
        }
    }
}

/// A chain of ten blocks, each with a rival of the same number.
struct Family {
    spec: ChainSpec,
    line: Vec<SealedHeader>,
    rivals: Vec<Header>,
}

fn sealed(header: Header) -> SealedHeader {
    let hash = header.hash_slow();
    SealedHeader::new_unchecked(header, hash)
}

impl Family {
    fn new() -> Self {
        let spec = spec(Fork::Byzantium);
        let mut line = vec![sealed(Header { number: 0, ..parent() })];
        let mut rivals = vec![];
        for _ in 0..10 {
            let parent = line.last().unwrap();
            rivals.push(Header { extra_data: Bytes::from_static(b"rival"), ..child(&spec, parent, 13) });
            line.push(sealed(child(&spec, parent, 13)));
        }
        Self { spec, line, rivals }
    }

    /// Block 11 with these uncles; `earlier` were included by block 9.
    fn check(&self, ommers: Vec<Header>, earlier: &[B256]) -> Result<(), OmmerError> {
        let header =
            Header { ommers_hash: ommers_hash(&ommers), ..child(&self.spec, self.line.last().unwrap(), 13) };
        let block = Block { header, transactions: vec![], ommers }.seal_slow();
        let ancestors: Vec<_> = self.line.iter().rev().take(7).collect();
        let ancestors: Vec<_> = ancestors
            .iter()
            .enumerate()
            .map(|(index, header)| AncestorInfo { header, ommers: if index == 1 { earlier } else { &[] } })
            .collect();
        check_ommers(&self.spec, &block, &ancestors, 0)
    }

    /// The rival with this number.
    fn rival(&self, number: usize) -> Header {
        self.rivals[number - 1].clone()
    }
}

#[test]
fn ommer_rules() {
    use OmmerError as E;
    let family = Family::new();
    for number in 5..=10 {
        assert_eq!(family.check(vec![family.rival(number)], &[]), Ok(()), "{number}");
    }
    family.check(vec![family.rival(10), family.rival(9)], &[]).unwrap();
    let all = vec![family.rival(10), family.rival(9), family.rival(8)];
    assert_eq!(family.check(all, &[]), Err(E::TooMany { got: 3, max: 2 }));
    assert_eq!(family.check(vec![family.rival(4)], &[]), Err(E::TooOld { index: 0, got: 4, oldest: 5 }));
    let rival = family.rival(9);
    let hash = rival.hash_slow();
    assert_eq!(family.check(vec![rival.clone(), rival.clone()], &[]), Err(E::Duplicate { index: 1, hash }));
    assert_eq!(family.check(vec![rival], &[hash]), Err(E::Duplicate { index: 0, hash }));
    let ancestor = family.line[8].inner().clone();
    let hash = ancestor.hash_slow();
    assert_eq!(family.check(vec![ancestor], &[]), Err(E::IsAncestor { index: 0, hash }));
    let brother = child(&family.spec, &family.line[10], 20);
    let parent = brother.parent_hash;
    assert_eq!(family.check(vec![brother], &[]), Err(E::IsBrother { index: 0, parent }));
    let parent = B256::repeat_byte(3);
    let stranger = Header { parent_hash: parent, ..family.rival(9) };
    assert_eq!(family.check(vec![stranger], &[]), Err(E::ParentNotAncestor { index: 0, parent }));
    let heavy = Header { difficulty: U256::from(5), ..family.rival(9) };
    assert!(matches!(
        family.check(vec![heavy], &[]),
        Err(E::Header { error: HeaderError::Difficulty { .. }, .. })
    ));
}

#[test]
fn ommers_are_not_judged_without_ancestors() {
    let family = Family::new();
    let ommers = vec![family.rival(9)];
    let header = child(&family.spec, &family.line[10], 13);
    let block = Block { header, transactions: vec![], ommers }.seal_slow();
    assert_eq!(
        check_ommers(&family.spec, &block, &[], 0),
        Err(OmmerError::MissingAncestors { got: 0, needed: 7 })
    );
}

fn block_of(transactions: Vec<Transaction>) -> SealedBlock {
    let header = Header { transactions_root: transactions_root(&transactions), ..parent() };
    Block { header, transactions, ommers: vec![] }.seal_slow()
}

#[test]
fn body_roots_and_size() {
    let spec = spec(Fork::London);
    let block = block_of(vec![]).into_block();
    check_body(&spec, &block.clone().seal_slow()).unwrap();
    let header = Header { transactions_root: B256::ZERO, ..block.header.clone() };
    let wrong = Block { header, ..block.clone() }.seal_slow();
    assert!(matches!(check_body(&spec, &wrong), Err(BodyError::TransactionsRoot { .. })));
    let wrong = Block { ommers: vec![parent()], ..block }.seal_slow();
    assert!(matches!(check_body(&spec, &wrong), Err(BodyError::OmmersHash { .. })));

    // Data that fills the block to the last byte (EIP-7934), in transactions below the gas cap.
    let block = |last: usize| {
        let fill = |length| {
            signed(TxLegacy {
                to: TxKind::Call(Address::ZERO),
                gas_limit: 16_000_000,
                input: vec![0; length].into(),
                ..TxLegacy::default()
            })
        };
        let mut transactions: Vec<_> = (0..20).map(|_| fill(400_000)).collect();
        transactions.push(fill(last));
        block_of(transactions)
    };
    let osaka = self::spec(Fork::Osaka);
    let empty = autochain_primitives::rlp::Encodable::length(&*block(70_000));
    let last = 70_000 + MAX_BLOCK_BYTES - empty;
    check_body(&osaka, &block(last)).unwrap();
    assert_eq!(
        check_body(&osaka, &block(last + 1)),
        Err(BodyError::TooLarge { got: MAX_BLOCK_BYTES + 1, max: 8_388_608 })
    );
    check_body(&self::spec(Fork::Prague), &block(last + 1)).unwrap();
}

#[test]
fn transaction_types_by_fork() {
    let to = Address::ZERO;
    let table = [
        (
            signed(TxEip2930 { chain_id: 1, gas_limit: 50_000, ..TxEip2930::default() }),
            TxType::Eip2930,
            Fork::Berlin,
        ),
        (
            signed(TxEip1559 { chain_id: 1, gas_limit: 53_000, ..TxEip1559::default() }),
            TxType::Eip1559,
            Fork::London,
        ),
        (
            signed(TxEip7702 { chain_id: 1, gas_limit: 50_000, to, ..TxEip7702::default() }),
            TxType::Eip7702,
            Fork::Prague,
        ),
    ];
    for (transaction, tx_type, since) in table {
        for fork in Fork::ALL {
            let result = validate_transaction_static(&transaction, &TransactionRules::ethereum(fork));
            let early = Err(TransactionError::TypeNotActive { tx_type, since });
            assert_eq!(result == early, fork < since, "{tx_type:?} {fork}: {result:?}");
        }
    }
}

#[test]
fn transaction_rules() {
    use TransactionError as E;
    let check = |transaction: &Transaction, fork| {
        validate_transaction_static(transaction, &TransactionRules::ethereum(fork))
    };
    let call = TxLegacy { to: TxKind::Call(Address::ZERO), gas_limit: 21_000, ..TxLegacy::default() };
    let protected = |chain_id| signed(TxLegacy { chain_id: Some(chain_id), ..call.clone() });
    check(&signed(call.clone()), Fork::Osaka).unwrap();
    check(&protected(1), Fork::SpuriousDragon).unwrap();
    assert_eq!(check(&protected(1), Fork::Tangerine), Err(E::ReplayProtectionNotActive { got: 1 }));
    assert_eq!(check(&protected(2), Fork::London), Err(E::ChainId { got: 2, expected: 1 }));
    let nonce = signed(TxLegacy { nonce: u64::MAX, ..call.clone() });
    assert_eq!(check(&nonce, Fork::Frontier), Err(E::NonceTooHigh { got: u64::MAX }));
    let greedy =
        TxEip1559 { chain_id: 1, max_priority_fee_per_gas: 2, max_fee_per_gas: 1, ..TxEip1559::default() };
    assert_eq!(check(&signed(greedy), Fork::London), Err(E::TipAboveFeeCap { tip: 2, cap: 1 }));
    let empty = TxEip7702 { chain_id: 1, gas_limit: 21_000, ..TxEip7702::default() };
    assert_eq!(check(&signed(empty), Fork::Prague), Err(E::NoAuthorizations));
    let big = signed(TxLegacy { gas_limit: MAX_TRANSACTION_GAS + 1, ..call.clone() });
    check(&big, Fork::Prague).unwrap();
    assert_eq!(check(&big, Fork::Osaka), Err(E::GasAboveCap { got: 16_777_217, max: 16_777_216 }));
    let cheap = signed(TxLegacy { gas_limit: 20_999, ..call.clone() });
    assert_eq!(check(&cheap, Fork::London), Err(E::IntrinsicGas { got: 20_999, needed: 21_000 }));
    let create = |length: usize| {
        signed(TxLegacy { input: vec![0; length].into(), gas_limit: 1 << 24, ..TxLegacy::default() })
    };
    check(&create(49_152), Fork::Shanghai).unwrap();
    check(&create(49_153), Fork::London).unwrap();
    assert_eq!(check(&create(49_153), Fork::Shanghai), Err(E::InitCodeTooLong { got: 49_153, max: 49_152 }));
    let data = signed(TxLegacy { input: vec![1; 10].into(), gas_limit: 21_399, ..call });
    check(&data, Fork::Cancun).unwrap();
    assert_eq!(check(&data, Fork::Prague), Err(E::FloorGas { got: 21_399, needed: 21_400 }));
}

#[test]
fn intrinsic_gas_by_fork() {
    let create = signed(TxLegacy { input: vec![0, 1, 1].into(), ..TxLegacy::default() });
    assert_eq!(intrinsic_gas(&create, Fork::Frontier), 21_000 + 4 + 2 * 68);
    assert_eq!(intrinsic_gas(&create, Fork::Homestead), 53_000 + 4 + 2 * 68);
    assert_eq!(intrinsic_gas(&create, Fork::Istanbul), 53_000 + 4 + 2 * 16);
    assert_eq!(intrinsic_gas(&create, Fork::Shanghai), 53_000 + 4 + 2 * 16 + 2);
    let access_list =
        AccessList(vec![AccessListItem { address: Address::ZERO, storage_keys: vec![B256::ZERO; 3] }]);
    let call = signed(TxEip2930 { to: TxKind::Call(Address::ZERO), access_list, ..TxEip2930::default() });
    assert_eq!(intrinsic_gas(&call, Fork::Berlin), 21_000 + 2_400 + 3 * 1_900);
    assert_eq!(floor_gas(&create, Fork::Cancun), 0);
    assert_eq!(floor_gas(&create, Fork::Prague), 21_000 + 10 + 80);
}

#[test]
fn outcome() {
    let header = Header { gas_used: 5, receipts_root: B256::repeat_byte(1), ..parent() };
    let bloom = header.logs_bloom;
    check_outcome(&header, 5, B256::repeat_byte(1), &bloom).unwrap();
    assert!(matches!(
        check_outcome(&header, 6, B256::ZERO, &bloom),
        Err(OutcomeError::GasUsed { got: 5, expected: 6 })
    ));
    assert!(matches!(check_outcome(&header, 5, B256::ZERO, &bloom), Err(OutcomeError::ReceiptsRoot { .. })));
    let other = autochain_primitives::Bloom::repeat_byte(1);
    assert!(matches!(check_outcome(&header, 5, B256::ZERO, &other), Err(OutcomeError::LogsBloom { .. })));
    assert!(matches!(check_state_root(&header, B256::repeat_byte(9)), Err(OutcomeError::StateRoot { .. })));
    check_state_root(&header, header.state_root).unwrap();
}

fn paid(spec: &ChainSpec, number: u64, depths: &[u64], reserve: Option<u64>) -> (Vec<u64>, Option<u64>) {
    let header = Header { number, beneficiary: Address::repeat_byte(1), ..parent() };
    let ommers: Vec<_> = depths
        .iter()
        .map(|depth| Header { number: number - depth, beneficiary: Address::repeat_byte(2), ..parent() })
        .collect();
    let payouts = payouts(spec, &header, &ommers, reserve.map(U256::from));
    let credits = payouts.credits.iter().map(|payout| payout.amount.to::<u64>()).collect();
    (credits, payouts.debit.map(|payout| payout.amount.to()))
}

#[test]
fn minted_rewards() {
    const COIN: u64 = 1_000_000_000_000_000_000;
    assert_eq!(paid(&spec(Fork::Frontier), 100, &[], None), (vec![5 * COIN], None));
    let three = (vec![COIN / 8 * 21, COIN / 8 * 6, COIN / 16 * 51], None);
    assert_eq!(paid(&spec(Fork::Byzantium), 100, &[1, 6], None), three);
    assert_eq!(paid(&spec(Fork::London), 100, &[], None), (vec![2 * COIN], None));

    let mut classic = spec(Fork::Byzantium);
    classic.reward = RewardRule::Era { from: 11, rounds: 10 };
    assert_eq!(paid(&classic, 10, &[], None).0, [3 * COIN], "before the rule");
    assert_eq!(paid(&classic, 11, &[], None).0, [4 * COIN]);
    assert_eq!(paid(&classic, 20, &[2], None).0, [4 * COIN / 32, 4 * COIN + 4 * COIN / 32]);
    assert_eq!(paid(&classic, 21, &[], None).0, [16 * COIN / 5]);
    // ⌊5·10¹⁸ · (4/5)¹⁹²⌋ is the last wei.
    assert_eq!(paid(&classic, 1_921, &[], None).0, [1]);
    assert_eq!(paid(&classic, 1_931, &[], None).0, [0u64; 0]);

    classic.reward = RewardRule::Schedule(vec![(0, U256::from(9)), (100, U256::from(7))]);
    assert_eq!((paid(&classic, 99, &[], None).0, paid(&classic, 100, &[], None).0), (vec![9], vec![7]));
}

#[test]
fn reserve_rewards_are_debited() {
    let mut spec = spec(Fork::London);
    let reserve = RewardRule::autochain_reserve();
    spec.reward = RewardRule::Reserve { reserve };
    let balance = (1000u64 << 24) + 5;
    assert_eq!(paid(&spec, 100, &[], Some(balance)), (vec![1000], Some(1000)));
    assert_eq!(paid(&spec, 100, &[1, 3], Some(balance)), (vec![875, 625, 1062], Some(2562)));
    assert_eq!(paid(&spec, 100, &[], Some((1 << 24) - 1)), (vec![], None));
    assert_eq!(paid(&spec, 100, &[], None), (vec![], None));
    let header = Header { number: 100, ..parent() };
    assert_eq!(payouts(&spec, &header, &[], Some(U256::from(balance))).debit.unwrap().address, reserve);
    // 10⁹ coins at genesis: 59.6 a block at first.
    let full = U256::from(10).pow(U256::from(27));
    let first = payouts(&spec, &header, &[], Some(full)).total();
    assert_eq!(first, U256::from(59_604_644_775_390_625_000u128));
}

/// Seals a header on the test sizes.
fn seal(header: &mut Header) {
    let light = LightCaches::new(Sizes::Test, 30_000).get(header.number);
    let found = (0u64..).find_map(|nonce| {
        let output = light.hash(&header.seal_hash().0, nonce);
        meets(&output.result, &header.boundary()).then_some((nonce, output.mix_hash))
    });
    let (nonce, mix_hash) = found.unwrap();
    (header.nonce, header.mix_hash) = (B64::from(nonce), B256::from(mix_hash));
}

#[test]
fn seals() {
    let mut spec = spec(Fork::London);
    spec.seal = SealRule::Test;
    let seals = Seals::new(&spec);
    let mut headers: Vec<Header> = (0..40)
        .map(|index| Header { number: index * 2_400, difficulty: U256::from(50), ..parent() })
        .collect();
    headers.iter_mut().for_each(seal);
    let check = |seals: &Seals, headers: &[Header]| seals.check(&headers.iter().collect::<Vec<_>>());
    check(&seals, &headers).unwrap();
    check(&seals, &[]).unwrap();

    let fault = |change: &dyn Fn(&mut Header)| {
        let mut headers = headers.clone();
        change(&mut headers[30]);
        headers[35].difficulty = U256::ZERO;
        let error = check(&seals, &headers).unwrap_err();
        assert_eq!((error.index, error.number), (30, headers[30].number));
        error.fault
    };
    assert_eq!(fault(&|header| header.difficulty = U256::ZERO), SealFault::ZeroDifficulty);
    assert!(matches!(fault(&|header| header.mix_hash.0[0] ^= 1), SealFault::MixHash { .. }));
    assert!(matches!(fault(&|header| header.nonce.0[7] ^= 1), SealFault::MixHash { .. }));
    assert!(matches!(fault(&|header| header.extra_data = vec![1].into()), SealFault::MixHash { .. }));
    let weak = |header: &mut Header| {
        header.difficulty = U256::MAX;
        let light = seals.light(header.number);
        let nonce = u64::from_be_bytes(header.nonce.0);
        header.mix_hash = B256::from(light.hash(&header.seal_hash().0, nonce).mix_hash);
    };
    assert!(matches!(fault(&weak), SealFault::AboveBoundary { .. }));
    assert_eq!(fault(&|header| header.number = u64::MAX), SealFault::BeyondLastEpoch);

    let mut none = spec.clone();
    none.seal = SealRule::None;
    check(&Seals::new(&none), &[Header { difficulty: U256::ZERO, ..parent() }]).unwrap();
    // A long epoch keeps the seed of its first 30,000 blocks: block 60,000 to 119,999 have one seed (ECIP-1099).
    spec.long_epochs_from = Some(60_000);
    check(&Seals::new(&spec), &headers[..38]).unwrap();
    check(&Seals::new(&spec), &headers).unwrap_err();
}
