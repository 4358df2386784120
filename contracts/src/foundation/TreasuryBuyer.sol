// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../auc/AUC.sol";
import {IBuyer} from "./IBuyer.sol";
import {Treasury} from "./Treasury.sol";

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Buys back out of the treasury, at par
/// @notice While there is no market, the foundation earns AUC and its profit is AUC in the treasury: buying
/// back takes coins from there, one for one. A market's adapter replaces this one by a vote.
contract TreasuryBuyer is IBuyer {
    using SafeERC20 for AUC;

    /// @notice What is drawn from.
    Treasury public immutable treasury;

    /// @notice The ERC-20 face of the coin.
    AUC public immutable auc;

    /// @notice The only caller.
    address public immutable buyBack;

    /// @param treasury_ The foundation's treasury, which must let this contract draw.
    /// @param auc_ `AUC`.
    /// @param buyBack_ The buy-back.
    constructor(Treasury treasury_, AUC auc_, address buyBack_) {
        treasury = treasury_;
        auc = auc_;
        buyBack = buyBack_;
    }

    /// @notice Takes what it draws.
    receive() external payable {}

    /// @inheritdoc IBuyer
    function buy(uint256 budget) external {
        if (msg.sender != buyBack) revert NotBuyBack(msg.sender);
        treasury.draw(budget);
        auc.deposit{value: budget}();
        auc.safeTransfer(buyBack, budget);
    }
}
