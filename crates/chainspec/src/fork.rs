use crate::GenesisError;
use std::fmt;

/// A named set of protocol changes, in the order in which Ethereum took them.
///
/// From Shanghai on only the execution half exists here: a header keeps London's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fork {
    /// The first rules.
    Frontier,
    /// EIP-2, 7, 8.
    Homestead,
    /// The move of the DAO's balances (EIP-779), with its extra data rule.
    Dao,
    /// Tangerine Whistle: EIP-150.
    Tangerine,
    /// Spurious Dragon: EIP-155 (unless switched apart), 160, 161, 170.
    SpuriousDragon,
    /// EIP-100, 140, 196, 197, 198, 211, 214, 649, 658.
    Byzantium,
    /// EIP-145, 1014, 1052, 1234, 1283.
    Constantinople,
    /// Constantinople without EIP-1283.
    Petersburg,
    /// EIP-152, 1108, 1344, 1884, 2028, 2200.
    Istanbul,
    /// A bomb delay: EIP-2384.
    MuirGlacier,
    /// EIP-2565, 2718, 2929, 2930.
    Berlin,
    /// EIP-1559, 3198, 3529, 3541, 3554.
    London,
    /// A bomb delay: EIP-4345.
    ArrowGlacier,
    /// A bomb delay: EIP-5133.
    GrayGlacier,
    /// EIP-3651, 3855, 3860.
    Shanghai,
    /// EIP-1153, 5656, 6780.
    Cancun,
    /// EIP-2537, 2935, 7623, 7702.
    Prague,
    /// EIP-7823, 7825, 7883, 7934, 7939, 7951.
    Osaka,
}

impl Fork {
    /// All forks in order.
    pub const ALL: [Self; 18] = [
        Self::Frontier,
        Self::Homestead,
        Self::Dao,
        Self::Tangerine,
        Self::SpuriousDragon,
        Self::Byzantium,
        Self::Constantinople,
        Self::Petersburg,
        Self::Istanbul,
        Self::MuirGlacier,
        Self::Berlin,
        Self::London,
        Self::ArrowGlacier,
        Self::GrayGlacier,
        Self::Shanghai,
        Self::Cancun,
        Self::Prague,
        Self::Osaka,
    ];

    /// The key of a geth genesis that switches the fork on.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Frontier => "frontierBlock",
            Self::Homestead => "homesteadBlock",
            Self::Dao => "daoForkBlock",
            Self::Tangerine => "eip150Block",
            Self::SpuriousDragon => "eip158Block",
            Self::Byzantium => "byzantiumBlock",
            Self::Constantinople => "constantinopleBlock",
            Self::Petersburg => "petersburgBlock",
            Self::Istanbul => "istanbulBlock",
            Self::MuirGlacier => "muirGlacierBlock",
            Self::Berlin => "berlinBlock",
            Self::London => "londonBlock",
            Self::ArrowGlacier => "arrowGlacierBlock",
            Self::GrayGlacier => "grayGlacierBlock",
            Self::Shanghai => "shanghaiTime",
            Self::Cancun => "cancunTime",
            Self::Prague => "pragueTime",
            Self::Osaka => "osakaTime",
        }
    }

    /// Whether the fork came by timestamp on Ethereum, with or after proof of stake.
    pub const fn is_timed(self) -> bool {
        matches!(self, Self::Shanghai | Self::Cancun | Self::Prague | Self::Osaka)
    }

    /// A schedule may leave this fork out and still name a later one: it changes nothing that later ones
    /// build on.
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::Dao | Self::MuirGlacier | Self::ArrowGlacier | Self::GrayGlacier)
    }

    /// Whether the fork changes how transactions execute. The glaciers move the difficulty bomb, and the
    /// DAO fork moves balances once; neither changes the machine.
    pub const fn changes_execution(self) -> bool {
        !self.is_optional()
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dao => "DAO",
            Self::Tangerine => "Tangerine Whistle",
            Self::SpuriousDragon => "Spurious Dragon",
            Self::MuirGlacier => "Muir Glacier",
            Self::ArrowGlacier => "Arrow Glacier",
            Self::GrayGlacier => "Gray Glacier",
            other => return write!(f, "{other:?}"),
        })
    }
}

