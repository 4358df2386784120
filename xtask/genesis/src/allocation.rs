use crate::root;
use autochain_primitives::{Address, U256, keccak256};
use eyre::{Context as _, Result, bail, ensure, eyre};
use serde::Deserialize;
use std::fs;

/// One AUC in units.
const COIN: u128 = 1_000_000_000_000_000_000;

/// The parts of the supply, in AUC; 10,000,000,000 in all.
pub(crate) const PLACEMENT: u64 = 4_000_000_000;
pub(crate) const TEAM: u64 = 1_000_000_000;
pub(crate) const MINING_RESERVE: u64 = 1_000_000_000;
pub(crate) const REWARD_POOL: u64 = 1_000_000_000;
pub(crate) const TREASURY: u64 = 3_000_000_000;

/// `genesis/allocation.NET.toml`: who gets what in block 0, and who holds which office. Amounts are in AUC, times in
/// seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allocation {
    /// Whether names stand for people who are not known yet: the node then refuses to mine on it.
    pub(crate) draft: bool,
    pub(crate) chain_id: u64,
    /// Block 0's time, since 1970; schedules, quarters and reward epochs start then.
    pub(crate) timestamp: u64,
    pub(crate) gas_limit: u64,
    pub(crate) difficulty: u64,
    /// What stands under `config.autochain`, besides reward and draft mark.
    pub(crate) rules: toml::Table,
    pub(crate) committees: Committees,
    pub(crate) offices: Offices,
    pub(crate) registrars: Registrars,
    /// Accounts that get coins of the placement at once.
    #[serde(default)]
    pub(crate) funded: Vec<Funded>,
    pub(crate) placement: Vec<Schedule>,
    pub(crate) team: Vec<Schedule>,
    /// What may leave the treasury in a period at first.
    pub(crate) treasury_limit: u64,
    /// What enrolling a car that is on the road already takes.
    pub(crate) enrolment_bond: u64,
    /// What posting a reward root takes.
    pub(crate) reward_bond: u64,
}

/// The committees' Safes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Committees {
    pub(crate) executive: Committee,
    pub(crate) risk: Committee,
    pub(crate) pay: Committee,
    pub(crate) audit: Committee,
}

impl Committees {
    /// In the order of their roles.
    pub(crate) const fn all(&self) -> [(&'static str, &Committee); 4] {
        [("executive", &self.executive), ("risk", &self.risk), ("pay", &self.pay), ("audit", &self.audit)]
    }
}

/// A Safe's owners, and how many of them must sign.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Committee {
    pub(crate) owners: Vec<Account>,
    pub(crate) threshold: usize,
}

/// Who holds an office: a committee by its name, or an account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offices {
    pub(crate) registrar_admin: String,
    pub(crate) title: String,
    pub(crate) issuer: String,
}

/// The first registrars.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registrars {
    pub(crate) accounts: Vec<Account>,
    pub(crate) threshold: usize,
}

/// Coins at once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Funded {
    pub(crate) account: Account,
    pub(crate) amount: u64,
}

/// Coins that vest, from block 0's time on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    pub(crate) beneficiary: Account,
    pub(crate) amount: u64,
    pub(crate) cliff: u32,
    pub(crate) duration: u32,
}

/// An address, or in a draft `draft:WORDS`: the last 20 bytes of keccak256("autochain.draft.WORDS"), for which nobody
/// has a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Account {
    Address(Address),
    Draft(Address),
}

impl TryFrom<String> for Account {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.strip_prefix("draft:") {
            Some(words) => Ok(Self::Draft(Address::from_word(keccak256(format!("autochain.draft.{words}"))))),
            None => text.parse().map(Self::Address).map_err(|error| format!("{text}: {error}")),
        }
    }
}

impl Account {
    pub(crate) const fn address(&self) -> Address {
        match self {
            Self::Address(address) | Self::Draft(address) => *address,
        }
    }
}

impl Allocation {
    /// Reads and checks the file of a network.
    pub(crate) fn read(network: &str) -> Result<Self> {
        let path = root().join(format!("genesis/allocation.{network}.toml"));
        let text = fs::read_to_string(&path).wrap_err_with(|| path.display().to_string())?;
        let allocation: Self = toml::from_str(&text).wrap_err_with(|| path.display().to_string())?;
        allocation.check().wrap_err_with(|| path.display().to_string())?;
        Ok(allocation)
    }

    pub(crate) fn check(&self) -> Result<()> {
        let vesting: u64 = self.placement.iter().map(|schedule| schedule.amount).sum();
        let funded: u64 = self.funded.iter().map(|account| account.amount).sum();
        ensure!(vesting + funded == PLACEMENT, "the placement is {} AUC, not {PLACEMENT}", vesting + funded);
        let team: u64 = self.team.iter().map(|schedule| schedule.amount).sum();
        ensure!(team == TEAM, "the team's share is {team} AUC, not {TEAM}");
        for (name, Committee { owners, threshold }) in self.committees.all() {
            ensure!((1..=owners.len()).contains(threshold), "{name}: {threshold} of {} owners", owners.len());
        }
        let Registrars { accounts, threshold } = &self.registrars;
        ensure!((1..=accounts.len()).contains(threshold), "registrars: {threshold} of {}", accounts.len());
        if !self.draft
            && let Some(account) = self.accounts().find(|account| matches!(account, Account::Draft(_)))
        {
            bail!("{} stands for someone who is not known yet: that makes it a draft", account.address());
        }
        Ok(())
    }

    /// Everyone whom the file names by an account.
    fn accounts(&self) -> impl Iterator<Item = &Account> {
        let committees =
            [&self.committees.executive, &self.committees.risk, &self.committees.pay, &self.committees.audit];
        let owners = committees.into_iter().flat_map(|committee| &committee.owners);
        let schedules = self.placement.iter().chain(&self.team).map(|schedule| &schedule.beneficiary);
        let funded = self.funded.iter().map(|funded| &funded.account);
        owners.chain(schedules).chain(funded).chain(&self.registrars.accounts)
    }
}

impl Offices {
    /// The holder of an office; `safes` are the committees' in the order of [`Committees::all`].
    pub(crate) fn holder(office: &str, safes: &[Address; 4]) -> Result<Address> {
        let [executive, risk, pay, audit] = safes;
        Ok(match office {
            "executive" => *executive,
            "risk" => *risk,
            "pay" => *pay,
            "audit" => *audit,
            _ => office.parse().map_err(|_| eyre!("`{office}` is neither a committee nor an address"))?,
        })
    }
}

/// AUC in units.
pub(crate) fn units(coins: u64) -> U256 {
    U256::from(coins) * U256::from(COIN)
}
