// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IDevices} from "../../src/vehicle/IDevices.sol";
import {IStatements} from "../../src/vehicle/IStatements.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// An owner that is a contract and lets one key sign for it.
contract Garage is IERC1271 {
    address private immutable _keeper;

    constructor(address keeper) {
        _keeper = keeper;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recoverCalldata(hash, signature) == _keeper ? this.isValidSignature.selector : bytes4(0);
    }
}

contract PairingTest is VehicleFixture {
    uint256 private car;

    event DevicePaired(uint256 indexed vehicle, address indexed device, address indexed holder, uint32 epoch);
    event DeviceReleased(uint256 indexed vehicle, address indexed device);

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
    }

    function test_pairingNeedsDeviceAndOwner() public {
        vm.expectEmit(address(devices));
        emit DevicePaired(car, dongle.account, alice.account, 1);
        _pair(dongle, car, alice);

        (address device, bool active) = registry.deviceOf(car);
        assertEq(device, dongle.account);
        assertTrue(active);
        (uint256 vehicle, uint32 epoch, address holder, uint64 counter, bool active_) =
            registry.pairingOf(dongle.account);
        assertEq(vehicle, car);
        assertEq(epoch, 1);
        assertEq(holder, alice.account);
        assertEq(counter, 0);
        assertTrue(active_);
    }

    /// Two signatures by any two of five hands pair only if they are the device's and the owner's.
    function testFuzz_otherSignersAreRefused(uint8 first, uint8 second) public {
        Key[5] memory hands = [dongle, alice, bob, spare, registrar];
        Key memory a = hands[first % 5];
        Key memory b = hands[second % 5];
        bytes32 h = _pairHash(dongle.account, car, alice.account, 0, DEADLINE);
        (bytes memory byA, bytes memory byB) = (_sign(a, h), _sign(b, h));
        if (a.account != dongle.account) {
            vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        } else if (b.account != alice.account) {
            vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, alice.account));
        }
        registry.pair(dongle.account, car, alice.account, 0, DEADLINE, byA, byB);
        assertEq(_isActive(dongle), a.account == dongle.account && b.account == alice.account);
    }

    function testFuzz_garbageSignaturesAreRefused(bytes calldata byDevice, bytes calldata byHolder) public {
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        registry.pair(dongle.account, car, alice.account, 0, DEADLINE, byDevice, byHolder);
        bytes memory good = _sign(dongle, _pairHash(dongle.account, car, alice.account, 0, DEADLINE));
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, alice.account));
        registry.pair(dongle.account, car, alice.account, 0, DEADLINE, good, byHolder);
    }

    function test_nobodyIsNoDevice() public {
        bytes memory byHolder = _sign(alice, _pairHash(address(0), car, alice.account, 0, DEADLINE));
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, address(0)));
        registry.pair(address(0), car, alice.account, 0, DEADLINE, new bytes(65), byHolder);
    }

    function test_replayedPairingReverts() public {
        bytes32 h = _pairHash(dongle.account, car, alice.account, 0, DEADLINE);
        (bytes memory byDevice, bytes memory byHolder) = (_sign(dongle, h), _sign(alice, h));
        registry.pair(dongle.account, car, alice.account, 0, DEADLINE, byDevice, byHolder);
        vm.prank(alice.account);
        registry.release(dongle.account);
        vm.expectRevert(abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, dongle.account, 1));
        registry.pair(dongle.account, car, alice.account, 0, DEADLINE, byDevice, byHolder);
    }

    function test_expiredPairingReverts() public {
        bytes32 h = _pairHash(dongle.account, car, alice.account, 0, DEADLINE);
        (bytes memory byDevice, bytes memory byHolder) = (_sign(dongle, h), _sign(alice, h));
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IStatements.Expired.selector, DEADLINE));
        registry.pair(dongle.account, car, alice.account, 0, DEADLINE, byDevice, byHolder);
    }

    function test_onlyTheCurrentOwnerPairs() public {
        bytes32 h = _pairHash(dongle.account, car, alice.account, 0, DEADLINE);
        (bytes memory byDevice, bytes memory byHolder) = (_sign(dongle, h), _sign(alice, h));
        _transfer(alice, bob, car);
        vm.expectRevert(abi.encodeWithSelector(IDevices.NotVehicleOwner.selector, alice.account, car));
        registry.pair(dongle.account, car, alice.account, 0, DEADLINE, byDevice, byHolder);
    }

    function test_unknownVehicleReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 2));
        registry.pair(dongle.account, 2, alice.account, 0, DEADLINE, "", "");
    }

    function test_contractOwnerSignsThroughErc1271() public {
        Garage garage = new Garage(bob.account);
        uint256 fleet = _register("fleet", address(garage));
        bytes32 h = _pairHash(dongle.account, fleet, address(garage), 0, DEADLINE);
        (bytes memory byDevice, bytes memory byAlice) = (_sign(dongle, h), _sign(alice, h));
        bytes memory byKeeper = _sign(bob, h);
        vm.expectRevert();
        registry.pair(dongle.account, fleet, address(garage), 0, DEADLINE, byDevice, byAlice);
        registry.pair(dongle.account, fleet, address(garage), 0, DEADLINE, byDevice, byKeeper);
        assertTrue(_isActive(dongle));
    }

    function test_deviceSpeaksForOneVehicleOnly() public {
        uint256 other = _register("other", alice.account);
        _pair(dongle, car, alice);
        bytes32 h = _pairHash(dongle.account, other, alice.account, 1, DEADLINE);
        (bytes memory byDevice, bytes memory byHolder) = (_sign(dongle, h), _sign(alice, h));
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceBound.selector, dongle.account, car));
        registry.pair(dongle.account, other, alice.account, 1, DEADLINE, byDevice, byHolder);
    }

    function test_vehicleHasOneActiveDevice() public {
        _pair(dongle, car, alice);
        bytes32 h = _pairHash(spare.account, car, alice.account, 0, DEADLINE);
        (bytes memory byDevice, bytes memory byHolder) = (_sign(spare, h), _sign(alice, h));
        vm.expectRevert(abi.encodeWithSelector(IDevices.VehicleHasDevice.selector, car, dongle.account));
        registry.pair(spare.account, car, alice.account, 0, DEADLINE, byDevice, byHolder);
    }

    // Transfer

    function test_transferSuspendsThePairing() public {
        _pair(dongle, car, alice);
        _transfer(alice, bob, car);
        assertFalse(_isActive(dongle));
        (address device, bool active) = registry.deviceOf(car);
        assertEq(device, dongle.account);
        assertFalse(active);
    }

    function test_transferToOneselfSuspendsToo() public {
        _pair(dongle, car, alice);
        _transfer(alice, alice, car);
        assertFalse(_isActive(dongle));
    }

    function test_transferBackDoesNotRevive() public {
        _pair(dongle, car, alice);
        _transfer(alice, bob, car);
        _transfer(bob, alice, car);
        assertFalse(_isActive(dongle));
    }

    function test_newOwnerPairsTheSameDeviceAgain() public {
        _pair(dongle, car, alice);
        _transfer(alice, bob, car);
        _pair(dongle, car, bob);
        (, uint32 epoch, address holder,, bool active) = registry.pairingOf(dongle.account);
        assertTrue(active);
        assertEq(epoch, 2);
        assertEq(holder, bob.account);
    }

    function test_newOwnersDeviceReplacesASuspendedOne() public {
        _pair(dongle, car, alice);
        _transfer(alice, bob, car);
        vm.expectEmit(address(devices));
        emit DeviceReleased(car, dongle.account);
        _pair(spare, car, bob);
        assertTrue(_isActive(spare));
        (uint256 vehicle,,,,) = registry.pairingOf(dongle.account);
        assertEq(vehicle, 0);
    }

    // Release

    function test_ownerReleasesAnActiveDevice() public {
        _pair(dongle, car, alice);
        vm.expectEmit(address(devices));
        emit DeviceReleased(car, dongle.account);
        vm.prank(alice.account);
        registry.release(dongle.account);
        assertFalse(_isActive(dongle));
        (address device,) = registry.deviceOf(car);
        assertEq(device, address(0));

        uint256 other = _register("other", alice.account);
        _pair(dongle, other, alice);
        assertTrue(_isActive(dongle));
    }

    function test_oldOwnerReleasesAndKeepsTheDevice() public {
        _pair(dongle, car, alice);
        _transfer(alice, bob, car);
        vm.prank(alice.account);
        registry.release(dongle.account);
        uint256 next = _register("next car", alice.account);
        _pair(dongle, next, alice);
        assertTrue(_isActive(dongle));
    }

    function test_newOwnerReleasesTheOldDevice() public {
        _pair(dongle, car, alice);
        _transfer(alice, bob, car);
        vm.prank(bob.account);
        registry.release(dongle.account);
        (address device,) = registry.deviceOf(car);
        assertEq(device, address(0));
    }

    function test_oldOwnerCannotReleaseWhatTheNewOnePaired() public {
        _pair(dongle, car, alice);
        _transfer(alice, bob, car);
        _pair(dongle, car, bob);
        vm.expectRevert(abi.encodeWithSelector(IDevices.NotReleaser.selector, alice.account, dongle.account));
        vm.prank(alice.account);
        registry.release(dongle.account);
    }

    function testFuzz_strangersReleaseNothing(address stranger) public {
        vm.assume(stranger != alice.account);
        _pair(dongle, car, alice);
        vm.expectRevert(abi.encodeWithSelector(IDevices.NotReleaser.selector, stranger, dongle.account));
        vm.prank(stranger);
        registry.release(dongle.account);
    }

    function test_releaseOfUnboundDeviceReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceNotBound.selector, dongle.account));
        registry.release(dongle.account);
    }
}