/// When a fork starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Not on this chain.
    #[default]
    Never,
    /// From this block on.
    Block(u64),
    /// From the first block with at least this timestamp (seconds) on, once London is active.
    Time(u64),
}

impl Activation {
    /// The block number of a [`Activation::Block`].
    pub const fn block(self) -> Option<u64> {
        match self {
            Self::Block(number) => Some(number),
            _ => None,
        }
    }

    /// The timestamp of a [`Activation::Time`].
    pub const fn time(self) -> Option<u64> {
        match self {
            Self::Time(timestamp) => Some(timestamp),
            _ => None,
        }
    }

    /// Reached by a block of this number and timestamp?
    pub const fn is_reached(self, number: u64, timestamp: u64) -> bool {
        match self {
            Self::Never => false,
            Self::Block(at) => at <= number,
            Self::Time(at) => at <= timestamp,
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Block(number) => write!(f, "block {number}"),
            Self::Time(timestamp) => write!(f, "timestamp {timestamp}"),
        }
    }
}

/// When each fork starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkSchedule {
    at: [Activation; Fork::ALL.len()],
    replay_protection: Activation,
    extra_blocks: Vec<u64>,
    extra_times: Vec<u64>,
}

impl Default for ForkSchedule {
    /// Frontier for ever.
    fn default() -> Self {
        let mut at = [Activation::Never; Fork::ALL.len()];
        at[Fork::Frontier as usize] = Activation::Block(0);
        Self { at, replay_protection: Activation::Never, extra_blocks: Vec::new(), extra_times: Vec::new() }
    }
}

impl ForkSchedule {
    /// All forks up to and with `last` from block 0, without the DAO fork. Up to Constantinople exactly,
    /// EIP-1283 stays.
    pub fn up_to(last: Fork) -> Self {
        let mut schedule = Self::default();
        for fork in Fork::ALL {
            if fork <= last && fork != Fork::Dao {
                schedule.set(fork, Activation::Block(0));
            }
        }
        schedule
    }

    /// When `fork` starts.
    pub fn get(&self, fork: Fork) -> Activation {
        self.at[fork as usize]
    }

    /// Changes when `fork` starts. Spurious Dragon takes replay protection (EIP-155) along; Frontier stays.
    pub fn set(&mut self, fork: Fork, at: Activation) {
        if fork == Fork::Frontier {
            return;
        }
        self.at[fork as usize] = at;
        if fork == Fork::SpuriousDragon {
            self.replay_protection = at;
        }
    }

    /// As [`Self::set`], for building in one expression.
    #[must_use]
    pub fn with(mut self, fork: Fork, at: Activation) -> Self {
        self.set(fork, at);
        self
    }

    /// Whether `fork` holds for a block of this number and timestamp (seconds).
    pub fn is_active(&self, fork: Fork, number: u64, timestamp: u64) -> bool {
        let at = self.get(fork);
        let grounded =
            !matches!(at, Activation::Time(_)) || self.get(Fork::London).is_reached(number, timestamp);
        grounded && at.is_reached(number, timestamp)
    }

    /// When EIP-155 signatures start to count: `eip155Block`, which geth allows apart from `eip158Block`.
    pub const fn replay_protection(&self) -> Activation {
        self.replay_protection
    }

    /// Sets [`Self::replay_protection`] apart from Spurious Dragon.
    pub const fn set_replay_protection(&mut self, at: Activation) {
        self.replay_protection = at;
    }

    /// Adds a block that counts in the fork id (EIP-2124) and changes no rule here.
    pub fn add_id_block(&mut self, number: u64) {
        self.extra_blocks.push(number);
    }

