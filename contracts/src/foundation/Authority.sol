// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title Who may call what
/// @notice The one AccessManager of the foundation. Its whole table of roles and rules stands in its
/// constructor and the timelock is its only administrator from the first block, so no deployer ever holds
/// power and every later change is a vote.
/// @dev Targets and holders need no code yet when this is constructed.
contract Authority is AccessManager {
    /// @notice `account` holds `role`; its calls wait `delay` seconds between `schedule` and `execute`.
    struct Grant {
        uint64 role;
        address account;
        uint32 delay;
    }

    /// @notice The function `selector` of `target` may be called by the holders of `role`.
    struct Rule {
        address target;
        bytes4 selector;
        uint64 role;
    }

    /// @param timelock The administrator.
    /// @param grants The holders of roles.
    /// @param rules The restricted functions. One that is not listed is the administrator's.
    constructor(address timelock, Grant[] memory grants, Rule[] memory rules) AccessManager(timelock) {
        for (uint256 i = 0; i < grants.length; ++i) {
            _grantRole(grants[i].role, grants[i].account, 0, grants[i].delay);
        }
        for (uint256 i = 0; i < rules.length; ++i) {
            _setTargetFunctionRole(rules[i].target, rules[i].selector, rules[i].role);
        }
    }
}
