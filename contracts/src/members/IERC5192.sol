// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title ERC-5192, minimal soulbound tokens
/// @dev The interface id is 0xb45a3c0e.
interface IERC5192 {
    /// @notice The token can no longer be transferred.
    event Locked(uint256 tokenId);

    /// @notice The token can be transferred again.
    event Unlocked(uint256 tokenId);

    /// @notice Whether the token is locked; reverts for a token that does not exist.
    function locked(uint256 tokenId) external view returns (bool);
}
