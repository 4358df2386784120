// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Datasets} from "../../src/market/Datasets.sol";
import {ContentId} from "../../src/vehicle/ContentId.sol";
import {IReadings} from "../../src/vehicle/IReadings.sol";
import {IStatements} from "../../src/vehicle/IStatements.sol";
import {ReadingFlags} from "../../src/vehicle/ReadingFlags.sol";
import {DeviceKeys} from "./DeviceKeys.sol";
import {Tree} from "./Tree.sol";

contract BatchesTest is DeviceKeys {
    uint256 private car;
    bytes32[] private hashes; // of the records in the batch at hand

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
        _pair(dongle, car, alice);
        vm.warp(NOW + 1 days);
    }

    /// The tree over records with counters from `first` on.
    function _leaves(uint64 first, uint256 count) private returns (bytes32[] memory) {
        delete hashes;
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            hashes.push(keccak256(abi.encode("record", first, i)));
            leaves[i] = Tree.recordLeaf(first + uint64(i), hashes[i]);
        }
        return Tree.padded(leaves);
    }

    function _batch(uint64 first, uint256 count) private returns (uint256 batch, bytes32[] memory leaves) {
        leaves = _leaves(first, count);
        IReadings.Header memory h = _header(car, first, first + uint64(count) - 1, Tree.rootOf(leaves));
        batch = readings.recordBatch(dongle.account, h, _sign(dongle, _batchHash(h)));
    }

    function _good() private returns (IReadings.Header memory) {
        return _header(car, 11, 20, Tree.rootOf(_leaves(11, 10)));
    }

    function _send(IReadings.Header memory h) private {
        vm.prank(dongle.account);
        readings.recordBatch(dongle.account, h, "");
    }

    function _refused(IReadings.Header memory h, bytes memory error) private {
        vm.expectRevert(error);
        _send(h);
    }

    // What is kept

    function test_batchIsAReadingOfManyRecords() public {
        (uint256 batch, bytes32[] memory leaves) = _batch(1, 10);
        bytes32 root = Tree.rootOf(leaves);
        assertEq(readings.rootOf(batch), root);
        assertEq(uint64(batch), 10);
        (uint256 vehicle, uint32 epoch, address device) = readings.batchOrigin(batch);
        assertEq(vehicle, car);
        assertEq(epoch, 1);
        assertEq(device, dongle.account);
        (uint64 counter, uint32 km, uint16 flags, uint48 time, bytes32 hash) = registry.lastReading(car);
        assertEq(counter, 10);
        assertEq(km, 100_000);
        assertEq(flags, OBD);
        assertEq(time, block.timestamp);
        assertEq(hash, root);
    }

    function test_readingsAndBatchesAreOneChain() public {
        _record(dongle, Record(car, 1, 100_000, OBD, 0, keccak256("one")));
        (, bytes32[] memory leaves) = _batch(2, 5);
        (,, uint16 flags,,) = registry.lastReading(car);
        assertEq(flags, OBD); // linked
        _record(dongle, Record(car, 7, 100_001, OBD, Tree.rootOf(leaves), keccak256("two")));
        (,, flags,,) = registry.lastReading(car);
        assertEq(flags, OBD);
    }

    function test_contributionsAreTheOwnersByScopeAndPeriod() public {
        IReadings.Header memory h = _good();
        h.scope = 2;
        _send(h);
        bytes32 dataset = Datasets.id(car, 1, 2, uint32(block.timestamp / 30 days));
        assertEq(contributions.recordsIn(dataset), 10);
        (address contributor,,) = contributions.runAt(dataset, 0);
        assertEq(contributor, alice.account);
    }

    // Proofs

    /// Row 5's half on chain: every leaf verifies, an altered one does not.
    function testFuzz_anyLeafIsProvableAndNoOther(uint16 size, uint16 at, uint8 field, uint256 noise) public {
        uint256 count = bound(size, 1, 300);
        uint256 index = at % count;
        (uint256 batch, bytes32[] memory leaves) = _batch(1, count);
        bytes32[] memory proof = Tree.proofOf(leaves, index);
        uint64 counter = uint64(index + 1);
        assertTrue(readings.provesRecord(batch, index, counter, hashes[index], proof));
        assertTrue(readings.provesLeaf(readings.rootOf(batch), index, counter, hashes[index], proof));

        noise = bound(noise, 1, type(uint64).max);
        bytes32 hash = hashes[index];
        field %= 4;
        if (field == 0) counter ^= uint64(noise);
        else if (field == 1) hash ^= bytes32(noise);
        else if (field == 2) index += noise;
        else if (proof.length > 0) proof[noise % proof.length] ^= bytes32(noise);
        else hash ^= bytes32(noise);
        assertFalse(readings.provesRecord(batch, index, counter, hash, proof));
    }

    /// An inner node is no leaf, padding is no record, and no other height passes.
    function test_nodesAndPaddingAreNoRecords() public {
        (uint256 batch, bytes32[] memory leaves) = _batch(1, 5);
        bytes32[] memory proof = Tree.proofOf(leaves, 6);
        assertFalse(readings.provesRecord(batch, 6, 0, 0, proof));
        bytes32[] memory level = Tree.up(leaves);
        bytes32[] memory upper = Tree.proofOf(level, 0);
        assertFalse(readings.provesRecord(batch, 0, 1, level[0], upper));
        assertFalse(readings.provesRecord(batch, 0, 1, hashes[0], new bytes32[](65)));
        assertFalse(readings.provesLeaf(0, 0, 1, hashes[0], upper));
    }

    function testFuzz_unknownBatchReverts(uint256 batch) public {
        vm.expectRevert(abi.encodeWithSelector(IReadings.UnknownBatch.selector, batch));
        readings.provesRecord(batch, 0, 0, 0, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IReadings.UnknownBatch.selector, batch));
        readings.batchOrigin(batch);
        assertEq(readings.rootOf(batch), 0);
    }

    // The header

    function test_headerIsChecked() public {
        bytes memory invalid = abi.encodeWithSelector(IReadings.InvalidHeader.selector);
        IReadings.Header memory h = _good();
        h.leafCount = 11; // more leaves than counters
        _refused(h, invalid);
        h.leafCount = 0;
        _refused(h, invalid);
        h = _good();
        h.firstCounter = 21;
        _refused(h, invalid);
        h = _good();
        h.firstTime = h.lastTime + 1;
        _refused(h, invalid);
        h = _good();
        h.lastTime += 15 minutes + 1;
        _refused(h, invalid);
        h = _good();
        h.root = 0;
        _refused(h, invalid);
        h = _good();
        h.scope = 16;
        _refused(h, invalid);
        h = _good();
        h.epoch = 2;
        _refused(h, abi.encodeWithSelector(IReadings.WrongEpoch.selector, 2, 1));
        h = _good();
        h.cid = "";
        _refused(h, abi.encodeWithSelector(ContentId.InvalidCid.selector, 0));
        _send(_good());
    }

    function test_gapsAreAllowedAndOverlapsAreNot() public {
        IReadings.Header memory h = _good();
        h.leafCount = 7; // three were lost
        _send(h);
        h = _header(car, 20, 25, keccak256("root"));
        _refused(h, abi.encodeWithSelector(IReadings.CounterNotRising.selector, 20, 20));
        h = _header(car, 22, 25, keccak256("root"));
        _send(h);
    }

    function test_consentStandsFromFirstToLast() public {
        IReadings.Header memory h = _good();
        h.firstTime = uint48(NOW - 1); // before the pairing
        _refused(h, abi.encodeWithSelector(IReadings.NoConsent.selector, NOW - 1, NOW));

        _transfer(alice, bob, car); // consent ended
        h = _good();
        _refused(h, abi.encodeWithSelector(IReadings.NotPaired.selector, dongle.account, car));
        h.epoch = 1;
        _refused(h, abi.encodeWithSelector(IReadings.WrongEpoch.selector, 1, 2));

        vm.warp(block.timestamp + 10);
        _pairNow(bob);
        h = _good(); // begins an hour ago, when nobody had consented
        _refused(h, abi.encodeWithSelector(IReadings.NoConsent.selector, h.firstTime, block.timestamp));
    }

    function _pairNow(Key memory holder) private {
        uint256 nonce = registry.nonces(dongle.account);
        uint256 deadline = block.timestamp;
        bytes32 h = _pairHash(dongle.account, car, holder.account, nonce, deadline);
        (bytes memory byDevice, bytes memory byHolder) = (_sign(dongle, h), _sign(holder, h));
        registry.pair(dongle.account, car, holder.account, nonce, deadline, byDevice, byHolder);
    }

    function test_row33_rolledBackBatchIsFlagged() public {
        _record(dongle, Record(car, 1, 200_000, OBD, 0, keccak256("one")));
        IReadings.Header memory h = _good();
        vm.expectEmit(address(readings));
        emit IReadings.OdometerRolledBack(car, dongle.account, 20, 200_000, h.odometerKm);
        _send(h);
        (,, uint16 flags,,) = registry.lastReading(car);
        assertEq(flags, OBD | ReadingFlags.ROLLED_BACK);
        assertEq(registry.rollbacksOf(car), 1);
    }

    function testFuzz_alteredHeaderReverts(uint8 field) public {
        IReadings.Header memory h = _good();
        bytes memory signature = _sign(dongle, _batchHash(h));
        field %= 10;
        if (field == 0) ++h.firstCounter;
        else if (field == 1) ++h.lastCounter;
        else if (field == 2) ++h.firstTime;
        else if (field == 3) --h.lastTime;
        else if (field == 4) ++h.odometerKm;
        else if (field == 5) h.flags ^= 1;
        else if (field == 6) --h.leafCount;
        else if (field == 7) ++h.scope;
        else if (field == 8) h.root ^= bytes32(uint256(1));
        else h.cid[0] = 0x01;
        if (field == 0) --h.leafCount; // stays consistent, is altered all the same
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        readings.recordBatch(dongle.account, h, signature);
    }

    function testFuzz_onlyTheDeviceSendsUnsigned(address stranger) public {
        vm.assume(stranger != dongle.account);
        IReadings.Header memory h = _good();
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, dongle.account));
        vm.prank(stranger);
        readings.recordBatch(dongle.account, h, "");
    }

    function test_chipsBatchIsTaken() public {
        vm.prank(alice.account);
        registry.release(dongle.account);
        (address chip,) = _chip();
        vm.warp(NOW);
        _pairChip(car, alice);
        vm.warp(NOW + 1 days);
        IReadings.Header memory h = _good();
        readings.recordBatch(chip, h, _signChip(_batchHash(h)));
        (uint64 counter,,,,) = registry.lastReading(car);
        assertEq(counter, 20);
    }

    // Gateways

    function test_gatewaysRootCoversDeviceSignedHeaders() public {
        IReadings.Header memory h = _good();
        bytes memory signature = _sign(dongle, _batchHash(h));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", _domain(), _batchHash(h)));
        bytes32[] memory headers = new bytes32[](4);
        headers[0] = keccak256("another device's header");
        headers[1] = keccak256(abi.encodePacked(uint8(2), digest, keccak256(signature)));
        bytes32 root = Tree.rootOf(headers);
        bytes32[] memory proof = Tree.proofOf(headers, 1);
        address gateway = makeAddr("gateway");

        assertFalse(readings.provesHeader(gateway, root, dongle.account, h, signature, 1, proof));
        vm.expectEmit(address(readings));
        emit IReadings.GatewayBatchPublished(gateway, root, 2, "cid");
        vm.startPrank(gateway);
        readings.publishGatewayBatch(root, 2, "cid");
        assertTrue(readings.provesHeader(gateway, root, dongle.account, h, signature, 1, proof));
        // and any record under the header
        bytes32[] memory leaves = _leaves(11, 10);
        assertTrue(readings.provesLeaf(h.root, 3, 14, hashes[3], Tree.proofOf(leaves, 3)));

        assertFalse(readings.provesHeader(gateway, root, spare.account, h, signature, 1, proof));
        assertFalse(readings.provesHeader(gateway, root, dongle.account, h, signature, 0, proof));
        ++h.odometerKm;
        assertFalse(readings.provesHeader(gateway, root, dongle.account, h, signature, 1, proof));
        vm.expectRevert(abi.encodeWithSelector(IReadings.RootKnown.selector, root));
        readings.publishGatewayBatch(root, 2, "cid");
        vm.expectRevert(IReadings.InvalidHeader.selector);
        readings.publishGatewayBatch(0, 2, "cid");
        vm.expectRevert(IReadings.InvalidHeader.selector);
        readings.publishGatewayBatch(root, 0, "cid");
    }
}
