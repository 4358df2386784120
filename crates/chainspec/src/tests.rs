use crate::{
    Activation, Bomb, ChainSpec, Fork, ForkSchedule, Genesis, GenesisError, RewardRule, RewindTo, SealRule,
};
use autochain_primitives::{U256, address, b256, bytes};

/// A genesis with this `config`, and other fields that stay out of the way.
fn with_config(config: &str) -> String {
    format!(r#"{{"config": {config}, "difficulty": "0x20000", "gasLimit": "0x1c9c380", "alloc": {{}}}}"#)
}

fn spec(config: &str) -> ChainSpec {
    ChainSpec::from_genesis_json(&with_config(config)).unwrap()
}

fn error(config: &str) -> GenesisError {
    ChainSpec::from_genesis_json(&with_config(config)).unwrap_err()
}

const TO_LONDON: &str = r#""chainId": 7, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
    "byzantiumBlock": 0, "constantinopleBlock": 0, "istanbulBlock": 0, "berlinBlock": 0, "londonBlock": 0"#;

fn to_london(more: &str) -> String {
    format!("{{{TO_LONDON}{more}}}")
}

#[test]
fn numbers_in_every_form() {
    let json = r#"{
        "config": {"chainId": "0x539", "homesteadBlock": "12", "terminalTotalDifficulty": 58750000000000000000000},
        "nonce": "0x000000000000042", "timestamp": 1633267481, "extraData": "0x1234", "gasLimit": "30000000",
        "difficulty": 131072, "mixhash": "0x00", "coinbase": "3333333333333333333333333333333333333333",
        "alloc": {
            "0xA2A6d93439144FFE4D27c9E088dCD8b783946263": {"balance": "0xD3C21BCECCEDA1000000"},
            "9ca0e998df92c5351cecbbb6dba82ac2266f7e0c": {"balance": "5", "nonce": 1, "code": "0x6060",
                "storage": {"0x03": "0x07", "04": "0x0"}}
        }
    }"#;
    let spec = ChainSpec::from_genesis_json(json).unwrap();
    assert_eq!(spec.chain_id, 1337);
    assert_eq!(spec.network_id, 1337);
    assert_eq!(spec.forks.get(Fork::Homestead), Activation::Block(12));
    assert_eq!(spec.terminal_total_difficulty.unwrap().to_string(), "58750000000000000000000");
    let genesis = &spec.genesis;
    assert_eq!((genesis.nonce, genesis.timestamp, genesis.gas_limit), (0x42, 1633267481, 30_000_000));
    assert_eq!(genesis.coinbase, address!("3333333333333333333333333333333333333333"));
    let account = &genesis.alloc[&address!("9ca0e998df92c5351cecbbb6dba82ac2266f7e0c")];
    assert_eq!((account.nonce, account.code.clone()), (1, bytes!("6060")));
    assert_eq!(account.occupied_storage().count(), 1);
    assert_eq!(spec.warnings(), Vec::<String>::new());
}

#[test]
fn written_files_read_back() {
    let json = r#"{"config": {"chainId": 7, "homesteadBlock": 3, "autochain": {"ethash": "test", "reward": "reserve"}},
        "nonce": "0x42", "timestamp": "0x5", "extraData": "0x11", "gasLimit": "0x1388", "difficulty": "0x400",
        "alloc": {"000000000000000000000000000000000000000a": {"balance": "1", "nonce": "2", "code": "0x00",
        "storage": {"0x01": "0x02"}}}}"#;
    let first = ChainSpec::from_genesis_json(json).unwrap();
    let second = ChainSpec::from_genesis_json(&first.to_json()).unwrap();
    assert_eq!(first.genesis, second.genesis);
    second.compatible(&first, 100, 100).unwrap();

    let mut built = ChainSpec::new(9, ForkSchedule::up_to(Fork::Osaka), Genesis::default());
    built.seal = SealRule::Test;
    built.fixed_difficulty = Some(U256::ONE);
    built.reward = RewardRule::Reserve { reserve: RewardRule::autochain_reserve() };
    built.bomb = Bomb::Off;
    built.finalized_depth = 300;
    let json = built.to_json();
    let read = ChainSpec::from_genesis_json(&json).unwrap();
    assert_eq!(read.reward, built.reward);
    assert_eq!(
        (read.seal, read.fixed_difficulty, read.bomb.clone()),
        (SealRule::Test, Some(U256::ONE), Bomb::Off)
    );
    assert_eq!((read.safe_depth, read.finalized_depth), (32, 300));
    assert_eq!(read.genesis_hash(), built.genesis_hash());
}

