// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Burden, IEncumbrances} from "../../src/vehicle/IEncumbrances.sol";
import {Scopes} from "../../src/vehicle/Scopes.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

contract EncumbrancesTest is VehicleFixture {
    uint256 private car;
    address private escrow;
    address private loan;
    address private rental;
    address private licence;
    address private driver = makeAddr("driver");
    uint40 private constant MONTH = uint40(NOW + 30 days);
    uint32 private constant KEY_BIT = uint32(1) << 31;

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
        escrow = _instance("escrow", Template.Escrow);
        loan = _instance("loan", Template.Loan);
        rental = _instance("rental", Template.Rental);
        licence = _instance("licence", Template.DataLicence);
    }

    function _encumber(address instance) private {
        vm.prank(alice.account);
        encumbrances.encumber(car, instance, MONTH);
    }

    function _lock() private {
        vm.prank(alice.account);
        encumbrances.lock(car, escrow);
    }

    function _refusedFor(address holder, Burden kind) private {
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.Burdened.selector, car, holder, kind));
    }

    // Setting

    function test_ownerAndWhomTheyApprovedEncumber() public {
        address[4] memory hands = [alice.account, rental, makeAddr("operator"), bob.account];
        vm.startPrank(alice.account);
        registry.approve(rental, car);
        registry.setApprovalForAll(hands[2], true);
        vm.stopPrank();
        for (uint256 i = 0; i < hands.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            if (i == 3) {
                vm.expectRevert(
                    abi.encodeWithSelector(IEncumbrances.NotVehicleOperator.selector, hands[i], car)
                );
            }
            vm.prank(hands[i]);
            encumbrances.encumber(car, rental, MONTH);
            assertEq(encumbrances.isLive(car, rental), i != 3);
            vm.revertToState(snapshot);
        }
    }

    function test_kindComesFromTheTemplate() public {
        address lease = _instance("lease", Template.Lease);
        address[5] memory instances = [loan, rental, licence, lease, escrow];
        Burden[5] memory kinds = [Burden.Lien, Burden.Rental, Burden.Licence, Burden.Rental, Burden.Lock];
        for (uint256 i = 0; i < instances.length; ++i) {
            vm.expectEmit(address(encumbrances));
            emit IEncumbrances.Encumbered(car, instances[i], kinds[i], MONTH);
            _encumber(instances[i]);
            (Burden kind, uint40 since) = encumbrances.liveOf(car, instances[i]);
            assertEq(uint8(kind), uint8(kinds[i]));
            assertEq(since, NOW);
        }
        IEncumbrances.Encumbrance[] memory list = encumbrances.encumbrances(car);
        assertEq(list.length, 5);
        assertEq(list[0].holder, loan);
        assertEq(list[0].until, MONTH);
    }

    function testFuzz_noOtherAccountHoldsAnything(address stranger) public {
        vm.assume(stranger != escrow && stranger != loan && stranger != rental && stranger != licence);
        vm.startPrank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.NotTemplate.selector, stranger));
        encumbrances.encumber(car, stranger, MONTH);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.NotTemplate.selector, stranger));
        encumbrances.lock(car, stranger);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.NotTemplate.selector, loan));
        encumbrances.lock(car, loan); // only an escrow locks
    }

    function test_endLiesInTheFutureAndLocksAreShort() public {
        vm.startPrank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.InvalidEnd.selector, NOW));
        encumbrances.encumber(car, loan, uint40(NOW));
        uint40 tooLong = uint40(NOW) + encumbrances.maxLock() + 1;
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.InvalidEnd.selector, tooLong));
        encumbrances.encumber(car, escrow, tooLong);
        encumbrances.encumber(car, escrow, tooLong - 1);
    }

    function test_anInstanceIsOneDeal() public {
        _encumber(licence);
        vm.startPrank(alice.account);
        bytes memory refusal = abi.encodeWithSelector(IEncumbrances.AlreadyEncumbered.selector, car, licence);
        vm.expectRevert(refusal);
        encumbrances.encumber(car, licence, MONTH);
        registry.transferFrom(alice.account, alice.account, car);
        vm.expectRevert(refusal);
        encumbrances.encumber(car, licence, MONTH);
        assertEq(encumbrances.endedAt(car, licence), NOW);
    }

    function test_aVehicleHasSixteenAtMostAndExpiredOnesMakeRoom() public {
        uint256 max = encumbrances.maxEncumbrances();
        for (uint256 i = 0; i < max; ++i) {
            _encumber(_instance(string.concat("rental ", vm.toString(i)), Template.Rental));
        }
        vm.startPrank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.TooManyEncumbrances.selector, car));
        encumbrances.encumber(car, loan, MONTH);
        vm.warp(MONTH);
        assertEq(encumbrances.encumbrances(car).length, 0);
        encumbrances.encumber(car, loan, MONTH + 1);
        assertEq(encumbrances.encumbrances(car).length, 1);
        assertEq(encumbrances.endedAt(car, makeAddr("rental 3")), MONTH);
    }

    function test_nothingIsAddedUnderALock() public {
        _lock();
        address[3] memory others = [loan, rental, licence];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusedFor(escrow, Burden.Lock);
            _encumber(others[i]);
        }
    }

    function test_theHolderAloneEndsIt() public {
        _encumber(loan);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.NotEncumbered.selector, car, alice.account));
        vm.prank(alice.account);
        encumbrances.end(car);
        vm.expectEmit(address(encumbrances));
        emit IEncumbrances.EncumbranceEnded(car, loan, Burden.Lien);
        vm.prank(loan);
        encumbrances.end(car);
        assertEq(encumbrances.endedAt(car, loan), NOW);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.NotEncumbered.selector, car, loan));
        vm.prank(loan);
        encumbrances.end(car);
        _transfer(alice, bob, car);
    }

    function test_itEndsByItself() public {
        _encumber(loan);
        vm.warp(MONTH - 1);
        _refusedFor(loan, Burden.Lien);
        _transfer(alice, bob, car);
        vm.warp(MONTH);
        assertFalse(encumbrances.isLive(car, loan));
        assertEq(encumbrances.endedAt(car, loan), MONTH);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.NotEncumbered.selector, car, loan));
        vm.prank(loan);
        encumbrances.end(car);
        _transfer(alice, bob, car);
        assertEq(encumbrances.endedAt(car, loan), MONTH);
    }

    // Transfer

    function test_saleUnderLienNeedsTheLender() public {
        _encumber(loan);
        _refusedFor(loan, Burden.Lien);
        _transfer(alice, bob, car);

        vm.prank(loan);
        encumbrances.consent(car, bob.account);
        _refusedFor(loan, Burden.Lien);
        _transfer(alice, workshop, car); // consent is for one buyer
        _transfer(alice, bob, car);
        assertEq(registry.ownerOf(car), bob.account);
        assertTrue(encumbrances.isLive(car, loan)); // the lien goes with the car

        _refusedFor(loan, Burden.Lien);
        _transfer(bob, bob, car); // consent was for one sale
    }

    function test_withdrawnConsentIsNone() public {
        _encumber(loan);
        vm.startPrank(loan);
        encumbrances.consent(car, bob.account);
        encumbrances.consent(car, address(0));
        vm.stopPrank();
        _refusedFor(loan, Burden.Lien);
        _transfer(alice, bob, car);
        vm.expectRevert(abi.encodeWithSelector(IEncumbrances.NotEncumbered.selector, car, alice.account));
        vm.prank(alice.account);
        encumbrances.consent(car, bob.account);
    }

    function test_lenderTakesTheCarWithoutAnApproval() public {
        _encumber(loan);
        vm.prank(loan);
        registry.transferFrom(alice.account, loan, car);
        assertEq(registry.ownerOf(car), loan);
        vm.prank(loan);
        encumbrances.end(car);
        assertEq(encumbrances.encumbrances(car).length, 0);
    }

    function test_lenderMovesNothingUnderAnothersLock() public {
        _encumber(loan);
        _lock();
        _refusedFor(escrow, Burden.Lock);
        vm.prank(loan);
        registry.transferFrom(alice.account, loan, car);
        _refusedFor(loan, Burden.Lien);
        vm.prank(escrow);
        registry.transferFrom(alice.account, bob.account, car);
    }

    function test_holdersOfRentalsAndLicencesMoveNothing() public {
        _encumber(rental);
        _encumber(licence);
        address[2] memory holders = [rental, licence];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, holders[i], car)
            );
            vm.prank(holders[i]);
            registry.transferFrom(alice.account, bob.account, car);
        }
    }

    /// The seller cannot shake off a paid licence's refund or a renter by a transfer to themselves.
    function test_selfTransferScam() public {
        _encumber(licence);
        _encumber(rental);
        vm.prank(rental);
        grants.grantBound(car, driver, _terms(KEY_BIT, type(uint16).max));
        vm.warp(NOW + 1 hours);
        _transfer(alice, alice, car);
        assertFalse(encumbrances.isLive(car, licence));
        assertEq(encumbrances.endedAt(car, licence), NOW + 1 hours); // refund from here on
        assertTrue(encumbrances.isLive(car, rental));
        assertTrue(grants.allowsBy(car, driver, rental, Scopes.KEY));
    }

    function test_selfTransferUnderLockOrLienIsRefused() public {
        _lock();
        _refusedFor(escrow, Burden.Lock);
        _transfer(alice, alice, car);
    }

    function test_saleMidRentalKeepsTheDriversKey() public {
        _encumber(rental);
        vm.prank(rental);
        grants.grantBound(car, driver, _terms(KEY_BIT, type(uint16).max));
        vm.prank(alice.account);
        grants.grant(car, driver, _terms(1, 5));
        _transfer(alice, bob, car);

        assertTrue(grants.allowsBy(car, driver, rental, Scopes.KEY));
        assertFalse(grants.allows(car, driver, 0)); // the free one ended
        vm.prank(bob.account);
        vm.expectRevert(); // the new owner cannot take it back
        grants.revoke(car, driver, rental);
        vm.prank(rental);
        encumbrances.end(car);
        assertFalse(grants.allowsBy(car, driver, rental, Scopes.KEY));
    }

    // Locks

    function test_escrowMovesTheCarAndTheEpochMovesOnce() public {
        vm.prank(alice.account);
        grants.grant(car, workshop.account, _terms(1, 5));
        _lock();
        assertEq(registry.epochOf(car), 1);
        assertEq(registry.ownerOf(car), alice.account);
        vm.prank(escrow);
        registry.transferFrom(alice.account, bob.account, car);
        assertEq(registry.ownerOf(car), bob.account);
        assertEq(registry.epochOf(car), 2);
        assertEq(encumbrances.encumbrances(car).length, 0);
        assertFalse(grants.allows(car, workshop.account, 0));
        _transfer(bob, alice, car);
    }

    function test_escrowRefundLeavesEpochAndGrantsAsTheyWere() public {
        _pair(dongle, car, alice);
        vm.prank(alice.account);
        grants.grant(car, workshop.account, _terms(1, 5));
        bytes32 before = _state();
        _lock();
        _refusedFor(escrow, Burden.Lock);
        _transfer(alice, bob, car);
        vm.prank(escrow);
        encumbrances.end(car);
        assertEq(_state(), before);
        assertTrue(grants.allows(car, workshop.account, 0));
        assertTrue(_isActive(dongle));
    }

    function _state() private view returns (bytes32) {
        return
            keccak256(abi.encode(registry.ownerOf(car), registry.epochOf(car), lens.vehicleOf(car), _grant()));
    }

    function _grant() private view returns (bytes memory) {
        (, uint40 mark, bool live) = grants.grantOf(car, workshop.account, address(0));
        return abi.encode(mark, live);
    }

    function test_lockEndsByItself() public {
        _lock();
        vm.warp(NOW + encumbrances.maxLock());
        _transfer(alice, bob, car);
        assertEq(registry.ownerOf(car), bob.account);
    }

    function test_approvalsGivenBeforeTheLockDoNotPassIt() public {
        address market = makeAddr("market");
        vm.startPrank(alice.account);
        registry.approve(market, car);
        encumbrances.lock(car, escrow);
        vm.stopPrank();
        _refusedFor(escrow, Burden.Lock);
        vm.prank(market);
        registry.transferFrom(alice.account, bob.account, car);
    }

    /// Whatever the set of encumbrances, a transfer passes exactly when no lock and no lien stands, and leaves
    /// the rentals alone.
    function testFuzz_whatATransferDoes(uint8 set) public {
        address[4] memory instances = [loan, rental, licence, escrow];
        for (uint256 i = 0; i < 4; ++i) {
            if (set >> i & 1 == 1) _encumber(instances[i]);
        }
        bool blocked = set & 9 != 0;
        if (blocked) vm.expectPartialRevert(IEncumbrances.Burdened.selector);
        _transfer(alice, bob, car);
        if (blocked) return;
        IEncumbrances.Encumbrance[] memory left = encumbrances.encumbrances(car);
        assertEq(left.length, set >> 1 & 1);
        if (left.length == 1) assertEq(left[0].holder, rental);
        _transfer(bob, alice, car);
    }
}
