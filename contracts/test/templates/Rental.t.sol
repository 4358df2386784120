// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ITemplate} from "../../src/templates/ITemplate.sol";
import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Rental} from "../../src/templates/Rental.sol";
import {Burden} from "../../src/vehicle/IEncumbrances.sol";
import {TemplateFixture} from "./TemplateFixture.sol";

contract RentalTest is TemplateFixture {
    uint8 private constant KEY = 31;
    uint128 private constant RENT = 700 ether;
    uint128 private constant DEPOSIT = 300 ether;
    uint40 private constant START = uint40(NOW + 1 days);
    uint40 private constant END = START + 7 days;
    address private arbiter = makeAddr("arbiter");

    function _rentalTerms() private view returns (Rental.Terms memory) {
        return Rental.Terms(alice.account, bob.account, START, END, RENT, DEPOSIT, arbiter, car);
    }

    function _offered() private returns (Rental rental) {
        rental = Rental(_create(Template.Rental, abi.encode(_rentalTerms())));
        _approve(address(rental));
    }

    function _live() private returns (Rental rental) {
        rental = _offered();
        vm.prank(bob.account);
        rental.accept{value: RENT + DEPOSIT}();
    }

    function _hasKey(Rental rental) private view returns (bool) {
        return grants.allowsBy(car, bob.account, address(rental), KEY);
    }

    function _status(Rental rental, Rental.Status wanted) private view {
        assertEq(uint8(rental.status()), uint8(wanted));
    }

    function test_renterHasTheKeyFromStartToEnd() public {
        Rental rental = _live();
        (Burden kind,) = encumbrances.liveOf(car, address(rental));
        assertEq(uint8(kind), uint8(Burden.Rental));
        assertFalse(_hasKey(rental));
        vm.warp(START);
        assertTrue(_hasKey(rental));
        vm.warp(END + 1);
        assertFalse(_hasKey(rental));
    }

    function test_acceptIsTheRentersInTimeAndExact() public {
        Rental rental = _offered();
        vm.expectRevert(abi.encodeWithSelector(Rental.NotParty.selector, alice.account));
        vm.prank(alice.account);
        rental.accept{value: RENT + DEPOSIT}();
        vm.expectRevert(abi.encodeWithSelector(Rental.WrongValue.selector, RENT, RENT + DEPOSIT));
        vm.prank(bob.account);
        rental.accept{value: RENT}();
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(Rental.TooLate.selector, START));
        vm.prank(bob.account);
        rental.accept{value: RENT + DEPOSIT}();
        vm.expectRevert(abi.encodeWithSelector(Rental.WrongStatus.selector, Rental.Status.Offered));
        rental.collect();
    }

    /// Sale mid-rental: the key stays, and rent goes to whoever owns the car when it is collected.
    function test_saleMidRentalKeepsTheKey() public {
        Rental rental = _live();
        vm.warp(START + 2 days);
        rental.collect();
        _transfer(alice, workshop, car);
        assertTrue(_hasKey(rental));
        vm.warp(END);
        rental.collect();
        rental.collect();
        assertEq(rental.owedTo(alice.account), RENT * 2 / 7);
        assertEq(rental.owedTo(workshop.account), RENT - RENT * 2 / 7);
        vm.warp(END + 48 hours);
        rental.close();
        assertEq(_withdraw(address(rental), bob.account), DEPOSIT);
        assertEq(rental.owedTo(alice.account) + rental.owedTo(workshop.account), address(rental).balance);
    }

    function test_givingBackEarlyReturnsWhatWasNotEarned() public {
        Rental rental = _live();
        vm.warp(START + 3 days);
        vm.expectRevert(abi.encodeWithSelector(Rental.NotParty.selector, alice.account));
        vm.prank(alice.account);
        rental.giveBack();
        vm.prank(bob.account);
        rental.giveBack();
        assertFalse(_hasKey(rental));
        assertFalse(_isHeld(address(rental)));
        assertEq(rental.owedTo(bob.account), RENT - RENT * 3 / 7);
        assertEq(rental.owedTo(alice.account), RENT * 3 / 7);
        vm.warp(END);
        rental.collect();
        assertEq(rental.owedTo(alice.account), RENT * 3 / 7);
        rental.close();
        assertEq(address(rental).balance, rental.owedTo(alice.account) + rental.owedTo(bob.account));
        vm.expectRevert(abi.encodeWithSelector(Rental.WrongStatus.selector, Rental.Status.Closed));
        vm.prank(bob.account);
        rental.giveBack();
    }

    function test_givingBackBeforeTheStartReturnsAllRent() public {
        Rental rental = _live();
        vm.prank(bob.account);
        rental.giveBack();
        assertEq(rental.owedTo(bob.account), RENT);
    }

    function test_damageIsRuledByTheArbiter() public {
        Rental rental = _live();
        vm.warp(END - 1);
        vm.expectRevert(abi.encodeWithSelector(Rental.TooEarly.selector, END));
        _claim(rental, DEPOSIT);
        vm.warp(END);
        vm.expectRevert(abi.encodeWithSelector(Rental.TooLate.selector, END));
        vm.prank(bob.account);
        rental.giveBack();
        vm.expectRevert(abi.encodeWithSelector(Rental.NotParty.selector, bob.account));
        vm.prank(bob.account);
        rental.claimDamage(1);
        vm.expectRevert(abi.encodeWithSelector(Rental.TooMuch.selector, DEPOSIT + 1, DEPOSIT));
        _claim(rental, DEPOSIT + 1);
        _claim(rental, 100 ether);
        vm.expectRevert(abi.encodeWithSelector(Rental.NotParty.selector, alice.account));
        vm.prank(alice.account);
        rental.rule(1);
        vm.startPrank(arbiter);
        vm.expectRevert(abi.encodeWithSelector(Rental.TooMuch.selector, 101 ether, 100 ether));
        rental.rule(101 ether);
        rental.rule(80 ether);
        vm.stopPrank();
        assertEq(rental.owedTo(alice.account), 80 ether);
        assertEq(rental.owedTo(bob.account), DEPOSIT - 80 ether);
        rental.collect();
        assertEq(rental.owedTo(alice.account), 80 ether + RENT);
    }

    function test_silentArbiterGivesTheDepositBack() public {
        Rental rental = _live();
        vm.warp(END);
        _claim(rental, DEPOSIT);
        uint256 end = block.timestamp + 14 days;
        vm.expectRevert(abi.encodeWithSelector(Rental.TooEarly.selector, end));
        rental.close();
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(Rental.TooLate.selector, end));
        vm.prank(arbiter);
        rental.rule(1);
        rental.close();
        assertEq(rental.owedTo(bob.account), DEPOSIT);
        vm.expectRevert(abi.encodeWithSelector(Rental.WrongStatus.selector, Rental.Status.Closed));
        rental.close();
    }

    function test_claimComesInTimeAndNeedsAnArbiter() public {
        Rental rental = _live();
        vm.warp(END + 48 hours);
        vm.expectRevert(abi.encodeWithSelector(Rental.TooLate.selector, END + 48 hours));
        _claim(rental, 1);

        vm.warp(NOW);
        Rental.Terms memory t = _rentalTerms();
        (t.arbiter, t.vehicle) = (address(0), _register("other", alice.account));
        rental = Rental(_create(Template.Rental, abi.encode(t)));
        vm.prank(alice.account);
        registry.approve(address(rental), t.vehicle);
        vm.prank(bob.account);
        rental.accept{value: RENT + DEPOSIT}();
        vm.warp(END);
        vm.expectRevert(abi.encodeWithSelector(Rental.TooMuch.selector, 1, 0));
        _claim(rental, 1);
    }

    function test_offerCanBeCancelled() public {
        Rental rental = _offered();
        vm.expectRevert(abi.encodeWithSelector(Rental.NotParty.selector, arbiter));
        vm.prank(arbiter);
        rental.cancel();
        vm.prank(alice.account);
        rental.cancel();
        _status(rental, Rental.Status.Cancelled);
        assertEq(rental.terms().rent, RENT);
    }

    /// Whenever the rent is collected and the car given back, it all goes to the two, to the unit.
    function testFuzz_rentAddsUp(uint128 rent, uint40[3] memory times) public {
        Rental.Terms memory t = _rentalTerms();
        (t.rent, t.deposit) = (uint128(bound(rent, 0, 1e28)), 0);
        Rental rental = Rental(_create(Template.Rental, abi.encode(t)));
        _approve(address(rental));
        vm.deal(bob.account, t.rent);
        vm.prank(bob.account);
        rental.accept{value: t.rent}();
        uint256 time = NOW;
        for (uint256 i = 0; i < 3; ++i) {
            time = bound(times[i], time, END - 1);
            vm.warp(time);
            if (i < 2) rental.collect();
        }
        vm.prank(bob.account);
        rental.giveBack();
        uint256 earned = time <= START ? 0 : uint256(t.rent) * (time - START) / 7 days;
        assertEq(rental.owedTo(alice.account), earned);
        assertEq(rental.owedTo(alice.account) + rental.owedTo(bob.account), t.rent);
    }

    function test_badTermsAreRefused() public {
        Rental.Terms memory t = _rentalTerms();
        t.owner = address(0);
        _refused(t, "owner");
        t = _rentalTerms();
        t.renter = t.owner;
        _refused(t, "renter");
        t = _rentalTerms();
        t.start = uint40(NOW - 1);
        _refused(t, "start");
        t = _rentalTerms();
        t.end = t.start;
        _refused(t, "end");
        t = _rentalTerms();
        t.vehicle = 0;
        _refused(t, "vehicle");
        vm.expectRevert(abi.encodeWithSelector(Rental.WrongValue.selector, 1, 0));
        factory.create{value: 1}(Template.Rental, 1, 0, abi.encode(_rentalTerms()));
    }

    function _refused(Rental.Terms memory t, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ITemplate.BadTerms.selector, field));
        factory.create(Template.Rental, 1, 0, abi.encode(t));
    }

    function _claim(Rental rental, uint128 amount) private {
        vm.prank(alice.account);
        rental.claimDamage(amount);
    }
}
