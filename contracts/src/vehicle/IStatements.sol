// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title What can be wrong with any signed statement
interface IStatements {
    /// @notice The signed statement was good until `deadline` (seconds since the epoch of Unix).
    error Expired(uint256 deadline);

    /// @notice The signature is not `signer`'s over this statement.
    error InvalidSignature(address signer);
}
