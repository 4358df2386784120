use crate::{
    NETWORKS,
    allocation::{Account, Allocation, units},
    build,
    file::kept,
    plan::{self, genesis_address, init_code},
    predeploys::SAFE_PROXY_FACTORY,
    replay::{self, sender},
    world::World,
};
use alloy_sol_types::{SolCall as _, SolValue as _, sol};
use autochain_keystore::dev::DEV_ACCOUNTS;
use autochain_primitives::{Address, B256, Bytes, U256, address, keccak256};
use serde_json::Value;
use std::collections::BTreeSet;

sol! {
    function DOMAIN_SEPARATOR() view returns (bytes32);
    function hasRole(uint64 role, address account) view returns (bool member, uint32 delay);
    function getOwners() view returns (address[] owners);
    function getThreshold() view returns (uint256 threshold);
    function circulating() view returns (uint256 amount);
    function deploy(bytes code, bytes32 salt) returns (address created);
    function aggregate3(Call3[] calls) returns (Result3[] results);
    struct Call3 { address target; bool allowFailure; bytes callData; }
    struct Result3 { bool success; bytes returnData; }
}

fn world(network: &str) -> (Allocation, World) {
    let allocation = Allocation::read(network).unwrap();
    let world = replay::genesis(&allocation).unwrap();
    (allocation, world)
}

/// The place of a contract in the plan.
fn place(allocation: &Allocation, name: &str) -> usize {
    let steps = replay::steps(allocation, &[Address::ZERO; 4], genesis_address).unwrap();
    steps.iter().position(|step| step.name == name).unwrap()
}

#[test]
fn the_same_inputs_give_the_same_bytes_and_the_whole_supply() {
    for network in NETWORKS {
        let text = build(network).unwrap();
        assert_eq!(text, build(network).unwrap(), "{network}");
        let file: Value = serde_json::from_str(&text).unwrap();
        let balances = file["alloc"]
            .as_object()
            .unwrap()
            .values()
            .map(|account| account["balance"].as_str().unwrap().parse::<U256>().unwrap());
        assert_eq!(balances.sum::<U256>(), units(10_000_000_000), "{network}");
    }
}

#[test]
fn each_share_of_the_supply_is_where_it_belongs() {
    for network in NETWORKS {
        let (allocation, world) = world(network);
        let accounts = world.state.accounts();
        let held = |name| accounts[&genesis_address(place(&allocation, name))].balance;
        let funded: u64 = allocation.funded.iter().map(|funded| funded.amount).sum();
        assert_eq!(held("PlacementVesting"), units(4_000_000_000 - funded));
        assert_eq!(held("TeamVesting"), units(1_000_000_000));
        assert_eq!(held("Treasury"), units(3_000_000_000));
        assert_eq!(held("RewardPool"), units(1_000_000_000));
        assert_eq!(accounts[&replay::mining_reserve()].balance, units(1_000_000_000));
        assert_eq!(funded, if network == "dev" { 10_000_000 } else { 0 });
        for dev in DEV_ACCOUNTS {
            let balance = accounts.get(&dev.address).map_or(U256::ZERO, |account| account.balance);
            assert_eq!(balance, units(if network == "dev" { 1_000_000 } else { 0 }));
        }
        assert!(!kept(&sender()) && accounts[&sender()].balance.is_zero());
        let supply = genesis_address(place(&allocation, "AUCSupply"));
        let circulating = world.view(supply, circulatingCall {}.abi_encode().into()).unwrap();
        assert_eq!(circulatingCall::abi_decode_returns(&circulating).unwrap(), units(funded));
    }
}

