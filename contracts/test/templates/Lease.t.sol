// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ITemplate} from "../../src/templates/ITemplate.sol";
import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Lease} from "../../src/templates/Lease.sol";
import {TemplateFixture} from "./TemplateFixture.sol";

contract LeaseTest is TemplateFixture {
    uint8 private constant KEY = 31;
    uint128 private constant INSTALMENT = 400 ether;
    uint128 private constant RESIDUAL = 9_000 ether;

    function _leaseTerms() private view returns (Lease.Terms memory) {
        return Lease.Terms({
            lessor: alice.account,
            lessee: bob.account,
            instalment: INSTALMENT,
            residual: RESIDUAL,
            count: 3,
            interval: 30 days,
            grace: 10 days,
            vehicle: car
        });
    }

    function _offered(Lease.Terms memory t) private returns (Lease lease) {
        lease = Lease(_create(Template.Lease, abi.encode(t)));
        _approve(address(lease));
    }

    function _running(Lease.Terms memory t) private returns (Lease lease) {
        lease = _offered(t);
        vm.prank(bob.account);
        lease.accept{value: INSTALMENT}();
    }

    function _hasKey(Lease lease) private view returns (bool) {
        return grants.allowsBy(car, bob.account, address(lease), KEY);
    }

    function _status(Lease lease, Lease.Status wanted) private view {
        assertEq(uint8(lease.status()), uint8(wanted));
    }

    function test_leaseToPurchase() public {
        Lease lease = _running(_leaseTerms());
        assertTrue(_hasKey(lease));
        vm.expectRevert(Lease.NoOption.selector);
        vm.prank(bob.account);
        lease.buy{value: RESIDUAL}();
        skip(30 days);
        lease.pay{value: INSTALMENT}();
        lease.pay{value: INSTALMENT}();
        vm.expectRevert(Lease.AllPaid.selector);
        lease.pay{value: INSTALMENT}();
        assertEq(lease.paidUntil(), lease.endsAt());
        vm.expectRevert(abi.encodeWithSelector(Lease.NotParty.selector, workshop.account));
        vm.prank(workshop.account);
        lease.buy();
        vm.startPrank(bob.account);
        vm.expectRevert(abi.encodeWithSelector(Lease.WrongValue.selector, 1, RESIDUAL));
        lease.buy{value: 1}();
        lease.buy{value: RESIDUAL}();
        vm.stopPrank();
        assertEq(registry.ownerOf(car), bob.account);
        assertFalse(_isHeld(address(lease)));
        assertEq(_withdraw(address(lease), alice.account), 3 * INSTALMENT + RESIDUAL);
    }

    function test_optionEndsAndAnyoneCloses() public {
        Lease lease = _running(_leaseTerms());
        vm.expectRevert(Lease.NoOption.selector);
        lease.close();
        lease.pay{value: INSTALMENT}();
        lease.pay{value: INSTALMENT}();
        uint256 end = lease.endsAt() + 30 days;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(Lease.TooEarly.selector, end));
        lease.close();
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(Lease.TooLate.selector, end));
        vm.prank(bob.account);
        lease.buy{value: RESIDUAL}();
        lease.close();
        _status(lease, Lease.Status.Ended);
    }

    function test_withoutOptionItClosesAtItsEnd() public {
        Lease.Terms memory t = _leaseTerms();
        (t.residual, t.count) = (0, 1);
        Lease lease = _running(t);
        vm.expectRevert(Lease.NoOption.selector);
        vm.prank(bob.account);
        lease.buy();
        skip(30 days);
        lease.close();
        assertFalse(_hasKey(lease));
    }

    function test_lateInstalmentLetsTheOwnerTerminate() public {
        Lease lease = _running(_leaseTerms());
        uint256 from = block.timestamp + 40 days;
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(Lease.TooEarly.selector, from));
        _terminate(lease);
        vm.warp(from);
        vm.expectRevert(abi.encodeWithSelector(Lease.NotParty.selector, bob.account));
        vm.prank(bob.account);
        lease.terminate();
        _terminate(lease);
        _status(lease, Lease.Status.Ended);
        assertFalse(_hasKey(lease));
        vm.expectRevert(abi.encodeWithSelector(Lease.WrongStatus.selector, Lease.Status.Ended));
        lease.pay{value: INSTALMENT}();
    }

    function test_paidLeaseCannotBeTerminated() public {
        Lease.Terms memory t = _leaseTerms();
        t.count = 1;
        Lease lease = _running(t);
        skip(365 days);
        vm.expectRevert(Lease.AllPaid.selector);
        _terminate(lease);
    }

    function test_leaseOutlivesASaleAndPaysTheNewOwner() public {
        Lease lease = _running(_leaseTerms());
        _transfer(alice, workshop, car);
        assertTrue(_hasKey(lease));
        lease.pay{value: INSTALMENT}();
        assertEq(lease.owedTo(alice.account), INSTALMENT);
        assertEq(lease.owedTo(workshop.account), INSTALMENT);
        lease.pay{value: INSTALMENT}();
        // The option needs the approval of the owner of that day.
        vm.expectRevert();
        vm.prank(bob.account);
        lease.buy{value: RESIDUAL}();
        vm.prank(workshop.account);
        registry.approve(address(lease), car);
        vm.prank(bob.account);
        lease.buy{value: RESIDUAL}();
        assertEq(registry.ownerOf(car), bob.account);
    }

    function test_lesseeGivesBack() public {
        Lease lease = _running(_leaseTerms());
        vm.expectRevert(abi.encodeWithSelector(Lease.NotParty.selector, alice.account));
        vm.prank(alice.account);
        lease.giveBack();
        vm.prank(bob.account);
        lease.giveBack();
        _status(lease, Lease.Status.Ended);
        assertFalse(_isHeld(address(lease)));
    }

    function test_offerIsAcceptedByTheLesseeOrCancelled() public {
        Lease lease = _offered(_leaseTerms());
        vm.expectRevert(abi.encodeWithSelector(Lease.NotParty.selector, alice.account));
        vm.prank(alice.account);
        lease.accept{value: INSTALMENT}();
        vm.expectRevert(abi.encodeWithSelector(Lease.WrongValue.selector, 1, INSTALMENT));
        vm.prank(bob.account);
        lease.accept{value: 1}();
        vm.expectRevert(abi.encodeWithSelector(Lease.NotParty.selector, workshop.account));
        vm.prank(workshop.account);
        lease.cancel();
        vm.prank(bob.account);
        lease.cancel();
        _status(lease, Lease.Status.Cancelled);
        assertEq(lease.terms().count, 3);
    }

    function test_badTermsAreRefused() public {
        Lease.Terms memory t = _leaseTerms();
        t.lessor = address(0);
        _refused(t, "lessor");
        t = _leaseTerms();
        t.lessee = t.lessor;
        _refused(t, "lessee");
        t = _leaseTerms();
        t.instalment = 0;
        _refused(t, "instalment");
        t = _leaseTerms();
        t.count = 601;
        _refused(t, "count");
        t = _leaseTerms();
        t.interval = 367 days;
        _refused(t, "interval");
        t = _leaseTerms();
        t.grace = 367 days;
        _refused(t, "grace");
        t = _leaseTerms();
        t.vehicle = 0;
        _refused(t, "vehicle");
        vm.expectRevert(abi.encodeWithSelector(Lease.WrongValue.selector, 1, 0));
        factory.create{value: 1}(Template.Lease, 1, 0, abi.encode(_leaseTerms()));
    }

    function _refused(Lease.Terms memory t, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ITemplate.BadTerms.selector, field));
        factory.create(Template.Lease, 1, 0, abi.encode(t));
    }

    function _terminate(Lease lease) private {
        vm.prank(alice.account);
        lease.terminate();
    }
}
