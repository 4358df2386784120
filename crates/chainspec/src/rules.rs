use autochain_primitives::{Address, U256, keccak256};

/// How a block is sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SealRule {
    /// Ethash at its full size: `"ethash": "full"`.
    #[default]
    Full,
    /// Ethash on geth's test sizes (cache 1,024 bytes, dataset 32 KiB): `"ethash": "test"`.
    Test,
    /// Nonce and mix hash are not looked at: `"ethash": "none"`, `--fakepow`.
    None,
}

impl SealRule {
    /// The word of the genesis file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Test => "test",
            Self::None => "none",
        }
    }
}

/// Who is paid for a block, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RewardRule {
    /// Minted: 5, 3 (Byzantium), 2 (Constantinople) coins, as on Ethereum.
    #[default]
    Ethereum,
    /// Minted, a fifth less each era (ECIP-1017); Ethereum's reward before `from`.
    Era {
        /// First block of the rule (`ecip1017FBlock`).
        from: u64,
        /// Blocks in an era (`ecip1017EraRounds`); eras are counted from block 1.
        rounds: u64,
    },
    /// Minted by a table of core-geth's `blockReward`: the reward in wei from a block on, sorted by block.
    Schedule(Vec<(u64, U256)>),
    /// Out of a reserve that holds the coins from genesis: ⌊balance ÷ 2²⁴⌋ a block, nothing is minted.
    Reserve {
        /// Whose balance pays.
        reserve: Address,
    },
}

impl RewardRule {
    /// Autochain's mining reserve: the last 20 bytes of keccak256("autochain.mining.reserve").
    pub fn autochain_reserve() -> Address {
        Address::from_word(keccak256(b"autochain.mining.reserve"))
    }
}

/// The part of the difficulty that doubles every 100,000 blocks, the "difficulty bomb".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bomb {
    /// Delayed by Ethereum's forks: 3 M (Byzantium), 5 M (Constantinople), 9 M (Muir Glacier), 9.7 M (London),
    /// 10.7 M (Arrow Glacier), 11.4 M (Gray Glacier) blocks.
    #[default]
    Ethereum,
    /// Never.
    Off,
    /// Delayed by a table of core-geth's `difficultyBombDelays`: from a block on, so many blocks more. Sorted.
    Delays(Vec<(u64, u64)>),
    /// Classic's: held still for `length` blocks from `pause` on (ECIP-1010), gone from `disposal` on (ECIP-1041).
    Classic {
        /// First block of the pause, and its length; 0 long without one.
        pause: u64,
        /// Blocks of the pause, and of the delay after it.
        length: u64,
        /// First block without the bomb.
        disposal: Option<u64>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use autochain_primitives::address;

    #[test]
    fn reserve_address() {
        let full = keccak256(b"autochain.mining.reserve");
        assert_eq!(RewardRule::autochain_reserve().as_slice(), &full[12..]);
        assert_ne!(RewardRule::autochain_reserve(), address!("0000000000000000000000000000000000000000"));
    }
}
