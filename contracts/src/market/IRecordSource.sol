// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title What the market asks of the register of readings
interface IRecordSource {
    /// @notice Where an accepted batch came from; reverts if there is no such batch.
    function batchOrigin(uint256 batch) external view returns (uint256 vehicle, uint32 epoch, address device);

    /// @notice Whether leaf `index` of the batch is the record with this counter and hash.
    function provesRecord(
        uint256 batch,
        uint256 index,
        uint64 counter,
        bytes32 recordHash,
        bytes32[] calldata proof
    ) external view returns (bool);
}
