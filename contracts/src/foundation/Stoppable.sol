// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title A contract of the foundation that the risk committee can stop
/// @notice `paused()` tells whether it is stopped. Stopping moves nothing and takes nothing from anyone.
abstract contract Stoppable is AccessManaged, Pausable {
    /// @notice Stops distribution. Roles.RISK.
    function pause() external restricted {
        _pause();
    }

    /// @notice Lets distribution go on. Roles.RISK.
    function unpause() external restricted {
        _unpause();
    }
}
