// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Plan} from "./Plan.sol";

import {Vesting} from "../src/auc/Vesting.sol";

import {Script, console} from "forge-std/Script.sol";

/// @title Deploys the whole economy by the plan of genesis
/// @notice `forge script script/Deploy.s.sol --rpc-url URL --private-key KEY --broadcast`
///
/// Environment, all optional:
/// - `FOUNDATION`: stands for all committees and offices. Default: the sender.
/// - `REGISTRARS`: the first registrars, separated by commas. Default: the sender.
/// - `REGISTRAR_THRESHOLD`: the registrars' signatures needed to mint. Default: 1.
/// - `SHARE`: what placement, team, treasury and reward pool get each, in units of 10^-18 AUC. Default: 1 AUC.
contract Deploy is Script {
    /// @notice A step's constructor reverted.
    error Failed(string name);

    /// @notice Reads the environment and deploys.
    /// @return at The contracts, in the order of `Plan.Id`.
    function run() external returns (address[] memory at) {
        address[] memory registrars = new address[](1);
        registrars[0] = msg.sender;
        registrars = vm.envOr("REGISTRARS", ",", registrars);
        uint256 threshold = vm.envOr("REGISTRAR_THRESHOLD", uint256(1));
        address foundation = vm.envOr("FOUNDATION", msg.sender);
        return deploy(configuration(foundation, registrars, threshold, vm.envOr("SHARE", uint256(1 ether))));
    }

    /// @notice Deploys with this configuration, from the caller's account.
    function deploy(Plan.Config memory config) public returns (address[] memory at) {
        Plan plan = new Plan();
        at = new address[](plan.count());
        uint64 nonce = vm.getNonce(msg.sender);
        for (uint256 i = 0; i < at.length; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            at[i] = vm.computeCreateAddress(msg.sender, nonce + uint64(i)); // a few dozen
        }
        Plan.Step[] memory steps = plan.steps(config, at);
        vm.startBroadcast(msg.sender);
        for (uint256 i = 0; i < steps.length; ++i) {
            _create(steps[i], at[i]);
            console.log(steps[i].name, at[i]);
        }
        vm.stopBroadcast();
    }

    /// @notice One account for all offices, and equal shares.
    function configuration(address foundation, address[] memory registrars, uint256 threshold, uint256 share)
        public
        view
        returns (Plan.Config memory config)
    {
        (config.executive, config.risk, config.pay, config.audit) =
        (foundation, foundation, foundation, foundation);
        (config.registrarAdmin, config.title, config.issuer) = (foundation, foundation, foundation);
        (config.registrars, config.registrarThreshold) = (registrars, threshold);
        config.placement = new Vesting.Schedule[](1);
        config.placement[0] = Vesting.Schedule({
            beneficiary: foundation,
            start: uint64(block.timestamp),
            cliff: 0,
            duration: 365 days,
            // forge-lint: disable-next-line(unsafe-typecast)
            total: uint96(share), // there are fewer coins than 2^96
            released: 0
        });
        config.team = config.placement;
        (config.treasury, config.rewardPool) = (share, share);
        // forge-lint: disable-next-line(unsafe-typecast)
        config.treasuryLimit = uint104(share);
        (config.enrolmentBond, config.rewardBond) = (share, share);
        config.start = block.timestamp;
        config.miningReserve = address(bytes20(keccak256("autochain.mining.reserve") << 96));
    }

    function _create(Plan.Step memory step, address expected) private {
        bytes memory code = abi.encodePacked(vm.getCode(step.source), step.args);
        (uint256 value, address created) = (step.value, address(0));
        assembly ("memory-safe") {
            created := create(value, add(code, 32), mload(code))
        }
        if (created != expected) revert Failed(step.name);
    }
}
