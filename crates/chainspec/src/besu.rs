//! Besu's dialect: a milestone brings all earlier ones along, and keys differ a little.

use crate::{Activation, Fork, ForkSchedule, GenesisError, fields::Fields};

/// Besu's switches that change rules which this node keeps as Ethereum has them.
const REFUSED: [(&str, &str); 17] = [
    ("zeroBaseFee", "the base fee follows EIP-1559; remove the key"),
    ("fixedBaseFee", "the base fee follows EIP-1559; remove the key"),
    ("evmStackSize", "the stack holds 1,024 words; remove the key"),
    ("ecCurve", "signatures are on secp256k1; remove the key"),
    ("isQuorum", "GoQuorum's private transactions do not exist here; remove the key"),
    ("classicForkBlock", "Ethereum Classic's milestones are not run"),
    ("ecip1015Block", "Ethereum Classic's milestones are not run"),
    ("dieHardBlock", "Ethereum Classic's milestones are not run"),
    ("gothamBlock", "Ethereum Classic's milestones are not run"),
    ("ecip1041Block", "Ethereum Classic's milestones are not run"),
    ("atlantisBlock", "Ethereum Classic's milestones are not run"),
    ("aghartaBlock", "Ethereum Classic's milestones are not run"),
    ("phoenixBlock", "Ethereum Classic's milestones are not run"),
    ("thanosBlock", "Ethereum Classic's milestones are not run"),
    ("magnetoBlock", "Ethereum Classic's milestones are not run"),
    ("mystiqueBlock", "Ethereum Classic's milestones are not run"),
    ("spiralBlock", "Ethereum Classic's milestones are not run"),
];

/// Keys that only Besu writes and that need no translation of their own.
const MARKS: [&str; 4] = ["discovery", "checkpoint", "constantinopleFixBlock", "contractSizeLimit"];

/// EIP-170's limit, the only one that runs here.
const CODE_LIMIT: u64 = 24_576;

/// Milestones without which geth refuses a later one; Besu lets the later one bring them along.
const EARLY: [&str; 5] = ["homesteadBlock", "eip150Block", "eip155Block", "eip158Block", "byzantiumBlock"];
const LATE: [&str; 5] =
    ["constantinopleBlock", "petersburgBlock", "istanbulBlock", "berlinBlock", "londonBlock"];

/// Spurious Dragon without its replay protection is written by Besu alone, and so are its own keys and a late
/// milestone that stands alone.
pub(crate) fn is_spoken(config: &Fields) -> bool {
    let fixed = config.get("ethash").is_some_and(|ethash| ethash.json().contains("\"fixeddifficulty\""));
    let late_alone = LATE.iter().any(|key| config.has(key)) && !EARLY.iter().any(|key| config.has(key));
    (config.has("eip158Block") && !config.has("eip155Block"))
        || late_alone
        || fixed
        || MARKS.iter().chain(REFUSED.iter().map(|(key, _)| key)).any(|key| config.has(key))
}

/// Refuses what cannot be translated, by name.
pub(crate) fn refuse(config: &mut Fields) -> Result<(), GenesisError> {
    for (key, reason) in REFUSED {
        if let Some(field) = config.take(key)
            && field.json() != "false"
        {
            return Err(GenesisError::Unsupported { key: field.key, reason: reason.to_owned() });
        }
    }
    if let Some(limit) = config.u64("contractSizeLimit")?
        && limit != CODE_LIMIT
    {
        return Err(GenesisError::Unsupported {
            key: "contractSizeLimit".to_owned(),
            reason: format!("code holds at most {CODE_LIMIT} bytes (EIP-170); remove the key"),
        });
    }
    Ok(())
}

/// Fills the milestones that a later one brings along.
pub(crate) fn complete(
    config: &mut Fields,
    forks: &mut ForkSchedule,
    genesis_time: u64,
) -> Result<(), GenesisError> {
    if let Some(number) = config.u64("constantinopleFixBlock")? {
        forks.set(Fork::Petersburg, Activation::Block(number));
    }
    let mut later = Activation::Never;
    for fork in Fork::ALL.into_iter().rev() {
        let carried = match fork {
            Fork::Frontier | Fork::Dao | Fork::ArrowGlacier | Fork::GrayGlacier => continue,
            // Berlin is built on Muir Glacier, bomb and all.
            Fork::MuirGlacier => forks.get(Fork::Berlin),
            _ => later,
        };
        if forks.get(fork) == Activation::Never {
            let protection = forks.replay_protection();
            forks.set(fork, from_start(carried, fork, genesis_time));
            if fork == Fork::SpuriousDragon && protection != Activation::Never {
                forks.set_replay_protection(protection);
            }
        }
        if fork != Fork::MuirGlacier {
            later = forks.get(fork);
        }
    }
    if forks.replay_protection() == Activation::Never {
        forks.set_replay_protection(forks.get(Fork::SpuriousDragon));
    }
    Ok(())
}

/// A fork by block cannot follow from one by time, except from the first block on.
const fn from_start(carried: Activation, fork: Fork, genesis_time: u64) -> Activation {
    match carried {
        Activation::Time(timestamp) if !fork.is_timed() => {
            if timestamp <= genesis_time {
                Activation::Block(0)
            } else {
                Activation::Never
            }
        }
        other => other,
    }
}
