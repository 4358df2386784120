// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../../src/members/ILicences.sol";
import {Subject} from "../../src/vehicle/IDefinitions.sol";
import {IDefinitions} from "../../src/vehicle/IDefinitions.sol";
import {IDevices} from "../../src/vehicle/IDevices.sol";
import {IStatements} from "../../src/vehicle/IStatements.sol";
import {DeviceKeys} from "./DeviceKeys.sol";

/// Makers, claims, resets and the other curve. Pairing itself is in Pairing.t.sol.
contract DevicesTest is DeviceKeys {
    bytes32 private constant CLAIM =
        keccak256("Claim(address device,address owner,uint256 nonce,uint256 deadline)");
    uint256 private car;
    uint32 private model;

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
        model = _define(Subject.Device);
    }

    function _make(address device) private {
        address[] memory list = new address[](1);
        list[0] = device;
        vm.prank(maker.account);
        devices.registerDevices(model, list);
    }

    function _claim(Key memory device, Key memory holder) private {
        uint256 nonce = registry.nonces(device.account);
        bytes32 h = keccak256(abi.encode(CLAIM, device.account, holder.account, nonce, DEADLINE));
        (bytes memory byDevice, bytes memory byHolder) = (_sign(device, h), _sign(holder, h));
        devices.claim(device.account, holder.account, nonce, DEADLINE, byDevice, byHolder);
    }

    // Makers

    function test_makerRegistersABatch() public {
        (address chip,) = _chip();
        address[] memory list = new address[](3);
        (list[0], list[1], list[2]) = (dongle.account, spare.account, chip);
        vm.expectEmit(address(devices));
        emit IDevices.DeviceRegistered(chip, maker.account, model);
        vm.prank(maker.account);
        devices.registerDevices(model, list);
        for (uint256 i = 0; i < 3; ++i) {
            (address by, uint32 definition) = devices.makerOf(list[i]);
            assertEq(by, maker.account);
            assertEq(definition, model);
        }
    }

    function test_onlyLicensedMakersOfKnownModelsRegister() public {
        address[] memory list = new address[](1);
        list[0] = dongle.account;
        vm.expectRevert(abi.encodeWithSelector(ILicences.NotLicensed.selector, alice.account, Kind.Maker));
        vm.prank(alice.account);
        devices.registerDevices(model, list);
        vm.expectRevert(abi.encodeWithSelector(IDefinitions.UnknownDefinition.selector, 99, Subject.Device));
        vm.prank(maker.account);
        devices.registerDevices(99, list);
    }

    function test_aDeviceHasOneMakerAndNoneAfterUse() public {
        _make(dongle.account);
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceKnown.selector, dongle.account));
        _make(dongle.account);
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceKnown.selector, address(0)));
        _make(address(0));
        _pair(spare, car, alice); // self-made
        (address by,) = devices.makerOf(spare.account);
        assertEq(by, address(0));
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceKnown.selector, spare.account));
        _make(spare.account);
    }

    // Claims

    function test_claimNeedsDeviceAndHolderInTime() public {
        vm.expectEmit(address(devices));
        emit IDevices.DeviceClaimed(dongle.account, alice.account);
        _claim(dongle, alice);
        assertEq(devices.holderOf(dongle.account), alice.account);

        uint256 nonce = registry.nonces(spare.account);
        bytes32 h = keccak256(abi.encode(CLAIM, spare.account, alice.account, nonce, DEADLINE));
        bytes memory byDevice = _sign(spare, h);
        bytes memory byHolder = _sign(alice, h);
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, spare.account));
        devices.claim(spare.account, alice.account, nonce, DEADLINE, byHolder, byHolder);
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, alice.account));
        devices.claim(spare.account, alice.account, nonce, DEADLINE, byDevice, byDevice);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IStatements.Expired.selector, DEADLINE));
        devices.claim(spare.account, alice.account, nonce, DEADLINE, byDevice, byHolder);
    }

    function test_onlyTheClaimantsVehicleGetsTheDevice() public {
        _claim(dongle, bob);
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceHeld.selector, dongle.account, bob.account));
        this.pairExternally(dongle, car, alice);
        _transfer(alice, bob, car);
        _pair(dongle, car, bob);
        assertTrue(_isActive(dongle));
    }

    function test_aClaimedDeviceIsNotClaimedAgain() public {
        _claim(dongle, bob);
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceHeld.selector, dongle.account, bob.account));
        this.claimExternally(dongle, alice);
        _pair(spare, car, alice);
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceHeld.selector, spare.account, alice.account));
        this.claimExternally(spare, bob);
    }

    /// So that one revert is expected of all that signing and sending does.
    function claimExternally(Key memory device, Key memory holder) external {
        _claim(device, holder);
    }

    function pairExternally(Key memory device, uint256 vehicle, Key memory holder) external {
        _pair(device, vehicle, holder);
    }

    function test_aDeviceThatCameWithTheCarGoesToItsNewOwner() public {
        _claim(dongle, alice);
        _pair(dongle, car, alice);
        _transfer(alice, bob, car);
        _pair(dongle, car, bob);
        assertEq(devices.holderOf(dongle.account), bob.account);
    }

    function test_claimantGivesUpAFreeDevice() public {
        _claim(dongle, alice);
        vm.expectRevert(abi.encodeWithSelector(IDevices.NotReleaser.selector, bob.account, dongle.account));
        vm.prank(bob.account);
        devices.release(dongle.account);
        vm.prank(alice.account);
        devices.release(dongle.account);
        assertEq(devices.holderOf(dongle.account), address(0));
        _claim(dongle, bob);
    }

    // Reset

    function test_makerResetsThirtyDaysAfterASale() public {
        _make(dongle.account);
        _claim(dongle, alice);
        _pair(dongle, car, alice);
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceActive.selector, dongle.account));
        _reset();
        vm.warp(NOW + 100 days);
        _transfer(alice, bob, car);
        vm.expectRevert(abi.encodeWithSelector(IDevices.TooEarly.selector, NOW + 130 days));
        _reset();
        vm.warp(NOW + 130 days);
        vm.expectEmit(address(devices));
        emit IDevices.DeviceReset(dongle.account, maker.account);
        _reset();
        assertEq(devices.holderOf(dongle.account), address(0));
        (uint256 vehicle,,,,) = devices.pairingOf(dongle.account);
        assertEq(vehicle, 0);
        (address left,) = devices.deviceOf(car);
        assertEq(left, address(0));
    }

    function test_makerResetsAnIdleClaimAfterThirtyDays() public {
        _make(dongle.account);
        vm.expectRevert(abi.encodeWithSelector(IDevices.DeviceNotBound.selector, dongle.account));
        _reset();
        _claim(dongle, alice);
        vm.expectRevert(abi.encodeWithSelector(IDevices.TooEarly.selector, NOW + 30 days));
        _reset();
        vm.warp(NOW + 30 days);
        _reset();
        assertEq(devices.holderOf(dongle.account), address(0));
    }

    function _reset() private {
        vm.prank(maker.account);
        devices.reset(dongle.account);
    }

    function testFuzz_nobodyElseResets(address stranger) public {
        _make(dongle.account);
        // The register speaks for whoever called it, and names them after the arguments.
        vm.assume(stranger != maker.account && stranger != address(registry));
        vm.expectRevert(abi.encodeWithSelector(IDevices.NotDeviceMaker.selector, stranger, dongle.account));
        vm.prank(stranger);
        devices.reset(dongle.account);
    }

    // P-256

    function test_chipPairsAndReports() public {
        (address chip,) = _chip();
        _pairChip(car, alice);
        (address device, bool active) = registry.deviceOf(car);
        assertEq(device, chip);
        assertTrue(active);
        Record memory r = Record(car, 1, 10, OBD, 0, keccak256("record"));
        _recordFor(chip, r, _signChip(_readingHash(r, 1)));
        (uint64 counter,,,,) = registry.lastReading(car);
        assertEq(counter, 1);
    }

    function testFuzz_alteredChipSignatureReverts(uint8 at, uint8 noise) public {
        vm.assume(noise != 0);
        (address chip,) = _chip();
        _pairChip(car, alice);
        Record memory r = Record(car, 1, 10, OBD, 0, keccak256("record"));
        bytes memory signature = _signChip(_readingHash(r, 1));
        signature[at % 128] ^= bytes1(noise);
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, chip));
        _recordFor(chip, r, signature);
    }

    function test_malleatedChipSignatureReverts() public {
        (address chip,) = _chip();
        _pairChip(car, alice);
        Record memory r = Record(car, 1, 10, OBD, 0, keccak256("record"));
        bytes memory signature = _signChip(_readingHash(r, 1));
        uint256 order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
        assembly {
            mstore(add(signature, 64), sub(order, mload(add(signature, 64))))
        }
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, chip));
        _recordFor(chip, r, signature);
    }

    function test_scrappedVehicleIsNotPaired() public {
        vm.prank(address(brands));
        registry.scrap(car);
        vm.expectRevert(abi.encodeWithSelector(IDevices.VehicleScrapped.selector, car));
        this.pairExternally(dongle, car, alice);
    }
}
