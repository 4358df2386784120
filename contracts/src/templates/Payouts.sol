// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title Coins owed to accounts, which they fetch
/// @notice Nobody is paid by a call that could fail or call back in the middle of something: what is due is
/// written down, and whoever it is due to sends it where they like. Amounts are in units of 10^-18 AUC.
abstract contract Payouts {
    /// @notice `amount` more is owed to `account`.
    event Owed(address indexed account, uint256 amount);

    /// @notice `account` fetched `amount` and sent it to `to`.
    event Withdrawn(address indexed account, address to, uint256 amount);

    /// @notice Nothing is owed to the caller.
    error NothingOwed(address account);

    /// @notice What is owed to `account`.
    mapping(address account => uint256) public owedTo;

    /// @notice Sends all that is owed to the caller to `to`.
    function withdraw(address payable to) external returns (uint256 amount) {
        amount = owedTo[msg.sender];
        if (amount == 0) revert NothingOwed(msg.sender);
        delete owedTo[msg.sender];
        emit Withdrawn(msg.sender, to, amount);
        Address.sendValue(to, amount);
    }

    function _owe(address account, uint256 amount) internal {
        if (amount == 0) return;
        owedTo[account] += amount;
        emit Owed(account, amount);
    }
}
