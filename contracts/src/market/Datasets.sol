// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title The name of a data set: what one data key opens
/// @notice A vehicle's records of one key epoch, one scope and one period share a data key, and so one name:
///
/// ```text
/// 255                     72 71       40 39    32 31        0
/// |        vehicle          |   epoch   |  scope |  period   |
/// ```
library Datasets {
    /// @notice The vehicle id does not fit its 184 bits.
    error VehicleTooLarge(uint256 vehicle);

    /// @notice The name of the data set of `vehicle`, key epoch, scope and period.
    function id(uint256 vehicle, uint32 epoch, uint8 scope, uint32 period) internal pure returns (bytes32) {
        if (vehicle >> 184 != 0) revert VehicleTooLarge(vehicle);
        return bytes32(vehicle << 72 | uint256(epoch) << 40 | uint256(scope) << 32 | period);
    }
}
