// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Deploy} from "../script/Deploy.s.sol";

import {Test} from "forge-std/Test.sol";

contract DeployTest is Test {
    function test_scriptDeploysTheCoin() public {
        assertEq(new Deploy().run().symbol(), "AUC");
    }
}