/// A deployment of the same plan on a running chain, by transactions that create, leaves exactly what genesis has:
/// immutables, storage, EIP-712 domains and roles.
#[test]
fn genesis_equals_a_live_deployment_by_the_same_plan() {
    for network in NETWORKS {
        let allocation = Allocation::read(network).unwrap();
        let mut live = replay::start(&allocation).unwrap();
        let safes = replay::safes(&mut live, &allocation).unwrap();
        let first = live.state.accounts()[&sender()].nonce;
        let at = |index: usize| sender().create(first + index as u64);
        let steps = replay::steps(&allocation, &safes, at).unwrap();

        // As genesis does it, only at the addresses that the live deployment will have.
        let mut constructed = live.clone();
        for (index, step) in steps.iter().enumerate() {
            constructed.construct(sender(), at(index), step.value, init_code(step).unwrap()).unwrap();
            assert_eq!(live.create(sender(), step.value, init_code(step).unwrap()).unwrap(), at(index));
        }
        for (index, step) in steps.iter().enumerate() {
            let same = |world: &World| {
                let account = world.state.accounts()[&at(index)];
                (account, world.state.code_of(&at(index)), world.state.slots(&at(index)))
            };
            assert_eq!(same(&constructed), same(&live), "{network}: {}", step.name);
        }
        // What a constructor left elsewhere is equal too.
        let others = |world: &World| {
            let accounts = world.state.accounts();
            accounts.into_iter().filter(|(address, _)| kept(address)).collect::<Vec<_>>()
        };
        assert_eq!(others(&constructed), others(&live));
    }
}

/// At the genesis addresses: each EIP-712 domain names its chain and its own address.
#[test]
fn domains_are_of_their_chain_and_address() {
    let domain = |name: &str, chain_id: u64, at: Address| {
        let fields =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        keccak256((fields, keccak256(name), keccak256("1"), U256::from(chain_id), at).abi_encode())
    };
    let mut separators = BTreeSet::new();
    for network in NETWORKS {
        let (allocation, world) = world(network);
        for (name, eip712) in [("AUC", "Autochain"), ("VehicleRegistry", "Autochain Vehicle")] {
            let at = genesis_address(place(&allocation, name));
            let answer = world.view(at, DOMAIN_SEPARATORCall {}.abi_encode().into()).unwrap();
            let separator = DOMAIN_SEPARATORCall::abi_decode_returns(&answer).unwrap();
            assert_eq!(separator, domain(eip712, allocation.chain_id, at), "{network}: {name}");
            separators.insert(separator);
        }
    }
    assert_eq!(separators.len(), 2 * NETWORKS.len());
}

#[test]
fn committees_are_safes_of_their_owners_and_hold_their_roles() {
    for network in NETWORKS {
        let (allocation, world) = world(network);
        let safes = replay::safes(&mut replay::start(&allocation).unwrap(), &allocation).unwrap();
        let authority = genesis_address(place(&allocation, "Authority"));
        for (index, (name, committee)) in allocation.committees.all().into_iter().enumerate() {
            let owners = world.view(safes[index], getOwnersCall {}.abi_encode().into()).unwrap();
            let owners = getOwnersCall::abi_decode_returns(&owners).unwrap();
            let expected: Vec<_> = committee.owners.iter().map(Account::address).collect();
            assert_eq!(owners, expected, "{network}: {name}");
            let threshold = world.view(safes[index], getThresholdCall {}.abi_encode().into()).unwrap();
            let threshold = getThresholdCall::abi_decode_returns(&threshold).unwrap();
            assert_eq!(threshold, U256::from(committee.threshold));
            // Roles 1 to 4 belong to the committees in this order, and to nobody else of them.
            for (other, safe) in safes.iter().enumerate() {
                let call = hasRoleCall { role: index as u64 + 1, account: *safe };
                let answer = world.view(authority, call.abi_encode().into()).unwrap();
                assert_eq!(hasRoleCall::abi_decode_returns(&answer).unwrap().member, other == index);
            }
        }
        // The factory, the Safes' code and a deployer: role 0 is the timelock's alone.
        let timelock = genesis_address(place(&allocation, "FoundationTimelock"));
        for (account, admin) in [(timelock, true), (sender(), false), (SAFE_PROXY_FACTORY, false)] {
            let answer = world.view(authority, hasRoleCall { role: 0, account }.abi_encode().into()).unwrap();
            assert_eq!(hasRoleCall::abi_decode_returns(&answer).unwrap().member, admin);
        }
    }
}

