use super::*;

fn constantinople() -> Rules {
    Rules { net_metering_1283: true, ..Rules::ethereum(SpecId::PETERSBURG) }
}

/// EIP-1283's own table: code, gas, refund, original value.
#[test]
fn net_metering_as_eip_1283_says() {
    let cases: [(&str, u64, u64, u64); 17] = [
        ("60006000556000600055", 412, 0, 0),
        ("60006000556001600055", 20_212, 0, 0),
        ("60016000556000600055", 20_212, 19_800, 0),
        ("60016000556002600055", 20_212, 0, 0),
        ("60016000556001600055", 20_212, 0, 0),
        ("60006000556000600055", 5_212, 15_000, 1),
        ("60006000556001600055", 5_212, 4_800, 1),
        ("60006000556002600055", 5_212, 0, 1),
        ("60026000556000600055", 5_212, 15_000, 1),
        ("60026000556003600055", 5_212, 0, 1),
        ("60026000556001600055", 5_212, 4_800, 1),
        ("60026000556002600055", 5_212, 0, 1),
        ("60016000556000600055", 5_212, 15_000, 1),
        ("60016000556002600055", 5_212, 0, 1),
        ("60016000556001600055", 412, 0, 1),
        ("600160005560006000556001600055", 40_218, 19_800, 0),
        ("600060005560016000556000600055", 10_218, 19_800, 1),
    ];
    for (code, gas, refund, original) in cases {
        let mut state = funded();
        let code = Bytes::from(hex::decode(code).unwrap());
        state.insert_account(TARGET, 1, U256::ZERO, code.clone(), [(U256::ZERO, U256::from(original))]);
        let result = call(constantinople(), block(), &state, &to_target(), &CallOptions::default()).unwrap();
        let spent = 21_000 + gas;
        assert_eq!(result.gas_spent, spent, "{code} on {original}");
        assert_eq!(result.gas_used, spent - refund.min(spent / 2), "{code} on {original}");
    }
}

#[test]
fn only_eip_2200_demands_gas_left_over() {
    let code = hex!("6000600055");
    let exactly = CallRequest { gas: Some(21_000 + 6 + 200), ..to_target() };
    let state = with_code(funded(), TARGET, &code);
    let run = |rules| call(rules, block(), &state, &exactly, &CallOptions::default()).unwrap();
    assert!(run(constantinople()).is_success());
    assert_eq!(run(Rules::ethereum(SpecId::ISTANBUL)).error().as_deref(), Some("out of gas"));
    // Petersburg took the net metering back: 5,000 for a store of nothing.
    assert_eq!(super::run(Rules::ethereum(SpecId::PETERSBURG), &code).gas_used, 26_006);
    assert_eq!(super::run(constantinople(), &code).gas_used, 21_206);
}

#[test]
fn opcode_0x44_is_the_difficulty_under_every_fork() {
    for spec_id in [SpecId::FRONTIER, SpecId::LONDON, SpecId::SHANGHAI, SpecId::PRAGUE, SpecId::OSAKA] {
        let rules = Rules { pow_opcodes: true, ..Rules::ethereum(spec_id) };
        assert_eq!(word(&run(rules, &returning(&[0x44]))), block().difficulty, "{spec_id:?}");
    }
    let stake = BlockContext { prev_randao: Some(B256::repeat_byte(9)), ..block() };
    let state = with_code(funded(), TARGET, &returning(&[0x44]));
    let result =
        call(Rules::ethereum(SpecId::OSAKA), stake, &state, &to_target(), &CallOptions::default()).unwrap();
    assert_eq!(word(&result), U256::from_be_bytes([9; 32]));
}

