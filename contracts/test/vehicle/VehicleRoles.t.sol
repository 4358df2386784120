// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Authority} from "../../src/foundation/Authority.sol";
import {IDevices} from "../../src/vehicle/IDevices.sol";
import {IEncumbrances} from "../../src/vehicle/IEncumbrances.sol";
import {IReadings} from "../../src/vehicle/IReadings.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// Every role against every restricted function, and every contract against every function that is one other
/// contract's alone.
contract VehicleRolesTest is VehicleFixture {
    function _turnedAway(address account, address target, bytes4 selector, bytes memory refusal)
        private
        returns (bool)
    {
        vm.prank(account);
        (bool ok, bytes memory answer) = target.call(abi.encodePacked(selector, new bytes(10 * 32)));
        return !ok && keccak256(answer) == keccak256(refusal);
    }

    function test_everyRoleAgainstEveryRestrictedFunction() public {
        Authority.Rule[] memory rules = _rules();
        Authority.Grant[] memory holders = _roles();
        for (uint256 i = 0; i < rules.length; ++i) {
            uint256 passed;
            for (uint256 k = 0; k < holders.length; ++k) {
                address account = holders[k].account;
                bytes memory refusal =
                    abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account);
                uint256 snapshot = vm.snapshotState();
                bool may = holders[k].role == rules[i].role;
                assertEq(_turnedAway(account, rules[i].target, rules[i].selector, refusal), !may);
                if (may) ++passed;
                vm.revertToState(snapshot);
            }
            assertEq(passed, 1);
        }
    }

    function testFuzz_aStrangerPassesNoGate(address stranger) public {
        vm.assume(stranger != admin && stranger != titleAuthority && stranger != audit);
        bytes memory refusal =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        Authority.Rule[] memory rules = _rules();
        for (uint256 i = 0; i < rules.length; ++i) {
            assertTrue(_turnedAway(stranger, rules[i].target, rules[i].selector, refusal));
        }
    }

    function _contracts() private view returns (address[] memory list) {
        list = new address[](12);
        list[0] = address(registry);
        list[1] = address(devices);
        list[2] = address(readings);
        list[3] = address(encumbrances);
        list[4] = address(grants);
        list[5] = address(serviceRecords);
        list[6] = address(parts);
        list[7] = address(definitions);
        list[8] = address(enrolment);
        list[9] = address(titles);
        list[10] = address(brands);
        list[11] = alice.account;
    }

    function _gate(address target, bytes4 selector, address allowed, bytes4 refusal) private {
        address[] memory callers = _contracts();
        for (uint256 i = 0; i < callers.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            bytes memory error = abi.encodeWithSelector(refusal, callers[i]);
            assertEq(_turnedAway(callers[i], target, selector, error), callers[i] != allowed);
            vm.revertToState(snapshot);
        }
    }

    function test_internalFunctionsAreOneContractsAlone() public {
        bytes4 refusal = IVehicleRegistry.NotPermitted.selector;
        _gate(address(registry), IVehicleRegistry.mintEnrolled.selector, address(enrolment), refusal);
        _gate(address(registry), IVehicleRegistry.voidTitle.selector, address(titles), refusal);
        _gate(address(registry), IVehicleRegistry.reissueTitle.selector, address(titles), refusal);
        _gate(address(registry), IVehicleRegistry.scrap.selector, address(brands), refusal);
        _gate(address(registry), IVehicleRegistry.setEncumbered.selector, address(encumbrances), refusal);
        refusal = IEncumbrances.NotRegistry.selector;
        _gate(address(encumbrances), IEncumbrances.onTransfer.selector, address(registry), refusal);
        _gate(address(encumbrances), IEncumbrances.onVoid.selector, address(registry), refusal);
        refusal = IReadings.NotDevices.selector;
        _gate(address(readings), IReadings.attach.selector, address(devices), refusal);
        _gate(address(readings), IReadings.detach.selector, address(devices), refusal);
        _gate(
            address(parts), parts.inherit.selector, address(titles), bytes4(keccak256("NotTitles(address)"))
        );
        _gate(
            address(brands), brands.inherit.selector, address(titles), bytes4(keccak256("NotTitles(address)"))
        );
    }

    function test_noncesAreUsedByThreeContracts() public {
        address[] memory callers = _contracts();
        for (uint256 i = 0; i < callers.length; ++i) {
            bool may = callers[i] == address(devices) || callers[i] == address(grants)
                || callers[i] == address(enrolment);
            uint256 nonce = registry.nonces(bob.account);
            if (!may) {
                vm.expectRevert(abi.encodeWithSelector(IVehicleRegistry.NotPermitted.selector, callers[i]));
            }
            vm.prank(callers[i]);
            registry.useNonce(bob.account, nonce);
        }
        assertEq(registry.nonces(bob.account), 3);
    }

    /// The door passes a sender on only for calls made to the registry itself.
    function test_noSenderIsForgedWithoutTheDoor() public {
        uint256 car = _register("tag", alice.account);
        _pair(dongle, car, alice);
        bytes memory call =
            abi.encodePacked(abi.encodeCall(IDevices.release, (dongle.account)), alice.account);
        vm.prank(bob.account);
        (bool ok, bytes memory answer) = address(devices).call(call);
        assertFalse(ok);
        assertEq(answer, abi.encodeWithSelector(IDevices.NotReleaser.selector, bob.account, dongle.account));
        assertTrue(_isActive(dongle));
    }
}
