// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title What the market asks of the register of vehicles
interface IVehicleTitles {
    /// @notice The owner of `vehicle`; reverts if there is no such vehicle.
    function ownerOf(uint256 vehicle) external view returns (address);

    /// @notice The key epoch of `vehicle`.
    function epochOf(uint256 vehicle) external view returns (uint32);
}
