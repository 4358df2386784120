use autochain_chainspec::{Bomb, ChainSpec, Fork};
use autochain_primitives::{EMPTY_OMMER_ROOT_HASH, Header, U256};

/// The difficulty moves by at most 1/2048 of itself for each step.
const BOUND_SHIFT: usize = 11;
/// Most steps down (EIP-2).
const MAX_STEPS_DOWN: i64 = 99;
/// Frontier: a block within this many seconds raises the difficulty.
const FRONTIER_DURATION: u64 = 13;
/// EIP-2: seconds for each step down.
const HOMESTEAD_STEP: u64 = 10;
/// EIP-100: seconds for each step down.
const BYZANTIUM_STEP: u64 = 9;
/// The bomb doubles once in this many blocks.
const BOMB_PERIOD: u64 = 100_000;

/// How far each fork pushed the bomb away, in blocks: EIP-649, 1234, 2384, 3554, 4345, 5133.
const BOMB_DELAYS: [(Fork, u64); 6] = [
    (Fork::GrayGlacier, 11_400_000),
    (Fork::ArrowGlacier, 10_700_000),
    (Fork::London, 9_700_000),
    (Fork::MuirGlacier, 9_000_000),
    (Fork::Constantinople, 5_000_000),
    (Fork::Byzantium, 3_000_000),
];

/// The difficulty of the block after `parent` when it is stamped `timestamp` (seconds): Yellow Paper §4.3.4,
/// EIP-2, EIP-100 and the bomb delays; or the chain's fixed difficulty.
pub fn next_difficulty(spec: &ChainSpec, parent: &Header, timestamp: u64) -> U256 {
    if let Some(fixed) = spec.fixed_difficulty {
        return fixed;
    }
    let number = parent.number.saturating_add(1);
    let active = |fork| spec.is_active(fork, number, timestamp);
    let elapsed = timestamp.saturating_sub(parent.timestamp);
    let steps = if active(Fork::Byzantium) {
        let with_ommers = parent.ommers_hash != EMPTY_OMMER_ROOT_HASH;
        steps(if with_ommers { 2 } else { 1 }, elapsed.wrapping_div(BYZANTIUM_STEP))
    } else if active(Fork::Homestead) {
        steps(1, elapsed.wrapping_div(HOMESTEAD_STEP))
    } else if elapsed < FRONTIER_DURATION {
        1
    } else {
        -1
    };
    let size = U256::from(steps.unsigned_abs()).saturating_mul(parent.difficulty.wrapping_shr(BOUND_SHIFT));
    let moved = if steps < 0 {
        parent.difficulty.saturating_sub(size)
    } else {
        parent.difficulty.saturating_add(size)
    };
    moved.max(spec.minimum_difficulty).saturating_add(bomb(spec, number, timestamp))
}

/// `up` less one for each `late`, at least −99.
fn steps(up: i64, late: u64) -> i64 {
    let late = i64::try_from(late).unwrap_or(i64::MAX);
    up.saturating_sub(late).max(MAX_STEPS_DOWN.wrapping_neg())
}

/// 2^(periods − 2) from the second period on.
fn bomb(spec: &ChainSpec, number: u64, timestamp: u64) -> U256 {
    let Some(counted) = bomb_number(spec, number, timestamp) else { return U256::ZERO };
    match counted.wrapping_div(BOMB_PERIOD).checked_sub(2) {
        None => U256::ZERO,
        Some(exponent) => usize::try_from(exponent)
            .ok()
            .and_then(|exponent| U256::ONE.checked_shl(exponent))
            .unwrap_or(U256::MAX),
    }
}

/// The block number as the bomb counts it; `None` where there is none.
fn bomb_number(spec: &ChainSpec, number: u64, timestamp: u64) -> Option<u64> {
    match &spec.bomb {
        Bomb::Off => None,
        Bomb::Ethereum => {
            let delay = BOMB_DELAYS.iter().find(|(fork, _)| spec.is_active(*fork, number, timestamp));
            Some(number.saturating_sub(delay.map_or(0, |(_, blocks)| *blocks)))
        }
        Bomb::Delays(delays) => {
            let started = delays.iter().filter(|(from, _)| *from <= number);
            Some(started.fold(number, |counted, (_, more)| counted.saturating_sub(*more)))
        }
        Bomb::Classic { disposal: Some(disposal), .. } if number >= *disposal => None,
        Bomb::Classic { pause, length, .. } => Some(if number < *pause {
            number
        } else if number < pause.saturating_add(*length) {
            *pause
        } else {
            number.saturating_sub(*length)
        }),
    }
}
