// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../auc/AUC.sol";
import {IMembership} from "../members/IMembership.sol";
import {Stoppable} from "./Stoppable.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title The foundation's treasury
/// @notice Holds the foundation's share of AUC and its income, and pays members in native coins: by a vote
/// (through the timelock), in an emergency, or out of a committee's budget.
///
/// ```
/// timelock, EmergencySpending ─spend──────────┐
/// committee with a budget ──spendFromBudget───┼─ limit for 30 days, pause ─► a member
/// buy-back's adapter ────────draw─────────────┘                            ─► the adapter
/// ```
/// @dev Amounts are in units of 10^-18 AUC. A period is 30 days; periods are counted from the epoch of time.
contract Treasury is Stoppable {
    /// @notice What an account may spend on its own in each period. One storage slot.
    struct Budget {
        /// What it may spend in a period.
        uint104 perPeriod;
        /// What it has spent in `period`.
        uint104 spent;
        /// The period of its last payment.
        uint48 period;
    }

    /// @notice The length of a period in seconds.
    uint256 public constant PERIOD = 30 days;

    /// @notice The ERC-20 face of the coin.
    AUC public immutable auc;

    /// @notice Membership, checked when coins are paid out.
    IMembership public immutable members;

    /// @notice What may leave the treasury in a period, and what has left in the current or last one.
    Budget public outflow;

    /// @notice The budget of an account.
    mapping(address account => Budget budget) public budgetOf;

    /// @notice `by` paid `amount` to `to`. `reason` is the hash of the decision or the invoice.
    event Spent(address indexed by, address indexed to, uint256 amount, bytes32 reason);

    /// @notice The buy-back's adapter `by` drew `amount`.
    event Drawn(address indexed by, uint256 amount);

    /// @notice `account` may spend `perPeriod` on its own in each period from now on.
    event BudgetChanged(address indexed account, uint256 perPeriod);

    /// @notice `limit` may leave the treasury in each period from now on.
    event LimitChanged(uint256 limit);

    /// @notice The payment would exceed the caller's budget: `left` is left in this period.
    error BudgetExceeded(address account, uint256 amount, uint256 left);

    /// @notice The payment would exceed the treasury's limit: `left` is left in this period.
    error LimitExceeded(uint256 amount, uint256 left);

    /// @notice The risk committee can only lower the limit.
    error NotLower(uint256 limit, uint256 current);

    /// @param authority The foundation's AccessManager.
    /// @param members_ Membership.
    /// @param auc_ `AUC`.
    /// @param limit What may leave in each period at first.
    constructor(address authority, IMembership members_, AUC auc_, uint104 limit)
        payable
        AccessManaged(authority)
    {
        members = members_;
        auc = auc_;
        _setLimit(limit);
    }

    /// @notice Takes native coins: income, and coins unwrapped.
    receive() external payable {}

    /// @notice Pays a member. Roles.TREASURER.
    function spend(address to, uint256 amount, bytes32 reason) external restricted whenNotPaused {
        _spend(to, amount, reason);
    }

    /// @notice Pays a member out of the caller's budget; for accounts with a budget.
    function spendFromBudget(address to, uint256 amount, bytes32 reason) external whenNotPaused {
        Budget storage budget = budgetOf[msg.sender];
        uint256 left = _left(budget);
        if (amount > left) revert BudgetExceeded(msg.sender, amount, left);
        _book(budget, amount);
        _spend(to, amount, reason);
    }

    /// @notice Pays the caller, who buys back and burns. Roles.BUYER.
    function draw(uint256 amount) external restricted whenNotPaused {
        _leave(amount);
        emit Drawn(msg.sender, amount);
        Address.sendValue(payable(msg.sender), amount);
    }

    /// @notice Unwraps all wrapped coins of the treasury; anyone may call.
    function unwrap() external {
        auc.withdraw(auc.balanceOf(address(this)));
    }

    /// @notice Sets what `account` may spend on its own in each period. Roles.FOUNDATION.
    function setBudget(address account, uint104 perPeriod) external restricted {
        budgetOf[account].perPeriod = perPeriod;
        emit BudgetChanged(account, perPeriod);
    }

    /// @notice Sets what may leave in each period. Roles.FOUNDATION.
    function setLimit(uint104 limit) external restricted {
        _setLimit(limit);
    }

    /// @notice Lowers what may leave in each period. Roles.RISK.
    function lowerLimit(uint104 limit) external restricted {
        if (limit >= outflow.perPeriod) revert NotLower(limit, outflow.perPeriod);
        _setLimit(limit);
    }

    /// @notice What `account` may still spend on its own in this period, within `leftInPeriod`.
    function budgetLeft(address account) external view returns (uint256) {
        return _left(budgetOf[account]);
    }

    /// @notice What may still leave in this period.
    function leftInPeriod() external view returns (uint256) {
        return _left(outflow);
    }

    function _spend(address to, uint256 amount, bytes32 reason) private {
        members.requireMember(to);
        _leave(amount);
        emit Spent(msg.sender, to, amount, reason);
        Address.sendValue(payable(to), amount);
    }

    function _leave(uint256 amount) private {
        uint256 left = _left(outflow);
        if (amount > left) revert LimitExceeded(amount, left);
        _book(outflow, amount);
    }

    function _setLimit(uint104 limit) private {
        outflow.perPeriod = limit;
        emit LimitChanged(limit);
    }

    function _left(Budget storage budget) private view returns (uint256) {
        uint256 spent = budget.period == _period() ? budget.spent : 0;
        return spent < budget.perPeriod ? budget.perPeriod - spent : 0;
    }

    /// @dev Books an amount that is within what is left.
    function _book(Budget storage budget, uint256 amount) private {
        if (budget.period != _period()) (budget.period, budget.spent) = (_period(), 0);
        // forge-lint: disable-next-line(unsafe-typecast)
        budget.spent += uint104(amount); // at most `perPeriod`
    }

    function _period() private view returns (uint48) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint48(block.timestamp / PERIOD); // a time fits
    }
}
