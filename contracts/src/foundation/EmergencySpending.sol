// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {FoundationGovernor} from "./FoundationGovernor.sol";
import {Roles} from "./Roles.sol";
import {Treasury} from "./Treasury.sol";

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

/// @title Spending when the voters are silent
/// @notice When no vote has reached its quorum for 90 days, three of the four committees may pay a member
/// from the treasury, 14 days after the third approved. It can do nothing else, and the next sign of life of
/// the voters voids every payment that is not made.
///
/// ```
/// propose ─► approve × 3 ─14 days→ execute (within 14 days)
/// ```
contract EmergencySpending {
    /// @notice A payment that committees approve.
    struct Payment {
        /// The member to pay.
        address to;
        /// The amount, in units of 10^-18 AUC.
        uint96 amount;
        /// When it may be executed, seconds since the epoch; 0 while fewer than three approve.
        uint48 readyAt;
        /// The committees that approve, a bit for each role.
        uint8 approvals;
        /// Whether it has been paid.
        bool executed;
        /// The voters' last sign of life when it was proposed, seconds since the epoch; a later one voids it.
        uint48 lastSignOfLife;
        /// The hash of the decision.
        bytes32 reason;
    }

    /// @notice How long the voters must have been silent, in seconds.
    uint256 public constant SILENCE = 90 days;

    /// @notice The delay between the third approval and the payment, in seconds.
    uint256 public constant DELAY = 14 days;

    /// @notice How long after the delay the payment may be executed, in seconds.
    uint256 public constant WINDOW = 14 days;

    /// @notice The committees that must approve, of four.
    uint256 public constant NEEDED = 3;

    /// @notice What is spent from.
    Treasury public immutable treasury;

    /// @notice Whose silence opens this.
    FoundationGovernor public immutable governor;

    /// @notice Who is which committee.
    IAccessManager public immutable authority;

    /// @notice The number of payments; ids run from 0.
    uint256 public count;

    mapping(uint256 id => Payment payment) private _payments;

    /// @notice A committee proposed a payment.
    event Proposed(uint256 indexed id, address indexed to, uint256 amount, bytes32 reason);

    /// @notice A committee approves a payment. `readyAt` is 0 while fewer than three do.
    event Approved(uint256 indexed id, uint64 indexed committee, uint48 readyAt);

    /// @notice A committee no longer approves a payment. `readyAt` is 0 when fewer than three do.
    event ApprovalWithdrawn(uint256 indexed id, uint64 indexed committee, uint48 readyAt);

    /// @notice A payment was made.
    event Executed(uint256 indexed id);

    /// @notice The voters gave a sign of life less than 90 days ago; it would open at `opensAt`.
    error VotersNotSilent(uint256 opensAt);

    /// @notice The caller is not this committee, or the role is not a committee's.
    error NotCommittee(address account, uint64 role);

    /// @notice There is no payment with this id, it has been made, or a sign of life has voided it.
    error NotPending(uint256 id);

    /// @notice The committee's approval stands already, or does not stand.
    error ApprovalUnchanged(uint256 id, uint64 committee);

    /// @notice The payment is not approved, its delay still runs, or its window has passed.
    error NotReady(uint256 id, uint256 readyAt);

    /// @param treasury_ The foundation's treasury, which must let this contract spend.
    /// @param governor_ The foundation's governor.
    /// @param authority_ The foundation's AccessManager.
    constructor(Treasury treasury_, FoundationGovernor governor_, IAccessManager authority_) {
        treasury = treasury_;
        governor = governor_;
        authority = authority_;
    }

    /// @notice Proposes a payment and approves it for the caller's committee.
    /// @param committee The caller's role: EXECUTIVE, RISK, PAY or AUDIT.
    /// @return id The payment's id.
    function propose(uint64 committee, address to, uint96 amount, bytes32 reason)
        external
        returns (uint256 id)
    {
        _requireCommittee(committee);
        uint256 opening = opensAt();
        if (block.timestamp < opening) revert VotersNotSilent(opening);
        id = count++;
        Payment storage payment = _payments[id];
        (payment.to, payment.amount, payment.reason) = (to, amount, reason);
        payment.lastSignOfLife = governor.lastSignOfLife();
        emit Proposed(id, to, amount, reason);
        _approve(id, payment, committee);
    }

    /// @notice Approves a payment for the caller's committee; the third starts the delay.
    function approve(uint256 id, uint64 committee) external {
        _requireCommittee(committee);
        _approve(id, _pending(id), committee);
    }

    /// @notice Takes back the approval of the caller's committee; with fewer than three the delay ends.
    function withdrawApproval(uint256 id, uint64 committee) external {
        _requireCommittee(committee);
        Payment storage payment = _pending(id);
        uint8 bit = _bit(committee);
        if (payment.approvals & bit == 0) revert ApprovalUnchanged(id, committee);
        payment.approvals ^= bit;
        if (_count(payment.approvals) < NEEDED) payment.readyAt = 0;
        emit ApprovalWithdrawn(id, committee, payment.readyAt);
    }

    /// @notice Makes an approved payment after its delay; anyone may call.
    function execute(uint256 id) external {
        Payment storage payment = _pending(id);
        uint256 readyAt = payment.readyAt;
        if (readyAt == 0 || block.timestamp < readyAt || block.timestamp >= readyAt + WINDOW) {
            revert NotReady(id, readyAt);
        }
        payment.executed = true;
        emit Executed(id);
        treasury.spend(payment.to, payment.amount, payment.reason);
    }

    /// @notice A payment.
    function paymentOf(uint256 id) external view returns (Payment memory) {
        return _payments[id];
    }

    /// @notice When this opens, if the voters give no sign of life until then: seconds since the epoch.
    function opensAt() public view returns (uint256) {
        return governor.lastSignOfLife() + SILENCE;
    }

    function _approve(uint256 id, Payment storage payment, uint64 committee) private {
        uint8 bit = _bit(committee);
        if (payment.approvals & bit != 0) revert ApprovalUnchanged(id, committee);
        payment.approvals |= bit;
        if (_count(payment.approvals) == NEEDED) {
            // forge-lint: disable-next-line(unsafe-typecast)
            payment.readyAt = uint48(block.timestamp + DELAY); // a time fits
        }
        emit Approved(id, committee, payment.readyAt);
    }

    function _requireCommittee(uint64 role) private view {
        bool committee =
            role == Roles.EXECUTIVE || role == Roles.RISK || role == Roles.PAY || role == Roles.AUDIT;
        if (committee) (committee,) = authority.hasRole(role, msg.sender);
        if (!committee) revert NotCommittee(msg.sender, role);
    }

    function _pending(uint256 id) private view returns (Payment storage payment) {
        payment = _payments[id];
        if (id >= count || payment.executed || payment.lastSignOfLife != governor.lastSignOfLife()) {
            revert NotPending(id);
        }
    }

    /// @dev Committees' role ids are 1 to 4.
    function _bit(uint64 committee) private pure returns (uint8) {
        // forge-lint: disable-next-line(unsafe-typecast,incorrect-shift)
        return uint8(1 << (committee - 1));
    }

    function _count(uint8 approvals) private pure returns (uint256 ones) {
        for (uint256 i = 0; i < 4; ++i) {
            ones += approvals >> i & 1;
        }
    }
}
