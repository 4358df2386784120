// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Registrars} from "../../src/vehicle/Registrars.sol";
import {VehicleRegistry} from "../../src/vehicle/VehicleRegistry.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

contract RegistrarsTest is VehicleFixture {
    event RegistrarAdded(address indexed registrar);
    event RegistrarRemoved(address indexed registrar);
    event ThresholdChanged(uint256 threshold);

    /// n registrars in ascending order of their addresses, in a registry that asks for t of them.
    function _quorum(uint256 n, uint256 t) private returns (Key[] memory keys) {
        keys = new Key[](n);
        address[] memory accounts = new address[](n);
        for (uint256 i = 0; i < n; ++i) {
            Key memory key = _key(string.concat("registrar ", vm.toString(i)));
            uint256 at = i;
            for (; at > 0 && keys[at - 1].account > key.account; --at) {
                keys[at] = keys[at - 1];
            }
            keys[at] = key;
        }
        for (uint256 i = 0; i < n; ++i) {
            accounts[i] = keys[i].account;
        }
        _deploy(accounts, t);
    }

    function _registerWith(bytes[] memory signatures) private returns (uint256) {
        return registry.register("tag", "commitment", alice.account, 0, DEADLINE, signatures);
    }

    function _approval(Key memory key) private view returns (bytes memory) {
        return _sign(key, _registerHash("tag", "commitment", alice.account, 0, DEADLINE));
    }

    function test_constructorSetsAdminRegistrarsAndThreshold() public view {
        assertTrue(registry.isRegistrar(registrar.account));
        assertFalse(registry.isRegistrar(admin));
        assertEq(registry.registrarCount(), 1);
        assertEq(registry.threshold(), 1);
    }

    function testFuzz_constructorRefusesUnreachableThreshold(uint256 t) public {
        vm.assume(t != 1);
        address[] memory one = new address[](1);
        one[0] = registrar.account;
        vm.expectRevert(abi.encodeWithSelector(Registrars.InvalidThreshold.selector, t, 1));
        new VehicleRegistry(admin, one, t, _links());
    }

    function test_constructorRefusesRepeatedAndZeroRegistrars() public {
        address[] memory list = new address[](2);
        list[0] = list[1] = registrar.account;
        vm.expectRevert(abi.encodeWithSelector(Registrars.InvalidRegistrar.selector, registrar.account));
        new VehicleRegistry(admin, list, 1, _links());
        list[1] = address(0);
        vm.expectRevert(abi.encodeWithSelector(Registrars.InvalidRegistrar.selector, address(0)));
        new VehicleRegistry(admin, list, 1, _links());
    }

    function testFuzz_onlyTheAdminChangesRegistrars(address stranger) public {
        vm.assume(stranger != admin);
        bytes memory refusal =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        registry.addRegistrar(stranger);
        vm.expectRevert(refusal);
        registry.removeRegistrar(registrar.account);
        vm.expectRevert(refusal);
        registry.setThreshold(1);
    }

    function test_changesAreEventedAndTakeEffect() public {
        vm.startPrank(admin);
        vm.expectEmit(address(registry));
        emit RegistrarAdded(bob.account);
        registry.addRegistrar(bob.account);
        vm.expectEmit(address(registry));
        emit ThresholdChanged(2);
        registry.setThreshold(2);
        assertEq(registry.registrarCount(), 2);
        assertEq(registry.threshold(), 2);

        vm.expectRevert(abi.encodeWithSelector(Registrars.InvalidThreshold.selector, 2, 1));
        registry.removeRegistrar(registrar.account);
        registry.setThreshold(1);
        vm.expectEmit(address(registry));
        emit RegistrarRemoved(registrar.account);
        registry.removeRegistrar(registrar.account);
        assertEq(registry.registrarCount(), 1);
        assertFalse(registry.isRegistrar(registrar.account));
    }

    function test_invalidChangesRevert() public {
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(Registrars.InvalidRegistrar.selector, registrar.account));
        registry.addRegistrar(registrar.account);
        vm.expectRevert(abi.encodeWithSelector(Registrars.InvalidRegistrar.selector, address(0)));
        registry.addRegistrar(address(0));
        vm.expectRevert(abi.encodeWithSelector(Registrars.NotRegistrar.selector, bob.account));
        registry.removeRegistrar(bob.account);
        vm.expectRevert(abi.encodeWithSelector(Registrars.InvalidThreshold.selector, 0, 1));
        registry.setThreshold(0);
        vm.expectRevert(abi.encodeWithSelector(Registrars.InvalidThreshold.selector, 2, 1));
        registry.setThreshold(2);
    }

    /// Any subset of five registrars mints exactly when it has three or more members.
    function testFuzz_anyThreeOfFiveMint(uint8 subset) public {
        Key[] memory keys = _quorum(5, 3);
        uint256 count;
        bytes[] memory all = new bytes[](5);
        for (uint256 i = 0; i < 5; ++i) {
            if (subset >> i & 1 == 1) all[count++] = _approval(keys[i]);
        }
        bytes[] memory signatures = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = all[i];
        }
        if (count < 3) vm.expectRevert(abi.encodeWithSelector(Registrars.QuorumNotMet.selector, count, 3));
        _registerWith(signatures);
        assertEq(registry.vehicleCount(), count < 3 ? 0 : 1);
    }

    function test_oneRegistrarCountsOnce() public {
        Key[] memory keys = _quorum(3, 2);
        bytes[] memory twice = new bytes[](2);
        twice[0] = twice[1] = _approval(keys[0]);
        address same = keys[0].account;
        vm.expectRevert(abi.encodeWithSelector(Registrars.SignersNotAscending.selector, same, same));
        _registerWith(twice);
    }

    function test_signaturesOutOfOrderRevert() public {
        Key[] memory keys = _quorum(2, 2);
        bytes[] memory turned = new bytes[](2);
        (turned[0], turned[1]) = (_approval(keys[1]), _approval(keys[0]));
        vm.expectRevert(
            abi.encodeWithSelector(Registrars.SignersNotAscending.selector, keys[1].account, keys[0].account)
        );
        _registerWith(turned);
    }

    function test_strangerAmongTheSignersReverts() public {
        bytes[] memory signatures = _one(_approval(bob));
        vm.expectRevert(abi.encodeWithSelector(Registrars.NotRegistrar.selector, bob.account));
        _registerWith(signatures);
    }

    function test_removedRegistrarNoLongerCounts() public {
        bytes[] memory signatures = _one(_approval(registrar));
        vm.startPrank(admin);
        registry.addRegistrar(bob.account);
        registry.removeRegistrar(registrar.account);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(Registrars.NotRegistrar.selector, registrar.account));
        _registerWith(signatures);
    }

    function test_noOrBrokenSignatureReverts() public {
        vm.expectRevert(abi.encodeWithSelector(Registrars.QuorumNotMet.selector, 0, 1));
        _registerWith(new bytes[](0));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 64));
        _registerWith(_one(new bytes(64)));
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        _registerWith(_one(new bytes(65)));
    }
}
