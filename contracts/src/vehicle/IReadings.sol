// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IRecordSource} from "../market/IRecordSource.sol";
import {IStatements} from "./IStatements.sol";

/// @title Readings of paired devices, one by one and in batches
/// @notice Public are only counter, odometer in whole kilometres, flags, the last record's hash and
/// keccak256 of the encrypted record. A device's counter rises strictly over its whole life.
///
/// A batch is a Merkle tree of one device's records in one key epoch under a header, which is checked like a
/// reading. Tree: leaf = keccak256(0x00 ‖ counter (8 bytes) ‖ hash (32 bytes)), node = keccak256(0x01 ‖ left ‖
/// right), padded with zero words to a power of two. A gateway's batch is such a tree over headers of many
/// devices, with leaf = keccak256(0x02 ‖ the header's EIP-712 digest ‖ keccak256(the device's signature)).
interface IReadings is IRecordSource, IStatements {
    /// @notice What a device states about a batch, of `leafCount` records.
    struct Header {
        uint256 vehicle;
        uint32 epoch;
        uint64 firstCounter;
        uint64 lastCounter;
        uint48 firstTime;
        uint48 lastTime;
        uint32 odometerKm;
        uint16 flags;
        uint32 leafCount;
        uint8 scope;
        bytes32 prevHash;
        bytes32 root;
        bytes cid;
    }

    /// @notice A reading was accepted; `flags` are the device's and the registry's (see ReadingFlags).
    event ReadingRecorded(
        uint256 indexed vehicle,
        address indexed device,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash
    );

    /// @notice The odometer of `vehicle` fell from `fromKm` to `toKm` at the record with this counter.
    event OdometerRolledBack(
        uint256 indexed vehicle, address indexed device, uint64 counter, uint32 fromKm, uint32 toKm
    );

    /// @notice Batch `batch`, whose low 64 bits are its last counter, was accepted; `flags` are the device's and
    /// the registry's, the rest is the header's.
    event BatchRecorded(
        uint256 indexed vehicle,
        address indexed device,
        uint256 indexed batch,
        uint64 firstCounter,
        uint48 firstTime,
        uint48 lastTime,
        uint32 odometerKm,
        uint16 flags,
        uint32 leafCount,
        uint8 scope,
        bytes32 prevHash,
        bytes32 root,
        bytes cid
    );

    /// @notice A gateway published the root over `headers` device-signed headers.
    event GatewayBatchPublished(address indexed gateway, bytes32 indexed root, uint32 headers, bytes cid);

    /// @notice The device is not paired with the vehicle, or its pairing is suspended by a transfer.
    error NotPaired(address device, uint256 vehicle);

    /// @notice The counter must be higher than the device's last one.
    error CounterNotRising(uint64 counter, uint64 last);

    /// @notice The header is of another key epoch.
    error WrongEpoch(uint32 epoch, uint32 current);

    /// @notice Counters, times or leaf count of the header contradict each other or the block's time.
    error InvalidHeader();

    /// @notice The pairing is younger than the batch: consent must stand from its first to its last record.
    error NoConsent(uint48 firstTime, uint40 pairedAt);

    /// @notice No batch has this id.
    error UnknownBatch(uint256 batch);

    /// @notice The gateway published this root before.
    error RootKnown(bytes32 root);

    /// @notice Only the register of devices calls this.
    error NotDevices(address account);

    /// @notice Records a reading, sent by the device's own account.
    /// @dev Nothing about the content makes it revert: a doubtful reading is kept and flagged.
    /// @param vehicle The vehicle the device is paired with.
    /// @param counter Rises strictly over the whole life of the device; may skip.
    /// @param odometerKm Whole kilometres, meaningful as the source in `flags` says.
    /// @param flags See ReadingFlags.
    /// @param prevHash `hash` of the vehicle's last reading, or 0 for its first.
    /// @param hash keccak256 of the encrypted rest of the record.
    function record(
        uint256 vehicle,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash
    ) external;

    /// @notice Records a reading that `device` signed and anyone carries, as `record` does. The signature is
    /// over the EIP-712 struct `Reading(uint256 vehicle,uint32 epoch,uint64 counter,uint32 odometerKm,`
    /// `uint16 flags,bytes32 prevHash,bytes32 hash)` with the vehicle's current key epoch.
    /// @param device The device that signed.
    /// @param signature 65 bytes r ‖ s ‖ v (secp256k1), or 128 bytes r ‖ s ‖ x ‖ y (P-256).
    function recordFor(
        address device,
        uint256 vehicle,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash,
        bytes calldata signature
    ) external;

    /// @notice Records a batch. The signature is over the EIP-712 struct `Batch(uint256 vehicle,uint32 epoch,`
    /// `uint64 firstCounter,uint64 lastCounter,uint48 firstTime,uint48 lastTime,uint32 odometerKm,`
    /// `uint16 flags,uint32 leafCount,uint8 scope,bytes32 prevHash,bytes32 root,bytes cid)`.
    /// @dev The hash that the next record links to is the batch's root.
    /// @param signature As in `recordFor`; empty if the device itself sends it.
    /// @return batch The batch's id.
    function recordBatch(address device, Header calldata header, bytes calldata signature)
        external
        returns (uint256 batch);

    /// @notice Publishes the root of a gateway's batch of headers.
    function publishGatewayBatch(bytes32 root, uint32 headers, bytes calldata cid) external;

    /// @notice Whether `header`, signed by `device`, stands at `index` under a root that `gateway` published.
    /// A record under the header is then provable with `provesLeaf`.
    function provesHeader(
        address gateway,
        bytes32 root,
        address device,
        Header calldata header,
        bytes calldata signature,
        uint256 index,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Whether the record with this counter and hash is leaf `index` under `root`.
    function provesLeaf(
        bytes32 root,
        uint256 index,
        uint64 counter,
        bytes32 recordHash,
        bytes32[] calldata proof
    ) external pure returns (bool);

    /// @notice `device` speaks for `vehicle` from now on, in this key epoch. The register of devices' call.
    function attach(address device, uint256 vehicle, uint32 epoch) external;

    /// @notice `device` speaks for no vehicle any longer. The register of devices' call.
    function detach(address device) external;

    /// @notice Whether the readings of `device` for `vehicle` are accepted.
    function isActive(address device, uint256 vehicle) external view returns (bool);

    /// @notice The key epoch in which `device` was paired (0: it is not), and its last counter over all its
    /// pairings.
    function streamOf(address device) external view returns (uint32 epoch, uint64 counter);

    /// @notice The last reading or batch of a vehicle; all zero when there is none.
    /// @return counter The device's counter.
    /// @return odometerKm The last known odometer, in whole kilometres.
    /// @return flags The device's and the registry's flags (see ReadingFlags).
    /// @return time When it was accepted: the block's stamp, in seconds since the epoch.
    /// @return hash keccak256 of the encrypted rest of the record, or the batch's root.
    function lastReading(uint256 vehicle)
        external
        view
        returns (uint64 counter, uint32 odometerKm, uint16 flags, uint48 time, bytes32 hash);

    /// @notice How many times the vehicle's odometer went back (65,535: that many or more).
    function rollbacksOf(uint256 vehicle) external view returns (uint16);

    /// @notice The root of a batch; 0 if there is none with this id.
    function rootOf(uint256 batch) external view returns (bytes32);
}
