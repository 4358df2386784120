use crate::{HeaderError, check_gas_limit, next_base_fee, next_difficulty};
use autochain_chainspec::{Activation, ChainSpec, Fork};
use autochain_primitives::{Header, HeaderExt as _, U256};

/// Most bytes of extra data (Yellow Paper §4.3).
pub const MAX_EXTRA_DATA: usize = 32;
/// Seconds by which a block may be stamped ahead of the clock.
pub const MAX_CLOCK_DRIFT: u64 = 15;
/// What the first ten blocks of a chain that supports the DAO fork say (EIP-779).
pub const DAO_EXTRA_DATA: [u8; 13] = *b"dao-hard-fork";
/// Blocks that say it.
const DAO_BLOCKS: u64 = 10;

/// Checks everything about a header that its parent and the clock decide, the seal apart.
///
/// The caller found `parent` by the header's parent hash; that link is not checked again. `now` is the clock in
/// seconds since 1970.
///
/// # Errors
/// The first broken rule. [`HeaderError::FutureBlock`] comes last: it is given only to a header that will be legal.
pub fn check_header(spec: &ChainSpec, header: &Header, parent: &Header, now: u64) -> Result<(), HeaderError> {
    check_on_parent(spec, header, parent)?;
    let latest = now.saturating_add(MAX_CLOCK_DRIFT);
    if header.timestamp > latest && !spec.dev_clock {
        return Err(HeaderError::FutureBlock { got: header.timestamp, latest });
    }
    Ok(())
}

/// Refuses a block on a parent where proof of work has ended: its total difficulty reached the terminal one.
///
/// # Errors
/// [`HeaderError::TerminalTotalDifficulty`].
pub fn check_terminal(spec: &ChainSpec, parent_total_difficulty: U256) -> Result<(), HeaderError> {
    match spec.terminal_total_difficulty {
        Some(terminal) if parent_total_difficulty >= terminal => {
            Err(HeaderError::TerminalTotalDifficulty { parent_total_difficulty, terminal })
        }
        _ => Ok(()),
    }
}

/// The extra data that a block of this number must carry, around the DAO fork of a chain that supports it.
pub fn required_extra_data(spec: &ChainSpec, number: u64) -> Option<&'static [u8]> {
    (spec.dao_support == Some(true) && is_dao_block(spec, number)).then_some(&DAO_EXTRA_DATA)
}

/// The rules that do not look at the clock; they hold for ommers too.
pub(crate) fn check_on_parent(spec: &ChainSpec, header: &Header, parent: &Header) -> Result<(), HeaderError> {
    if header.has_post_london_field() {
        return Err(HeaderError::PostLondonField);
    }
    let expected = parent.number.saturating_add(1);
    if header.number != expected || parent.number == u64::MAX {
        return Err(HeaderError::Number { got: header.number, expected });
    }
    if header.extra_data.len() > MAX_EXTRA_DATA {
        return Err(HeaderError::ExtraDataTooLong { got: header.extra_data.len(), max: MAX_EXTRA_DATA });
    }
    if header.timestamp <= parent.timestamp {
        return Err(HeaderError::TimestampNotAfterParent { got: header.timestamp, parent: parent.timestamp });
    }
    let expected = next_difficulty(spec, parent, header.timestamp);
    if header.difficulty != expected {
        return Err(HeaderError::Difficulty { got: header.difficulty, expected });
    }
    check_gas_limit(spec, header, parent)?;
    if header.gas_used > header.gas_limit {
        return Err(HeaderError::GasUsedAboveLimit { got: header.gas_used, limit: header.gas_limit });
    }
    check_base_fee(spec, header, parent)?;
    check_dao_extra_data(spec, header)
}

fn check_base_fee(spec: &ChainSpec, header: &Header, parent: &Header) -> Result<(), HeaderError> {
    match (header.base_fee_per_gas, next_base_fee(spec, parent)) {
        (None, None) => Ok(()),
        (Some(got), None) => Err(HeaderError::BaseFeeBeforeLondon { got }),
        (None, Some(expected)) => Err(HeaderError::BaseFeeMissing { expected }),
        (Some(got), Some(expected)) if got != expected => Err(HeaderError::BaseFee { got, expected }),
        (Some(_), Some(_)) => Ok(()),
    }
}

fn check_dao_extra_data(spec: &ChainSpec, header: &Header) -> Result<(), HeaderError> {
    let Some(support) = spec.dao_support else { return Ok(()) };
    let says_it = header.extra_data.as_ref() == DAO_EXTRA_DATA;
    if is_dao_block(spec, header.number) && says_it != support {
        return Err(HeaderError::DaoExtraData { got: header.extra_data.clone(), support });
    }
    Ok(())
}

fn is_dao_block(spec: &ChainSpec, number: u64) -> bool {
    match spec.forks.get(Fork::Dao) {
        Activation::Block(fork) => number >= fork && number.saturating_sub(fork) < DAO_BLOCKS,
        _ => false,
    }
}
