// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {FoundationGovernor} from "../../src/foundation/FoundationGovernor.sol";
import {Roles} from "../../src/foundation/Roles.sol";
import {Treasury} from "../../src/foundation/Treasury.sol";
import {FoundationFixture} from "./FoundationFixture.sol";

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

contract GovernorTest is FoundationFixture {
    uint256 private constant ALL = 10_000_000_000 ether;
    uint8 private constant AGAINST = 0;
    uint8 private constant FOR = 1;
    uint8 private constant ABSTAIN = 2;

    address[] private targets = new address[](1);
    uint256[] private values = new uint256[](1);
    bytes[] private calls = new bytes[](1);

    function setUp() public override {
        super.setUp();
        targets[0] = address(treasury);
        calls[0] = abi.encodeCall(Treasury.setLimit, (LIMIT * 2));
    }

    function _propose(address proposer) private returns (uint256 id) {
        vm.prank(proposer);
        return governor.propose(targets, values, calls, "");
    }

    function _vote(uint256 id, address voter, uint8 support) private {
        vm.prank(voter);
        governor.castVote(id, support);
    }

    function _openVote() private {
        vm.warp(block.timestamp + 2 days + 1);
    }

    function _endVote() private {
        vm.warp(block.timestamp + 7 days);
    }

    function _queue() private {
        governor.queue(targets, values, calls, keccak256(""));
    }

    function _execute() private {
        governor.execute(targets, values, calls, keccak256(""));
    }

    function _cancel(address by) private {
        vm.prank(by);
        governor.cancel(targets, values, calls, keccak256(""));
    }

    // What passes

    function test_row25_aVoteOverTheFloorChangesAParameterTwoDaysLater() public {
        _wrap(alice, 200_000_000 ether);
        vm.warp(block.timestamp + 1);
        assertEq(governor.proposalThreshold(), 10_000_000 ether);
        uint256 id = _propose(alice);
        assertTrue(governor.proposalNeedsQueuing(id));
        _openVote();
        _vote(id, alice, FOR);
        _endVote();
        _queue();
        vm.expectRevert();
        _execute();
        vm.warp(block.timestamp + timelock.DELAY());
        _execute();
        (uint104 limit,,) = treasury.outflow();
        assertEq(limit, LIMIT * 2);
    }

    function test_row25_oneWrappedAucOnAFreshGenesisPassesNothing() public {
        _wrap(alice, 1 ether);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, alice, 1 ether, 10_000_000 ether
            )
        );
        _propose(alice);
    }

    function testFuzz_row25_onePercentOfAllOnAFreshGenesisPassesNothing(uint256 wrapped) public {
        wrapped = bound(wrapped, 10_000_000 ether, ALL / 100);
        _wrap(alice, wrapped);
        vm.warp(block.timestamp + 1);
        uint256 id = _propose(alice);
        _openVote();
        _vote(id, alice, FOR);
        _endVote();
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue();
    }

    function test_nativeCoinsDoNotVote() public {
        vm.deal(alice, ALL);
        vm.prank(alice);
        auc.delegate(alice);
        vm.warp(block.timestamp + 1);
        vm.expectPartialRevert(IGovernor.GovernorInsufficientProposerVotes.selector);
        _propose(alice);
    }

    function testFuzz_quorumIsFourPercentOfThePastSupplyOrTheFloor(uint256 wrapped, uint256 later) public {
        wrapped = bound(wrapped, 0, ALL);
        later = bound(later, 0, ALL);
        _wrap(alice, wrapped);
        vm.warp(block.timestamp + 10);
        _wrap(bob, later);
        vm.warp(block.timestamp + 10);
        uint256 share = wrapped * 4 / 100;
        assertEq(governor.quorum(NOW + 5), share > 200_000_000 ether ? share : 200_000_000 ether);
    }

    function test_quorumIsForAndAbstainTogether() public {
        _wrap(alice, 10_000_000 ether);
        _wrap(bob, 190_000_000 ether);
        vm.warp(block.timestamp + 1);
        uint256 id = _propose(alice);
        _openVote();
        _vote(id, alice, FOR);
        _vote(id, bob, ABSTAIN);
        _endVote();
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Succeeded));
    }

    function test_aLateQuorumProlongsTheVote() public {
        _wrap(alice, 200_000_000 ether);
        _wrap(bob, 300_000_000 ether);
        vm.warp(block.timestamp + 1);
        uint256 id = _propose(alice);
        _openVote();
        uint256 end = governor.proposalDeadline(id);
        vm.warp(end);
        _vote(id, alice, FOR);
        assertEq(governor.proposalDeadline(id), end + 2 days);
        vm.warp(end + 1 days);
        _vote(id, bob, AGAINST);
        vm.warp(end + 2 days + 1);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
    }

    // Guardians

    function test_row25_auditAndRiskCancelAtAnyTimeBeforeExecution() public {
        _wrap(alice, 200_000_000 ether);
        vm.warp(block.timestamp + 1);
        address[2] memory guardians = [at.audit, at.risk];
        for (uint256 i = 0; i < guardians.length; ++i) {
            for (uint256 stage = 0; stage < 4; ++stage) {
                values[0] = i * 4 + stage; // another proposal each time; values do not matter to a defeat
                uint256 id = _propose(alice);
                if (stage >= 1) _openVote();
                if (stage >= 2) {
                    _vote(id, alice, FOR);
                    _endVote();
                }
                if (stage >= 3) _queue();
                _cancel(guardians[i]);
                assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Canceled));
                vm.warp(block.timestamp + 30 days);
                vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
                _execute();
            }
        }
    }

    /// A proposal that replaces this committee, and one that does something else besides.
    function _replace(uint64 role, bool andMore) private {
        uint256 length = andMore ? 3 : 2;
        (targets, values, calls) = (new address[](length), new uint256[](length), new bytes[](length));
        (targets[0], targets[1]) = (address(authority), address(authority));
        calls[0] = abi.encodeCall(IAccessManager.revokeRole, (role, at.audit));
        calls[1] = abi.encodeCall(IAccessManager.grantRole, (role, bob, 0));
        if (!andMore) return;
        targets[2] = address(treasury);
        calls[2] = abi.encodeCall(Treasury.setLimit, (LIMIT * 2));
    }

    function test_row25_aCommitteeDoesNotCancelItsOwnReplacementButTheOtherDoes() public {
        _wrap(alice, 200_000_000 ether);
        vm.warp(block.timestamp + 1);
        uint64[2] memory roles = [Roles.AUDIT, Roles.RISK];
        address[2] memory committees = [at.audit, at.risk];
        for (uint256 i = 0; i < 2; ++i) {
            _replace(roles[i], false);
            uint256 id = _propose(alice);
            vm.expectRevert(
                abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, committees[i])
            );
            _cancel(committees[i]);
            _cancel(committees[1 - i]);
            assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Canceled));
        }
    }

    function test_row25_aReplacementThatDoesMoreIsCancelledByItsCommittee() public {
        _wrap(alice, 200_000_000 ether);
        vm.warp(block.timestamp + 1);
        _replace(Roles.AUDIT, true);
        _propose(alice);
        _cancel(at.audit);

        _replace(Roles.AUDIT, false);
        targets[1] = address(treasury); // another target
        _propose(alice);
        _cancel(at.audit);

        _replace(Roles.AUDIT, false);
        calls[1] = abi.encodeCall(IAccessManager.grantRole, (Roles.TREASURER, bob, 0));
        _propose(alice);
        _cancel(at.audit);

        _replace(Roles.AUDIT, false);
        calls[1] = hex"25c471a0"; // too short to name a role
        _propose(alice);
        _cancel(at.audit);
    }

    function testFuzz_nobodyElseCancelsAVote(address account) public {
        vm.assume(account != at.audit && account != at.risk);
        _wrap(alice, 200_000_000 ether);
        vm.warp(block.timestamp + 1);
        uint256 id = _propose(alice);
        _openVote();
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, account));
        _cancel(account);
    }

    function test_aProposerWithdrawsBeforeTheVote() public {
        _wrap(alice, 10_000_000 ether);
        vm.warp(block.timestamp + 1);
        uint256 id = _propose(alice);
        _cancel(alice);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Canceled));
        assertEq(governor.lastSignOfLife(), NOW); // a proposer's change of mind is not the voters'
    }

    // Signs of life

    function test_aQuorumIsASignOfLifeAndLessIsNot() public {
        assertEq(governor.lastSignOfLife(), NOW);
        _wrap(alice, 199_999_999 ether);
        _wrap(bob, 1 ether);
        vm.warp(block.timestamp + 1);
        uint256 id = _propose(alice);
        _openVote();
        _vote(id, alice, FOR);
        assertEq(governor.lastSignOfLife(), NOW);
        vm.expectEmit(address(governor));
        emit FoundationGovernor.SignOfLife(id);
        _vote(id, bob, FOR);
        assertEq(governor.lastSignOfLife(), block.timestamp);
    }

    function test_aGuardiansCancellationIsASignOfLife() public {
        _wrap(alice, 10_000_000 ether);
        vm.warp(block.timestamp + 1);
        _propose(alice);
        _openVote();
        _cancel(at.risk);
        assertEq(governor.lastSignOfLife(), block.timestamp);
    }

    // The timelock

    function testFuzz_nobodyButTheGovernorUsesTheTimelock(address account) public {
        vm.assume(account != address(governor));
        bytes32 role = timelock.PROPOSER_ROLE();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, account, role)
        );
        vm.prank(account);
        timelock.schedule(address(treasury), 0, calls[0], 0, 0, 2 days);

        role = timelock.EXECUTOR_ROLE();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, account, role)
        );
        vm.prank(account);
        timelock.execute(address(treasury), 0, calls[0], 0, 0);

        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), account) && account != address(timelock));
        assertFalse(timelock.hasRole(timelock.CANCELLER_ROLE(), account));
    }
}
