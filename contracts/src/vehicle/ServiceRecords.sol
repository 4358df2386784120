// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IContributions} from "../market/IContributions.sol";
import {ContentId} from "./ContentId.sol";
import {IGrants} from "./IGrants.sol";
import {IServiceRecords} from "./IServiceRecords.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";
import {Scopes} from "./Scopes.sol";

import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title What workshops, inspectors and insurers wrote about a vehicle
/// @notice See {IServiceRecords}.
contract ServiceRecords is IServiceRecords {
    struct Record {
        address author;
        uint40 vehicle;
        uint8 kind;
        uint40 time;
        bytes32 hash;
    }

    /// @notice The register of vehicles.
    IVehicleRegistry public immutable REGISTRY;

    /// @notice The register of grants.
    IGrants public immutable GRANTS;

    /// @notice Where accepted records are counted for the data market.
    IContributions public immutable CONTRIBUTIONS;

    uint256 private _count;
    mapping(uint256 id => Record) private _records;

    constructor(IVehicleRegistry registry, IGrants grants, IContributions contributions) {
        REGISTRY = registry;
        GRANTS = grants;
        CONTRIBUTIONS = contributions;
    }

    /// @inheritdoc IServiceRecords
    function write(uint256 vehicle, uint8 kind, bytes32 hash, uint256 corrects, bytes calldata cid)
        external
        returns (uint256 id)
    {
        if (kind >= Scopes.WRITE_KINDS) revert UnknownKind(kind);
        ContentId.requireValid(cid);
        if (corrects != 0) {
            Record storage corrected = _records[corrects];
            if (corrected.author == address(0)) revert UnknownRecord(corrects);
            if (corrected.vehicle != vehicle) revert NotOfVehicle(corrects, vehicle);
        }
        uint8 scope = Scopes.FIRST_WRITE + kind;
        id = ++_count;
        uint48 time = Time.timestamp();
        // forge-lint: disable-next-line(unsafe-typecast)
        _records[id] = Record(msg.sender, uint40(vehicle), kind, uint40(time), hash); // counted; year 36,812
        uint32 epoch = REGISTRY.epochOf(vehicle);
        emit ServiceRecorded(id, vehicle, msg.sender, kind, epoch, hash, corrects, cid);
        GRANTS.use(vehicle, msg.sender, address(0), scope);
        CONTRIBUTIONS.count(vehicle, epoch, scope, time, msg.sender, 1);
    }

    /// @inheritdoc IServiceRecords
    function recordOf(uint256 id)
        external
        view
        returns (uint256 vehicle, address author, uint8 kind, uint40 time, bytes32 hash)
    {
        Record storage r = _records[id];
        if (r.author == address(0)) revert UnknownRecord(id);
        return (r.vehicle, r.author, r.kind, r.time, r.hash);
    }

    /// @inheritdoc IServiceRecords
    function recordCount() external view returns (uint256) {
        return _count;
    }
}
