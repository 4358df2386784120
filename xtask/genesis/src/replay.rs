use crate::{
    allocation::{
        Allocation, Committee, MINING_RESERVE, Offices, PLACEMENT, REWARD_POOL, Schedule as Line, TEAM,
        TREASURY, units,
    },
    plan::{Config, Schedule, Step, countCall, creation_code, genesis_address, init_code, stepsCall},
    predeploys::{self, SAFE, SAFE_FALLBACK_HANDLER, SAFE_PROXY_FACTORY},
    world::World,
};
use alloy_sol_types::{SolCall, sol};
use autochain_primitives::{Address, Bytes, U256, keccak256};
use eyre::{Result, ensure, eyre};

sol! {
    function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address proxy);
    function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver);
}

/// Who sends the transactions of genesis: the last 20 bytes of keccak256("autochain.genesis"). It holds the whole
/// supply at first and nothing at last, and is not part of block 0.
pub(crate) fn sender() -> Address {
    Address::from_word(keccak256(b"autochain.genesis"))
}

/// The last 20 bytes of keccak256("autochain.mining.reserve").
pub(crate) fn mining_reserve() -> Address {
    Address::from_word(keccak256(b"autochain.mining.reserve"))
}

/// Replays the transactions that make block 0.
pub(crate) fn genesis(allocation: &Allocation) -> Result<World> {
    let mut world = start(allocation)?;
    let safes = safes(&mut world, allocation)?;
    let steps = steps(allocation, &safes, genesis_address)?;
    for (index, step) in steps.iter().enumerate() {
        let built = world.construct(sender(), genesis_address(index), step.value, init_code(step)?);
        built.map_err(|error| error.wrap_err(step.name.clone()))?;
    }
    finish(&mut world, allocation)?;
    Ok(world)
}

/// The world before the plan: the whole supply with the sender, and the contracts that every chain has.
pub(crate) fn start(allocation: &Allocation) -> Result<World> {
    let mut world = World::new(allocation.chain_id, allocation.timestamp);
    let supply = units(PLACEMENT + TEAM + MINING_RESERVE + REWARD_POOL + TREASURY);
    world.state.insert_account(sender(), 0, supply, Bytes::new(), []);
    predeploys::deploy(&mut world)?;
    Ok(world)
}

/// Creates the committees' Safes by Safe's own factory, with salt 0.
pub(crate) fn safes(world: &mut World, allocation: &Allocation) -> Result<[Address; 4]> {
    let mut safes = [Address::ZERO; 4];
    for (index, (_, committee)) in allocation.committees.all().into_iter().enumerate() {
        let Committee { owners, threshold } = committee;
        let setup = setupCall {
            owners: owners.iter().map(super::allocation::Account::address).collect(),
            threshold: U256::from(*threshold),
            to: Address::ZERO,
            data: Bytes::new(),
            fallbackHandler: SAFE_FALLBACK_HANDLER,
            paymentToken: Address::ZERO,
            payment: U256::ZERO,
            paymentReceiver: Address::ZERO,
        };
        // The committee's number is the salt, so that equal owners make different Safes.
        let create = createProxyWithNonceCall {
            singleton: SAFE,
            initializer: setup.abi_encode().into(),
            saltNonce: U256::from(index),
        };
        let output = world.call(sender(), SAFE_PROXY_FACTORY, U256::ZERO, create.abi_encode().into())?;
        safes[index] = createProxyWithNonceCall::abi_decode_returns(&output)?;
    }
    Ok(safes)
}

/// The plan's steps when contract number i, from 0, stands at `at(i)`.
pub(crate) fn steps(
    allocation: &Allocation,
    safes: &[Address; 4],
    at: impl Fn(usize) -> Address,
) -> Result<Vec<Step>> {
    // The plan is pure: any world will do.
    let mut world = World::new(allocation.chain_id, allocation.timestamp);
    let plan = world.create(Address::ZERO, U256::ZERO, creation_code("Plan")?)?;
    let count = countCall::abi_decode_returns(&world.view(plan, countCall {}.abi_encode().into())?)?;
    let count: usize = count.try_into().map_err(|_| eyre!("the plan has {count} steps"))?;
    let call = stepsCall { c: config(allocation, safes)?, at: (0..count).map(at).collect() };
    Ok(stepsCall::abi_decode_returns(&world.view(plan, call.abi_encode().into())?)?)
}

/// Sends what is left: to the mining reserve and the funded accounts.
fn finish(world: &mut World, allocation: &Allocation) -> Result<()> {
    world.call(sender(), mining_reserve(), units(MINING_RESERVE), Bytes::new())?;
    for funded in &allocation.funded {
        world.call(sender(), funded.account.address(), units(funded.amount), Bytes::new())?;
    }
    let left = world.state.accounts().get(&sender()).map_or(U256::ZERO, |account| account.balance);
    ensure!(left.is_zero(), "{left} units are left over");
    Ok(())
}

fn config(allocation: &Allocation, safes: &[Address; 4]) -> Result<Config> {
    let [executive, risk, pay, audit] = *safes;
    let Allocation { offices, registrars, .. } = allocation;
    let schedule = |line: &Line| Schedule {
        beneficiary: line.beneficiary.address(),
        start: allocation.timestamp,
        cliff: line.cliff,
        duration: line.duration,
        total: units(line.amount).to(),
        released: U256::ZERO.to(),
    };
    Ok(Config {
        executive,
        risk,
        pay,
        audit,
        registrarAdmin: Offices::holder(&offices.registrar_admin, safes)?,
        title: Offices::holder(&offices.title, safes)?,
        issuer: Offices::holder(&offices.issuer, safes)?,
        registrars: registrars.accounts.iter().map(super::allocation::Account::address).collect(),
        registrarThreshold: U256::from(registrars.threshold),
        enrolmentBond: units(allocation.enrolment_bond),
        placement: allocation.placement.iter().map(schedule).collect(),
        team: allocation.team.iter().map(schedule).collect(),
        treasury: units(TREASURY),
        treasuryLimit: units(allocation.treasury_limit).to(),
        rewardPool: units(REWARD_POOL),
        rewardBond: units(allocation.reward_bond),
        start: U256::from(allocation.timestamp),
        miningReserve: mining_reserve(),
    })
}
