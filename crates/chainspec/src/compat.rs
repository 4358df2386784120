use crate::{Activation, ChainSpec, Fork, IncompatibleConfig, RewindTo};

/// Compares the rules given with those that the chain up to its head was built by.
pub(crate) fn check(
    given: &ChainSpec,
    stored: &ChainSpec,
    head_number: u64,
    head_time: u64,
) -> Result<(), IncompatibleConfig> {
    let whole = [
        ("genesis block", stored.genesis_hash().to_string(), given.genesis_hash().to_string()),
        ("chainId", stored.chain_id.to_string(), given.chain_id.to_string()),
        ("autochain.ethash", stored.seal.name().to_owned(), given.seal.name().to_owned()),
        ("fixedDifficulty", shown(&stored.fixed_difficulty), shown(&given.fixed_difficulty)),
        ("minimumDifficulty", stored.minimum_difficulty.to_string(), given.minimum_difficulty.to_string()),
        ("block reward", format!("{:?}", stored.reward), format!("{:?}", given.reward)),
        ("difficulty bomb", format!("{:?}", stored.bomb), format!("{:?}", given.bomb)),
    ];
    for (what, stored, given) in whole {
        if stored != given {
            return Err(IncompatibleConfig { what: what.to_owned(), stored, given, rewind_to: None });
        }
    }
    let dao =
        (stored.forks.get(Fork::Dao).is_reached(head_number, 0), stored.dao_support != given.dao_support);
    if dao == (true, true) {
        return Err(IncompatibleConfig {
            what: "daoForkSupport".to_owned(),
            stored: format!("{:?}", stored.dao_support),
            given: format!("{:?}", given.dao_support),
            rewind_to: stored.forks.get(Fork::Dao).block().map(before),
        });
    }
    let protection = (stored.forks.replay_protection(), given.forks.replay_protection());
    let long_epochs = (long_epochs(stored), long_epochs(given));
    let forks =
        Fork::ALL.into_iter().map(|fork| (fork.key(), (stored.forks.get(fork), given.forks.get(fork))));
    for (key, (old, new)) in forks.chain([("eip155Block", protection), ("ecip1099FBlock", long_epochs)]) {
        let started = |at: Activation| at.is_reached(head_number, head_time);
        if old != new && (started(old) || started(new)) {
            return Err(IncompatibleConfig {
                what: key.to_owned(),
                stored: old.to_string(),
                given: new.to_string(),
                rewind_to: rewind_to(old, new),
            });
        }
    }
    Ok(())
}

/// Just before the earlier of both starts.
fn rewind_to(old: Activation, new: Activation) -> Option<RewindTo> {
    match (old, new) {
        (Activation::Block(a), Activation::Block(b)) => Some(before(a.min(b))),
        (Activation::Time(a), Activation::Time(b)) => Some(RewindTo::Before(a.min(b))),
        (Activation::Block(a), Activation::Never) | (Activation::Never, Activation::Block(a)) => {
            Some(before(a))
        }
        (Activation::Time(a), Activation::Never) | (Activation::Never, Activation::Time(a)) => {
            Some(RewindTo::Before(a))
        }
        _ => Some(RewindTo::Block(0)),
    }
}

const fn before(number: u64) -> RewindTo {
    RewindTo::Block(number.saturating_sub(1))
}

fn long_epochs(spec: &ChainSpec) -> Activation {
    spec.long_epochs_from.map_or(Activation::Never, Activation::Block)
}

fn shown(value: &Option<autochain_primitives::U256>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
