// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Where the buy-back buys
/// @notice The seam between the buy-back and a market: today the treasury, later an exchange.
interface IBuyer {
    /// @notice The caller is not the buy-back.
    error NotBuyBack(address account);

    /// @notice Spends `budget` of the unit that profit is attested in and delivers wrapped AUC to the caller,
    /// the buy-back, which checks what it got.
    function buy(uint256 budget) external;
}
