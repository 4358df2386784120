use crate::{
    Activation, Bomb, ChainSpec, Fork, ForkSchedule, GenesisError, RewardRule, SealRule, besu, coregeth,
    fields::Fields,
};
use autochain_primitives::U256;

/// Engines other than ethash, by the key that names them.
const ENGINES: [(&str, &str); 13] = [
    ("clique", "clique, a proof of authority"),
    ("ibft", "IBFT, a proof of authority"),
    ("ibft2", "IBFT 2.0, a proof of authority"),
    ("qbft", "QBFT, a proof of authority"),
    ("istanbul", "Istanbul BFT, a proof of authority"),
    ("aura", "Aura, a proof of authority"),
    ("authorityRound", "Aura, a proof of authority"),
    ("parlia", "Parlia, a proof of staked authority"),
    ("congress", "Congress, a proof of staked authority"),
    ("bor", "Bor, a proof of stake"),
    ("optimism", "an OP Stack rollup"),
    ("arbitrum", "an Arbitrum rollup"),
    ("lyra2", "Lyra2, another proof of work"),
];

/// Keys without effect on a proof-of-work chain, not worth a warning.
const SILENT: [&str; 10] = [
    "blobSchedule",
    "depositContractAddress",
    "withdrawalRequestContractAddress",
    "consolidationRequestContractAddress",
    "discovery",
    "checkpoint",
    "trustedCheckpoint",
    "trustedCheckpointOracle",
    "supportedProtocolVersions",
    "terminalTotalDifficultyPassed",
];

/// Forks by time that came after Osaka, or that only retune blobs (BPO).
const BLOB_TIMES: [&str; 5] = ["bpo1Time", "bpo2Time", "bpo3Time", "bpo4Time", "bpo5Time"];
const LATER_TIMES: [&str; 6] =
    ["amsterdamTime", "bogotaTime", "verkleTime", "ubtTime", "eofTime", "futureEipsTime"];

/// Fills in `spec` from the object under `config`.
pub(crate) fn read(mut config: Fields, spec: &mut ChainSpec) -> Result<(), GenesisError> {
    for (key, engine) in ENGINES {
        if let Some(field) = config.take(key) {
            return Err(GenesisError::NotEthash { engine, key: field.key });
        }
    }
    spec.chain_id = config
        .u64("chainId")?
        .ok_or(GenesisError::Missing { field: "config.chainId", example: "\"chainId\": 4242" })?;
    spec.network_id = config.u64("networkId")?.unwrap_or(spec.chain_id);
    terminal(&mut config, spec)?;
    forks(&mut config, spec)?;
    classic(&mut config, spec)?;
    if let Some(mut ethash) = config.object("ethash")? {
        spec.fixed_difficulty = ethash.u256("fixedDifficulty")?;
        for key in ethash.keys() {
            spec.warnings.push(format!("\"ethash.{key}\" is not known to this node and has no effect"));
        }
    }
    if let Some(own) = config.object("autochain")? {
        autochain(own, spec)?;
    }
    if spec.fixed_difficulty.is_some_and(|difficulty| difficulty.is_zero()) {
        return Err(GenesisError::Value {
            key: "fixedDifficulty".to_owned(),
            got: "0".to_owned(),
            expected: "1 or more",
        });
    }
    if let Some(hash) = config.hash("eip150Hash")?
        && !hash.is_zero()
    {
        spec.warnings.push("\"eip150Hash\" has no effect".to_owned());
    }
    for key in SILENT {
        config.take(key);
    }
    for key in config.keys() {
        spec.warnings.push(format!("\"config.{key}\" is not known to this node and has no effect"));
    }
    spec.forks.check_order()
}

fn terminal(config: &mut Fields, spec: &mut ChainSpec) -> Result<(), GenesisError> {
    spec.terminal_total_difficulty = config.u256("terminalTotalDifficulty")?;
    let passed = config.bool("terminalTotalDifficultyPassed")?.unwrap_or_default();
    let difficulty = spec.genesis.difficulty;
    let terminal = spec.terminal_total_difficulty;
    if terminal.is_some_and(|terminal| terminal <= difficulty) || (passed && difficulty.is_zero()) {
        return Err(GenesisError::ProofOfStake { terminal: terminal.unwrap_or_default(), difficulty });
    }
    Ok(())
}