/// The first twenty accounts of mnemonics that are printed in manuals: neither network may hold any of them.
#[test]
fn no_account_of_a_well_known_mnemonic_is_in_a_networks_genesis() {
    let known = well_known::ADDRESSES;
    assert!(DEV_ACCOUNTS.iter().all(|account| known.contains(&account.address)));
    let holds = |network: &str| {
        let text = build(network).unwrap().to_lowercase();
        known.into_iter().find(|address| text.contains(&format!("{address:x}")))
    };
    assert_eq!(holds("autochain"), None);
    assert_eq!(holds("testnet"), None);
    assert!(holds("dev").is_some(), "the search finds what is there");
}

#[test]
fn only_a_draft_names_people_who_are_not_known() {
    for network in NETWORKS {
        let mut allocation = Allocation::read(network).unwrap();
        assert_eq!(allocation.draft, network != "dev");
        let file: Value = serde_json::from_str(&build(network).unwrap()).unwrap();
        assert_eq!(file["config"]["autochain"]["draft"] == true, allocation.draft);
        allocation.draft = false;
        assert_eq!(allocation.check().is_err(), network != "dev");
    }
}

#[test]
fn a_share_that_does_not_add_up_is_refused() {
    let allocation = Allocation::read("dev").unwrap();
    let mut placement = allocation.clone();
    placement.placement[0].amount += 1;
    assert!(placement.check().unwrap_err().to_string().contains("placement"));
    let mut team = allocation.clone();
    team.team[0].amount -= 1;
    assert!(team.check().unwrap_err().to_string().contains("team"));
    let mut committee = allocation;
    committee.committees.audit.threshold = 4;
    assert!(committee.check().unwrap_err().to_string().contains("audit"));
}

/// The contracts that every chain has do their work.
#[test]
fn predeploys_work() {
    let (_, mut world) = world("dev");
    // Creation code that leaves the one byte 0x2a as code.
    let creation = Bytes::from_static(&[0x60, 0x2a, 0x5f, 0x53, 0x60, 0x01, 0x5f, 0xf3]);
    let salt = B256::repeat_byte(7);
    let user = DEV_ACCOUNTS[0].address;
    for proxy in [
        address!("4e59b44847b379578588920cA78FbF26c0B4956C"),
        address!("914d7Fec6aaC8cd542e72Bca78B30650d45643d7"),
    ] {
        let data = [salt.as_slice(), &creation].concat();
        world.call(user, proxy, U256::ZERO, data.into()).unwrap();
        assert_eq!(world.state.code_of(&proxy.create2_from_code(salt, &creation)).as_ref(), [0x2a]);
    }
    let erc2470 = address!("ce0042B868300000d44A59004Da54A005ffdcf9f");
    let call = deployCall { code: creation.clone(), salt };
    world.call(user, erc2470, U256::ZERO, call.abi_encode().into()).unwrap();
    assert_eq!(world.state.code_of(&erc2470.create2_from_code(salt, &creation)).as_ref(), [0x2a]);

    let multicall3 = address!("cA11bde05977b3631167028862bE2a173976CA11");
    let auc = genesis_address(0);
    let call =
        Call3 { target: auc, allowFailure: false, callData: DOMAIN_SEPARATORCall {}.abi_encode().into() };
    let answer = world.view(multicall3, aggregate3Call { calls: vec![call] }.abi_encode().into()).unwrap();
    let results = aggregate3Call::abi_decode_returns(&answer).unwrap();
    let alone = world.view(auc, DOMAIN_SEPARATORCall {}.abi_encode().into()).unwrap();
    assert!(results[0].success && results[0].returnData == alone);
    assert_eq!(plan::genesis_address(1), address!("4155430000000000000000000000000000000002"));
}

mod well_known;
