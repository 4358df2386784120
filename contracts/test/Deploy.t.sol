// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Deploy} from "../script/Deploy.s.sol";
import {Plan} from "../script/Plan.sol";
import {AUC} from "../src/auc/AUC.sol";
import {Authority} from "../src/foundation/Authority.sol";
import {Roles} from "../src/foundation/Roles.sol";

import {Test} from "forge-std/Test.sol";

contract DeployTest is Test {
    Deploy private _deploy;
    address private _foundation = makeAddr("foundation");

    function setUp() public {
        _deploy = new Deploy();
        vm.deal(address(this), 100 ether);
    }

    function test_theScriptDeploysTheWholePlan() public {
        address[] memory registrars = new address[](2);
        (registrars[0], registrars[1]) = (makeAddr("one"), makeAddr("two"));
        Plan.Config memory config = _deploy.configuration(_foundation, registrars, 2, 1 ether);
        address[] memory at = _deploy.deploy(config);

        assertEq(at.length, new Plan().count());
        for (uint256 i = 0; i < at.length; ++i) {
            assertGt(at[i].code.length, 0);
        }
        assertEq(AUC(payable(at[uint256(Plan.Id.AUC)])).symbol(), "AUC");
        assertEq(at[uint256(Plan.Id.Treasury)].balance, 1 ether);
        Authority authority = Authority(at[uint256(Plan.Id.Authority)]);
        (bool risk,) = authority.hasRole(Roles.RISK, _foundation);
        (bool admin,) = authority.hasRole(0, _foundation);
        assertTrue(risk);
        assertFalse(admin);
    }
}
