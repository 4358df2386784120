// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IContributions} from "../market/IContributions.sol";
import {IRecordSource} from "../market/IRecordSource.sol";
import {ContentId} from "./ContentId.sol";
import {DeviceSignature} from "./DeviceSignature.sol";
import {IReadings} from "./IReadings.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";
import {ReadingFlags} from "./ReadingFlags.sol";
import {RecordTree} from "./RecordTree.sol";
import {Scopes} from "./Scopes.sol";
import {Statements} from "./Statements.sol";
import {Stream, StreamWord, Streams} from "./Stream.sol";

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Readings of paired devices, one by one and in batches
/// @notice See {IReadings}. The register of vehicles passes on calls made to it (see {DeviceDoor}).
contract Readings is IReadings, Statements, ERC2771Context {
    /// @dev A pairing has an id, which is the upper half of the ids of its batches.
    struct Pairing {
        address device;
        uint64 vehicle;
        uint32 epoch;
    }

    struct Consent {
        uint64 pairing;
        uint40 since;
    }

    struct Reading {
        uint256 vehicle;
        uint32 epoch;
        uint64 counter;
        uint32 odometerKm;
        uint16 flags;
        bytes32 prevHash;
        bytes32 hash;
    }

    bytes32 private constant READING_TYPEHASH = keccak256(
        "Reading(uint256 vehicle,uint32 epoch,uint64 counter,uint32 odometerKm,uint16 flags,bytes32 prevHash,bytes32 hash)"
    );
    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "Batch(uint256 vehicle,uint32 epoch,uint64 firstCounter,uint64 lastCounter,uint48 firstTime,uint48 lastTime,uint32 odometerKm,uint16 flags,uint32 leafCount,uint8 scope,bytes32 prevHash,bytes32 root,bytes cid)"
    );
    /// @dev How far a device's clock may be ahead of the block's.
    uint256 private constant CLOCK_SKEW = 15 minutes;

    /// @notice The register of devices.
    address public immutable DEVICES;

    /// @notice Where accepted records are counted for the data market.
    IContributions public immutable CONTRIBUTIONS;

    uint64 private _pairingCount;
    mapping(address device => StreamWord) private _streams;
    mapping(uint256 vehicle => bytes32) private _hashes;
    /// @dev The device bound to the vehicle, and what was said before it was.
    mapping(uint256 vehicle => address) private _deviceOf;
    mapping(uint256 vehicle => StreamWord) private _before;
    mapping(uint256 vehicle => uint16) private _rollbacks;
    mapping(address device => Consent) private _consents;
    mapping(uint64 pairing => Pairing) private _pairings;
    mapping(uint256 batch => bytes32) private _batches;
    mapping(address gateway => mapping(bytes32 root => bool)) private _gatewayRoots;

    constructor(IVehicleRegistry registry, address devices, IContributions contributions)
        Statements(registry)
        ERC2771Context(address(registry))
    {
        DEVICES = devices;
        CONTRIBUTIONS = contributions;
    }

    /// @inheritdoc IReadings
    function record(
        uint256 vehicle,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash
    ) external {
        uint32 epoch = REGISTRY.epochOf(vehicle);
        _accept(_msgSender(), Reading(vehicle, epoch, counter, odometerKm, flags, prevHash, hash));
    }

    /// @inheritdoc IReadings
    function recordFor(
        address device,
        uint256 vehicle,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash,
        bytes calldata signature
    ) external {
        uint32 epoch = REGISTRY.epochOf(vehicle);
        Reading memory reading = Reading(vehicle, epoch, counter, odometerKm, flags, prevHash, hash);
        bytes32 digest = _digest(keccak256(abi.encode(READING_TYPEHASH, reading)));
        if (!DeviceSignature.isValid(device, digest, signature)) revert InvalidSignature(device);
        _accept(device, reading);
    }

    /// @inheritdoc IReadings
    function recordBatch(address device, Header calldata header, bytes calldata signature)
        external
        returns (uint256 batch)
    {
        address owner = _requireConsistent(device, header);
        bool valid = signature.length == 0
            ? _msgSender() == device
            : DeviceSignature.isValid(device, _batchDigest(header), signature);
        if (!valid) revert InvalidSignature(device);

        uint16 flags = _update(
            device,
            Reading(
                header.vehicle,
                header.epoch,
                header.lastCounter,
                header.odometerKm,
                header.flags,
                header.prevHash,
                header.root
            )
        );
        batch = uint256(_consents[device].pairing) << 64 | header.lastCounter;
        _batches[batch] = header.root;
        _announce(device, batch, flags, header);
        _contribute(owner, header);
    }

    /// @inheritdoc IReadings
    function publishGatewayBatch(bytes32 root, uint32 headers, bytes calldata cid) external {
        if (headers == 0 || root == 0) revert InvalidHeader();
        ContentId.requireValid(cid);
        address gateway = _msgSender();
        if (_gatewayRoots[gateway][root]) revert RootKnown(root);
        _gatewayRoots[gateway][root] = true;
        emit GatewayBatchPublished(gateway, root, headers, cid);
    }

    /// @inheritdoc IReadings
    function attach(address device, uint256 vehicle, uint32 epoch) external {
        if (msg.sender != DEVICES) revert NotDevices(msg.sender);
        if (_streams[device].unpack().vehicle != 0) _detach(device);
        uint64 pairing = ++_pairingCount;
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 id = uint64(vehicle); // ids are counted
        _deviceOf[vehicle] = device;
        _pairings[pairing] = Pairing(device, id, epoch);
        // forge-lint: disable-next-line(unsafe-typecast)
        _consents[device] = Consent(pairing, uint40(Time.timestamp())); // until the year 36,812
        Stream memory s = Stream({
            vehicle: id,
            epoch: epoch,
            counter: _streams[device].unpack().counter,
            odometerKm: _before[vehicle].unpack().odometerKm,
            flags: 0,
            time: 0
        });
        _streams[device] = Streams.pack(s);
    }

    /// @inheritdoc IReadings
    function detach(address device) external {
        if (msg.sender != DEVICES) revert NotDevices(msg.sender);
        _detach(device);
    }

    /// @inheritdoc IReadings
    function provesHeader(
        address gateway,
        bytes32 root,
        address device,
        Header calldata header,
        bytes calldata signature,
        uint256 index,
        bytes32[] calldata proof
    ) external view returns (bool) {
        bytes32 digest = _batchDigest(header);
        return _gatewayRoots[gateway][root] && DeviceSignature.isValid(device, digest, signature)
            && RecordTree.rootOf(RecordTree.headerLeaf(digest, signature), index, proof) == root;
    }

    /// @inheritdoc IRecordSource
    function provesRecord(
        uint256 batch,
        uint256 index,
        uint64 counter,
        bytes32 recordHash,
        bytes32[] calldata proof
    ) external view returns (bool) {
        bytes32 root = _batches[batch];
        if (root == 0) revert UnknownBatch(batch);
        return provesLeaf(root, index, counter, recordHash, proof);
    }

    /// @inheritdoc IRecordSource
    function batchOrigin(uint256 batch)
        external
        view
        returns (uint256 vehicle, uint32 epoch, address device)
    {
        if (_batches[batch] == 0) {
            revert UnknownBatch(batch);
        }
        // forge-lint: disable-next-line(unsafe-typecast)
        Pairing storage pairing = _pairings[uint64(batch >> 64)]; // a batch with a root has such an id
        return (pairing.vehicle, pairing.epoch, pairing.device);
    }

    /// @inheritdoc IReadings
    function rootOf(uint256 batch) external view returns (bytes32) {
        return _batches[batch];
    }

    /// @inheritdoc IReadings
    function streamOf(address device) external view returns (uint32 epoch, uint64 counter) {
        Stream memory s = _streams[device].unpack();
        return (s.epoch, s.counter);
    }

    /// @inheritdoc IReadings
    function isActive(address device, uint256 vehicle) external view returns (bool) {
        Stream memory s = _streams[device].unpack();
        return vehicle != 0 && s.vehicle == vehicle && s.epoch == REGISTRY.epochOf(vehicle);
    }

    /// @inheritdoc IReadings
    function lastReading(uint256 vehicle)
        external
        view
        returns (uint64 counter, uint32 odometerKm, uint16 flags, uint48 time, bytes32 hash)
    {
        REGISTRY.epochOf(vehicle); // reverts if there is no such vehicle
        Stream memory s = _streams[_deviceOf[vehicle]].unpack();
        if (s.time == 0) s = _before[vehicle].unpack();
        return (s.counter, s.odometerKm, s.flags, s.time, _hashes[vehicle]);
    }

    /// @inheritdoc IReadings
    function rollbacksOf(uint256 vehicle) external view returns (uint16) {
        REGISTRY.epochOf(vehicle); // reverts if there is no such vehicle
        return _rollbacks[vehicle];
    }

    /// @inheritdoc IReadings
    function provesLeaf(
        bytes32 root,
        uint256 index,
        uint64 counter,
        bytes32 recordHash,
        bytes32[] calldata proof
    ) public pure returns (bool) {
        return root != 0
            && RecordTree.rootOf(RecordTree.recordLeaf(counter, recordHash), index, proof) == root;
    }

    function _accept(address device, Reading memory reading) private {
        uint16 flags = _update(device, reading);
        emit ReadingRecorded(
            reading.vehicle,
            device,
            reading.counter,
            reading.odometerKm,
            flags,
            reading.prevHash,
            reading.hash
        );
    }

    /// @dev Checks what must hold, flags what should, and stores; returns the flags.
    function _update(address device, Reading memory reading) private returns (uint16 flags) {
        Stream memory s = _streams[device].unpack();
        if (s.vehicle != reading.vehicle || s.epoch != reading.epoch) {
            revert NotPaired(device, reading.vehicle);
        }
        if (reading.counter <= s.counter) revert CounterNotRising(reading.counter, s.counter);

        flags = reading.flags & ReadingFlags.DEVICE_MASK;
        if (reading.prevHash != _hashes[reading.vehicle]) flags |= ReadingFlags.UNLINKED;
        if (flags & ReadingFlags.SOURCE_MASK != ReadingFlags.SOURCE_NONE) {
            if (reading.odometerKm < s.odometerKm) {
                flags |= ReadingFlags.ROLLED_BACK;
                if (_rollbacks[reading.vehicle] != type(uint16).max) ++_rollbacks[reading.vehicle];
                emit OdometerRolledBack(
                    reading.vehicle, device, reading.counter, s.odometerKm, reading.odometerKm
                );
            }
            s.odometerKm = reading.odometerKm;
        }
        s.counter = reading.counter;
        s.flags = flags;
        // forge-lint: disable-next-line(unsafe-typecast)
        s.time = uint40(Time.timestamp()); // until the year 36,812
        _streams[device] = Streams.pack(s);
        _hashes[reading.vehicle] = reading.hash;
    }

    /// @dev Keeps what the vehicle knows and what the device counts.
    function _detach(address device) private {
        StreamWord word = _streams[device];
        Stream memory s = word.unpack();
        if (s.time != 0) _before[s.vehicle] = word;
        delete _deviceOf[s.vehicle];
        _streams[device] = Streams.pack(Stream(0, 0, s.counter, 0, 0, 0));
    }

    function _batchDigest(Header calldata h) private view returns (bytes32) {
        // The header's words before `cid` stand in the calldata as EIP-712 wants them.
        bytes calldata words;
        assembly ("memory-safe") {
            words.offset := h
            words.length := 384
        }
        return _digest(keccak256(bytes.concat(BATCH_TYPEHASH, words, keccak256(h.cid))));
    }

    function _announce(address device, uint256 batch, uint16 flags, Header calldata h) private {
        emit BatchRecorded(
            h.vehicle,
            device,
            batch,
            h.firstCounter,
            h.firstTime,
            h.lastTime,
            h.odometerKm,
            flags,
            h.leafCount,
            h.scope,
            h.prevHash,
            h.root,
            h.cid
        );
    }

    function _contribute(address owner, Header calldata h) private {
        CONTRIBUTIONS.count(h.vehicle, h.epoch, h.scope, h.lastTime, owner, h.leafCount);
    }

    /// @dev The header against itself, the block, the vehicle's key epoch, and the device's counter and consent.
    /// Returns the vehicle's owner.
    function _requireConsistent(address device, Header calldata h) private view returns (address owner) {
        ContentId.requireValid(h.cid);
        bool counters = h.firstCounter <= h.lastCounter && h.leafCount != 0
            && h.leafCount - 1 <= h.lastCounter - h.firstCounter;
        bool times = h.firstTime <= h.lastTime && h.lastTime <= block.timestamp + CLOCK_SKEW;
        if (!counters || !times || h.root == 0 || Scopes.bit(h.scope) & Scopes.READS == 0) {
            revert InvalidHeader();
        }
        uint32 epoch;
        (owner, epoch) = REGISTRY.titleOf(h.vehicle);
        if (h.epoch != epoch) revert WrongEpoch(h.epoch, epoch);
        uint64 last = _streams[device].unpack().counter;
        if (h.firstCounter <= last) revert CounterNotRising(h.firstCounter, last);
        uint40 since = _consents[device].since;
        if (h.firstTime < since) revert NoConsent(h.firstTime, since);
    }
}
