// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../auc/AUC.sol";
import {IFeeRouter} from "./IFeeRouter.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title Takes the fees of paid services and shares them out
/// @notice A payment settles between payer and payee in one transaction; the fee stays here and belongs to
/// the accounts that share in it, each of which is paid on demand. Whatever else arrives, native or wrapped,
/// is shared as fees are.
///
/// ```
/// payer ─price─► FeeRouter ─price − fee─► payee
///                    └─fee─► settle: owed to each share ─► release
/// ```
/// @dev Invariant: `address(this).balance >= totalOwed`. No ledger is kept of fees that are not settled yet:
/// they are the balance above `totalOwed`.
contract FeeRouter is IFeeRouter, AccessManaged {
    using SafeERC20 for AUC;

    /// @notice An account's part of all fees.
    struct Share {
        address account;
        /// Ten-thousandths.
        uint16 parts;
    }

    /// @notice The highest rate: 10 % of the price.
    uint16 public constant MAX_RATE = 1_000;

    /// @notice The most accounts that share in the fees.
    uint256 public constant MAX_SHARES = 16;

    uint256 private constant WHOLE = 10_000;

    /// @notice The ERC-20 face of the coin.
    AUC public immutable auc;

    /// @notice The rate of a service in ten-thousandths of the price.
    mapping(bytes32 service => uint16 rate) public rateOf;

    /// @notice What has been settled for an account and not yet released, in units of 10^-18 AUC.
    mapping(address account => uint256 amount) public owed;

    /// @notice The sum of `owed`.
    uint256 public totalOwed;

    Share[] private _shares;

    /// @notice Fees of `amount` were credited to the shares.
    event Settled(uint256 amount);

    /// @notice `amount` was paid to an account that shares in the fees.
    event Released(address indexed account, uint256 amount);

    /// @notice Fees that come in from now on belong to these shares.
    event SharesChanged(Share[] shares);

    /// @notice No share, too many, an account that is zero or this contract, or parts that are not 10,000.
    error InvalidShares();

    /// @notice Nothing is owed to this account.
    error NothingOwed(address account);

    /// @param authority The foundation's AccessManager.
    /// @param auc_ `AUC`.
    /// @param shares_ Who shares in the fees; 10,000 parts in all.
    constructor(address authority, AUC auc_, Share[] memory shares_) AccessManaged(authority) {
        auc = auc_;
        _setShares(shares_);
    }

    /// @notice Takes native coins, which are shared as fees are.
    receive() external payable {}

    /// @inheritdoc IFeeRouter
    function collectNative(bytes32 service, address payer) external payable {
        emit FeePaid(service, payer, address(0), msg.value, msg.value);
    }

    /// @inheritdoc IFeeRouter
    function collect(bytes32 service, address payer, uint256 fee) external {
        emit FeePaid(service, payer, address(0), fee, fee);
        auc.safeTransferFrom(msg.sender, address(this), fee);
    }

    /// @inheritdoc IFeeRouter
    function payNative(bytes32 service, address payee) external payable returns (uint256 fee) {
        fee = feeOf(service, msg.value);
        emit FeePaid(service, msg.sender, payee, msg.value, fee);
        Address.sendValue(payable(payee), msg.value - fee);
    }

    /// @inheritdoc IFeeRouter
    function pay(bytes32 service, address payee, uint256 price) external returns (uint256 fee) {
        return _pay(service, payee, price);
    }

    /// @inheritdoc IFeeRouter
    function payWithPermit(
        bytes32 service,
        address payee,
        uint256 price,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 fee) {
        // A permit that someone else has already carried has done its work; if it has not, `_pay` reverts.
        try auc.permit(msg.sender, address(this), price, deadline, v, r, s) {} catch {}
        return _pay(service, payee, price);
    }

    /// @notice Credits all fees that have come in to the shares; anyone may call.
    function settle() public {
        uint256 wrapped = auc.balanceOf(address(this));
        if (wrapped != 0) auc.withdraw(wrapped);
        uint256 amount = address(this).balance - totalOwed;
        if (amount == 0) return;
        totalOwed += amount;
        emit Settled(amount);
        uint256 left = amount;
        uint256 last = _shares.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            uint256 part = amount * _shares[i].parts / WHOLE;
            owed[_shares[i].account] += part;
            left -= part;
        }
        owed[_shares[last].account] += left;
    }

    /// @notice Settles, then pays an account what it is owed; anyone may call.
    /// @return amount What was paid.
    function release(address account) external returns (uint256 amount) {
        settle();
        amount = owed[account];
        if (amount == 0) revert NothingOwed(account);
        owed[account] = 0;
        totalOwed -= amount;
        emit Released(account, amount);
        Address.sendValue(payable(account), amount);
    }

    /// @notice Sets the rate of a service in ten-thousandths of the price. Roles.EXECUTIVE.
    function setRate(bytes32 service, uint16 rate) external restricted {
        if (rate > MAX_RATE) revert RateTooHigh(rate, MAX_RATE);
        rateOf[service] = rate;
        emit FeeRateChanged(service, rate);
    }

    /// @notice Sets who shares in fees that come in from now on; earlier ones are settled by the old shares.
    /// Roles.FOUNDATION.
    function setShares(Share[] calldata shares_) external restricted {
        settle();
        _setShares(shares_);
    }

    /// @inheritdoc IFeeRouter
    function feeOf(bytes32 service, uint256 price) public view returns (uint256) {
        return price * rateOf[service] / WHOLE;
    }

    /// @notice Who shares in the fees; the last takes what rounding leaves.
    function shares() external view returns (Share[] memory) {
        return _shares;
    }

    function _pay(bytes32 service, address payee, uint256 price) private returns (uint256 fee) {
        fee = feeOf(service, price);
        emit FeePaid(service, msg.sender, payee, price, fee);
        auc.safeTransferFrom(msg.sender, address(this), fee);
        auc.safeTransferFrom(msg.sender, payee, price - fee);
    }

    function _setShares(Share[] memory shares_) private {
        if (shares_.length == 0 || shares_.length > MAX_SHARES) revert InvalidShares();
        delete _shares;
        uint256 parts;
        for (uint256 i = 0; i < shares_.length; ++i) {
            if (shares_[i].account == address(0) || shares_[i].account == address(this)) {
                revert InvalidShares();
            }
            parts += shares_[i].parts;
            _shares.push(shares_[i]);
        }
        if (parts != WHOLE) revert InvalidShares();
        emit SharesChanged(shares_);
    }
}
