// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Roles} from "./Roles.sol";

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {
    GovernorCountingSimple
} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {
    GovernorPreventLateQuorum
} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {
    GovernorTimelockControl
} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The foundation's governor
/// @notice One delegated wrapped AUC is one vote; native and unvested coins do not vote. What passes is
/// executed by the timelock, whose reach is the treasury and parameters, never members' assets.
///
/// ```
/// propose (10,000,000 AUC) ─2 days→ vote (7 days) ─quorum, majority→ queue ─2 days→ execute
///                    └──────── audit or risk: cancel, at any time before it is executed ──────┘
/// ```
/// @dev The quorum, for and abstain together, is max(4 % of the wrapped supply when voting began,
/// 200,000,000 AUC), so whoever wraps coins on a young chain decides nothing alone. A quorum that comes late
/// prolongs the vote by two days. Times are in seconds (ERC-6372 clock of AUC).
contract FoundationGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorPreventLateQuorum,
    GovernorTimelockControl
{
    using Bytes for bytes;

    /// @notice The quorum's floor, in units of 10^-18 AUC; no vote can lower it.
    uint256 public constant QUORUM_FLOOR = 200_000_000 ether;

    /// @notice The quorum in hundredths of the wrapped supply.
    uint256 public constant QUORUM_PERCENT = 4;

    /// @notice Who holds which role.
    IAccessManager public immutable authority;

    /// @notice When the voters were last seen to decide, or a guardian to stop them: seconds since the epoch.
    /// Set at construction, by a vote that reaches its quorum, and by a guardian's cancellation, so that no
    /// committee can bring about the silence after which `EmergencySpending` opens.
    uint48 public lastSignOfLife;

    /// @notice `lastSignOfLife` is now.
    event SignOfLife(uint256 indexed proposalId);

    /// @param auc `AUC`, whose votes count.
    /// @param timelock_ The foundation's timelock.
    /// @param authority_ The foundation's AccessManager.
    constructor(IVotes auc, TimelockController timelock_, IAccessManager authority_)
        Governor("Autochain Foundation")
        GovernorSettings(2 days, 7 days, 10_000_000 ether)
        GovernorVotes(auc)
        GovernorPreventLateQuorum(2 days)
        GovernorTimelockControl(timelock_)
    {
        authority = authority_;
        lastSignOfLife = clock();
    }

    /// @notice The votes, for and abstain, that a proposal whose voting began at `timepoint` needs.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return Math.max(token().getPastTotalSupply(timepoint) * QUORUM_PERCENT / 100, QUORUM_FLOOR);
    }

    /// @notice Cancels a proposal that is not executed: the audit and the risk committee, and the proposer
    /// before the vote. A committee cannot cancel a proposal that does nothing but change who that
    /// committee is; the other one can.
    function cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) public override returns (uint256 proposalId) {
        address caller = _msgSender();
        bool guarded = _guards(Roles.AUDIT, caller, targets, calldatas)
            || _guards(Roles.RISK, caller, targets, calldatas);
        if (!guarded) return super.cancel(targets, values, calldatas, descriptionHash);
        proposalId = _cancel(targets, values, calldatas, descriptionHash);
        _signOfLife(proposalId);
    }

    /// @inheritdoc Governor
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState)
    {
        return super.state(proposalId);
    }

    /// @inheritdoc Governor
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @notice The votes that a proposer needs, in units of 10^-18 AUC.
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    /// @notice When the vote on a proposal ends, seconds since the epoch.
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
        if (_quorumReached(proposalId)) _signOfLife(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }

    function _signOfLife(uint256 proposalId) private {
        lastSignOfLife = clock();
        emit SignOfLife(proposalId);
    }

    /// @dev Whether `account` is the committee `role` and the proposal is more than a change of that committee.
    function _guards(uint64 role, address account, address[] memory targets, bytes[] memory calldatas)
        private
        view
        returns (bool)
    {
        (bool member,) = authority.hasRole(role, account);
        return member && !_onlyChangesHolders(role, targets, calldatas);
    }

    /// @dev Whether every call grants or revokes `role` at the AccessManager.
    function _onlyChangesHolders(uint64 role, address[] memory targets, bytes[] memory calldatas)
        private
        view
        returns (bool)
    {
        bytes memory grant = abi.encodePacked(IAccessManager.grantRole.selector, uint256(role));
        bytes memory revoke = abi.encodePacked(IAccessManager.revokeRole.selector, uint256(role));
        for (uint256 i = 0; i < targets.length; ++i) {
            bytes memory head = calldatas[i].slice(0, grant.length);
            bool changes = head.equal(grant) || head.equal(revoke);
            if (targets[i] != address(authority) || !changes) return false;
        }
        return true;
    }
}
