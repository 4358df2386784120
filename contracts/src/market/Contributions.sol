// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Datasets} from "./Datasets.sol";
import {IContributions} from "./IContributions.sol";
import {Periods} from "./Periods.sol";

/// @title Contributions, the count of accepted records behind every data sale
/// @notice See {IContributions}. Immutable, without an administrator: the two contracts that accept records are
/// fixed at construction.
contract Contributions is IContributions {
    /// @dev A run ends where the next begins; one contributor's records in a row only move the end. `index` is the
    /// run's number. The last run stands apart, so that counting touches one slot.
    struct Run {
        address contributor;
        uint32 index;
        uint64 end;
    }

    /// @notice The contract that accepts batches of readings.
    address public immutable READINGS;

    /// @notice The contract that accepts service records.
    address public immutable SERVICE_RECORDS;

    mapping(bytes32 dataset => Run) private _last;
    mapping(bytes32 dataset => mapping(uint256 index => Run)) private _earlier;

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

        bytes32 dataset = Datasets.id(vehicle, epoch, scope, period);
        emit Contributed(dataset, contributor, records);
        Run memory last = _last[dataset];
        if (last.end != 0 && last.contributor != contributor) {
            _earlier[dataset][last.index] = last;
            ++last.index;
        }
        _last[dataset] = Run(contributor, last.index, last.end + records);
    }

    /// @inheritdoc IContributions
    function recordsIn(bytes32 dataset) external view returns (uint256) {
        return _last[dataset].end;
    }

    /// @inheritdoc IContributions
    function runsIn(bytes32 dataset) external view returns (uint256) {
        Run storage last = _last[dataset];
        return last.end == 0 ? 0 : uint256(last.index) + 1;
    }

    /// @inheritdoc IContributions
    function runAt(bytes32 dataset, uint256 index)
        external
        view
        returns (address contributor, uint256 start, uint256 end)
    {
        Run memory run = _last[dataset];
        if (index > run.index || run.end == 0) revert NoSuchRun(dataset, index);
        if (index < run.index) run = _earlier[dataset][index];
        start = index == 0 ? 0 : _earlier[dataset][index - 1].end;
        return (run.contributor, start, run.end);
    }
}
