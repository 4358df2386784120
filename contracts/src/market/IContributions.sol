// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Who contributed how many accepted records to a data set
/// @notice A data set (see Datasets) is what one data key opens: a vehicle's records of one key epoch, scope and
/// period. Its records stand in one line in the order of acceptance, cut into runs of one contributor each:
///
/// ```text
/// 0        120   121                  300
/// | owner   | shop | owner             |      three runs, 300 records
/// ```
///
/// A sale is shared by the runs' places in that line, so that the shares add up to the price exactly.
interface IContributions {
    /// @notice `records` records of `contributor` joined the data set.
    event Contributed(bytes32 indexed dataset, address indexed contributor, uint32 records);

    /// @notice Only the contracts that accept records count them.
    error NotRecorder(address account);

    /// @notice The data set has no run with this number.
    error NoSuchRun(bytes32 dataset, uint256 index);

    /// @notice Counts `records` accepted records made at `time` (seconds) towards their period, if that is
    /// still open; records that come after the period closed earn nothing. Recorders only.
    /// @param vehicle The vehicle.
    /// @param epoch The vehicle's key epoch in which the records were made.
    /// @param scope The records' data scope.
    /// @param time When the (last of the) records were made, seconds since the epoch of Unix.
    /// @param contributor Who earns: the owner for a device's records, the workshop for its own.
    /// @param records How many.
    function count(
        uint256 vehicle,
        uint32 epoch,
        uint8 scope,
        uint48 time,
        address contributor,
        uint32 records
    ) external;

    /// @notice The number of records in the data set.
    function recordsIn(bytes32 dataset) external view returns (uint256);

    /// @notice The number of runs in the data set.
    function runsIn(bytes32 dataset) external view returns (uint256);

    /// @notice Run `index`, from 0, of the data set: its contributor and its place [start, end) in the line.
    function runAt(bytes32 dataset, uint256 index)
        external
        view
        returns (address contributor, uint256 start, uint256 end);
}
