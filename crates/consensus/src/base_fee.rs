use autochain_chainspec::{ChainSpec, Fork, INITIAL_BASE_FEE};
use autochain_primitives::Header;

/// Gas limit over gas target (EIP-1559).
pub(crate) const ELASTICITY: u64 = 2;
/// At most 1/8 up or down from block to block (EIP-1559).
const CHANGE_DENOMINATOR: u128 = 8;

/// The base fee in wei of the block after `parent` (EIP-1559); `None` before London.
pub fn next_base_fee(spec: &ChainSpec, parent: &Header) -> Option<u64> {
    let number = parent.number.saturating_add(1);
    if !spec.is_active(Fork::London, number, 0) {
        return None;
    }
    if !spec.is_active(Fork::London, parent.number, 0) {
        return Some(INITIAL_BASE_FEE);
    }
    let base_fee = parent.base_fee_per_gas.unwrap_or(INITIAL_BASE_FEE);
    let target = parent.gas_limit.wrapping_div(ELASTICITY);
    let used = parent.gas_used;
    if target == 0 || used == target {
        return Some(base_fee);
    }
    // Below 2¹²⁸ / 8: two factors of 64 bits.
    let share = u128::from(base_fee)
        .saturating_mul(u128::from(used.abs_diff(target)))
        .checked_div(u128::from(target))
        .unwrap_or_default()
        .wrapping_div(CHANGE_DENOMINATOR);
    let step = u64::try_from(share).unwrap_or(u64::MAX);
    Some(if used > target { base_fee.saturating_add(step.max(1)) } else { base_fee.saturating_sub(step) })
}
