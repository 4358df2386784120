// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Periods of data: 30 days each, numbered from the epoch of Unix
/// @notice Records of a period count until `GRACE` after its end, so that a dongle that was out of reach can
/// still deliver; then the period is closed, its numbers are final, and it can be sold.
library Periods {
    /// @notice Seconds in a period.
    uint256 internal constant LENGTH = 30 days;

    /// @notice Seconds after its end during which a period's records still count.
    uint256 internal constant GRACE = 7 days;

    /// @notice The period that `time` (seconds) falls into.
    function periodOf(uint48 time) internal pure returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(time / LENGTH); // 2^48 / (30 · 86400) < 2^27
    }

    /// @notice Whether the numbers of `period` are final at this block's time.
    function isClosed(uint32 period) internal view returns (bool) {
        // A miner moves the stamp by seconds; the grace is days.
        // forge-lint: disable-next-line(block-timestamp)
        return block.timestamp >= (uint256(period) + 1) * LENGTH + GRACE;
    }
}