fn forks(config: &mut Fields, spec: &mut ChainSpec) -> Result<(), GenesisError> {
    let per_eip = coregeth::is_spoken(config);
    let besu = !per_eip && besu::is_spoken(config);
    let mut forks = ForkSchedule::default();
    let replay_protection = config.u64("eip155Block")?;
    if per_eip {
        coregeth::forks(config, &mut forks)?;
        coregeth::bomb_and_reward(config, spec)?;
    }
    if besu {
        besu::refuse(config)?;
    }
    for fork in Fork::ALL.into_iter().skip(1) {
        if let Some(at) = config.u64(fork.key())? {
            let at = if fork.is_timed() { Activation::Time(at) } else { Activation::Block(at) };
            if per_eip && forks.get(fork) != Activation::Never && forks.get(fork) != at {
                return Err(GenesisError::Conflict {
                    first: fork.key().to_owned(),
                    second: "the keys of its EIPs".to_owned(),
                    reason: "they start at different blocks; keep one or the other".to_owned(),
                });
            }
            forks.set(fork, at);
        }
    }
    if let Some(at) = replay_protection {
        forks.set_replay_protection(Activation::Block(at));
    }
    if besu {
        besu::complete(config, &mut forks, spec.genesis.timestamp)?;
    } else if forks.get(Fork::Petersburg) == Activation::Never {
        forks.set(Fork::Petersburg, forks.get(Fork::Constantinople));
    }
    let support = config.bool("daoForkSupport")?;
    if forks.get(Fork::Dao) != Activation::Never {
        spec.dao_support = Some(support.unwrap_or(besu));
    }
    if let Some(number) = config.u64("mergeNetsplitBlock")? {
        forks.add_id_block(number);
    }
    spec.shanghai_time = forks.get(Fork::Shanghai).time();
    timed(config, spec, &mut forks)?;
    spec.forks = forks;
    Ok(())
}

/// With a terminal total difficulty the forks by time belong to proof of stake: they count in the fork id only.
fn timed(config: &mut Fields, spec: &mut ChainSpec, forks: &mut ForkSchedule) -> Result<(), GenesisError> {
    let proof_of_stake_follows = spec.terminal_total_difficulty.is_some();
    if proof_of_stake_follows {
        for fork in Fork::ALL {
            if let Activation::Time(timestamp) = forks.get(fork) {
                forks.set(fork, Activation::Never);
                forks.add_id_time(timestamp);
            }
        }
    }
    for key in BLOB_TIMES {
        match config.u64(key)? {
            Some(timestamp) if proof_of_stake_follows => forks.add_id_time(timestamp),
            Some(_) => {
                spec.warnings.push(format!("\"config.{key}\" only tunes blobs, which do not exist here"))
            }
            None => {}
        }
    }
    for key in LATER_TIMES {
        match config.u64(key)? {
            Some(timestamp) if proof_of_stake_follows => forks.add_id_time(timestamp),
            Some(_) => {
                return Err(GenesisError::Unsupported {
                    key: key.to_owned(),
                    reason: "the latest fork that this version runs is Osaka; remove the key or take a newer version"
                        .to_owned(),
                });
            }
            None => {}
        }
    }
    Ok(())
}

/// core-geth's rules of Ethereum Classic that stand apart from any fork.
fn classic(config: &mut Fields, spec: &mut ChainSpec) -> Result<(), GenesisError> {
    let from = config.u64("ecip1017FBlock")?;
    let rounds = config.u64("ecip1017EraRounds")?;
    match (from, rounds) {
        (Some(from), Some(rounds)) if rounds > 0 => spec.reward = RewardRule::Era { from, rounds },
        (Some(_), _) => {
            return Err(GenesisError::Missing {
                field: "config.ecip1017EraRounds",
                example: "\"ecip1017EraRounds\": 5000000",
            });
        }
        (None, Some(_)) => {
            return Err(GenesisError::Missing {
                field: "config.ecip1017FBlock",
                example: "\"ecip1017FBlock\": 5000000",
            });
        }
        (None, None) => {}
    }
    let pause = config.u64("ecip1010PauseBlock")?;
    let length = config.u64("ecip1010Length")?;
    let disposal = config.u64("disposalBlock")?;
    if pause.is_some() != length.is_some() {
        return Err(GenesisError::Missing {
            field: if pause.is_some() { "config.ecip1010Length" } else { "config.ecip1010PauseBlock" },
            example: "\"ecip1010PauseBlock\": 3000000, \"ecip1010Length\": 2000000",
        });
    }
    if pause.is_some() || disposal.is_some() {
        if let Bomb::Delays(delays) = &spec.bomb
            && !delays.is_empty()
        {
            return Err(GenesisError::Conflict {
                first: "difficultyBombDelays".to_owned(),
                second: if pause.is_some() { "ecip1010PauseBlock" } else { "disposalBlock" }.to_owned(),
                reason: "a chain has one rule for the difficulty bomb; keep one of them".to_owned(),
            });
        }
        let pause = pause.unwrap_or_default();
        spec.bomb = Bomb::Classic { pause, length: length.unwrap_or_default(), disposal };
    }
    spec.long_epochs_from = config.u64("ecip1099FBlock")?;
    Ok(())
}

