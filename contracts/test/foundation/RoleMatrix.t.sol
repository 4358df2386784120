// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Wiring} from "../../script/Wiring.sol";
import {Vesting} from "../../src/auc/Vesting.sol";
import {Authority} from "../../src/foundation/Authority.sol";
import {Roles} from "../../src/foundation/Roles.sol";
import {FoundationFixture} from "./FoundationFixture.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// Every role against every restricted function: the holder passes the gate, everyone else is turned away
/// there. The table is `Wiring`'s own, and `test_everyRestrictedFunctionHasARow` shows that it misses none.
contract RoleMatrixTest is FoundationFixture {
    struct Holder {
        uint64 role;
        address account;
    }

    Holder[] private holders;
    Authority.Rule[] private rules;

    function setUp() public override {
        super.setUp();
        Authority.Grant[] memory grants = Wiring.grants(at);
        for (uint256 i = 0; i < grants.length; ++i) {
            holders.push(Holder(grants[i].role, grants[i].account));
        }
        Authority.Rule[] memory table = Wiring.rules(at);
        for (uint256 i = 0; i < table.length; ++i) {
            rules.push(table[i]);
        }
    }

    function _holds(uint64 role, address account) private view returns (bool) {
        for (uint256 i = 0; i < holders.length; ++i) {
            if (holders[i].role == role && holders[i].account == account) return true;
        }
        return false;
    }

    /// Calls the function with arguments that are all zero and tells whether the gate turned the caller away.
    function _turnedAway(address account, Authority.Rule memory rule) private returns (bool) {
        bytes memory zeros = new bytes(10 * 32);
        vm.prank(account);
        (bool ok, bytes memory answer) = rule.target.call(abi.encodePacked(rule.selector, zeros));
        bytes memory refusal =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account);
        return !ok && keccak256(answer) == keccak256(refusal);
    }

    function test_row25_everyRoleAgainstEveryFunction() public {
        uint256 passed;
        for (uint256 i = 0; i < rules.length; ++i) {
            for (uint256 k = 0; k < holders.length; ++k) {
                uint256 snapshot = vm.snapshotState();
                bool may = _holds(rules[i].role, holders[k].account);
                assertEq(
                    _turnedAway(holders[k].account, rules[i]),
                    !may,
                    string.concat(
                        vm.toString(rules[i].target),
                        " ",
                        vm.toString(abi.encodePacked(rules[i].selector)),
                        " role ",
                        vm.toString(holders[k].role)
                    )
                );
                if (may) ++passed;
                vm.revertToState(snapshot);
            }
        }
        assertGe(passed, rules.length); // each function has a holder
    }

    function testFuzz_row25_aStrangerPassesNoGate(address stranger) public {
        for (uint256 k = 0; k < holders.length; ++k) {
            vm.assume(stranger != holders[k].account);
        }
        for (uint256 i = 0; i < rules.length; ++i) {
            assertTrue(_turnedAway(stranger, rules[i]));
        }
    }

    function test_row25_theTimelockIsTheOnlyAdministrator() public {
        (bool isAdmin, uint32 delay) = authority.hasRole(0, at.timelock);
        assertTrue(isAdmin);
        assertEq(delay, 0);
        address[4] memory others = [address(this), at.executive, at.audit, address(governor)];
        for (uint256 i = 0; i < others.length; ++i) {
            (isAdmin,) = authority.hasRole(0, others[i]);
            assertFalse(isAdmin);
            vm.expectRevert(
                abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, others[i], 0)
            );
            vm.prank(others[i]);
            authority.grantRole(Roles.TREASURER, others[i], 0);
        }
    }

    function test_row25_aVoteReplacesACommittee() public {
        address successor = makeAddr("successor");
        vm.startPrank(at.timelock);
        authority.revokeRole(Roles.AUDIT, at.audit);
        authority.grantRole(Roles.AUDIT, successor, 0);
        vm.stopPrank();
        (bool before,) = authority.hasRole(Roles.AUDIT, at.audit);
        (bool afterwards,) = authority.hasRole(Roles.AUDIT, successor);
        assertFalse(before);
        assertTrue(afterwards);
    }

    /// Members' coins are out of every role's reach: neither AUC nor vesting knows an authority.
    function test_row25_noRoleReachesMembersAssets() public {
        _wrap(alice, 5 ether);
        Vesting.Schedule[] memory schedules = new Vesting.Schedule[](1);
        schedules[0] = Vesting.Schedule(alice, uint64(NOW), 0, 1, 5 ether, 0);
        vm.deal(address(this), 5 ether);
        Vesting vesting = new Vesting{value: 5 ether}(membership, schedules);
        for (uint256 k = 0; k < holders.length; ++k) {
            address holder = holders[k].account;
            vm.startPrank(holder);
            vm.expectRevert(
                abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, holder, 0, 1)
            );
            auc.transferFrom(alice, holder, 1);
            vm.expectRevert(abi.encodeWithSelector(Vesting.NotBeneficiary.selector, 0, holder));
            vesting.handOver(0, holder);
            vm.stopPrank();
        }
        (bool ok,) = address(auc).call(abi.encodeCall(IAccessManaged.authority, ()));
        assertFalse(ok);
        (ok,) = address(vesting).call(abi.encodeCall(IAccessManaged.authority, ()));
        assertFalse(ok);
    }

    /// The ABI of each contract, less what anyone may call, is what the table lists: a restricted function
    /// without a row would be the administrator's, and nobody in the matrix would be let through.
    function test_everyRestrictedFunctionHasARow() public {
        string[6] memory names = ["Treasury", "FeeRouter", "BuyBack", "Membership", "Licences", "RewardPool"];
        address[6] memory targets = [
            address(treasury),
            address(feeRouter),
            address(buyBack),
            address(membership),
            address(licences),
            address(pool)
        ];
        string memory out = string.concat(vm.projectRoot(), "/", vm.envOr("FOUNDRY_OUT", string("out")));
        address stranger = makeAddr("stranger");
        uint256 found;
        for (uint256 i = 0; i < names.length; ++i) {
            string memory artifact =
                vm.readFile(string.concat(out, "/", names[i], ".sol/", names[i], ".json"));
            string[] memory signatures = vm.parseJsonKeys(artifact, ".methodIdentifiers");
            for (uint256 k = 0; k < signatures.length; ++k) {
                bytes4 selector = bytes4(keccak256(bytes(signatures[k])));
                if (!_turnedAway(stranger, Authority.Rule(targets[i], selector, 0))) continue;
                if (selector == IAccessManaged.setAuthority.selector) continue; // the AccessManager's own
                assertTrue(_listed(targets[i], selector), string.concat(names[i], ".", signatures[k]));
                ++found;
            }
        }
        assertEq(found, rules.length);
    }

    function _listed(address target, bytes4 selector) private view returns (bool) {
        for (uint256 i = 0; i < rules.length; ++i) {
            if (rules[i].target == target && rules[i].selector == selector) return true;
        }
        return false;
    }
}
