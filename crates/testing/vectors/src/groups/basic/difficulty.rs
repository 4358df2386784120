use super::equal;
use crate::{
    case::Case,
    json::{self, Number},
    network,
};
use autochain_chainspec::{Activation, ChainSpec, Fork, ForkSchedule};
use autochain_consensus::next_difficulty;
use autochain_primitives::{B256, EMPTY_OMMER_ROOT_HASH, Header};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    parent_timestamp: Number,
    parent_difficulty: Number,
    /// A hash in the older files, 0 or 1 in the newer ones.
    parent_uncles: Option<Number>,
    current_timestamp: Number,
    current_block_number: Number,
    current_difficulty: Number,
}

/// Files that hold the cases of several forks: test → fork → case.
pub(super) fn by_fork(bytes: &[u8]) -> Result<Vec<Case>, String> {
    let tests: BTreeMap<String, BTreeMap<String, BTreeMap<String, Value>>> = json::parse(bytes)?;
    let mut cases = Vec::new();
    for (test, forks) in tests {
        for (name, vectors) in forks.into_iter().filter(|(name, _)| name != "_info") {
            let fork = network::fork(&name).ok_or_else(|| format!("fork {name} is unknown"))?;
            let spec = network::spec(ForkSchedule::up_to(fork));
            for (case, vector) in vectors {
                let vector = serde_json::from_value(vector).map_err(|error| error.to_string());
                let result = vector.and_then(|vector| check(&spec, &vector));
                cases.push(Case::new(format!("{test}/{name}/{case}"), result));
            }
        }
    }
    Ok(cases)
}

/// Files that hold cases alone; the schedule follows from the file's name.
pub(super) fn flat(name: &str, bytes: &[u8]) -> Result<Vec<Case>, String> {
    let spec = network::spec(schedule(name).ok_or_else(|| format!("no schedule is known for {name}"))?);
    super::each(bytes, |vector: Vector| check(&spec, &vector))
}

fn schedule(name: &str) -> Option<ForkSchedule> {
    let name = name.strip_suffix(".json")?.strip_prefix("difficulty")?;
    Some(match name {
        "Frontier" => ForkSchedule::up_to(Fork::Frontier),
        "Homestead" | "CustomHomestead" => ForkSchedule::up_to(Fork::Homestead),
        "Byzantium" => ForkSchedule::up_to(Fork::Byzantium),
        "Constantinople" => ForkSchedule::up_to(Fork::Constantinople),
        "EIP2384" | "EIP2384_random" | "EIP2384_random_to20M" => ForkSchedule::up_to(Fork::Berlin),
        "" | "MainNetwork" | "CustomMainNetwork" => ForkSchedule::default()
            .with(Fork::Homestead, Activation::Block(1_150_000))
            .with(Fork::Tangerine, Activation::Block(2_463_000))
            .with(Fork::SpuriousDragon, Activation::Block(2_675_000))
            .with(Fork::Byzantium, Activation::Block(4_370_000)),
        "Ropsten" => ForkSchedule::up_to(Fork::Tangerine)
            .with(Fork::SpuriousDragon, Activation::Block(10))
            .with(Fork::Byzantium, Activation::Block(1_700_000))
            .with(Fork::Constantinople, Activation::Block(4_230_000)),
        _ => return None,
    })
}

fn check(spec: &ChainSpec, vector: &Vector) -> Result<(), String> {
    let number = vector.current_block_number.u64()?;
    let empty = [Number::default(), Number(EMPTY_OMMER_ROOT_HASH.into())];
    let childless = vector.parent_uncles.is_none_or(|ommers| empty.contains(&ommers));
    let parent = Header {
        number: number.checked_sub(1).ok_or("block 0 has no parent")?,
        timestamp: vector.parent_timestamp.u64()?,
        difficulty: vector.parent_difficulty.0,
        ommers_hash: if childless { EMPTY_OMMER_ROOT_HASH } else { B256::repeat_byte(1) },
        ..Header::default()
    };
    let got = next_difficulty(spec, &parent, vector.current_timestamp.u64()?);
    equal("difficulty", &got, &vector.current_difficulty.0)
}
