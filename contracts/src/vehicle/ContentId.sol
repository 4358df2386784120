// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Content ids in their binary form
/// @notice The content of a document decides its id (IPFS CIDv1). The chain only bounds its length.
library ContentId {
    /// @notice A content id has 1 to 64 bytes.
    error InvalidCid(uint256 length);

    /// @notice Reverts with `InvalidCid` if the id is empty or longer than 64 bytes.
    function requireValid(bytes calldata cid) internal pure {
        if (cid.length == 0 || cid.length > 64) revert InvalidCid(cid.length);
    }
}
