// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Escrow} from "../../src/templates/Escrow.sol";
import {ITemplate} from "../../src/templates/ITemplate.sol";
import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Payouts} from "../../src/templates/Payouts.sol";
import {VehicleHold} from "../../src/templates/VehicleHold.sol";
import {Burden, IEncumbrances} from "../../src/vehicle/IEncumbrances.sol";
import {TemplateFixture} from "./TemplateFixture.sol";

contract EscrowTest is TemplateFixture {
    uint128 private constant PRICE = 200_000 ether;
    address private arbitrator = makeAddr("arbitrator");

    function _terms2of3(uint256 vehicle) private view returns (Escrow.Terms memory t) {
        t.buyer = bob.account;
        t.seller = alice.account;
        t.arbitrators = new address[](1);
        t.arbitrators[0] = arbitrator;
        t.threshold = 2;
        t.price = PRICE;
        t.arbitrationFee = 10_000 ether;
        t.deadline = uint40(block.timestamp + 30 days);
        t.vehicle = vehicle;
    }

    function _open(Escrow.Terms memory t) private returns (Escrow) {
        return Escrow(_create(Template.Escrow, abi.encode(t)));
    }

    function _funded(uint256 vehicle) private returns (Escrow escrow) {
        escrow = _open(_terms2of3(vehicle));
        if (vehicle != 0) _approve(address(escrow));
        vm.prank(bob.account);
        escrow.fund{value: PRICE}();
    }

    function _vote(Escrow escrow, address who, bool release) private {
        vm.prank(who);
        escrow.vote(release);
    }

    function _status(Escrow escrow, Escrow.Status wanted) private view {
        assertEq(uint8(escrow.status()), uint8(wanted));
    }

    /// The paper's case: 200,000 AUC, and both agree.
    function test_releaseByBuyerAndSellerPaysAllToTheSeller() public {
        Escrow escrow = _funded(0);
        _vote(escrow, bob.account, true);
        _status(escrow, Escrow.Status.Funded);
        _vote(escrow, alice.account, true);
        _status(escrow, Escrow.Status.Released);
        assertEq(_withdraw(address(escrow), alice.account), 200_000 ether);
        assertEq(address(escrow).balance, 0);
    }

    /// The paper's case: the arbitrator rules for one side.
    function test_rulingPays10000ToTheArbitratorAnd190000ToTheWinner() public {
        for (uint256 i = 0; i < 2; ++i) {
            bool release = i == 0;
            Escrow.Terms memory t = _terms2of3(0);
            t.deadline += uint40(i);
            Escrow escrow = _open(t);
            escrow.fund{value: PRICE}();
            address winner = release ? alice.account : bob.account;
            _vote(escrow, winner, release);
            _vote(escrow, release ? bob.account : alice.account, !release);
            _vote(escrow, arbitrator, release);
            assertEq(_withdraw(address(escrow), winner), 190_000 ether);
            assertEq(_withdraw(address(escrow), arbitrator), 10_000 ether);
            assertEq(address(escrow).balance, 0);
        }
    }

    function test_deadlineRefundsTheBuyer() public {
        Escrow escrow = _funded(car);
        _vote(escrow, alice.account, true);
        uint256 deadline = escrow.terms().deadline;
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooEarly.selector, deadline));
        escrow.expire();
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooLate.selector, deadline));
        _vote(escrow, bob.account, true);
        escrow.expire();
        assertEq(_withdraw(address(escrow), bob.account), PRICE);
        assertFalse(_isHeld(address(escrow)));
        assertEq(registry.ownerOf(car), alice.account);
    }

    function test_releaseMovesTheLockedVehicle() public {
        Escrow escrow = _funded(car);
        (Burden kind,) = encumbrances.liveOf(car, address(escrow));
        assertEq(uint8(kind), uint8(Burden.Lock));
        vm.expectRevert(
            abi.encodeWithSelector(IEncumbrances.Burdened.selector, car, address(escrow), Burden.Lock)
        );
        vm.prank(alice.account);
        registry.transferFrom(alice.account, workshop.account, car);

        uint32 epoch = registry.epochOf(car);
        _vote(escrow, bob.account, true);
        _vote(escrow, alice.account, true);
        assertEq(registry.ownerOf(car), bob.account);
        assertEq(registry.epochOf(car), epoch + 1);
        assertFalse(_isHeld(address(escrow)));
        assertEq(escrow.owedTo(alice.account), PRICE);
    }

    function test_refundLeavesEpochAndGrantsAsTheyWere() public {
        vm.prank(alice.account);
        grants.grant(car, workshop.account, _terms(1 << 17, 3));
        uint32 epoch = registry.epochOf(car);
        Escrow escrow = _funded(car);
        _vote(escrow, alice.account, false);
        _vote(escrow, bob.account, false);
        assertEq(registry.ownerOf(car), alice.account);
        assertEq(registry.epochOf(car), epoch);
        assertTrue(grants.allows(car, workshop.account, 17));
        assertFalse(_isHeld(address(escrow)));
        assertEq(escrow.owedTo(bob.account), PRICE);
        vm.prank(alice.account);
        registry.transferFrom(alice.account, workshop.account, car);
    }

    function test_lockSetByHandCounts() public {
        Escrow escrow = _open(_terms2of3(car));
        vm.prank(alice.account);
        encumbrances.lock(car, address(escrow));
        escrow.fund{value: PRICE}();
        _status(escrow, Escrow.Status.Funded);

        Escrow.Terms memory t = _terms2of3(_register("second", alice.account));
        t.deadline = uint40(block.timestamp + 91 days);
        escrow = _open(t);
        vm.prank(alice.account);
        encumbrances.lock(t.vehicle, address(escrow));
        vm.expectRevert(abi.encodeWithSelector(VehicleHold.HoldTooShort.selector, t.vehicle, t.deadline));
        escrow.fund{value: PRICE}();
    }

    function test_fundNeedsTheSellersVehicleAndExactPriceInTime() public {
        Escrow escrow = _open(_terms2of3(car));
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongValue.selector, PRICE - 1, PRICE));
        escrow.fund{value: PRICE - 1}();
        vm.expectRevert(
            abi.encodeWithSelector(IEncumbrances.NotVehicleOperator.selector, address(escrow), car)
        );
        escrow.fund{value: PRICE}();
        _transfer(alice, bob, car);
        vm.expectRevert(abi.encodeWithSelector(VehicleHold.NotVehicleOwner.selector, alice.account, car));
        escrow.fund{value: PRICE}();
        vm.warp(escrow.terms().deadline);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooLate.selector, escrow.terms().deadline));
        escrow.fund{value: PRICE}();
    }

    function test_cancelBeforeThePriceCame() public {
        Escrow escrow = _open(_terms2of3(car));
        vm.prank(alice.account);
        encumbrances.lock(car, address(escrow));
        vm.expectRevert(abi.encodeWithSelector(Escrow.NotParty.selector, arbitrator));
        vm.prank(arbitrator);
        escrow.cancel();
        vm.prank(bob.account);
        escrow.cancel();
        _status(escrow, Escrow.Status.Cancelled);
        assertFalse(_isHeld(address(escrow)));
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, Escrow.Status.Cancelled));
        escrow.fund{value: PRICE}();
    }

    function test_onlyPartiesVoteAndCanChangeTheirMind() public {
        Escrow escrow = _funded(0);
        vm.expectRevert(abi.encodeWithSelector(Escrow.NotParty.selector, workshop.account));
        _vote(escrow, workshop.account, true);
        _vote(escrow, bob.account, true);
        _vote(escrow, bob.account, true);
        (uint16 release, uint16 refund) = escrow.votes();
        assertEq(release, 1);
        _vote(escrow, bob.account, false);
        (release, refund) = escrow.votes();
        assertEq(release, 0);
        assertEq(refund, 1);
        _vote(escrow, alice.account, true);
        _status(escrow, Escrow.Status.Funded);
        _vote(escrow, alice.account, false);
        _status(escrow, Escrow.Status.Refunded);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, Escrow.Status.Refunded));
        _vote(escrow, bob.account, true);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, Escrow.Status.Refunded));
        escrow.expire();
    }

    function _mOfN(uint8 m, uint8 n) private view returns (Escrow.Terms memory t) {
        t = _terms2of3(0);
        t.threshold = m;
        t.arbitrators = new address[](n - 2);
        for (uint160 i = 0; i < n - 2; ++i) {
            t.arbitrators[i] = address(0xa000 + i);
        }
    }

    function test_paperThresholds() public {
        uint8[2][3] memory cases = [[1, 3], [5, 5], [6, 11]];
        for (uint256 c = 0; c < 3; ++c) {
            (uint8 m, uint8 n) = (cases[c][0], cases[c][1]);
            Escrow escrow = _open(_mOfN(m, n));
            escrow.fund{value: PRICE}();
            for (uint256 i = 0; i < m; ++i) {
                _status(escrow, Escrow.Status.Funded);
                _vote(escrow, escrow.partyAt(n - 1 - i), true);
            }
            _status(escrow, Escrow.Status.Released);
        }
    }

    /// Whatever m, n and the votes: decided at exactly m equal votes, and all coins are owed to somebody.
    function testFuzz_nothingIsStranded(uint8 m, uint8 n, uint256 votes, uint128 price, uint128 fee) public {
        n = uint8(bound(n, 2, 16));
        Escrow.Terms memory t = _mOfN(uint8(bound(m, 1, n)), n);
        t.price = uint128(bound(price, 1, 1e28));
        t.arbitrationFee = uint128(bound(fee, 0, t.price));
        Escrow escrow = _open(t);
        vm.deal(address(this), t.price);
        escrow.fund{value: t.price}();
        vm.deal(address(escrow), address(escrow).balance + 7); // forced in
        uint256 total = address(escrow).balance;

        uint256[2] memory count;
        for (uint256 i = 0; i < n && escrow.status() == Escrow.Status.Funded; ++i) {
            uint256 side = votes >> i & 1;
            _vote(escrow, escrow.partyAt(i), side == 1);
            ++count[side];
        }
        bool decided = count[0] == t.threshold || count[1] == t.threshold;
        assertEq(escrow.status() != Escrow.Status.Funded, decided);
        if (!decided) {
            vm.warp(t.deadline);
            escrow.expire();
        }
        uint256 paid = 0;
        for (uint256 i = 0; i < n; ++i) {
            address party = escrow.partyAt(i);
            if (escrow.owedTo(party) != 0) paid += _withdraw(address(escrow), party);
        }
        assertEq(paid, total);
        assertEq(address(escrow).balance, 0);
    }

    function test_badTermsAreRefused() public {
        Escrow.Terms memory t = _terms2of3(0);
        t.threshold = 4;
        _refused(t, "threshold");
        t.threshold = 0;
        _refused(t, "threshold");
        t = _terms2of3(0);
        t.price = 0;
        _refused(t, "price");
        t = _terms2of3(0);
        t.arbitrationFee = t.price + 1;
        _refused(t, "arbitrationFee");
        t = _terms2of3(0);
        t.deadline = uint40(block.timestamp);
        _refused(t, "deadline");
        t = _terms2of3(0);
        t.arbitrators[0] = t.buyer;
        _refused(t, "party");
        t.arbitrators[0] = address(0);
        _refused(t, "party");
        t = _mOfN(2, 17);
        _refused(t, "arbitrators");
    }

    function _refused(Escrow.Terms memory t, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ITemplate.BadTerms.selector, field));
        factory.create(Template.Escrow, 1, 0, abi.encode(t));
    }

    function test_nothingOwedNothingPaid() public {
        Escrow escrow = _funded(0);
        vm.expectRevert(abi.encodeWithSelector(Payouts.NothingOwed.selector, bob.account));
        _withdraw(address(escrow), bob.account);
    }

    function test_reentrantWithdrawalIsPaidOnce() public {
        Escrow.Terms memory t = _terms2of3(0);
        Reentrant payee = new Reentrant();
        t.seller = address(payee);
        Escrow escrow = _open(t);
        escrow.fund{value: PRICE}();
        Escrow other = _open(_terms2of3(0)); // so that there is more to steal elsewhere, not here
        other.fund{value: PRICE}();
        _vote(escrow, bob.account, true);
        _vote(escrow, address(payee), true);
        payee.withdraw(escrow);
        assertEq(address(payee).balance, PRICE);
        assertTrue(payee.refused());
    }

    receive() external payable {}
}

/// Withdraws again from inside the payment.
contract Reentrant {
    Escrow private _escrow;
    bool public refused;

    function withdraw(Escrow escrow) external {
        _escrow = escrow;
        escrow.withdraw(payable(address(this)));
    }

    receive() external payable {
        try _escrow.withdraw(payable(address(this))) {}
        catch {
            refused = true;
        }
    }
}