    /// Adds a timestamp that counts in the fork id (EIP-6122) and changes no rule here.
    pub fn add_id_time(&mut self, timestamp: u64) {
        self.extra_times.push(timestamp);
    }

    /// All block numbers that count in the fork id, sorted, each once, without 0.
    pub fn id_blocks(&self) -> Vec<u64> {
        let named = self.at.iter().chain([&self.replay_protection]).filter_map(|at| at.block());
        sorted(named.chain(self.extra_blocks.iter().copied()))
    }

    /// All timestamps that count in the fork id, sorted, each once, without 0.
    pub fn id_times(&self) -> Vec<u64> {
        let named = self.at.iter().filter_map(|at| at.time());
        sorted(named.chain(self.extra_times.iter().copied()))
    }

    /// Refuses a schedule that no client can run: a fork before one that it builds on, or without it.
    ///
    /// # Errors
    /// [`GenesisError::ForkOrder`] or [`GenesisError::ForkMissing`], naming both keys.
    pub fn check_order(&self) -> Result<(), GenesisError> {
        let mut steps: Vec<(&'static str, Activation, bool)> = Vec::new();
        for fork in Fork::ALL.into_iter().skip(1) {
            if fork == Fork::SpuriousDragon {
                steps.push(("eip155Block", self.replay_protection, false));
            }
            steps.push((fork.key(), self.get(fork), fork.is_optional()));
        }
        let mut last: Option<(&'static str, Activation)> = None;
        let mut missing: Option<&'static str> = None;
        for (key, at, optional) in steps {
            if at == Activation::Never {
                if !optional && missing.is_none() {
                    missing = Some(key);
                }
                continue;
            }
            if let Some(missing) = missing {
                return Err(GenesisError::ForkMissing { missing, later: key, at });
            }
            if let Some((earlier, earlier_at)) = last
                && !in_order(earlier_at, at)
            {
                return Err(GenesisError::ForkOrder { earlier, earlier_at, later: key, later_at: at });
            }
            last = Some((key, at));
        }
        Ok(())
    }
}

/// A block and a timestamp cannot be compared; London must be reached first in any case.
const fn in_order(earlier: Activation, later: Activation) -> bool {
    match (earlier, later) {
        (Activation::Block(a), Activation::Block(b)) | (Activation::Time(a), Activation::Time(b)) => a <= b,
        (Activation::Time(_), Activation::Block(_)) => false,
        _ => true,
    }
}

fn sorted(values: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut values: Vec<u64> = values.filter(|value| *value != 0).collect();
    values.sort_unstable();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_declared_once() {
        assert!(Fork::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(Fork::ALL.iter().enumerate().all(|(index, fork)| *fork as usize == index));
    }

    #[test]
    fn a_timed_fork_waits_for_london() {
        let schedule = ForkSchedule::up_to(Fork::Berlin)
            .with(Fork::London, Activation::Block(10))
            .with(Fork::Shanghai, Activation::Time(0));
        assert!(!schedule.is_active(Fork::Shanghai, 9, 99));
        assert!(schedule.is_active(Fork::Shanghai, 10, 99));
        schedule.check_order().unwrap();
    }

    #[test]
    fn order_errors_name_both_keys() {
        let swapped = ForkSchedule::up_to(Fork::Byzantium)
            .with(Fork::Byzantium, Activation::Block(7))
            .with(Fork::Constantinople, Activation::Block(5));
        assert_eq!(
            swapped.check_order(),
            Err(GenesisError::ForkOrder {
                earlier: "byzantiumBlock",
                earlier_at: Activation::Block(7),
                later: "constantinopleBlock",
                later_at: Activation::Block(5),
            })
        );
        let hole = ForkSchedule::up_to(Fork::Homestead).with(Fork::London, Activation::Block(5));
        assert_eq!(
            hole.check_order(),
            Err(GenesisError::ForkMissing {
                missing: "eip150Block",
                later: "londonBlock",
                at: Activation::Block(5)
            })
        );
    }
}
