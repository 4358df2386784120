use autochain_chainspec::{ChainSpec, Fork, RewardRule};
use autochain_primitives::{
    Address, Header, U256,
    alloy_primitives::{U512, uint},
};

/// Wei minted for a block before Byzantium.
const FRONTIER_REWARD: U256 = uint!(5_000_000_000_000_000_000_U256);
/// From Byzantium on (EIP-649).
const BYZANTIUM_REWARD: U256 = uint!(3_000_000_000_000_000_000_U256);
/// From Constantinople on (EIP-1234).
const CONSTANTINOPLE_REWARD: U256 = uint!(2_000_000_000_000_000_000_U256);
/// A nephew gets 1/32 for each uncle; so does an uncle under ECIP-1017.
const NEPHEW_SHIFT: usize = 5;
/// An uncle gets (8 − depth) / 8.
const UNCLE_SHIFT: usize = 3;
const UNCLE_PARTS: u64 = 8;
/// The reserve pays 1 / 2²⁴ of itself.
const RESERVE_SHIFT: usize = 24;

/// Coins for one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Who is paid.
    pub address: Address,
    /// Wei, never 0.
    pub amount: U256,
}

/// What a block pays, as moves of balances after its last transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payouts {
    /// Credits: uncles in their order, then the miner.
    pub credits: Vec<Payout>,
    /// Whose balance pays, and how much in all; `None` where the coins are minted.
    pub debit: Option<Payout>,
}

impl Payouts {
    /// Sum of the credits in wei.
    pub fn total(&self) -> U256 {
        self.credits.iter().fold(U256::ZERO, |sum, payout| sum.saturating_add(payout.amount))
    }

    fn credit(&mut self, address: Address, amount: U256) {
        if !amount.is_zero() {
            self.credits.push(Payout { address, amount });
        }
    }
}

/// Who is paid for a block with these uncles.
///
/// `reserve_balance` is the reserve's balance in wei in the parent's post-state under [`RewardRule::Reserve`]; an
/// absent account has 0. The other rules do not look at it.
///
/// - [`RewardRule::Ethereum`]: 5, 3, 2 coins; the miner 1/32 more for each uncle; an uncle (8 − depth)/8.
/// - [`RewardRule::Era`]: ECIP-1017; after the first era, miner and uncle get 1/32 for each uncle.
/// - [`RewardRule::Reserve`]: Ethereum's shares of ⌊balance / 2²⁴⌋, each rounded down and debited from the reserve.
pub fn payouts(
    spec: &ChainSpec,
    header: &Header,
    ommers: &[Header],
    reserve_balance: Option<U256>,
) -> Payouts {
    let (reward, flat) = match &spec.reward {
        RewardRule::Ethereum => (ethereum(spec, header), false),
        RewardRule::Schedule(rows) => {
            let row = rows.iter().rev().find(|(from, _)| *from <= header.number);
            (row.map_or(FRONTIER_REWARD, |(_, reward)| *reward), false)
        }
        RewardRule::Era { from, rounds } if header.number >= *from => {
            let era = header.number.saturating_sub(1).checked_div(*rounds).unwrap_or_default();
            (era_reward(era), era > 0)
        }
        RewardRule::Era { .. } => (ethereum(spec, header), false),
        RewardRule::Reserve { .. } => {
            (reserve_balance.unwrap_or_default().wrapping_shr(RESERVE_SHIFT), false)
        }
    };
    let share = reward.wrapping_shr(NEPHEW_SHIFT);
    let mut payouts = Payouts::default();
    let mut miner = reward;
    for ommer in ommers {
        let depth = header.number.saturating_sub(ommer.number);
        let parts = U256::from(UNCLE_PARTS.saturating_sub(depth));
        let part = reward.saturating_mul(parts).wrapping_shr(UNCLE_SHIFT);
        payouts.credit(ommer.beneficiary, if flat { share } else { part });
        miner = miner.saturating_add(share);
    }
    payouts.credit(header.beneficiary, miner);
    if let RewardRule::Reserve { reserve } = spec.reward {
        let amount = payouts.total();
        payouts.debit = (!amount.is_zero()).then_some(Payout { address: reserve, amount });
    }
    payouts
}

fn ethereum(spec: &ChainSpec, header: &Header) -> U256 {
    if spec.is_active(Fork::Constantinople, header.number, header.timestamp) {
        CONSTANTINOPLE_REWARD
    } else if spec.is_active(Fork::Byzantium, header.number, header.timestamp) {
        BYZANTIUM_REWARD
    } else {
        FRONTIER_REWARD
    }
}

/// ⌊5 coins · 4^era / 5^era⌋ (ECIP-1017).
fn era_reward(era: u64) -> U256 {
    // From this era on less than 1 wei is left; below it both powers have at most 448 bits.
    const NOTHING_LEFT: u64 = 193;
    if era >= NOTHING_LEFT {
        return U256::ZERO;
    }
    let exponent = U512::from(era);
    let numerator = U512::from(4).saturating_pow(exponent).saturating_mul(U512::from(FRONTIER_REWARD));
    let reward = numerator.checked_div(U512::from(5).saturating_pow(exponent)).unwrap_or_default();
    reward.saturating_to()
}
