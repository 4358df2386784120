// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title The foundation's hands: what the governor decided, two days later
/// @notice Proposes, cancels and executes for the governor alone, and has no administrator but itself.
contract FoundationTimelock is TimelockController {
    /// @notice The delay at genesis between a decision and its execution, in seconds.
    uint256 public constant DELAY = 2 days;

    /// @param governor The foundation's governor.
    constructor(address governor) TimelockController(DELAY, _only(governor), _only(governor), address(0)) {}

    function _only(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }
}
