// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IDevices} from "./IDevices.sol";
import {IReadings} from "./IReadings.sol";

/// @title The door to devices and readings at the register's address
/// @notice A dongle knows one address, the register's: it is the contract its statements are signed for, and
/// the one it sends them to. Calls go on to Devices and Readings with their sender appended (ERC-2771).
abstract contract DeviceDoor {
    /// @notice The register of devices.
    IDevices public immutable DEVICES;

    /// @notice The register of readings.
    IReadings public immutable READINGS;

    constructor(IDevices devices, IReadings readings) {
        DEVICES = devices;
        READINGS = readings;
    }

    /// @notice As `IDevices.pair`.
    function pair(address, uint256, address, uint256, uint256, bytes calldata, bytes calldata) external {
        _pass(address(DEVICES));
    }

    /// @notice As `IDevices.release`.
    function release(address) external {
        _pass(address(DEVICES));
    }

    /// @notice As `IReadings.record`.
    function record(uint256, uint64, uint32, uint16, bytes32, bytes32) external {
        _pass(address(READINGS));
    }

    /// @notice As `IReadings.recordFor`.
    function recordFor(address, uint256, uint64, uint32, uint16, bytes32, bytes32, bytes calldata) external {
        _pass(address(READINGS));
    }

    /// @notice As `IDevices.deviceOf`.
    function deviceOf(uint256 vehicle) external view returns (address device, bool active) {
        return DEVICES.deviceOf(vehicle);
    }

    /// @notice As `IDevices.pairingOf`.
    function pairingOf(address device)
        external
        view
        returns (uint256 vehicle, uint32 epoch, address holder, uint64 counter, bool active)
    {
        return DEVICES.pairingOf(device);
    }

    /// @notice As `IReadings.lastReading`.
    function lastReading(uint256 vehicle)
        external
        view
        returns (uint64 counter, uint32 odometerKm, uint16 flags, uint48 time, bytes32 hash)
    {
        return READINGS.lastReading(vehicle);
    }

    /// @notice As `IReadings.rollbacksOf`.
    function rollbacksOf(uint256 vehicle) external view returns (uint16) {
        return READINGS.rollbacksOf(vehicle);
    }

    /// @dev The call as it came, its sender, and the answer as it comes back. Memory is free to use: no
    /// Solidity runs afterwards.
    function _pass(address to) private {
        assembly {
            calldatacopy(0, 0, calldatasize())
            mstore(calldatasize(), shl(96, caller()))
            let ok := call(gas(), to, 0, 0, add(calldatasize(), 20), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