#[test]
fn petersburg_follows_constantinople() {
    let with = |more: &str| {
        let config = to_london("").replace(r#""istanbulBlock": 0, "berlinBlock": 0, "londonBlock": 0"#, more);
        let forks = spec(&config).forks;
        (forks.get(Fork::Constantinople), forks.get(Fork::Petersburg))
    };
    assert_eq!(with(r#""istanbulBlock": 9"#), (Activation::Block(0), Activation::Block(0)));
    assert_eq!(with(r#""petersburgBlock": 5"#), (Activation::Block(0), Activation::Block(5)));
}

#[test]
fn timed_forks_run_without_a_terminal_difficulty_only() {
    let times = r#", "shanghaiTime": 0, "cancunTime": 10, "pragueTime": 20, "osakaTime": 30"#;
    let work = spec(&to_london(times));
    assert_eq!(work.fork_at(0, 0), Fork::Shanghai);
    assert_eq!(work.fork_at(1, 30), Fork::Osaka);
    assert_eq!(work.genesis_header().withdrawals_root, None);
    assert_eq!(work.genesis_header().base_fee_per_gas, Some(1_000_000_000));
    assert_eq!(work.notes().len(), 1, "{:?}", work.notes());

    let merging =
        spec(&to_london(&format!(r#"{times}, "terminalTotalDifficulty": 9999999, "bpo1Time": 40"#)));
    assert_eq!(merging.fork_at(1, 99), Fork::London);
    assert_eq!(merging.fork_id(1, 9).next, 10);
    assert_eq!(merging.fork_id(1, 30).next, 40);
    assert_eq!(merging.genesis_hash(), work.genesis_hash());
    assert!(matches!(error(&to_london(r#", "amsterdamTime": 9"#)), GenesisError::Unsupported { .. }));
}

#[test]
fn other_engines_are_refused() {
    for key in ["clique", "ibft2", "qbft", "aura", "parlia", "lyra2"] {
        let refused = error(&format!(r#"{{"chainId": 7, "{key}": {{"period": 15}}}}"#));
        assert!(matches!(&refused, GenesisError::NotEthash { .. }), "{refused}");
        assert!(refused.to_string().contains(&format!("remove \"{key}\"")));
    }
    spec(r#"{"chainId": 7, "clique": null}"#);
}

#[test]
fn proof_of_stake_is_refused() {
    let refused = error(r#"{"chainId": 7, "terminalTotalDifficulty": 0}"#);
    assert!(matches!(refused, GenesisError::ProofOfStake { .. }));
    let json = r#"{"config": {"chainId": 7, "terminalTotalDifficultyPassed": true}, "difficulty": "0x0",
        "gasLimit": "0x1388", "alloc": {}}"#;
    assert!(matches!(ChainSpec::from_genesis_json(json), Err(GenesisError::ProofOfStake { .. })));
    spec(r#"{"chainId": 7, "terminalTotalDifficulty": 131073, "terminalTotalDifficultyPassed": true}"#);
}

#[test]
fn besu_milestones_bring_earlier_ones() {
    let from_london = spec(r#"{"chainId": 7, "londonBlock": 0, "ethash": {"fixeddifficulty": 100}}"#);
    assert_eq!(from_london.fork_at(0, 0), Fork::London);
    assert!(from_london.replay_protection(0));
    assert!(from_london.is_active(Fork::MuirGlacier, 0, 0));
    assert!(!from_london.is_active(Fork::ArrowGlacier, 0, 0));
    assert_eq!(from_london.fixed_difficulty, Some(U256::from(100)));

    let mainnet = spec(
        r#"{"chainId": 1, "homesteadBlock": 1150000, "daoForkBlock": 1920000, "eip150Block": 2463000,
            "eip158Block": 2675000, "byzantiumBlock": 4370000, "petersburgBlock": 7280000}"#,
    );
    assert_eq!(mainnet.dao_support, Some(true));
    assert!(mainnet.moves_dao_balances(1_920_000) && !mainnet.moves_dao_balances(1_920_001));
    assert_eq!(mainnet.forks.replay_protection(), Activation::Block(2_675_000));
    assert_eq!(mainnet.forks.get(Fork::Constantinople), Activation::Block(7_280_000));
    assert_eq!(mainnet.forks.id_blocks(), [1150000, 1920000, 2463000, 2675000, 4370000, 7280000]);

    let geth = spec(
        r#"{"chainId": 1, "homesteadBlock": 1, "daoForkBlock": 2, "eip150Block": 3, "eip155Block": 4, "eip158Block": 4}"#,
    );
    assert_eq!(geth.dao_support, Some(false));
    assert!(matches!(
        error(r#"{"chainId": 7, "londonBlock": 0, "zeroBaseFee": true, "ethash": {}}"#),
        GenesisError::Unsupported { .. }
    ));
    assert!(matches!(
        error(r#"{"chainId": 7, "atlantisBlock": 0, "ethash": {}}"#),
        GenesisError::Unsupported { .. }
    ));
}

#[test]
fn besu_timed_milestone_from_the_first_block() {
    let spec = spec(r#"{"chainId": 7, "shanghaiTime": 0, "contractSizeLimit": 24576}"#);
    assert_eq!(spec.fork_at(0, 0), Fork::Shanghai);
}

#[test]
fn core_geth_keys_make_forks() {
    let spec = spec(
        r#"{"networkId": 8, "chainId": 7, "eip2FBlock": 0, "eip7FBlock": 0, "eip150Block": 5, "eip155Block": 6,
            "eip160Block": 6, "eip161FBlock": 6, "eip170FBlock": 6, "eip100FBlock": 7, "eip140FBlock": 7,
            "eip198FBlock": 7, "eip211FBlock": 7, "eip212FBlock": 7, "eip213FBlock": 7, "eip214FBlock": 7,
            "eip658FBlock": 7, "eip145FBlock": 8, "eip1014FBlock": 8, "eip1052FBlock": 8, "disposalBlock": 0,
            "ecip1017FBlock": 0, "ecip1017EraRounds": 2000000, "ecip1099FBlock": 60000, "ethash": {}}"#,
    );
    assert_eq!((spec.network_id, spec.chain_id), (8, 7));
    assert_eq!(spec.forks.get(Fork::SpuriousDragon), Activation::Block(6));
    assert_eq!(spec.forks.get(Fork::Petersburg), Activation::Block(8));
    assert_eq!(spec.bomb, Bomb::Classic { pause: 0, length: 0, disposal: Some(0) });
    assert_eq!(spec.reward, RewardRule::Era { from: 0, rounds: 2_000_000 });
    assert_eq!((spec.epoch_length(59_999), spec.epoch_length(60_000)), (30_000, 60_000));
    assert_eq!(spec.warnings(), Vec::<String>::new());

    let split = error(r#"{"chainId": 61, "eip2FBlock": 0, "eip7FBlock": 1}"#);
    assert!(split.to_string().contains("eip7FBlock"), "{split}");
    let partial = error(r#"{"chainId": 61, "eip2FBlock": 0}"#);
    assert!(partial.to_string().contains("EIP-7"), "{partial}");
}

#[test]
fn own_rules() {
    let spec = spec(
        r#"{"chainId": 7, "autochain": {"ethash": "none", "fixedDifficulty": "0x10", "bomb": false,
            "reward": {"reserve": "0x00000000000000000000000000000000000000aa"}, "minimumDifficulty": 1024,
            "safeDepth": 3, "finalizedDepth": 5, "//": "a comment"}}"#,
    );
    assert_eq!(spec.seal, SealRule::None);
    assert_eq!(spec.fixed_difficulty, Some(U256::from(16)));
    assert_eq!(spec.bomb, Bomb::Off);
    assert_eq!(spec.minimum_difficulty, U256::from(1024));
    assert_eq!((spec.safe_depth, spec.finalized_depth), (3, 5));
    let reserve = address!("00000000000000000000000000000000000000aa");
    assert_eq!(spec.reward, RewardRule::Reserve { reserve });

    for wrong in [
        r#"{"ethash": "fast"}"#,
        r#"{"ethahs": "full"}"#,
        r#"{"reward": "mine"}"#,
        r#"{"reward": {}}"#,
        r#"{"bomb": 1}"#,
        r#"{"fixedDifficulty": 0}"#,
        r#"{"fixedDifficulty": -1}"#,
        r#"{"minimumDifficulty": 0}"#,
        r#"{"safeDepth": 9, "finalizedDepth": 8}"#,
    ] {
        error(&format!(r#"{{"chainId": 7, "autochain": {wrong}}}"#));
    }
}

#[test]
fn a_late_milestone_alone_brings_the_earlier_ones() {
    let alone = ChainSpec::from_genesis_json(&with_config(r#"{"chainId": 1, "londonBlock": 33}"#)).unwrap();
    for fork in [Fork::Homestead, Fork::SpuriousDragon, Fork::Petersburg, Fork::London] {
        assert_eq!(alone.forks.get(fork), Activation::Block(33));
    }
}

#[test]
fn bad_files_name_the_cure() {
    let message = |json: &str| ChainSpec::from_genesis_json(json).unwrap_err().to_string();
    assert!(message("{").contains("not valid JSON"));
    assert!(message("[]").contains("not valid JSON"));
    assert!(message("{}").contains("\"config\""));
    assert!(message(r#"{"config": {}, "alloc": {}, "gasLimit": 1, "difficulty": 1}"#).contains("chainId"));
    assert!(message(r#"{"config": {"chainId": 1}, "alloc": {}, "difficulty": 1}"#).contains("gasLimit"));
    assert!(message(r#"{"config": {"chainId": 1}, "gasLimit": 1, "difficulty": 1}"#).contains("alloc"));
    assert!(message(&with_config(r#"{"chainId": 1e3}"#)).contains("chainId"));
    assert!(message(&with_config(r#"{"chainId": 18446744073709551616}"#)).contains("64 bits"));
    assert!(message(&with_config(r#"{"chainId": "0xzz"}"#)).contains("0xzz"));
    let gap = r#"{"chainId": 1, "homesteadBlock": 0, "londonBlock": 5}"#;
    assert!(message(&with_config(gap)).contains("eip150Block"));
    let alloc = |alloc: &str| {
        message(&format!(
            r#"{{"config": {{"chainId": 7}}, "difficulty": 1, "gasLimit": 5000, "alloc": {alloc}}}"#
        ))
    };
    assert!(alloc(r#"{"0x01": {"balance": "1"}}"#).contains("20 bytes"));
    let twice = r#"{"000000000000000000000000000000000000000a": {"balance": "1"},
        "0x000000000000000000000000000000000000000A": {"balance": "2"}}"#;
    assert!(alloc(twice).contains("twice"));
    assert!(alloc(r#"{"000000000000000000000000000000000000000a": {"code": "0x1"}}"#).contains("code"));
    assert!(ChainSpec::from_genesis_slice(&[0xff, 0xfe]).is_err());
}

#[test]
fn unknown_keys_are_named() {
    let spec = spec(r#"{"chainId": 7, "fancyBlock": 5, "ethash": {"speed": 3}}"#);
    let warnings = spec.warnings().join("\n");
    assert!(warnings.contains("config.fancyBlock") && warnings.contains("ethash.speed"), "{warnings}");
}

#[test]
fn a_foreign_chain_id_is_warned_of_once() {
    assert_eq!(spec(r#"{"chainId": 1}"#).warnings().len(), 1);
    assert_eq!(spec(r#"{"chainId": 1337}"#).warnings().len(), 0);
    assert_eq!(spec(r#"{"chainId": 1}"#).known_name(), None);
}

#[test]
fn genesis_header_and_roots() {
    // The values of the public `basic_genesis_tests` case "test1".
    let json = r#"{"config": {"chainId": 1}, "nonce": "0x123123123123123f", "alloc": {
        "9ca0e998df92c5351cecbbb6dba82ac2266f7e0c": {"code": "0x606060606060606060", "storage": {"0x03": "0x07"}},
        "cd2a3d9f938e13cd947ec05abc7fe734df8dd826": {"balance": "1234567000000000000000"}},
        "timestamp": "0x539", "extraData": "0x686f727365", "gasLimit": "0x1388", "difficulty": "0x400000",
        "coinbase": "0x3333333333333333333333333333333333333333"}"#;
    let spec = ChainSpec::from_genesis_json(json).unwrap();
    assert_eq!(
        spec.genesis_state_root(),
        b256!("dd406a973a0a5a9826d00da276e996d28426d24f12b8fa683723e9db532b8c59")
    );
    let header = spec.genesis_header();
    assert_eq!(header.base_fee_per_gas, None);
    assert_eq!(spec.genesis_block().hash(), spec.genesis_hash());
    let changed = Genesis { timestamp: 1, ..spec.genesis.clone() };
    assert_ne!(spec.clone().with_genesis(changed).genesis_hash(), spec.genesis_hash());
}

#[test]
fn future_forks_may_move_and_past_ones_may_not() {
    let stored = spec(&to_london(r#", "arrowGlacierBlock": 100, "shanghaiTime": 5000"#));
    let later = spec(&to_london(r#", "arrowGlacierBlock": 200, "shanghaiTime": 6000"#));
    later.compatible(&stored, 99, 4999).unwrap();
    let refused = later.compatible(&stored, 100, 4999).unwrap_err();
    assert_eq!((refused.what.as_str(), refused.rewind_to), ("arrowGlacierBlock", Some(RewindTo::Block(99))));
    let refused = later.compatible(&stored, 99, 5000).unwrap_err();
    assert_eq!((refused.what.as_str(), refused.rewind_to), ("shanghaiTime", Some(RewindTo::Before(5000))));
    let fake = spec(&to_london(r#", "autochain": {"ethash": "none"}"#));
    let refused = fake.compatible(&spec(&to_london("")), 0, 0).unwrap_err();
    assert_eq!((refused.what.as_str(), refused.rewind_to), ("autochain.ethash", None));
    assert!(refused.to_string().contains("--datadir"));
}

#[test]
fn presets() {
    let dev = with_config(r#"{"chainId": 1337}"#);
    assert_eq!(ChainSpec::preset("dev", &dev).unwrap().chain_id, 1337);
    assert!(matches!(
        ChainSpec::preset("dev", &with_config(r#"{"chainId": 2}"#)),
        Err(GenesisError::PresetChainId { .. })
    ));
    let main = with_config(r#"{"chainId": 4281667, "autochain": {"draft": true}}"#);
    assert!(ChainSpec::preset("autochain", &main).unwrap().draft);
    assert!(!ChainSpec::preset("dev", &dev).unwrap().draft);
    assert!(matches!(ChainSpec::preset("mainnet", &dev), Err(GenesisError::UnknownPreset { .. })));
}
