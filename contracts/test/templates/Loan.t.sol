// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ITemplate} from "../../src/templates/ITemplate.sol";
import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Loan} from "../../src/templates/Loan.sol";
import {LoanMath} from "../../src/templates/LoanMath.sol";
import {Burden, IEncumbrances} from "../../src/vehicle/IEncumbrances.sol";
import {TemplateFixture} from "./TemplateFixture.sol";

contract LoanTest is TemplateFixture {
    uint128 private constant PRINCIPAL = 12_000 ether;

    function _loanTerms(uint256 vehicle) private view returns (Loan.Terms memory) {
        return Loan.Terms({
            lender: bob.account,
            borrower: alice.account,
            principal: PRINCIPAL,
            rate: 600,
            parts: 12,
            interval: 30 days,
            grace: 10 days,
            vehicle: vehicle
        });
    }

    function _open(Loan.Terms memory t) private returns (Loan) {
        return Loan(_create(Template.Loan, abi.encode(t)));
    }

    function _running() private returns (Loan loan) {
        loan = _open(_loanTerms(car));
        _approve(address(loan));
        vm.prank(bob.account);
        loan.fund{value: PRINCIPAL}();
    }

    function _status(Loan loan, Loan.Status wanted) private view {
        assertEq(uint8(loan.status()), uint8(wanted));
    }

    function test_fundPaysThePrincipalAndSetsTheLien() public {
        Loan loan = _running();
        assertEq(_withdraw(address(loan), alice.account), PRINCIPAL);
        (Burden kind,) = encumbrances.liveOf(car, address(loan));
        assertEq(uint8(kind), uint8(Burden.Lien));
        vm.expectRevert(
            abi.encodeWithSelector(IEncumbrances.Burdened.selector, car, address(loan), Burden.Lien)
        );
        vm.prank(alice.account);
        registry.transferFrom(alice.account, workshop.account, car);
    }

    function test_instalmentsOnTimeRepayWithExactInterest() public {
        Loan loan = _running();
        uint256 interest = 0;
        for (uint256 i = 0; i < 12; ++i) {
            skip(30 days);
            assertFalse(loan.isLate());
            // 6 % a year for 30 days of what is left
            uint256 left = PRINCIPAL * (12 - i) / 12;
            uint256 due = left * 600 * 30 days / (10_000 * 365 days);
            if (due * 10_000 * 365 days != left * 600 * 30 days) ++due;
            assertEq(loan.owed(), left + due);
            interest += due;
            vm.prank(alice.account);
            loan.pay{value: PRINCIPAL / 12 + due}();
        }
        _status(loan, Loan.Status.Repaid);
        assertEq(loan.owed(), 0);
        assertFalse(_isHeld(address(loan)));
        assertEq(_withdraw(address(loan), bob.account), PRINCIPAL + interest);
        _transfer(alice, bob, car);
    }

    function test_prepaymentGivesTheExcessBack() public {
        Loan loan = _running();
        skip(1 days);
        uint256 owed = loan.owed();
        loan.pay{value: owed + 5}();
        _status(loan, Loan.Status.Repaid);
        assertEq(loan.owedTo(address(this)), 5);
        assertEq(loan.owedTo(bob.account), owed);
    }

    function test_lateLoanIsCalledInAndCured() public {
        Loan loan = _running();
        skip(40 days - 1);
        assertFalse(loan.isLate());
        vm.expectRevert(Loan.NotLate.selector);
        vm.prank(bob.account);
        loan.callIn();
        skip(1);
        assertTrue(loan.isLate());
        vm.expectRevert(abi.encodeWithSelector(Loan.NotParty.selector, alice.account));
        vm.prank(alice.account);
        loan.callIn();
        vm.prank(bob.account);
        loan.callIn();
        loan.pay{value: 1 ether}();
        _status(loan, Loan.Status.CalledIn);
        uint256 interest = loan.owed() - loan.principalLeft();
        loan.pay{value: interest + PRINCIPAL / 12}();
        _status(loan, Loan.Status.Running);
    }

    function test_seizeAfterTheCureTime() public {
        Loan loan = _running();
        skip(40 days);
        vm.startPrank(bob.account);
        vm.expectRevert(abi.encodeWithSelector(Loan.WrongStatus.selector, Loan.Status.Running));
        loan.seize();
        loan.callIn();
        uint256 from = block.timestamp + 14 days;
        vm.expectRevert(abi.encodeWithSelector(Loan.TooEarly.selector, from));
        loan.seize();
        vm.warp(from);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(Loan.NotParty.selector, alice.account));
        vm.prank(alice.account);
        loan.seize();
        vm.prank(bob.account);
        loan.seize();
        _status(loan, Loan.Status.Seized);
        assertEq(registry.ownerOf(car), bob.account);
        assertFalse(_isHeld(address(loan)));
        assertEq(loan.owed(), 0);
        vm.expectRevert(abi.encodeWithSelector(Loan.WrongStatus.selector, Loan.Status.Seized));
        loan.pay{value: 1}();
    }

    function test_unsecuredLoanCannotSeize() public {
        Loan loan = _open(_loanTerms(0));
        vm.startPrank(bob.account);
        loan.fund{value: PRINCIPAL}();
        skip(41 days);
        loan.callIn();
        skip(14 days);
        vm.expectRevert(Loan.NoPledge.selector);
        loan.seize();
    }

    function test_lenderConsentsToASaleUnderLien() public {
        Loan loan = _running();
        vm.expectRevert(abi.encodeWithSelector(Loan.NotParty.selector, alice.account));
        vm.prank(alice.account);
        loan.consent(workshop.account);
        vm.prank(bob.account);
        loan.consent(workshop.account);
        _transfer(alice, workshop, car);
        assertTrue(_isHeld(address(loan)));
        skip(40 days);
        vm.startPrank(bob.account);
        loan.callIn();
        skip(14 days);
        loan.seize();
        assertEq(registry.ownerOf(car), bob.account);
    }

    function test_offerCanBeCancelledOrFundedAtOnce() public {
        Loan loan = _open(_loanTerms(car));
        vm.expectRevert(abi.encodeWithSelector(Loan.NotParty.selector, workshop.account));
        vm.prank(workshop.account);
        loan.cancel();
        vm.expectRevert(abi.encodeWithSelector(Loan.WrongValue.selector, 1, PRINCIPAL));
        loan.fund{value: 1}();
        vm.expectRevert(abi.encodeWithSelector(Loan.WrongStatus.selector, Loan.Status.Offered));
        loan.pay{value: 1}();
        vm.prank(alice.account);
        loan.cancel();
        vm.expectRevert(abi.encodeWithSelector(Loan.WrongStatus.selector, Loan.Status.Cancelled));
        loan.fund{value: PRINCIPAL}();

        bytes memory terms = abi.encode(_loanTerms(0));
        vm.deal(address(this), PRINCIPAL);
        loan = Loan(factory.create{value: PRINCIPAL}(Template.Loan, 1, "now", terms));
        _status(loan, Loan.Status.Running);
        assertEq(loan.terms().rate, 600);
    }

    function test_badTermsAreRefused() public {
        Loan.Terms memory t = _loanTerms(0);
        t.lender = address(0);
        _refused(t, "lender");
        t = _loanTerms(0);
        t.borrower = t.lender;
        _refused(t, "borrower");
        t = _loanTerms(0);
        t.principal = 0;
        _refused(t, "principal");
        t = _loanTerms(0);
        t.parts = 601;
        _refused(t, "parts");
        t = _loanTerms(0);
        t.interval = 1 days - 1;
        _refused(t, "interval");
        t = _loanTerms(0);
        t.grace = 367 days;
        _refused(t, "grace");
    }

    function _refused(Loan.Terms memory t, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ITemplate.BadTerms.selector, field));
        factory.create(Template.Loan, 1, 0, abi.encode(t));
    }

    /// Reckoning in many steps gives the same interest as in one: nobody gains by poking a loan.
    function testFuzz_interestDoesNotDependOnHowOftenItIsReckoned(
        uint128 principal,
        uint16 rate,
        uint32[4] memory steps
    ) public pure {
        LoanMath.Debt memory debt = LoanMath.Debt(principal, 1_000, 0);
        LoanMath.Debt memory stepped = debt;
        uint48 time = 1_000;
        for (uint256 i = 0; i < 4; ++i) {
            time += steps[i];
            stepped = LoanMath.at(stepped, rate, time);
        }
        assertEq(LoanMath.interest(stepped), LoanMath.interest(LoanMath.at(debt, rate, time)));
    }

    /// Every payment is accounted for: interest, principal and excess add up to it.
    function testFuzz_paymentsAddUp(uint128 principal, uint16 rate, uint32 time, uint128 amount) public pure {
        LoanMath.Debt memory debt = LoanMath.at(LoanMath.Debt(principal, 0, 0), rate, time);
        uint256 before = debt.principal + LoanMath.interest(debt);
        (LoanMath.Debt memory left, uint256 excess) = LoanMath.pay(debt, amount);
        assertEq(left.principal + LoanMath.interest(left) + amount, before + excess);
        assertTrue(excess == 0 || left.principal + left.scaledInterest == 0);
    }

    /// The schedule falls from the principal to nothing, in equal parts at most a unit apart.
    function testFuzz_scheduleFallsToNothing(uint128 principal, uint16 parts, uint32 interval) public pure {
        parts = uint16(bound(parts, 1, 600));
        interval = uint32(bound(interval, 1 days, 366 days));
        assertEq(LoanMath.allowed(principal, parts, interval, 1_000, 0), principal);
        assertEq(LoanMath.allowed(principal, parts, interval, 1_000, 1_000 + interval - 1), principal);
        uint48 end = 1_000 + uint48(parts) * interval;
        assertEq(LoanMath.allowed(principal, parts, interval, 1_000, end), 0);
        assertEq(LoanMath.allowed(principal, parts, interval, 1_000, end + interval), 0);
        assertApproxEqAbs(
            LoanMath.allowed(principal, parts, interval, 1_000, end - interval), principal / parts, 1
        );
    }

    receive() external payable {}
}
