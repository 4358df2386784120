// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../src/auc/AUC.sol";
import {BurnSink} from "../src/auc/BurnSink.sol";

import {Script, console} from "forge-std/Script.sol";

/// @title Deploys AUC
/// @notice `forge script script/Deploy.s.sol --rpc-url URL --private-key KEY --broadcast`
contract Deploy is Script {
    /// @notice Deploys the sink and the coin's ERC-20 face.
    function run() external returns (AUC auc) {
        vm.startBroadcast();
        auc = new AUC(payable(address(new BurnSink())));
        vm.stopBroadcast();
        console.log("AUC", address(auc));
    }
}
