// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Deploy} from "../../script/Deploy.s.sol";
import {Plan} from "../../script/Plan.sol";
import {AUC} from "../../src/auc/AUC.sol";
import {Vesting} from "../../src/auc/Vesting.sol";
import {Authority} from "../../src/foundation/Authority.sol";
import {Roles} from "../../src/foundation/Roles.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Test} from "forge-std/Test.sol";

/// Every role against every restricted function of every contract of the plan: the holder passes the gate,
/// everyone else is turned away there. The table is the one that `Authority` is constructed with, and
/// `test_everyRestrictedFunctionHasARow` shows that it misses none.
contract RoleMatrixTest is Test {
    address[] private at;
    string[] private sources;
    Authority.Grant[] private holders;
    Authority.Rule[] private rules;
    Authority private authority;
    address private timelock;
    address private executive = makeAddr("executive");
    address private audit = makeAddr("audit");

    function setUp() public {
        vm.warp(1_800_000_000);
        Deploy script = new Deploy();
        address[] memory registrars = new address[](1);
        registrars[0] = makeAddr("registrar");
        Plan.Config memory config = script.configuration(makeAddr("foundation"), registrars, 1, 1 ether);
        (config.executive, config.risk) = (executive, makeAddr("risk"));
        (config.pay, config.audit) = (makeAddr("pay"), audit);
        (config.registrarAdmin, config.title) = (makeAddr("registrar admin"), makeAddr("title"));
        config.issuer = makeAddr("issuer");
        vm.deal(address(this), 100 ether);
        at = script.deploy(config);

        Plan.Step[] memory steps = new Plan().steps(config, at);
        for (uint256 i = 0; i < steps.length; ++i) {
            sources.push(steps[i].source);
        }
        authority = Authority(at[uint256(Plan.Id.Authority)]);
        (address admin, Authority.Grant[] memory grants, Authority.Rule[] memory table) =
            abi.decode(steps[uint256(Plan.Id.Authority)].args, (address, Authority.Grant[], Authority.Rule[]));
        timelock = admin;
        for (uint256 i = 0; i < grants.length; ++i) {
            holders.push(grants[i]);
        }
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
    function _turnedAway(address account, address target, bytes4 selector) private returns (bool) {
        vm.prank(account);
        (bool ok, bytes memory answer) = target.call(abi.encodePacked(selector, new bytes(10 * 32)));
        bytes memory refusal =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account);
        return !ok && keccak256(answer) == keccak256(refusal);
    }

    function test_row25_everyRoleAgainstEveryFunction() public {
        for (uint256 i = 0; i < rules.length; ++i) {
            uint256 passed;
            for (uint256 k = 0; k < holders.length; ++k) {
                uint256 snapshot = vm.snapshotState();
                bool may = _holds(rules[i].role, holders[k].account);
                assertEq(
                    _turnedAway(holders[k].account, rules[i].target, rules[i].selector),
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
            assertGe(passed, 1, "a function that nobody may call");
        }
    }

    function testFuzz_row25_aStrangerPassesNoGate(address stranger) public {
        for (uint256 k = 0; k < holders.length; ++k) {
            vm.assume(stranger != holders[k].account);
        }
        for (uint256 i = 0; i < rules.length; ++i) {
            assertTrue(_turnedAway(stranger, rules[i].target, rules[i].selector));
        }
    }

    function test_row25_theTimelockIsTheOnlyAdministrator() public {
        (bool isAdmin, uint32 delay) = authority.hasRole(0, timelock);
        assertTrue(isAdmin);
        assertEq(delay, 0);
        address[5] memory others =
            [address(this), msg.sender, executive, audit, at[uint256(Plan.Id.FoundationGovernor)]];
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
        vm.startPrank(timelock);
        authority.revokeRole(Roles.AUDIT, audit);
        authority.grantRole(Roles.AUDIT, successor, 0);
        vm.stopPrank();
        (bool before,) = authority.hasRole(Roles.AUDIT, audit);
        (bool afterwards,) = authority.hasRole(Roles.AUDIT, successor);
        assertFalse(before);
        assertTrue(afterwards);
    }

    /// Members' coins are out of every role's reach: neither AUC nor vesting knows an authority.
    function test_row25_noRoleReachesMembersAssets() public {
        AUC auc = AUC(payable(at[uint256(Plan.Id.AUC)]));
        Vesting vesting = Vesting(at[uint256(Plan.Id.PlacementVesting)]);
        address alice = makeAddr("alice");
        vm.deal(alice, 5 ether);
        vm.prank(alice);
        auc.deposit{value: 5 ether}();
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
    /// without a row would be the administrator's alone.
    function test_everyRestrictedFunctionHasARow() public {
        string memory out = string.concat(vm.projectRoot(), "/", vm.envOr("FOUNDRY_OUT", string("out")), "/");
        address stranger = makeAddr("stranger");
        uint256 found;
        for (uint256 i = 0; i < at.length; ++i) {
            string memory artifact = vm.readFile(string.concat(out, sources[i], ".sol/", sources[i], ".json"));
            string[] memory signatures = vm.parseJsonKeys(artifact, ".methodIdentifiers");
            for (uint256 k = 0; k < signatures.length; ++k) {
                bytes4 selector = bytes4(keccak256(bytes(signatures[k])));
                if (!_turnedAway(stranger, at[i], selector)) continue;
                if (selector == IAccessManaged.setAuthority.selector) continue; // the AccessManager's own
                assertTrue(_listed(at[i], selector), string.concat(sources[i], ".", signatures[k]));
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
