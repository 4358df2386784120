use crate::{HeaderError, base_fee::ELASTICITY};
use autochain_chainspec::{ChainSpec, Fork};
use autochain_primitives::Header;

/// Least gas limit of a block (Yellow Paper §4.3.4).
pub const MIN_GAS_LIMIT: u64 = 5_000;
/// Most gas of a block: 2⁶³ − 1.
pub const MAX_GAS_LIMIT: u64 = i64::MAX as u64;
/// The limit moves by less than 1/1024 of the parent's.
const BOUND_DIVISOR: u64 = 1_024;

/// Checks the gas limit of `header` against its parent's.
///
/// # Errors
/// [`HeaderError::GasLimitAboveMaximum`], [`HeaderError::GasLimitBelowMinimum`], [`HeaderError::GasLimitStep`].
pub fn check_gas_limit(spec: &ChainSpec, header: &Header, parent: &Header) -> Result<(), HeaderError> {
    let got = header.gas_limit;
    if got > MAX_GAS_LIMIT {
        return Err(HeaderError::GasLimitAboveMaximum { got, max: MAX_GAS_LIMIT });
    }
    let parent = parent_limit(spec, parent);
    let bound = parent.wrapping_div(BOUND_DIVISOR);
    if got.abs_diff(parent) >= bound {
        return Err(HeaderError::GasLimitStep { got, parent, bound });
    }
    if got < MIN_GAS_LIMIT {
        return Err(HeaderError::GasLimitBelowMinimum { got, min: MIN_GAS_LIMIT });
    }
    Ok(())
}

/// The gas limit for a block on `parent` that moves as far as it may towards `desired`.
pub fn next_gas_limit(spec: &ChainSpec, parent: &Header, desired: u64) -> u64 {
    calc_gas_limit(parent_limit(spec, parent), desired)
}

/// The legal gas limit nearest to `desired` after a block with the limit `parent`, between 5,000 and 2⁶³ − 1.
/// At London's first block, `parent` is twice the parent's.
pub fn calc_gas_limit(parent: u64, desired: u64) -> u64 {
    let desired = desired.clamp(MIN_GAS_LIMIT, MAX_GAS_LIMIT);
    let step = parent.wrapping_div(BOUND_DIVISOR).saturating_sub(1);
    desired.clamp(parent.saturating_sub(step), parent.saturating_add(step))
}

/// The parent's limit, doubled where the child is London's first block (EIP-1559).
fn parent_limit(spec: &ChainSpec, parent: &Header) -> u64 {
    let london = |number| spec.is_active(Fork::London, number, 0);
    if london(parent.number.saturating_add(1)) && !london(parent.number) {
        parent.gas_limit.saturating_mul(ELASTICITY)
    } else {
        parent.gas_limit
    }
}
