// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../auc/AUC.sol";
import {IBuyer} from "./IBuyer.sol";
import {Stoppable} from "./Stoppable.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @title Buys back and burns 40 % of the net profit of each quarter
/// @notice The audit committee attests a quarter's profit when the quarter is over, the report's hash beside
/// it; anyone can read it for seven days; then the committee has 40 % of it bought and burned, once.
///
/// ```
/// quarter ends ─► attest (again, to correct) ─7 days→ burn: buyer ─AUC─► here ─► BurnSink
/// ```
/// @dev Profit is in the unit that the buyer spends; of `TreasuryBuyer`, units of 10^-18 AUC.
contract BuyBack is Stoppable {
    /// @notice A quarter's profit and what became of it.
    struct Quarter {
        /// The net profit attested.
        uint128 profit;
        /// The AUC burned; 0 before.
        uint96 burned;
        /// When it was attested, seconds since the epoch; 0 before.
        uint32 attestedAt;
        /// The hash of the audited report.
        bytes32 report;
    }

    /// @notice The length of a quarter in seconds: a fourth of 365.25 days.
    uint256 public constant QUARTER = 7_889_400;

    /// @notice The part of the profit that is burned, in hundredths.
    uint256 public constant PERCENT = 40;

    /// @notice The seconds between an attestation and the burn.
    uint256 public constant REVIEW = 7 days;

    /// @notice The ERC-20 face of the coin.
    AUC public immutable auc;

    /// @notice When quarter 0 began, seconds since the epoch.
    uint256 public immutable start;

    /// @notice Where AUC is bought.
    IBuyer public buyer;

    mapping(uint256 quarter => Quarter entry) private _quarters;

    /// @notice The net profit of a quarter was attested, or corrected before its burn.
    event ProfitAttested(uint256 indexed quarter, uint256 profit, bytes32 report);

    /// @notice `burned` units of 10^-18 AUC were bought for `budget` and burned for a quarter.
    event Burned(uint256 indexed quarter, uint256 budget, uint256 burned);

    /// @notice AUC is bought at `buyer` from now on.
    event BuyerChanged(address indexed buyer);

    /// @notice The quarter is not over.
    error QuarterNotOver(uint256 quarter);

    /// @notice The quarter has been burned.
    error AlreadyBurned(uint256 quarter);

    /// @notice The quarter's profit is not attested, or was attested less than seven days ago.
    error NotReviewed(uint256 quarter);

    /// @notice 40 % of the profit is nothing.
    error NothingToBurn(uint256 quarter);

    /// @notice The buyer delivered less than asked for, or nothing.
    error TooLittleBought(uint256 bought, uint256 minimum);

    /// @param authority The foundation's AccessManager.
    /// @param auc_ `AUC`.
    /// @param buyer_ Where AUC is bought at first.
    /// @param start_ When quarter 0 begins, seconds since the epoch.
    constructor(address authority, AUC auc_, IBuyer buyer_, uint256 start_) AccessManaged(authority) {
        auc = auc_;
        start = start_;
        _setBuyer(buyer_);
    }

    /// @notice Attests the net profit of a quarter that is over, or corrects it before the burn. Roles.AUDIT.
    /// @param report The hash of the audited report.
    function attest(uint256 quarter, uint128 profit, bytes32 report) external restricted {
        if (block.timestamp < start || quarter >= quarterOf(block.timestamp)) revert QuarterNotOver(quarter);
        Quarter storage entry = _quarters[quarter];
        if (entry.burned != 0) revert AlreadyBurned(quarter);
        // forge-lint: disable-next-line(unsafe-typecast)
        entry.attestedAt = uint32(block.timestamp); // until 2106
        entry.profit = profit;
        entry.report = report;
        emit ProfitAttested(quarter, profit, report);
    }

    /// @notice Has 40 % of a quarter's profit bought and burned. Roles.AUDIT.
    /// @param minimum The least AUC to accept for it.
    /// @return burned The AUC burned.
    function burn(uint256 quarter, uint96 minimum)
        external
        restricted
        whenNotPaused
        returns (uint256 burned)
    {
        Quarter storage entry = _quarters[quarter];
        if (entry.burned != 0) revert AlreadyBurned(quarter);
        if (entry.attestedAt == 0 || block.timestamp < entry.attestedAt + REVIEW) {
            revert NotReviewed(quarter);
        }
        uint256 budget = uint256(entry.profit) * PERCENT / 100;
        if (budget == 0) revert NothingToBurn(quarter);
        // Marks the quarter before the buyer, which may call anyone, is called; the figure follows.
        entry.burned = type(uint96).max;

        uint256 before = auc.balanceOf(address(this));
        buyer.buy(budget);
        burned = auc.balanceOf(address(this)) - before;
        if (burned == 0 || burned < minimum) revert TooLittleBought(burned, minimum);
        // forge-lint: disable-next-line(unsafe-typecast)
        entry.burned = uint96(burned); // at most the supply
        emit Burned(quarter, budget, burned);
        auc.burn(burned);
    }

    /// @notice Sets where AUC is bought. Roles.FOUNDATION.
    function setBuyer(IBuyer buyer_) external restricted {
        _setBuyer(buyer_);
    }

    /// @notice The quarter that `time` falls into; reverts before quarter 0.
    function quarterOf(uint256 time) public view returns (uint256) {
        return (time - start) / QUARTER;
    }

    /// @notice A quarter's profit and what became of it.
    function quarterly(uint256 quarter) external view returns (Quarter memory) {
        return _quarters[quarter];
    }

    function _setBuyer(IBuyer buyer_) private {
        buyer = buyer_;
        emit BuyerChanged(address(buyer_));
    }
}
