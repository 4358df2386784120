// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title The 16 flag bits of a reading
/// @notice Bits 0-2 say where the odometer value came from; bits 3-13 are quality flags the device sets;
/// bits 14 and 15 belong to the registry, which ignores what the device put there.
library ReadingFlags {
    /// @notice Bits 0-2: the source of the odometer value.
    uint16 internal constant SOURCE_MASK = 0x0007;
    /// @notice The car gave no odometer: `odometerKm` means nothing and is not compared.
    uint16 internal constant SOURCE_NONE = 0;
    /// @notice SAE J1979 service 01, PID 0xA6.
    uint16 internal constant SOURCE_OBD = 1;
    /// @notice Read by a maker-specific request (for example UDS service 0x22).
    uint16 internal constant SOURCE_MAKER = 2;
    /// @notice Estimated by the device from speed or position.
    uint16 internal constant SOURCE_ESTIMATE = 3;
    /// @notice Typed in by a person from the dashboard.
    uint16 internal constant SOURCE_MANUAL = 4;

    /// @notice The device's clock was not set when it took the record.
    uint16 internal constant CLOCK_UNSET = 1 << 3;
    /// @notice The device lost records between the previous one and this one.
    uint16 internal constant RECORDS_LOST = 1 << 4;
    /// @notice The device lost power or was unplugged since the previous record.
    uint16 internal constant POWER_LOST = 1 << 5;
    /// @notice The car answered some requests late, badly or not at all.
    uint16 internal constant PARTIAL = 1 << 6;
    /// @notice The car is not the one that the device was paired with.
    uint16 internal constant OTHER_VEHICLE = 1 << 7;

    /// @notice The bits a device may set.
    uint16 internal constant DEVICE_MASK = 0x3fff;
    /// @notice Set by the registry: `prevHash` is not the hash of the vehicle's last reading.
    uint16 internal constant UNLINKED = 1 << 14;
    /// @notice Set by the registry: the odometer is lower than at the last reading.
    uint16 internal constant ROLLED_BACK = 1 << 15;
}
