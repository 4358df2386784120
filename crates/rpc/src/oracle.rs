//! What to pay: tips from recent blocks, a legacy price that outlives full blocks, and EIP-1559's fee history.

use crate::{BlockRef, RpcError, api::Api};
use autochain_consensus::next_base_fee;
use autochain_primitives::{
    Receipt, RecoveredBlock, TransactionFields,
    alloy_primitives::{U64, U128},
};
use serde::Serialize;

/// Lowest tips of a block that count (geth).
const SAMPLES: usize = 3;
/// Blocks whose fullness tells how fast the base fee may rise.
const WATCHED: u64 = 10;
/// Most blocks of a fee history (geth).
const MOST_BLOCKS: u64 = 1024;

/// The tip in wei per gas that `eth_maxPriorityFeePerGas` suggests: of the lowest three tips of each recent block, a
/// percentile. Blocks without transactions stand for the default tip.
pub(crate) fn tip(api: &Api) -> Result<u128, RpcError> {
    let config = &api.config.gas_oracle;
    let head = api.backend.head().0;
    if let Some((hash, tip)) = *api.tip_cache.lock()
        && hash == head.hash()
    {
        return Ok(tip);
    }
    let first = head.number.saturating_sub(config.blocks.clamp(1, MOST_BLOCKS) - 1).max(1);
    let mut tips = Vec::new();
    for number in first..=head.number {
        if let Some(block) = api.backend.block(BlockRef::Number(number))? {
            let lowest = lowest_tips(&block.block, config.ignore_price);
            tips.extend(if lowest.is_empty() { vec![config.default_tip] } else { lowest });
        }
    }
    tips.sort_unstable();
    let index = tips.len().saturating_sub(1) * config.percentile.min(100) as usize / 100;
    let tip = tips.get(index).copied().unwrap_or(config.default_tip).min(config.max_price);
    let tip = tip.max(api.backend.miner().min_tip());
    *api.tip_cache.lock() = Some((head.hash(), tip));
    Ok(tip)
}

/// The lowest tips that others than the miner paid.
fn lowest_tips(block: &RecoveredBlock, ignore: u128) -> Vec<u128> {
    let base_fee = block.header.base_fee_per_gas.unwrap_or(0);
    let mut tips = block
        .transactions_with_senders()
        .filter(|(_, sender)| *sender != block.header.beneficiary)
        .filter_map(|(transaction, _)| transaction.effective_tip_per_gas(base_fee))
        .filter(|tip| *tip >= ignore)
        .collect::<Vec<_>>();
    tips.sort_unstable();
    tips.truncate(SAMPLES);
    tips
}

/// The price in wei per gas that `eth_gasPrice` suggests.
///
/// MetaMask takes it for both fee caps on a chain it does not know, so it must cover the next base fee and a tip, and
/// still do so when the transaction waits a little. The base fee rises by at most 1/8 a block, and only in blocks
/// above half of the gas limit. So the rule is
///
/// ```text
/// price = tip + next base fee × (9/8)^k,   k = 1 + how many of the last 10 blocks were more than half full
/// ```
///
/// On an idle chain that is one block of room; while blocks are full it is eleven, 3.65 times the next base fee. It
/// starts from the base fee after the head, so that it follows any number of full blocks.
pub(crate) fn gas_price(api: &Api) -> Result<u128, RpcError> {
    let tip = tip(api)?;
    let head = api.backend.head().0;
    let Some(base_fee) = next_base_fee(api.backend.spec(), &head) else { return Ok(tip) };
    let mut room = 1;
    for number in head.number.saturating_sub(WATCHED - 1)..=head.number {
        let header = api.backend.header(BlockRef::Number(number))?;
        room += u32::from(header.is_some_and(|header| header.gas_used > header.gas_limit / 2));
    }
    Ok(tip.saturating_add(risen(base_fee, room)))
}

