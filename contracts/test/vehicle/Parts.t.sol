// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../../src/members/ILicences.sol";
import {Subject} from "../../src/vehicle/IDefinitions.sol";
import {IGrants} from "../../src/vehicle/IGrants.sol";
import {IParts} from "../../src/vehicle/IParts.sol";
import {Scopes} from "../../src/vehicle/Scopes.sol";
import {DeviceKeys} from "./DeviceKeys.sol";
import {Tree} from "./Tree.sol";

import {Vm} from "forge-std/Vm.sol";

contract PartsTest is DeviceKeys {
    uint256 private car;

    function setUp() public override {
        super.setUp();
        uint32 definition = _define(Subject.Part);
        vm.startPrank(maker.account);
        for (uint64 i = 1; i <= 60; ++i) {
            assertEq(parts.openLot(definition), i);
        }
        vm.stopPrank();
        car = _register("tag", maker.account);
    }

    function _assemble(uint256 vehicle, uint256[] memory list) private {
        vm.prank(maker.account);
        parts.assemble(vehicle, list);
    }

    function _leavesOf(uint256[] memory list) private pure returns (bytes32[] memory) {
        bytes32[] memory leaves = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            leaves[i] = Tree.partLeaf(list[i]);
        }
        return Tree.padded(leaves);
    }

    // Row 27

    function test_row27_carOfFiveHundredParts() public {
        uint256[] memory list = _partList(500, 50);
        bytes32[] memory leaves = _leavesOf(list);
        vm.expectEmit(address(parts));
        emit IParts.Assembled(car, Tree.rootOf(leaves), 500);
        _assemble(car, list);
        assertEq(parts.rootOf(car), Tree.rootOf(leaves));
        for (uint256 i = 0; i < 500; i += 83) {
            assertTrue(parts.isFitted(car, list[i], i, Tree.proofOf(leaves, i)));
            assertFalse(parts.isFitted(car, list[i] ^ 1, i, Tree.proofOf(leaves, i)));
            assertFalse(parts.isFitted(car, list[i], i + 1, Tree.proofOf(leaves, i)));
        }
    }

    /// Both histories stay: the car's says what came out and went in, the parts' where they were.
    function test_row27_swapKeepsBothHistories() public {
        uint256[] memory list = _partList(9, 3);
        uint256[] memory others = _partList(9, 3);
        for (uint256 i = 0; i < 9; ++i) {
            others[i] += 3 << 192; // lots 4 to 6
        }
        uint256 second = _register("second", maker.account);
        _assemble(car, list);
        _assemble(second, others);
        bytes32[] memory leaves = _leavesOf(list);
        uint256 fresh = uint256(40) << 192 | 7;

        vm.recordLogs();
        vm.prank(maker.account);
        parts.swap(car, list[4], fresh, 4, Tree.proofOf(leaves, 4));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2);
        assertEq(logs[0].topics[0], IParts.PartRemoved.selector);
        assertEq(uint256(logs[0].topics[1]), car);
        assertEq(uint256(logs[0].topics[2]), 2); // the lot of list[4]
        assertEq(logs[0].data, abi.encode(list[4], 4, maker.account));
        assertEq(logs[1].topics[0], IParts.PartsFitted.selector);
        assertEq(uint256(logs[1].topics[2]), 40);

        leaves[4] = Tree.partLeaf(fresh);
        assertEq(parts.rootOf(car), Tree.rootOf(leaves));
        assertFalse(parts.isFitted(car, list[4], 4, Tree.proofOf(leaves, 4)));
        assertTrue(parts.isFitted(car, fresh, 4, Tree.proofOf(leaves, 4)));
        assertTrue(parts.isFitted(second, others[4], 4, Tree.proofOf(_leavesOf(others), 4)));
    }

    /// From the events of one lot: the cars it is in, and no other.
    function test_row27_recallByLotGivesTheExactCars() public {
        uint256[4] memory cars;
        cars[0] = car;
        for (uint256 i = 1; i < 4; ++i) {
            cars[i] = _register(bytes32(i), maker.account);
        }
        vm.recordLogs();
        uint256[][] memory lists = new uint256[][](4);
        for (uint256 i = 0; i < 4; ++i) {
            lists[i] = new uint256[](3);
            lists[i][0] = uint256(1) << 192 | i + 1;
            lists[i][1] = (i % 2 == 0 ? uint256(7) : 8) << 192 | i + 1; // lot 7 in cars 0 and 2
            lists[i][2] = uint256(9) << 192 | i + 1;
            _assemble(cars[i], lists[i]);
        }
        // car 2 loses its part of lot 7, car 3 gets it second-hand
        vm.startPrank(maker.account);
        parts.swap(cars[2], lists[2][1], uint256(8) << 192 | 99, 1, Tree.proofOf(_leavesOf(lists[2]), 1));
        parts.swap(cars[3], lists[3][1], lists[2][1], 1, Tree.proofOf(_leavesOf(lists[3]), 1));
        vm.stopPrank();
        vm.expectEmit(address(parts));
        emit IParts.LotRecalled(7, maker.account, "notice");
        vm.prank(maker.account);
        parts.recall(7, "notice");
        (,, bool recalled) = parts.lotOf(7);
        assertTrue(recalled);

        int256[4] memory fitted = _inCars(7, cars);
        assertEq(fitted[0], 1);
        assertEq(fitted[1], 0);
        assertEq(fitted[2], 0);
        assertEq(fitted[3], 1);
        assertTrue(parts.isFitted(cars[3], lists[2][1], 1, Tree.proofOf(_leavesOf(lists[3]), 1)));
    }

    /// The query of an index: parts of the lot that went into each car, less those that came out.
    function _inCars(uint256 lot, uint256[4] memory cars) private returns (int256[4] memory fitted) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics.length < 3 || uint256(logs[i].topics[2]) != lot) continue;
            for (uint256 k = 0; k < 4; ++k) {
                if (uint256(logs[i].topics[1]) != cars[k]) continue;
                if (logs[i].topics[0] == IParts.PartsFitted.selector) {
                    fitted[k] += int256(abi.decode(logs[i].data, (uint256[])).length);
                }
                if (logs[i].topics[0] == IParts.PartRemoved.selector) --fitted[k];
            }
        }
    }

    // Who and when

    function test_onlyTheLicensedMakerOfANewCarAssembles() public {
        uint256[] memory list = _partList(3, 1);
        vm.expectRevert(abi.encodeWithSelector(IParts.NotAssembler.selector, alice.account, car));
        vm.prank(alice.account);
        parts.assemble(car, list);

        _transfer(maker, alice, car);
        licences.set(alice.account, Kind.Maker, true);
        vm.expectRevert(abi.encodeWithSelector(IParts.NotAssembler.selector, alice.account, car));
        vm.prank(alice.account);
        parts.assemble(car, list); // not in its first key epoch

        uint256 other = _register("other", bob.account);
        vm.expectRevert(abi.encodeWithSelector(ILicences.NotLicensed.selector, bob.account, Kind.Maker));
        vm.prank(bob.account);
        parts.assemble(other, list);
    }

    function test_assembledOnce() public {
        uint256[] memory list = _partList(3, 1);
        _assemble(car, list);
        vm.expectRevert(abi.encodeWithSelector(IParts.AlreadyAssembled.selector, car));
        _assemble(car, list);
    }

    function testFuzz_partsAscendStrictly(uint8 at, uint8 by) public {
        uint256[] memory list = _partList(20, 4);
        uint256 i = bound(at, 1, 19);
        list[i] = list[i - 1] - by % 2; // equal or lower
        vm.expectRevert(abi.encodeWithSelector(IParts.InvalidParts.selector, i));
        _assemble(car, list);
    }

    function test_boundsOfABillOfMaterials() public {
        vm.expectRevert(abi.encodeWithSelector(IParts.InvalidParts.selector, 0));
        _assemble(car, new uint256[](0));
        vm.expectRevert(abi.encodeWithSelector(IParts.InvalidParts.selector, 2049));
        _assemble(car, new uint256[](2049));
        uint256[] memory list = new uint256[](1);
        list[0] = uint256(61) << 192;
        vm.expectRevert(abi.encodeWithSelector(IParts.UnknownLot.selector, 61));
        _assemble(car, list);
        list[0] = 5;
        vm.expectRevert(abi.encodeWithSelector(IParts.UnknownLot.selector, 0));
        _assemble(car, list);
        list[0] = uint256(60) << 192 | 5;
        _assemble(car, list);
        assertEq(parts.rootOf(car), Tree.partLeaf(list[0]));
        assertEq(parts.lotCount(), 60);
    }

    function test_workshopSwapsByGrantAlone() public {
        uint256[] memory list = _partList(4, 2);
        _assemble(car, list);
        bytes32[] memory leaves = _leavesOf(list);
        uint256 fresh = uint256(9) << 192 | 1;
        bytes32[] memory proof = Tree.proofOf(leaves, 2);
        vm.startPrank(workshop.account);
        vm.expectRevert(
            abi.encodeWithSelector(IGrants.NotGranted.selector, car, workshop.account, Scopes.WRITE_PARTS)
        );
        parts.swap(car, list[2], fresh, 2, proof);
        vm.stopPrank();
        IGrants.Terms memory terms = _terms(Scopes.bit(Scopes.WRITE_PARTS), 1);
        vm.prank(maker.account);
        grants.grant(car, workshop.account, terms);
        vm.startPrank(workshop.account);
        parts.swap(car, list[2], fresh, 2, proof);
        vm.expectRevert(abi.encodeWithSelector(IParts.PartNotFitted.selector, car, list[2], 2));
        parts.swap(car, list[2], fresh, 2, proof);
        vm.expectRevert(abi.encodeWithSelector(IParts.UnknownLot.selector, 99));
        parts.swap(car, fresh, uint256(99) << 192, 2, proof);
    }

    function test_onlyTheLotsMakerRecalls() public {
        vm.expectRevert(abi.encodeWithSelector(IParts.NotLotMaker.selector, alice.account, 7));
        vm.prank(alice.account);
        parts.recall(7, "notice");
        (address by, uint32 definition, bool recalled) = parts.lotOf(7);
        assertEq(by, maker.account);
        assertEq(definition, 1);
        assertFalse(recalled);
    }
}
