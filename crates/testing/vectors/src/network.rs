use autochain_chainspec::{Activation, ChainSpec, Fork, ForkSchedule, Genesis, SealRule};
use autochain_primitives::U256;

/// The chain id of all suites.
pub(crate) const CHAIN_ID: u64 = 1;

/// A proof-of-work network of the suites, by its name there.
pub(crate) fn fork(name: &str) -> Option<Fork> {
    Some(match name {
        "Frontier" => Fork::Frontier,
        "Homestead" => Fork::Homestead,
        "EIP150" => Fork::Tangerine,
        "EIP158" => Fork::SpuriousDragon,
        "Byzantium" => Fork::Byzantium,
        "Constantinople" => Fork::Constantinople,
        "ConstantinopleFix" => Fork::Petersburg,
        "Istanbul" => Fork::Istanbul,
        "Berlin" => Fork::Berlin,
        "London" => Fork::London,
        "ArrowGlacier" => Fork::ArrowGlacier,
        "GrayGlacier" => Fork::GrayGlacier,
        _ => return None,
    })
}

/// A network of the suites.
#[derive(Clone, Debug)]
pub(crate) enum Network {
    /// Under proof of work throughout.
    Work(ChainSpec),
    /// Under proof of work up to a terminal total difficulty.
    Merging(ChainSpec),
    /// Under proof of stake from genesis on: Paris and later.
    Stake,
}

impl Network {
    /// Reads `Berlin`, `BerlinToLondonAt5`, `ParisToShanghaiAtTime15k` and the like.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        if let Some(fork) = fork(name) {
            return Ok(Self::Work(spec(ForkSchedule::up_to(fork))));
        }
        if ["Paris", "Shanghai", "Cancun", "Prague", "Osaka"].iter().any(|stake| name.starts_with(stake)) {
            return Ok(Self::Stake);
        }
        if name == "ArrowGlacierToParisAtDiffC0000" {
            let mut spec = spec(ForkSchedule::up_to(Fork::ArrowGlacier));
            spec.terminal_total_difficulty = Some(U256::from(0xc0000));
            return Ok(Self::Merging(spec));
        }
        let unknown = || format!("network {name} is unknown");
        let (from, to) =
            name.strip_suffix("At5").and_then(|name| name.split_once("To")).ok_or_else(unknown)?;
        let to = if to == "Dao" { Fork::Dao } else { fork(to).ok_or_else(unknown)? };
        let schedule = ForkSchedule::up_to(fork(from).ok_or_else(unknown)?).with(to, Activation::Block(5));
        let mut spec = spec(schedule);
        spec.dao_support = (to == Fork::Dao).then_some(true);
        Ok(Self::Work(spec))
    }
}

/// Ethereum's rules with this schedule and no seal check, which the suites ask for unless they say otherwise.
pub(crate) fn spec(forks: ForkSchedule) -> ChainSpec {
    let mut spec = ChainSpec::new(CHAIN_ID, forks, Genesis::default());
    spec.seal = SealRule::None;
    spec
}

/// Mainnet's rules up to the merge, with its seals.
pub(crate) fn mainnet() -> ChainSpec {
    let forks = [
        (Fork::Homestead, 1_150_000),
        (Fork::Dao, 1_920_000),
        (Fork::Tangerine, 2_463_000),
        (Fork::SpuriousDragon, 2_675_000),
        (Fork::Byzantium, 4_370_000),
        (Fork::Constantinople, 7_280_000),
        (Fork::Petersburg, 7_280_000),
        (Fork::Istanbul, 9_069_000),
        (Fork::MuirGlacier, 9_200_000),
        (Fork::Berlin, 12_244_000),
        (Fork::London, 12_965_000),
        (Fork::ArrowGlacier, 13_773_000),
        (Fork::GrayGlacier, 15_050_000),
    ];
    let mut schedule = ForkSchedule::default();
    for (fork, number) in forks {
        schedule.set(fork, Activation::Block(number));
    }
    let mut spec = ChainSpec::new(CHAIN_ID, schedule, Genesis::default());
    spec.dao_support = Some(true);
    spec
}
