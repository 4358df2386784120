// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ContentId} from "../../src/vehicle/ContentId.sol";
import {IGrants} from "../../src/vehicle/IGrants.sol";
import {IServiceRecords} from "../../src/vehicle/IServiceRecords.sol";
import {Scopes} from "../../src/vehicle/Scopes.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

contract ServiceRecordsTest is VehicleFixture {
    bytes private constant CID = hex"01551220aabbccdd";
    uint256 private car;

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
    }

    function _allow(uint8 kind, uint16 uses) private {
        vm.prank(alice.account);
        grants.grant(car, workshop.account, _terms(Scopes.bit(Scopes.FIRST_WRITE + kind), uses));
    }

    function _write(uint8 kind, uint256 corrects) private returns (uint256) {
        vm.prank(workshop.account);
        return serviceRecords.write(car, kind, keccak256("document"), corrects, CID);
    }

    function _refused(uint8 kind) private {
        uint8 scope = Scopes.FIRST_WRITE + kind;
        vm.expectRevert(abi.encodeWithSelector(IGrants.NotGranted.selector, car, workshop.account, scope));
        _write(kind, 0);
    }

    /// Row 30: before, after, over count and after sale.
    function test_row30_writesOutsideTheGrantRevert() public {
        _refused(1); // never asked

        IGrants.Terms memory terms = _terms(Scopes.bit(Scopes.FIRST_WRITE + 1), 2);
        terms.from = uint40(NOW + 1 hours);
        vm.prank(alice.account);
        grants.grant(car, workshop.account, terms);
        _refused(1); // before
        vm.warp(NOW + 1 hours);
        _write(1, 0);
        _refused(2); // another kind
        _write(1, 0);
        _refused(1); // over count

        _allow(1, 2);
        vm.warp(block.timestamp + 1 days + 1);
        _refused(1); // after

        _allow(1, 2);
        _transfer(alice, bob, car);
        _refused(1); // after sale
        assertEq(serviceRecords.recordCount(), 2);
    }

    function testFuzz_row30_countBoundsTheWrites(uint8 uses, uint8 tries) public {
        uses = uint8(bound(uses, 1, 20));
        tries = uint8(bound(tries, 1, 30));
        _allow(3, uses);
        for (uint256 i = 0; i < tries; ++i) {
            if (i < uses) _write(3, 0);
            else _refused(3);
        }
        assertEq(serviceRecords.recordCount(), tries < uses ? tries : uses);
    }

    function testFuzz_recordIsWhatWasWritten(uint8 kind, bytes32 hash, uint32 wait) public {
        kind = uint8(bound(kind, 0, Scopes.WRITE_KINDS - 1));
        vm.warp(NOW + wait);
        _allow(kind, 1);
        vm.expectEmit(address(serviceRecords));
        emit IServiceRecords.ServiceRecorded(1, car, workshop.account, kind, 1, hash, 0, CID);
        vm.prank(workshop.account);
        uint256 id = serviceRecords.write(car, kind, hash, 0, CID);
        (uint256 vehicle, address author, uint8 kind_, uint40 time, bytes32 hash_) =
            serviceRecords.recordOf(id);
        assertEq(vehicle, car);
        assertEq(author, workshop.account);
        assertEq(kind_, kind);
        assertEq(time, NOW + wait);
        assertEq(hash_, hash);
    }

    function test_correctionsAreLinkedAndChangeNothing() public {
        _allow(1, 2);
        uint256 first = _write(1, 0);
        bytes32 before = keccak256(abi.encode(_all(first)));
        vm.expectEmit(address(serviceRecords));
        emit IServiceRecords.ServiceRecorded(
            2, car, workshop.account, 1, 1, keccak256("document"), first, CID
        );
        _write(1, first);
        assertEq(keccak256(abi.encode(_all(first))), before);
    }

    function _all(uint256 id) private view returns (bytes memory) {
        (uint256 vehicle, address author, uint8 kind, uint40 time, bytes32 hash) = serviceRecords.recordOf(id);
        return abi.encode(vehicle, author, kind, time, hash);
    }

    function test_correctionOfNothingOrOfAnotherCarReverts() public {
        _allow(1, 9);
        uint256 id = _write(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IServiceRecords.UnknownRecord.selector, 7));
        _write(1, 7);
        uint256 other = _register("other", alice.account);
        vm.startPrank(workshop.account);
        vm.expectRevert(abi.encodeWithSelector(IServiceRecords.NotOfVehicle.selector, id, other));
        serviceRecords.write(other, 1, 0, id, CID);
        vm.expectRevert(abi.encodeWithSelector(IServiceRecords.UnknownRecord.selector, 9));
        serviceRecords.recordOf(9);
    }

    function test_unknownKindAndEmptyCidRevert() public {
        _allow(1, 9);
        vm.expectRevert(abi.encodeWithSelector(IServiceRecords.UnknownKind.selector, 15));
        _write(15, 0);
        uint256[2] memory lengths = [uint256(0), 65];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory cid = new bytes(lengths[i]);
            vm.expectRevert(abi.encodeWithSelector(ContentId.InvalidCid.selector, lengths[i]));
            vm.prank(workshop.account);
            serviceRecords.write(car, 1, 0, 0, cid);
        }
    }
}
