//! core-geth's dialect: one key for each EIP. A fork is translated when all its EIPs start together.

use crate::{
    Activation, Bomb, ChainSpec, Fork, ForkSchedule, GenesisError, RewardRule, config::table, fields::Fields,
};

/// The EIPs that make a fork, as core-geth switches them.
const FORKS: [(Fork, &[u16]); 10] = [
    (Fork::Homestead, &[2, 7]),
    (Fork::Tangerine, &[150]),
    (Fork::SpuriousDragon, &[160, 161, 170]),
    (Fork::Byzantium, &[100, 140, 198, 211, 212, 213, 214, 658]),
    (Fork::Constantinople, &[145, 1014, 1052]),
    (Fork::Istanbul, &[152, 1108, 1344, 1884, 2028, 2200]),
    (Fork::Berlin, &[2565, 2929, 2930]),
    (Fork::London, &[1559, 3198, 3529, 3541]),
    (Fork::Shanghai, &[3651, 3855, 3860]),
    (Fork::Cancun, &[1153, 5656, 6780]),
];

/// EIPs that core-geth can switch and that do not run here at all, or not alone.
const REFUSED: [u16; 12] = [2315, 3074, 4399, 4788, 4844, 4895, 6110, 7002, 7251, 7516, 7623, 7702];

/// A key for an EIP that geth itself never wrote.
pub(crate) fn is_spoken(config: &Fields) -> bool {
    let marks = FORKS.iter().flat_map(|(_, eips)| eips.iter()).filter(|eip| **eip != 150);
    marks.chain(&REFUSED).any(|eip| keys(*eip).iter().any(|(key, _)| config.has(key)))
}

/// Reads the keys of the EIPs.
pub(crate) fn forks(config: &mut Fields, forks: &mut ForkSchedule) -> Result<(), GenesisError> {
    for eip in REFUSED {
        if let Some((key, _)) = take(config, eip)? {
            return Err(GenesisError::Unsupported {
                key,
                reason: format!("EIP-{eip} does not run here, or not apart from its fork; remove the key"),
            });
        }
    }
    if let Some(field) = config.take("eip2200DisableFBlock") {
        return Err(GenesisError::Unsupported {
            key: field.key,
            reason: "EIP-2200 cannot be switched off; remove the key".to_owned(),
        });
    }
    // Part of EIP-2200.
    take(config, 1706)?;
    let net_metering = take(config, 1283)?;
    for (fork, eips) in FORKS {
        let mut found: Option<(String, Activation)> = None;
        let mut absent = None;
        for eip in eips {
            match (take(config, *eip)?, &found) {
                (None, _) => absent = Some(*eip),
                (Some((key, at)), Some((first, first_at))) if at != *first_at => {
                    return Err(GenesisError::Unsupported {
                        key,
                        reason: format!(
                            "it starts at {at}, {first} at {first_at}; {fork} is switched as a whole here"
                        ),
                    });
                }
                (Some(row), None) => found = Some(row),
                (Some(_), Some(_)) => {}
            }
        }
        match (found, absent) {
            (Some((key, _)), Some(absent)) => {
                return Err(GenesisError::Unsupported {
                    key,
                    reason: format!(
                        "{fork} also has EIP-{absent}, which is not set; it is switched as a whole here"
                    ),
                });
            }
            (Some((_, at)), None) => forks.set(fork, at),
            (None, _) => {}
        }
    }
    if let Some((key, at)) = net_metering
        && at != forks.get(Fork::Constantinople)
    {
        return Err(GenesisError::Unsupported {
            key,
            reason: "EIP-1283 starts with the other EIPs of Constantinople here".to_owned(),
        });
    } else if net_metering_is_absent(config, forks) {
        forks.set(Fork::Petersburg, forks.get(Fork::Constantinople));
    }
    Ok(())
}

/// core-geth's tables in place of what geth ties to its forks.
pub(crate) fn bomb_and_reward(config: &mut Fields, spec: &mut ChainSpec) -> Result<(), GenesisError> {
    let delays = table(config, "difficultyBombDelays")?.unwrap_or_default();
    let delays = delays.into_iter().map(|(from, blocks)| (from, blocks.saturating_to())).collect();
    spec.bomb = Bomb::Delays(delays);
    spec.reward = RewardRule::Schedule(table(config, "blockReward")?.unwrap_or_default());
    Ok(())
}

fn net_metering_is_absent(config: &Fields, forks: &ForkSchedule) -> bool {
    !config.has(Fork::Petersburg.key()) && forks.get(Fork::Petersburg) == Activation::Never
}

fn take(config: &mut Fields, eip: u16) -> Result<Option<(String, Activation)>, GenesisError> {
    for (key, timed) in keys(eip) {
        if let Some(field) = config.take(&key) {
            let at = field.u64()?;
            return Ok(Some((field.key, if timed { Activation::Time(at) } else { Activation::Block(at) })));
        }
    }
    Ok(None)
}

fn keys(eip: u16) -> [(String, bool); 3] {
    [(format!("eip{eip}FBlock"), false), (format!("eip{eip}Block"), false), (format!("eip{eip}FTime"), true)]
}