#[test]
fn nothing_of_blobs_exists() {
    for code in [vec![0x5f, 0x49], vec![0x4a]] {
        assert!(run(Rules::ethereum(SpecId::OSAKA), &returning(&code)).is_success());
        let error = run(autochain(), &returning(&code)).error().unwrap();
        assert!(error.starts_with("invalid opcode: BLOB"), "{error}");
    }
    // A call of 0x0a with input that is no proof: Ethereum's precompile fails, an empty account does not.
    let code = returning(&hex!("60006000600060006000600a620f4240f1"));
    assert_eq!(word(&run(Rules::ethereum(SpecId::OSAKA), &code)), U256::ZERO);
    for spec_id in [SpecId::CANCUN, SpecId::PRAGUE, SpecId::OSAKA] {
        let rules = Rules { pow_opcodes: true, ..Rules::ethereum(spec_id) };
        assert_eq!(word(&run(rules, &code)), U256::from(1));
        assert!(!crate::instructions::precompiles(&rules).contains(&Address::with_last_byte(0x0a)));
        let bls = spec_id >= SpecId::PRAGUE;
        assert_eq!(crate::instructions::precompiles(&rules).contains(&Address::with_last_byte(0x0b)), bls);
    }
}

/// EIP-7939's examples.
#[test]
fn clz() {
    let cases = [
        (U256::ZERO, 256u64),
        (U256::from(1) << 255, 0),
        (U256::MAX, 0),
        (U256::from(1) << 254, 1),
        (U256::MAX >> 1, 1),
        (U256::from(1), 255),
    ];
    for (input, zeros) in cases {
        let code = returning(&[&[0x7f][..], &input.to_be_bytes::<32>(), &[0x1e]].concat());
        assert_eq!(word(&run(autochain(), &code)), U256::from(zeros));
        assert!(!run(Rules::ethereum(SpecId::PRAGUE), &code).is_success());
    }
}

#[test]
fn p256verify_from_osaka() {
    let input = hex!(
        "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d"
        "a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac"
        "36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60"
        "4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3"
        "7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e"
    );
    let verify = |rules: Rules| {
        let to = Some(address!("0000000000000000000000000000000000000100"));
        let request = CallRequest { to, data: Bytes::from(input), ..to_target() };
        call(rules, block(), &funded(), &request, &CallOptions::default()).unwrap()
    };
    assert_eq!(word(&verify(autochain())), U256::from(1));
    let before = verify(Rules { pow_opcodes: true, ..Rules::ethereum(SpecId::PRAGUE) });
    assert_eq!(before.outcome, CallOutcome::Success(Bytes::new()));
}

#[test]
fn rules_follow_the_schedule() {
    use autochain_chainspec::{Activation, ChainSpec, Fork, ForkSchedule, Genesis};
    let mut schedule = ForkSchedule::up_to(Fork::Frontier);
    for (number, fork) in Fork::ALL.into_iter().enumerate() {
        let at =
            if fork.is_timed() { Activation::Time(number as u64) } else { Activation::Block(number as u64) };
        schedule.set(fork, at);
    }
    let mut spec = ChainSpec::new(7, schedule, Genesis::default());
    spec.dao_support = Some(true);
    let at = |fork: Fork| Rules::at(&spec, fork as u64, fork as u64);
    assert_eq!(at(Fork::Frontier).spec_id, SpecId::FRONTIER);
    assert_eq!((at(Fork::Dao).spec_id, at(Fork::Dao).dao_move), (SpecId::HOMESTEAD, true));
    assert!(!at(Fork::Tangerine).dao_move && !at(Fork::Tangerine).eip155);
    assert!(at(Fork::SpuriousDragon).eip155 && at(Fork::SpuriousDragon).state_clear());
    assert!(at(Fork::SpuriousDragon).post_state_receipts && !at(Fork::Byzantium).post_state_receipts);
    assert_eq!(at(Fork::Constantinople).spec_id, SpecId::PETERSBURG);
    assert!(at(Fork::Constantinople).net_metering_1283 && !at(Fork::Petersburg).net_metering_1283);
    assert_eq!(at(Fork::MuirGlacier).spec_id, SpecId::ISTANBUL);
    assert_eq!(at(Fork::GrayGlacier).spec_id, SpecId::LONDON);
    assert!(!at(Fork::Cancun).eip2935 && at(Fork::Prague).eip2935);
    assert_eq!((at(Fork::Prague).tx_gas_cap, at(Fork::Osaka).tx_gas_cap), (None, Some(1 << 24)));
    assert_eq!((at(Fork::Osaka).spec_id, at(Fork::Osaka).chain_id), (SpecId::OSAKA, 7));
    assert!(Fork::ALL.into_iter().all(|fork| at(fork).pow_opcodes));
}
