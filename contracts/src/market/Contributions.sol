// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Datasets} from "./Datasets.sol";
import {IContributions} from "./IContributions.sol";
import {Periods} from "./Periods.sol";

/// @title Contributions, the count of accepted records behind every data sale
/// @notice See {IContributions}. Immutable, without an administrator: the two contracts that accept records are
/// fixed at construction.
contract Contributions is IContributions {
    /// @dev A run ends where the next begins; one contributor's records in a row only move the end.
    struct Run {
        address contributor;
        uint96 end;
    }

    /// @notice The contract that accepts batches of readings.
    address public immutable READINGS;

    /// @notice The contract that accepts service records.
    address public immutable SERVICE_RECORDS;

    mapping(bytes32 dataset => Run[]) private _runs;

    /// @param readings The contract that accepts batches of readings.
    /// @param serviceRecords The contract that accepts service records.
    constructor(address readings, address serviceRecords) {
        READINGS = readings;
        SERVICE_RECORDS = serviceRecords;
    }

    /// @inheritdoc IContributions
    function count(
        uint256 vehicle,
        uint32 epoch,
        uint8 scope,
        uint48 time,
        address contributor,
        uint32 records
    ) external {
        if (msg.sender != READINGS && msg.sender != SERVICE_RECORDS) {
            revert NotRecorder(msg.sender);
        }
        uint32 period = Periods.periodOf(time);
        if (records == 0 || Periods.isClosed(period)) return;

        Run[] storage runs = _runs[Datasets.id(vehicle, epoch, scope, period)];
        uint256 length = runs.length;
        uint96 end = records;
        if (length != 0) {
            Run storage last = runs[length - 1];
            end += last.end;
            if (last.contributor == contributor) {
                last.end = end;
                emit Contributed(vehicle, epoch, scope, period, contributor, records);
                return;
            }
        }
        runs.push(Run(contributor, end));
        emit Contributed(vehicle, epoch, scope, period, contributor, records);
    }

    /// @inheritdoc IContributions
    function recordsIn(bytes32 dataset) external view returns (uint256) {
        Run[] storage runs = _runs[dataset];
        uint256 length = runs.length;
        return length == 0 ? 0 : runs[length - 1].end;
    }

    /// @inheritdoc IContributions
    function runsIn(bytes32 dataset) external view returns (uint256) {
        return _runs[dataset].length;
    }

    /// @inheritdoc IContributions
    function runAt(bytes32 dataset, uint256 index)
        external
        view
        returns (address contributor, uint256 start, uint256 end)
    {
        Run[] storage runs = _runs[dataset];
        Run storage run = runs[index];
        return (run.contributor, index == 0 ? 0 : runs[index - 1].end, run.end);
    }
}
