// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Vesting} from "../../src/auc/Vesting.sol";
import {IMembership} from "../../src/members/IMembership.sol";
import {FoundationFixture} from "../foundation/FoundationFixture.sol";

/// Releases again while it is being paid.
contract GreedyBeneficiary {
    Vesting private immutable _vesting;

    constructor(Vesting vesting) {
        _vesting = vesting;
    }

    receive() external payable {
        _vesting.release(0);
    }
}

contract VestingTest is FoundationFixture {
    uint96 private constant PLACEMENT = 4_000_000_000 ether;
    uint96 private constant TEAM = 1_000_000_000 ether;

    function _one(address beneficiary, uint96 total, uint32 cliff, uint32 duration)
        private
        pure
        returns (Vesting.Schedule[] memory schedules)
    {
        schedules = new Vesting.Schedule[](1);
        schedules[0] = Vesting.Schedule(beneficiary, uint64(NOW), cliff, duration, total, 0);
    }

    function _deploy(Vesting.Schedule[] memory schedules, uint256 value) private returns (Vesting) {
        vm.deal(address(this), value);
        return new Vesting{value: value}(membership, schedules);
    }

    /// The formula of the schedule, written again.
    function _expected(uint256 total, uint256 cliff, uint256 duration, uint256 elapsed)
        private
        pure
        returns (uint256)
    {
        if (elapsed < cliff) return 0;
        if (elapsed >= duration) return total;
        return total * elapsed / duration;
    }

    function test_row19_releasedEqualsTheFormulaOnEveryDay() public {
        _enrol(alice, uint64(NOW + 10_000 days));
        _enrol(bob, uint64(NOW + 10_000 days));
        (uint32 cliff, uint32 duration) = (365 days, 4 * 365 days);
        Vesting placement = _deploy(_one(alice, PLACEMENT, 0, duration), PLACEMENT);
        Vesting team = _deploy(_one(bob, TEAM, cliff, duration), TEAM);
        for (uint256 day = 1; day <= 4 * 365 + 1; ++day) {
            vm.warp(NOW + day * 1 days);
            if (placement.releasable(0) != 0) placement.release(0);
            if (team.releasable(0) != 0) team.release(0);
            assertEq(alice.balance, _expected(PLACEMENT, 0, duration, day * 1 days));
            assertEq(bob.balance, _expected(TEAM, cliff, duration, day * 1 days));
        }
        assertEq(alice.balance, PLACEMENT);
        assertEq(bob.balance, TEAM);
        assertEq(address(placement).balance + address(team).balance, 0);
    }

    function testFuzz_row19_vestedFollowsCliffAndLine(
        uint96 total,
        uint32 cliff,
        uint32 duration,
        uint64 elapsed
    ) public {
        total = uint96(bound(total, 1, 10_000_000_000 ether));
        duration = uint32(bound(duration, 1, type(uint32).max));
        cliff = uint32(bound(cliff, 0, duration));
        elapsed = uint64(bound(elapsed, 0, uint256(duration) + 365 days));
        Vesting vesting = _deploy(_one(alice, total, cliff, duration), total);
        uint256 expected = _expected(total, cliff, duration, elapsed);
        assertEq(vesting.vested(0, uint64(NOW) + elapsed), expected);
        assertEq(vesting.vested(0, uint64(NOW) - 1), 0);

        vm.warp(NOW + elapsed);
        assertEq(vesting.releasable(0), expected);
        _enrol(alice);
        if (expected == 0) {
            vm.expectRevert(abi.encodeWithSelector(Vesting.NothingVested.selector, 0));
            vesting.release(0);
        } else {
            vm.expectEmit(address(vesting));
            emit Vesting.Released(0, alice, expected);
            assertEq(vesting.release(0), expected);
        }
        assertEq(alice.balance, expected);
        assertEq(vesting.schedule(0).released, expected);
    }

    function test_row24_theUnvettedAreReleasedNothingAndLoseNothing() public {
        Vesting vesting = _deploy(_one(alice, TEAM, 0, 100), TEAM);
        vm.warp(NOW + 50);
        vm.expectRevert(abi.encodeWithSelector(IMembership.NotMember.selector, alice));
        vesting.release(0);
        _enrol(alice);
        vesting.release(0);
        assertEq(alice.balance, TEAM / 2);
    }

    function test_aBeneficiaryHandsOverTheRest() public {
        Vesting vesting = _deploy(_one(alice, TEAM, 0, 100), TEAM);
        vm.expectRevert(abi.encodeWithSelector(Vesting.NotBeneficiary.selector, 0, bob));
        vm.prank(bob);
        vesting.handOver(0, bob);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Vesting.InvalidSchedule.selector, 0));
        vesting.handOver(0, address(0));
        vm.expectEmit(address(vesting));
        emit Vesting.HandedOver(0, alice, bob);
        vesting.handOver(0, bob);
        vm.stopPrank();
        _enrol(bob);
        vm.warp(NOW + 100);
        vesting.release(0);
        assertEq(bob.balance, TEAM);
        assertEq(alice.balance, 0);
    }

    function test_aBeneficiaryThatCallsBackIsPaidOnce() public {
        Vesting.Schedule[] memory schedules = _one(address(1), TEAM, 0, 100);
        address vestingAddress = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        schedules[0].beneficiary = address(new GreedyBeneficiary(Vesting(vestingAddress)));
        Vesting vesting = _deploy(schedules, TEAM);
        assertEq(address(vesting), vestingAddress);
        _enrol(schedules[0].beneficiary);
        vm.warp(NOW + 50);
        vm.expectRevert(); // the second release finds nothing vested
        vesting.release(0);
        assertEq(schedules[0].beneficiary.balance, 0);
    }

    function testFuzz_fundsMustBeTheSumOfTheSchedules(uint96 total, uint96 sent) public {
        total = uint96(bound(total, 1, type(uint96).max));
        vm.assume(sent != total);
        vm.expectRevert(abi.encodeWithSelector(Vesting.WrongFunds.selector, sent, total));
        _deploy(_one(alice, total, 0, 1), sent);
    }

    function test_invalidSchedulesRevert() public {
        _refuses(_one(address(0), 1, 0, 1));
        _refuses(_one(alice, 0, 0, 1));
        _refuses(_one(alice, 1, 0, 0));
        _refuses(_one(alice, 1, 2, 1));
        Vesting.Schedule[] memory released = _one(alice, 1, 0, 1);
        released[0].released = 1;
        _refuses(released);
    }

    function _refuses(Vesting.Schedule[] memory schedules) private {
        vm.expectRevert(abi.encodeWithSelector(Vesting.InvalidSchedule.selector, 0));
        _deploy(schedules, schedules[0].total);
    }

    function test_unknownSchedulesRevert() public {
        Vesting vesting = _deploy(_one(alice, TEAM, 0, 100), TEAM);
        assertEq(vesting.count(), 1);
        bytes memory refusal = abi.encodeWithSelector(Vesting.UnknownSchedule.selector, 1);
        vm.expectRevert(refusal);
        vesting.release(1);
        vm.expectRevert(refusal);
        vesting.schedule(1);
        vm.expectRevert(refusal);
        vesting.handOver(1, bob);
    }
}