/// Autochain's own rules. A key that is not known is refused here: a chain must not start on a misspelt rule.
fn autochain(mut own: Fields, spec: &mut ChainSpec) -> Result<(), GenesisError> {
    if let Some(field) = own.take("ethash") {
        spec.seal = match field.text().as_deref() {
            Some("full") => SealRule::Full,
            Some("test") => SealRule::Test,
            Some("none") => SealRule::None,
            _ => return Err(field.value("\"full\", \"test\" or \"none\"")),
        };
    }
    if let Some(difficulty) = own.u256("fixedDifficulty")? {
        if spec.fixed_difficulty.is_some_and(|other| other != difficulty) {
            return Err(GenesisError::Conflict {
                first: "autochain.fixedDifficulty".to_owned(),
                second: "ethash.fixedDifficulty".to_owned(),
                reason: "they differ; keep one".to_owned(),
            });
        }
        spec.fixed_difficulty = Some(difficulty);
    }
    if let Some(field) = own.take("reward") {
        const WORDS: &str = "\"ethereum\", \"reserve\" or {\"reserve\": \"0x…\"}";
        spec.reward = match field.text().as_deref() {
            Some("ethereum") => RewardRule::Ethereum,
            Some("reserve") => RewardRule::Reserve { reserve: RewardRule::autochain_reserve() },
            Some(_) => return Err(field.value(WORDS)),
            None => match field.object()?.address("reserve")? {
                Some(reserve) => RewardRule::Reserve { reserve },
                None => return Err(field.value(WORDS)),
            },
        };
    }
    spec.draft = own.bool("draft")?.unwrap_or_default();
    if own.bool("bomb")? == Some(false) {
        spec.bomb = Bomb::Off;
    }
    if let Some(minimum) = own.u256("minimumDifficulty")? {
        if minimum.is_zero() {
            return Err(GenesisError::Value {
                key: "autochain.minimumDifficulty".to_owned(),
                got: "0".to_owned(),
                expected: "1 or more",
            });
        }
        spec.minimum_difficulty = minimum;
    }
    spec.safe_depth = own.u64("safeDepth")?.unwrap_or(spec.safe_depth);
    spec.finalized_depth = own.u64("finalizedDepth")?.unwrap_or(spec.finalized_depth);
    if spec.finalized_depth < spec.safe_depth {
        return Err(GenesisError::Conflict {
            first: "autochain.finalizedDepth".to_owned(),
            second: "autochain.safeDepth".to_owned(),
            reason: format!(
                "finalized ({}) cannot be nearer to the head than safe ({})",
                spec.finalized_depth, spec.safe_depth
            ),
        });
    }
    // "//" keys are comments.
    if let Some(key) = own.keys().find(|key| !key.starts_with("//")) {
        return Err(GenesisError::Unsupported {
            key: format!("autochain.{key}"),
            reason: "known rules are ethash, fixedDifficulty, reward, bomb, minimumDifficulty, safeDepth, \
                     finalizedDepth and draft"
                .to_owned(),
        });
    }
    Ok(())
}

/// An object of block numbers and values, sorted by block.
pub(crate) fn table(config: &mut Fields, key: &str) -> Result<Option<Vec<(u64, U256)>>, GenesisError> {
    let Some(object) = config.object(key)? else { return Ok(None) };
    let mut rows = Vec::new();
    for field in object.into_fields() {
        let block = crate::fields::number(&field.key).and_then(|number| u64::try_from(number).ok());
        let block = block.ok_or_else(|| GenesisError::Number {
            key: key.to_owned(),
            got: format!("{:?}", field.key),
            bits: 64,
        })?;
        rows.push((block, field.u256()?));
    }
    rows.sort_unstable_by_key(|(block, _)| *block);
    Ok(Some(rows))
}
