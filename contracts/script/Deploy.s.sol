// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {VehicleRegistry} from "../src/VehicleRegistry.sol";
import {AUC} from "../src/auc/AUC.sol";
import {BurnSink} from "../src/auc/BurnSink.sol";

import {Script, console} from "forge-std/Script.sol";

/// @title Deploys AUC and VehicleRegistry
/// @notice `forge script script/Deploy.s.sol --rpc-url URL --private-key KEY --broadcast`
///
/// Environment, all optional:
/// - `REGISTRY_ADMIN`: the account that names registrars. Default: the sender.
/// - `REGISTRARS`: the first registrars, separated by commas. Default: the sender.
/// - `REGISTRAR_THRESHOLD`: the registrars' signatures needed to mint. Default: 1.
contract Deploy is Script {
    /// @notice Reads the environment and deploys.
    function run() external returns (AUC auc, VehicleRegistry registry) {
        address[] memory sender = new address[](1);
        sender[0] = msg.sender;
        return deploy(
            vm.envOr("REGISTRY_ADMIN", msg.sender),
            vm.envOr("REGISTRARS", ",", sender),
            vm.envOr("REGISTRAR_THRESHOLD", uint256(1))
        );
    }

    /// @notice Deploys with these arguments.
    function deploy(address admin, address[] memory registrars, uint256 threshold)
        public
        returns (AUC auc, VehicleRegistry registry)
    {
        vm.startBroadcast();
        auc = new AUC(payable(address(new BurnSink())));
        registry = new VehicleRegistry(admin, registrars, threshold);
        vm.stopBroadcast();
        console.log("AUC            ", address(auc));
        console.log("VehicleRegistry", address(registry));
    }
}
