// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title The numbers of the scopes
/// @notice A scope is a number from 0 to 31, and bit n of a mask of scopes.
///
/// | numbers | meaning                                                                            |
/// |---------|------------------------------------------------------------------------------------|
/// | 0–15    | read sets: the data of that scope (0 all readings, 1 trips, 2 faults, 3 energy, …) |
/// | 16–30   | write kinds: service records of kind n − 16, their data included                    |
/// | 31      | the key: to open and drive                                                          |
library Scopes {
    /// @notice The scopes that only read.
    uint32 internal constant READS = 0x0000ffff;

    /// @notice The scopes that write.
    uint32 internal constant WRITES = 0x7fff0000;

    /// @notice The first write kind: maintenance.
    uint8 internal constant FIRST_WRITE = 16;

    /// @notice The number of kinds of service records.
    uint8 internal constant WRITE_KINDS = 15;

    /// @notice The write kind of changes to the bill of materials.
    uint8 internal constant WRITE_PARTS = 30;

    /// @notice The key.
    uint8 internal constant KEY = 31;

    /// @notice The mask with this scope alone.
    function bit(uint8 scope) internal pure returns (uint32) {
        return scope < 32 ? uint32(1) << scope : 0;
    }
}
