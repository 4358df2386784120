// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {EmergencySpending} from "../../src/foundation/EmergencySpending.sol";
import {Roles} from "../../src/foundation/Roles.sol";
import {IMembership} from "../../src/members/IMembership.sol";
import {FoundationFixture} from "./FoundationFixture.sol";

contract EmergencySpendingTest is FoundationFixture {
    uint96 private constant AMOUNT = 1_000_000 ether;

    function setUp() public override {
        super.setUp();
        _enrol(alice, uint64(NOW + 10_000 days));
        vm.warp(NOW + 90 days);
    }

    function _committee(uint64 role) private view returns (address) {
        if (role == Roles.EXECUTIVE) return at.executive;
        if (role == Roles.RISK) return at.risk;
        if (role == Roles.PAY) return at.pay;
        return at.audit;
    }

    function _propose(uint64 role) private returns (uint256) {
        vm.prank(_committee(role));
        return emergency.propose(role, alice, AMOUNT, "decision");
    }

    function _approve(uint256 id, uint64 role) private {
        vm.prank(_committee(role));
        emergency.approve(id, role);
    }

    /// A payment that three committees, all but `without`, approve now.
    function _approved(uint64 without) private returns (uint256 id) {
        uint256 approvals;
        for (uint64 role = 1; role <= 4; ++role) {
            if (role == without) continue;
            if (approvals++ == 0) id = _propose(role);
            else _approve(id, role);
        }
    }

    function test_row25_anyThreeCommitteesSpendAfterFourteenDays() public {
        for (uint64 without = 1; without <= 4; ++without) {
            uint256 id = _approved(without);
            uint256 ready = vm.getBlockTimestamp() + 14 days;
            vm.warp(ready - 1);
            vm.expectRevert(abi.encodeWithSelector(EmergencySpending.NotReady.selector, id, ready));
            emergency.execute(id);
            vm.warp(ready);
            vm.expectEmit(address(emergency));
            emit EmergencySpending.Executed(id);
            emergency.execute(id);
            assertEq(alice.balance, AMOUNT * without);
            vm.expectRevert(abi.encodeWithSelector(EmergencySpending.NotPending.selector, id));
            emergency.execute(id);
        }
        assertEq(address(treasury).balance, TREASURY_FUND - 4 * uint256(AMOUNT));
    }

    function test_row25_twoCommitteesSpendNothing() public {
        uint256 id = _propose(Roles.EXECUTIVE);
        _approve(id, Roles.PAY);
        vm.warp(block.timestamp + 365 days);
        vm.expectRevert(abi.encodeWithSelector(EmergencySpending.NotReady.selector, id, 0));
        emergency.execute(id);
    }

    function test_aCommitteeApprovesOnce() public {
        uint256 id = _propose(Roles.EXECUTIVE);
        vm.expectRevert(
            abi.encodeWithSelector(EmergencySpending.ApprovalUnchanged.selector, id, Roles.EXECUTIVE)
        );
        _approve(id, Roles.EXECUTIVE);
    }

    function testFuzz_row25_onlyACommitteeActsAndOnlyForItself(address account, uint64 role) public {
        bool committee = role >= 1 && role <= 4 && account == _committee(role);
        vm.assume(!committee);
        uint256 id = _propose(Roles.EXECUTIVE);
        bytes memory refusal = abi.encodeWithSelector(EmergencySpending.NotCommittee.selector, account, role);
        vm.startPrank(account);
        vm.expectRevert(refusal);
        emergency.propose(role, account, 1, 0);
        vm.expectRevert(refusal);
        emergency.approve(id, role);
        vm.expectRevert(refusal);
        emergency.withdrawApproval(id, role);
    }

    function test_rolesThatAreNoCommitteesDoNotCount() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                EmergencySpending.NotCommittee.selector, address(timelock), Roles.FOUNDATION
            )
        );
        vm.prank(address(timelock));
        emergency.propose(Roles.FOUNDATION, alice, AMOUNT, 0);
    }

    function test_row25_itIsShutUntilNinetyDaysOfSilence() public {
        vm.warp(NOW + 90 days - 1);
        assertEq(emergency.opensAt(), NOW + 90 days);
        vm.expectRevert(abi.encodeWithSelector(EmergencySpending.VotersNotSilent.selector, NOW + 90 days));
        _propose(Roles.AUDIT);
    }

    function test_row25_aQuorumInTheDelayVoidsThePayment() public {
        uint256 id = _approved(Roles.RISK);
        _reachQuorum();
        vm.warp(block.timestamp + 14 days);
        vm.expectRevert(abi.encodeWithSelector(EmergencySpending.NotPending.selector, id));
        emergency.execute(id);

        // A later silence does not bring it back.
        vm.warp(block.timestamp + 91 days);
        vm.expectRevert(abi.encodeWithSelector(EmergencySpending.NotPending.selector, id));
        _approve(id, Roles.RISK);
    }

    function test_committeesCannotBringAboutSilenceByCancelling() public {
        _wrap(bob, 200_000_000 ether);
        vm.warp(block.timestamp + 1);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) =
            (new address[](1), new uint256[](1), new bytes[](1));
        vm.prank(bob);
        governor.propose(targets, values, calls, "");
        vm.prank(at.audit);
        governor.cancel(targets, values, calls, keccak256(""));
        vm.expectPartialRevert(EmergencySpending.VotersNotSilent.selector);
        _propose(Roles.AUDIT);
    }

    function test_aWithdrawnApprovalStopsThePaymentAndAnotherStartsTheDelayAnew() public {
        uint256 id = _approved(Roles.RISK);
        vm.warp(block.timestamp + 13 days);
        vm.prank(at.pay);
        emergency.withdrawApproval(id, Roles.PAY);
        vm.warp(block.timestamp + 2 days);
        vm.expectRevert(abi.encodeWithSelector(EmergencySpending.NotReady.selector, id, 0));
        emergency.execute(id);

        _approve(id, Roles.RISK);
        assertEq(emergency.paymentOf(id).readyAt, block.timestamp + 14 days);
        vm.expectRevert(abi.encodeWithSelector(EmergencySpending.ApprovalUnchanged.selector, id, Roles.PAY));
        vm.prank(at.pay);
        emergency.withdrawApproval(id, Roles.PAY);
    }

    function test_aFourthApprovalDoesNotProlongTheDelay() public {
        uint256 id = _approved(Roles.RISK);
        uint48 readyAt = emergency.paymentOf(id).readyAt;
        vm.warp(block.timestamp + 10 days);
        _approve(id, Roles.RISK);
        assertEq(emergency.paymentOf(id).readyAt, readyAt);
        vm.prank(at.risk);
        emergency.withdrawApproval(id, Roles.RISK);
        assertEq(emergency.paymentOf(id).readyAt, readyAt);
    }

    function test_anApprovedPaymentLapses() public {
        uint256 id = _approved(Roles.RISK);
        uint256 readyAt = emergency.paymentOf(id).readyAt;
        vm.warp(readyAt + 14 days);
        vm.expectRevert(abi.encodeWithSelector(EmergencySpending.NotReady.selector, id, readyAt));
        emergency.execute(id);
    }

    function test_itPaysMembersOnlyAndWithinTheLimit() public {
        vm.prank(at.audit);
        uint256 id = emergency.propose(Roles.AUDIT, bob, AMOUNT, 0);
        _approve(id, Roles.PAY);
        _approve(id, Roles.RISK);
        vm.warp(block.timestamp + 14 days);
        vm.expectRevert(abi.encodeWithSelector(IMembership.NotMember.selector, bob));
        emergency.execute(id);
    }

    function test_unknownPaymentsAreNotPending() public {
        vm.expectRevert(abi.encodeWithSelector(EmergencySpending.NotPending.selector, 7));
        emergency.execute(7);
    }

    function _reachQuorum() private {
        _wrap(bob, 200_000_000 ether);
        vm.warp(block.timestamp + 1);
        vm.startPrank(bob);
        uint256 id = governor.propose(new address[](1), new uint256[](1), new bytes[](1), "");
        vm.warp(block.timestamp + 2 days + 1);
        governor.castVote(id, 2); // to abstain is to be there
        vm.stopPrank();
    }
}
