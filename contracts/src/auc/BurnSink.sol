// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Where burned coins go
/// @notice Takes native AUC from anyone and has no function that sends any: its balance only grows, and is
/// what has been retired.
contract BurnSink {
    /// @notice `from` burned `amount`, in units of 10^-18 AUC. Coins forced in without a call (block rewards,
    /// self-destruct) are burned too but leave no event.
    event Burned(address indexed from, uint256 amount);

    /// @notice Burns the coins sent along.
    receive() external payable {
        emit Burned(msg.sender, msg.value);
    }
}
