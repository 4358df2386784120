// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Treasury} from "../../src/foundation/Treasury.sol";
import {IMembership} from "../../src/members/IMembership.sol";
import {FoundationFixture} from "./FoundationFixture.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// Spends again while it is being paid.
contract GreedyPayee {
    Treasury private immutable _treasury;
    uint256 private immutable _again;

    constructor(Treasury treasury, uint256 again) {
        (_treasury, _again) = (treasury, again);
    }

    function take(uint256 amount) external {
        _treasury.spendFromBudget(address(this), amount, 0);
    }

    receive() external payable {
        if (_again != 0) _treasury.spendFromBudget(address(this), _again, 0);
    }
}

contract TreasuryTest is FoundationFixture {
    function setUp() public override {
        super.setUp();
        _enrol(alice);
    }

    function _setBudget(address account, uint104 perPeriod) private {
        vm.prank(at.timelock);
        treasury.setBudget(account, perPeriod);
    }

    function testFuzz_aVotePaysAMember(uint256 amount) public {
        amount = bound(amount, 0, LIMIT);
        vm.expectEmit(address(treasury));
        emit Treasury.Spent(at.timelock, alice, amount, "vote");
        vm.prank(at.timelock);
        treasury.spend(alice, amount, "vote");
        assertEq(alice.balance, amount);
        assertEq(treasury.leftInPeriod(), LIMIT - amount);
    }

    function test_row24_theUnvettedArePaidNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IMembership.NotMember.selector, bob));
        vm.prank(at.timelock);
        treasury.spend(bob, 1, 0);

        _setBudget(at.pay, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IMembership.NotMember.selector, bob));
        vm.prank(at.pay);
        treasury.spendFromBudget(bob, 1, 0);
    }

    function testFuzz_paymentsStayWithinTheLimitOfEachPeriod(uint256 first, uint256 second) public {
        first = bound(first, 0, LIMIT);
        second = bound(second, LIMIT - first + 1, type(uint256).max);
        vm.startPrank(at.timelock);
        treasury.spend(alice, first, 0);
        vm.expectRevert(abi.encodeWithSelector(Treasury.LimitExceeded.selector, second, LIMIT - first));
        treasury.spend(alice, second, 0);
        vm.warp(NOW + 30 days);
        treasury.spend(alice, LIMIT, 0);
    }

    function test_riskLowersTheLimitAndOnlyAVoteRaisesIt() public {
        vm.startPrank(at.risk);
        treasury.lowerLimit(5);
        vm.expectRevert(abi.encodeWithSelector(Treasury.NotLower.selector, 5, 5));
        treasury.lowerLimit(5);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, at.risk));
        treasury.setLimit(6);
        vm.stopPrank();
        vm.prank(at.timelock);
        treasury.setLimit(6);
        assertEq(treasury.leftInPeriod(), 6);
    }

    function test_aLimitBelowWhatWasSpentLeavesNothing() public {
        vm.prank(at.timelock);
        treasury.spend(alice, 10, 0);
        vm.prank(at.risk);
        treasury.lowerLimit(9);
        assertEq(treasury.leftInPeriod(), 0);
    }

    function test_riskStopsAllPaymentsAndLetsThemGoOn() public {
        _setBudget(at.pay, 1 ether);
        vm.prank(at.risk);
        treasury.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(at.timelock);
        treasury.spend(alice, 1, 0);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(at.pay);
        treasury.spendFromBudget(alice, 1, 0);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(at.buyer);
        treasury.draw(1);
        vm.prank(at.risk);
        treasury.unpause();
        vm.prank(at.pay);
        treasury.spendFromBudget(alice, 1, 0);
    }

    function testFuzz_row25_aCommitteeSpendsItsBudgetAndNoMore(uint104 budget, uint256 first, uint256 second)
        public
    {
        budget = uint104(bound(budget, 0, LIMIT));
        first = bound(first, 0, budget);
        second = bound(second, budget - first + 1, type(uint256).max);
        _setBudget(at.pay, budget);
        vm.startPrank(at.pay);
        treasury.spendFromBudget(alice, first, "salary");
        assertEq(treasury.budgetLeft(at.pay), budget - first);
        vm.expectRevert(
            abi.encodeWithSelector(Treasury.BudgetExceeded.selector, at.pay, second, budget - first)
        );
        treasury.spendFromBudget(alice, second, "salary");
        vm.warp(NOW + 30 days);
        assertEq(treasury.budgetLeft(at.pay), budget);
    }

    function testFuzz_nobodyHasABudgetAtFirst(address account) public {
        vm.expectRevert(abi.encodeWithSelector(Treasury.BudgetExceeded.selector, account, 1, 0));
        vm.prank(account);
        treasury.spendFromBudget(alice, 1, 0);
    }

    function test_budgetsShareTheLimit() public {
        _setBudget(at.pay, type(uint104).max);
        vm.prank(at.timelock);
        treasury.spend(alice, LIMIT, 0);
        vm.expectRevert(abi.encodeWithSelector(Treasury.LimitExceeded.selector, 1, 0));
        vm.prank(at.pay);
        treasury.spendFromBudget(alice, 1, 0);
    }

    function test_aPayeeThatCallsBackStaysWithinItsBudget() public {
        GreedyPayee payee = new GreedyPayee(treasury, 6);
        _enrol(address(payee));
        _setBudget(address(payee), 10);
        vm.expectRevert();
        payee.take(5);
        assertEq(treasury.budgetLeft(address(payee)), 10);
        assertEq(address(payee).balance, 0);
    }

    function test_wrappedIncomeIsUnwrappedByAnyone() public {
        _wrap(bob, 3 ether);
        vm.prank(bob);
        assertTrue(auc.transfer(address(treasury), 3 ether));
        treasury.unwrap();
        assertEq(address(treasury).balance, TREASURY_FUND + 3 ether);
        assertEq(auc.balanceOf(address(treasury)), 0);
    }

    function test_theTreasuryHasNoVotes() public {
        _wrap(bob, 3 ether);
        vm.prank(bob);
        assertTrue(auc.transfer(address(treasury), 3 ether));
        assertEq(auc.getVotes(address(treasury)), 0);
        assertEq(auc.delegates(address(treasury)), address(0));
    }
}
