// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IReadings} from "../../src/vehicle/IReadings.sol";
import {IStatements} from "../../src/vehicle/IStatements.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {ReadingFlags} from "../../src/vehicle/ReadingFlags.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

contract ReadingsTest is VehicleFixture {
    uint256 private car;

    event ReadingRecorded(
        uint256 indexed vehicle,
        address indexed device,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash
    );
    event OdometerRolledBack(
        uint256 indexed vehicle, address indexed device, uint64 counter, uint32 fromKm, uint32 toKm
    );

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
        _pair(dongle, car, alice);
    }

    function _reading(uint64 counter, uint32 km) private view returns (Record memory) {
        (,,,, bytes32 last) = registry.lastReading(car);
        return Record(car, counter, km, OBD, last, keccak256(abi.encode(counter, km)));
    }

    function _flags() private view returns (uint16 flags) {
        (,, flags,,) = registry.lastReading(car);
    }

    function testFuzz_lastReadingIsWhatTheDeviceSent(
        uint64 counter,
        uint32 km,
        uint16 flags,
        bytes32 hash,
        uint32 wait
    ) public {
        counter = uint64(bound(counter, 1, type(uint64).max));
        flags &= ReadingFlags.DEVICE_MASK;
        vm.warp(NOW + wait);
        vm.expectEmit(address(readings));
        emit ReadingRecorded(car, dongle.account, counter, km, flags, 0, hash);
        _record(dongle, Record(car, counter, km, flags, 0, hash));

        (uint64 counter_, uint32 km_, uint16 flags_, uint48 time, bytes32 hash_) = registry.lastReading(car);
        assertEq(counter_, counter);
        assertEq(km_, flags & ReadingFlags.SOURCE_MASK == 0 ? 0 : km);
        assertEq(flags_, flags);
        assertEq(time, NOW + wait);
        assertEq(hash_, hash);
    }

    function testFuzz_relayedReadingEqualsADirectOne(uint64 counter, uint32 km, uint16 flags, bytes32 hash)
        public
    {
        counter = uint64(bound(counter, 1, type(uint64).max));
        Record memory r = Record(car, counter, km, flags, 0, hash);
        bytes memory signature = _sign(dongle, _readingHash(r, 1));

        uint256 before = vm.snapshotState();
        _record(dongle, r);
        bytes32 direct = keccak256(abi.encode(_last()));
        vm.revertToState(before);
        vm.prank(makeAddr("relayer"));
        _recordFor(dongle.account, r, signature);
        assertEq(keccak256(abi.encode(_last())), direct);
    }

    function _last() private view returns (bytes memory) {
        (uint64 counter, uint32 km, uint16 flags, uint48 time, bytes32 hash) = registry.lastReading(car);
        return abi.encode(counter, km, flags, time, hash, registry.rollbacksOf(car));
    }

    // Who may record

    function testFuzz_readingOfAnotherAccountReverts(address stranger) public {
        vm.assume(stranger != dongle.account);
        vm.expectRevert(abi.encodeWithSelector(IReadings.NotPaired.selector, stranger, car));
        vm.prank(stranger);
        registry.record(car, 1, 1, OBD, 0, 0);
    }

    function testFuzz_readingOfUnknownVehicleReverts(uint256 vehicle) public {
        vm.assume(vehicle != car);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, vehicle));
        _record(dongle, Record(vehicle, 1, 1, OBD, 0, 0));
    }

    function test_readingOfAnotherVehicleReverts() public {
        uint256 other = _register("other", alice.account);
        vm.expectRevert(abi.encodeWithSelector(IReadings.NotPaired.selector, dongle.account, other));
        _record(dongle, Record(other, 1, 1, OBD, 0, 0));
    }

    /// Ids start at 1 and an unbound device is bound to 0: the two must not meet.
    function test_unboundDeviceDoesNotSpeakForVehicleZero() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 0));
        _record(spare, Record(0, 1, 1, OBD, 0, 0));
        assertFalse(readings.isActive(spare.account, 0));
    }

    function test_suspendedAndReleasedDevicesAreRefused() public {
        _transfer(alice, bob, car);
        bytes memory refusal = abi.encodeWithSelector(IReadings.NotPaired.selector, dongle.account, car);
        Record memory r = _reading(1, 10);
        bytes memory signature = _sign(dongle, _readingHash(r, 2));
        vm.expectRevert(refusal);
        _record(dongle, r);
        vm.expectRevert(refusal);
        _recordFor(dongle.account, r, signature);

        vm.prank(bob.account);
        registry.release(dongle.account);
        vm.expectRevert(refusal);
        _record(dongle, r);
    }

    function test_readingSignedBeforeASaleIsRefusedAfterIt() public {
        Record memory r = _reading(1, 10);
        bytes memory signature = _sign(dongle, _readingHash(r, 1));
        _transfer(alice, bob, car);
        _pair(dongle, car, bob);
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        _recordFor(dongle.account, r, signature);
    }

    function test_replayedReadingReverts() public {
        Record memory r = _reading(7, 10);
        bytes memory signature = _sign(dongle, _readingHash(r, 1));
        _recordFor(dongle.account, r, signature);
        vm.expectRevert(abi.encodeWithSelector(IReadings.CounterNotRising.selector, 7, 7));
        _recordFor(dongle.account, r, signature);
    }

    function test_replayAfterPairingAgainReverts() public {
        Record memory r = _reading(7, 10);
        bytes memory signature = _sign(dongle, _readingHash(r, 1));
        _recordFor(dongle.account, r, signature);
        vm.prank(alice.account);
        registry.release(dongle.account);
        _pair(dongle, car, alice);
        vm.expectRevert(abi.encodeWithSelector(IReadings.CounterNotRising.selector, 7, 7));
        _recordFor(dongle.account, r, signature);
    }

    function testFuzz_alteredReadingReverts(uint8 field, uint16 noise) public {
        vm.assume(noise != 0);
        Record memory r = _reading(1 << 20, 10);
        bytes memory signature = _sign(dongle, _readingHash(r, 1));
        field %= 5;
        if (field == 0) r.counter ^= noise;
        else if (field == 1) r.odometerKm ^= noise;
        else if (field == 2) r.flags ^= noise;
        else if (field == 3) r.prevHash ^= bytes32(uint256(noise));
        else r.hash ^= bytes32(uint256(noise));
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        _recordFor(dongle.account, r, signature);
    }

    function test_readingForAnotherChainReverts() public {
        Record memory r = _reading(1, 10);
        bytes memory signature = _sign(dongle, _readingHash(r, 1));
        vm.chainId(4281668);
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        _recordFor(dongle.account, r, signature);
    }

    function testFuzz_garbageSignatureReverts(bytes calldata signature) public {
        Record memory r = _reading(1, 10);
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        _recordFor(dongle.account, r, signature);
    }

    /// The other root of the curve makes a second signature of the same record: only one form is taken.
    function test_malleatedSignatureReverts() public {
        Record memory r = _reading(1, 10);
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", _domain(), _readingHash(r, 1)));
        (uint8 v, bytes32 x, bytes32 s) = vm.sign(dongle.secret, digest);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes memory turned = abi.encodePacked(x, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        _recordFor(dongle.account, r, turned);
    }

    // Counters

    function testFuzz_counterRisesStrictly(uint64 first, uint64 second) public {
        first = uint64(bound(first, 1, type(uint64).max));
        _record(dongle, _reading(first, 10));
        Record memory r = _reading(second, 10);
        if (second <= first) {
            vm.expectRevert(abi.encodeWithSelector(IReadings.CounterNotRising.selector, second, first));
        }
        _record(dongle, r);
    }

    function test_counterZeroReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IReadings.CounterNotRising.selector, 0, 0));
        _record(dongle, Record(car, 0, 10, OBD, 0, 0));
    }

    function test_counterOutlivesPairingAndVehicle() public {
        _record(dongle, _reading(100, 10));
        vm.prank(alice.account);
        registry.release(dongle.account);
        uint256 other = _register("other", alice.account);
        _pair(dongle, other, alice);
        vm.expectRevert(abi.encodeWithSelector(IReadings.CounterNotRising.selector, 100, 100));
        _record(dongle, Record(other, 100, 10, OBD, 0, 0));
        _record(dongle, Record(other, 101, 10, OBD, 0, 0));
    }

    function test_anotherDeviceHasItsOwnCounter() public {
        _record(dongle, _reading(100, 10));
        vm.prank(alice.account);
        registry.release(dongle.account);
        _pair(spare, car, alice);
        _record(spare, _reading(1, 11));
        (uint64 counter, uint32 km,,,) = registry.lastReading(car);
        assertEq(counter, 1);
        assertEq(km, 11);
    }

    // Flags

    function testFuzz_row33_rolledBackOdometerIsFlaggedAtOnce(uint32 from, uint32 to) public {
        _record(dongle, _reading(1, from));
        if (to < from) {
            vm.expectEmit(address(readings));
            emit OdometerRolledBack(car, dongle.account, 2, from, to);
        }
        _record(dongle, _reading(2, to));
        assertEq(_flags() & ReadingFlags.ROLLED_BACK != 0, to < from);
        assertEq(registry.rollbacksOf(car), to < from ? 1 : 0);
        (, uint32 km,,,) = registry.lastReading(car);
        assertEq(km, to);
    }

    function test_row33_rollbackIsRememberedAfterHonestReadings() public {
        _record(dongle, _reading(1, 100_000));
        _record(dongle, _reading(2, 50_000));
        _record(dongle, _reading(3, 50_001));
        assertEq(_flags(), OBD);
        assertEq(registry.rollbacksOf(car), 1);
        _record(dongle, _reading(4, 49_000));
        assertEq(registry.rollbacksOf(car), 2);
    }

    function test_row33_rollbackBehindANewDeviceAndOwnerIsFlagged() public {
        _record(dongle, _reading(1, 100_000));
        _transfer(alice, bob, car);
        _pair(spare, car, bob);
        _record(spare, _reading(1, 50_000));
        assertEq(_flags(), OBD | ReadingFlags.ROLLED_BACK);
    }

    function test_rollbacksBeyondTheCounterNeverRevert() public {
        vm.record();
        readings.rollbacksOf(car);
        (bytes32[] memory reads,) = vm.accesses(address(readings));
        _record(dongle, _reading(1, 10));
        vm.store(address(readings), reads[reads.length - 1], bytes32(uint256(type(uint16).max)));
        assertEq(registry.rollbacksOf(car), type(uint16).max);
        _record(dongle, _reading(2, 9));
        assertEq(registry.rollbacksOf(car), type(uint16).max);
        assertEq(_flags(), OBD | ReadingFlags.ROLLED_BACK);
    }

    function test_readingWithoutOdometerKeepsTheLastOne() public {
        _record(dongle, _reading(1, 100));
        Record memory r = _reading(2, 0);
        r.flags = ReadingFlags.SOURCE_NONE | ReadingFlags.PARTIAL;
        _record(dongle, r);
        (, uint32 km, uint16 flags,,) = registry.lastReading(car);
        assertEq(km, 100);
        assertEq(flags, ReadingFlags.PARTIAL);
        _record(dongle, _reading(3, 99));
        assertEq(_flags(), OBD | ReadingFlags.ROLLED_BACK);
    }

    function test_deviceCannotSetTheRegistrysFlags() public {
        Record memory r = _reading(1, 10);
        r.flags = type(uint16).max;
        _record(dongle, r);
        assertEq(_flags(), ReadingFlags.DEVICE_MASK);
    }

    function testFuzz_unlinkedReadingIsKeptAndFlagged(bytes32 prevHash) public {
        _record(dongle, _reading(1, 10));
        Record memory r = _reading(2, 10);
        bool linked = prevHash == r.prevHash;
        r.prevHash = prevHash;
        _record(dongle, r);
        assertEq(_flags(), linked ? OBD : OBD | ReadingFlags.UNLINKED);
        _record(dongle, _reading(3, 10));
        assertEq(_flags(), OBD);
    }
}