/// A base fee after so many full blocks, rounded up as EIP-1559 rounds (at least 1 wei a block).
fn risen(base_fee: u64, blocks: u32) -> u128 {
    let rise = |fee: u128, _| fee.saturating_add((fee / 8).max(1));
    (0..blocks).fold(u128::from(base_fee), rise)
}

/// The answer of `eth_feeHistory`.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FeeHistory {
    oldest_block: U64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reward: Vec<Vec<U128>>,
    /// One more than blocks: the last is the next block's.
    base_fee_per_gas: Vec<U128>,
    /// Never null: 0 for a block without a gas limit.
    gas_used_ratio: Vec<f64>,
}

/// Base fees, fullness and tips of `count` blocks up to `newest`. `None` when a block is missing.
pub(crate) fn fee_history(
    api: &Api,
    count: u64,
    newest: u64,
    percentiles: &[f64],
) -> Result<Option<FeeHistory>, RpcError> {
    let count = count.min(MOST_BLOCKS).min(newest.saturating_add(1));
    let Some(back) = count.checked_sub(1) else { return Ok(Some(FeeHistory::default())) };
    let oldest = newest.saturating_sub(back);
    let mut history = FeeHistory { oldest_block: U64::from(oldest), ..Default::default() };
    for number in oldest..=newest {
        let Some(header) = api.backend.header(BlockRef::Number(number))? else { return Ok(None) };
        history.base_fee_per_gas.push(U128::from(header.base_fee_per_gas.unwrap_or(0)));
        let ratio =
            if header.gas_limit == 0 { 0.0 } else { header.gas_used as f64 / header.gas_limit as f64 };
        history.gas_used_ratio.push(ratio);
        if !percentiles.is_empty() {
            let reward = if header.gas_used == 0 {
                vec![U128::ZERO; percentiles.len()]
            } else {
                let (Some(block), Some(receipts)) =
                    (api.backend.block(BlockRef::Number(number))?, api.backend.receipts(number)?)
                else {
                    return Ok(None);
                };
                rewards(&block.block, &receipts, percentiles)
            };
            history.reward.push(reward);
        }
        if number == newest {
            let next = next_base_fee(api.backend.spec(), &header).unwrap_or(0);
            history.base_fee_per_gas.push(U128::from(next));
        }
    }
    Ok(Some(history))
}

/// The tips at percentiles of the gas used, cheapest transactions first.
fn rewards(block: &RecoveredBlock, receipts: &[Receipt], percentiles: &[f64]) -> Vec<U128> {
    let base_fee = block.header.base_fee_per_gas.unwrap_or(0);
    let mut before = 0;
    let mut paid = Vec::with_capacity(receipts.len());
    for (transaction, receipt) in block.transactions.iter().zip(receipts) {
        let gas = receipt.cumulative_gas_used.saturating_sub(before);
        before = receipt.cumulative_gas_used;
        paid.push((transaction.effective_tip_per_gas(base_fee).unwrap_or(0), gas));
    }
    paid.sort_by_key(|(tip, _)| *tip);
    let mut at = 0;
    let mut sum = paid.first().map_or(0, |(_, gas)| *gas);
    percentiles
        .iter()
        .map(|percentile| {
            let threshold = (block.header.gas_used as f64 * percentile / 100.0) as u64;
            while sum < threshold && at + 1 < paid.len() {
                at += 1;
                sum = sum.saturating_add(paid.get(at).map_or(0, |(_, gas)| *gas));
            }
            U128::from(paid.get(at).map_or(0, |(tip, _)| *tip))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_outlives_full_blocks() {
        assert_eq!(risen(1_000_000_000, 1), 1_125_000_000);
        assert_eq!(risen(7, 2), 9);
        let eleven = risen(1_000_000_000, 11) as f64 / 1e9;
        assert!((3.6..3.7).contains(&eleven));
        assert_eq!(risen(u64::MAX, 0), u128::from(u64::MAX));
    }
}
