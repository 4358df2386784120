// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title The roles of the foundation's AccessManager
/// @notice A role is an id; who holds it and which functions it may call stand in `Authority`. Role 0, the
/// manager's own ADMIN_ROLE, is held by the timelock alone, so every change of a role is a vote.
library Roles {
    /// @notice The executive committee.
    uint64 internal constant EXECUTIVE = 1;

    /// @notice The risk committee: pauses, lowers limits, cancels proposals.
    uint64 internal constant RISK = 2;

    /// @notice The committee for pay and personnel.
    uint64 internal constant PAY = 3;

    /// @notice The audit committee: attests profit, burns, rejects reward roots, cancels proposals.
    uint64 internal constant AUDIT = 4;

    /// @notice The foundation as voted: the timelock. Sets parameters.
    uint64 internal constant FOUNDATION = 5;

    /// @notice Names registrars and their threshold.
    uint64 internal constant REGISTRAR_ADMIN = 6;

    /// @notice The title authority: voids and re-issues the token of one tag.
    uint64 internal constant TITLE = 7;

    /// @notice Signs and revokes memberships and licences.
    uint64 internal constant ISSUER = 8;

    /// @notice Spends from the treasury: the timelock and `EmergencySpending`.
    uint64 internal constant TREASURER = 9;

    /// @notice Draws the buy-back's budget from the treasury: the adapter in use.
    uint64 internal constant BUYER = 10;
}
