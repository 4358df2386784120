// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Deploy} from "../script/Deploy.s.sol";
import {VehicleRegistry} from "../src/VehicleRegistry.sol";
import {AUC} from "../src/auc/AUC.sol";

import {Test} from "forge-std/Test.sol";

contract DeployTest is Test {
    function test_scriptDeploysBothWithItsArguments() public {
        address[] memory registrars = new address[](2);
        (registrars[0], registrars[1]) = (makeAddr("one"), makeAddr("two"));
        (AUC auc, VehicleRegistry registry) = new Deploy().deploy(makeAddr("admin"), registrars, 2);
        assertEq(auc.symbol(), "AUC");
        assertEq(registry.owner(), makeAddr("admin"));
        assertTrue(registry.isRegistrar(registrars[0]));
        assertTrue(registry.isRegistrar(registrars[1]));
        assertEq(registry.threshold(), 2);
    }

    function test_scriptDefaultsToItsSender() public {
        (, VehicleRegistry registry) = new Deploy().run();
        assertEq(registry.owner(), address(this));
        assertTrue(registry.isRegistrar(address(this)));
        assertEq(registry.threshold(), 1);
    }
}
