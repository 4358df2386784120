// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {KeyWrap} from "../../src/market/KeyWrap.sol";
import {DataLicence} from "../../src/templates/DataLicence.sol";
import {ITemplate} from "../../src/templates/ITemplate.sol";
import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Burden} from "../../src/vehicle/IEncumbrances.sol";
import {TemplateFixture} from "./TemplateFixture.sol";

import {Vm} from "forge-std/Test.sol";

contract DataLicenceTest is TemplateFixture {
    uint8 private constant TRIPS = 1;
    uint8 private constant FAULTS = 2;
    uint128 private constant PRICE = 1_000 ether;
    uint32 private constant DURATION = 100 days;
    uint32 private constant PERIOD = uint32(NOW / 30 days);
    KeyWrap.Point private point;

    function setUp() public override {
        super.setUp();
        Vm.Wallet memory wallet = vm.createWallet("one-time key");
        point = KeyWrap.Point(wallet.publicKeyX, wallet.publicKeyY);
    }

    function _licenceTerms() private view returns (DataLicence.Terms memory) {
        return DataLicence.Terms({
            owner: alice.account,
            licensee: bob.account,
            scopes: uint32(1) << TRIPS,
            duration: DURATION,
            price: PRICE,
            vehicle: car
        });
    }

    function _offered() private returns (DataLicence licence) {
        licence = DataLicence(_create(Template.DataLicence, abi.encode(_licenceTerms())));
        _approve(address(licence));
    }

    function _paid() private returns (DataLicence licence) {
        licence = _offered();
        vm.prank(bob.account);
        licence.accept{value: PRICE}(point);
    }

    function _live() private returns (DataLicence licence) {
        licence = _paid();
        _release(licence, TRIPS, PERIOD);
    }

    function _release(DataLicence licence, uint8 scope, uint32 period) private {
        vm.prank(alice.account);
        licence.release(scope, period, point, "wrapped");
    }

    function _status(DataLicence licence, DataLicence.Status wanted) private view {
        assertEq(uint8(licence.status()), uint8(wanted));
    }

    function _reads(DataLicence licence, uint8 scope) private view returns (bool) {
        return grants.allowsData(car, bob.account, address(licence), scope, uint16(PERIOD));
    }

    function test_paysAndReadsJustTheScopeAndTimeBought() public {
        DataLicence licence = _paid();
        (Burden kind,) = encumbrances.liveOf(car, address(licence));
        assertEq(uint8(kind), uint8(Burden.Licence));
        assertTrue(_reads(licence, TRIPS));
        assertFalse(_reads(licence, FAULTS));
        assertFalse(grants.allowsData(car, bob.account, address(licence), TRIPS, uint16(PERIOD - 1)));

        vm.expectEmit(address(licence));
        emit DataLicence.KeyReleased(TRIPS, PERIOD, point, "wrapped");
        _release(licence, TRIPS, PERIOD);
        vm.expectRevert(abi.encodeWithSelector(DataLicence.NotCovered.selector, FAULTS, PERIOD));
        _release(licence, FAULTS, PERIOD);
        vm.expectRevert(abi.encodeWithSelector(DataLicence.NotCovered.selector, TRIPS, PERIOD - 1));
        _release(licence, TRIPS, PERIOD - 1);
        vm.expectRevert(abi.encodeWithSelector(DataLicence.NotCovered.selector, TRIPS, PERIOD + 5));
        _release(licence, TRIPS, PERIOD + 5);
        vm.expectRevert(abi.encodeWithSelector(DataLicence.NotCovered.selector, 32, PERIOD));
        _release(licence, 32, PERIOD);
        vm.expectRevert(abi.encodeWithSelector(DataLicence.NotParty.selector, bob.account));
        vm.prank(bob.account);
        licence.release(TRIPS, PERIOD, point, "wrapped");
    }

    function test_priceVestsOverTheTimeWithTheFeeOff() public {
        DataLicence licence = _live();
        skip(25 days);
        licence.collect();
        assertEq(licence.owedTo(alice.account), 250 ether * 975 / 1_000);
        assertEq(address(fees).balance, 250 ether * 25 / 1_000);
        licence.collect();
        vm.expectRevert(DataLicence.NotOver.selector);
        licence.settle();
        skip(75 days);
        vm.expectRevert(DataLicence.TooLate.selector);
        _release(licence, TRIPS, PERIOD);
        licence.settle();
        _status(licence, DataLicence.Status.Ended);
        assertEq(licence.owedTo(alice.account), 975 ether);
        assertEq(address(fees).balance, 25 ether);
        assertEq(licence.owedTo(bob.account), 0);
        assertFalse(_isHeld(address(licence)));
    }

    /// A sale ends it in that second; what was not earned goes back, however late it is settled.
    function test_saleEndsItAndRefundsProRata() public {
        DataLicence licence = _live();
        skip(40 days);
        _transfer(alice, workshop, car);
        assertFalse(_reads(licence, TRIPS));
        skip(40 days);
        vm.expectRevert(DataLicence.TooLate.selector);
        _release(licence, TRIPS, PERIOD);
        licence.settle();
        assertEq(_withdraw(address(licence), bob.account), 600 ether);
        assertEq(_withdraw(address(licence), alice.account), 400 ether * 975 / 1_000);
        assertEq(address(licence).balance, 0);
    }

    function test_silentOwnerGivesAllBack() public {
        DataLicence licence = _paid();
        assertEq(licence.earned(), 0);
        skip(72 hours - 1);
        vm.expectRevert(DataLicence.NotOver.selector);
        licence.settle();
        skip(1);
        vm.expectRevert(DataLicence.TooLate.selector);
        _release(licence, TRIPS, PERIOD);
        licence.settle();
        assertEq(licence.owedTo(bob.account), PRICE);
        assertFalse(_isHeld(address(licence)));
        vm.expectRevert(abi.encodeWithSelector(DataLicence.WrongStatus.selector, DataLicence.Status.Ended));
        licence.settle();
    }

    function test_saleBeforeTheFirstKeyGivesAllBack() public {
        DataLicence licence = _paid();
        _transfer(alice, workshop, car);
        vm.expectRevert(DataLicence.TooLate.selector);
        _release(licence, TRIPS, PERIOD);
        licence.settle();
        assertEq(licence.owedTo(bob.account), PRICE);
    }

    function test_licenseeQuits() public {
        DataLicence licence = _live();
        skip(10 days);
        vm.expectRevert(abi.encodeWithSelector(DataLicence.NotParty.selector, alice.account));
        vm.prank(alice.account);
        licence.quit();
        vm.prank(bob.account);
        licence.quit();
        assertEq(licence.owedTo(bob.account), 900 ether);
        assertFalse(_reads(licence, TRIPS));
        vm.expectRevert(abi.encodeWithSelector(DataLicence.WrongStatus.selector, DataLicence.Status.Ended));
        licence.collect();
    }

    /// Whenever it is collected and ends: owner, fee and licensee together get the price, to the unit.
    function testFuzz_priceAddsUp(uint128 price, uint16 rate, uint32[3] memory steps, bool sold) public {
        DataLicence.Terms memory t = _licenceTerms();
        t.price = uint128(bound(price, 1, 1e28));
        fees.setRate(bound(rate, 0, 1_000));
        vm.deal(bob.account, t.price);
        DataLicence licence = DataLicence(_create(Template.DataLicence, abi.encode(t)));
        _approve(address(licence));
        vm.prank(bob.account);
        licence.accept{value: t.price}(point);
        _release(licence, TRIPS, PERIOD);
        for (uint256 i = 0; i < 3; ++i) {
            skip(bound(steps[i], 0, 30 days));
            licence.collect();
        }
        if (sold) _transfer(alice, workshop, car);
        else skip(DURATION);
        licence.settle();
        uint256 owed = licence.owedTo(alice.account) + licence.owedTo(bob.account);
        assertEq(owed, address(licence).balance);
        assertEq(owed + address(fees).balance, t.price);
    }

    function test_offerIsAcceptedByTheLicenseeOrCancelled() public {
        DataLicence licence = _offered();
        vm.expectRevert(abi.encodeWithSelector(DataLicence.NotParty.selector, alice.account));
        vm.prank(alice.account);
        licence.accept{value: PRICE}(point);
        vm.expectRevert(abi.encodeWithSelector(DataLicence.WrongValue.selector, 1, PRICE));
        vm.prank(bob.account);
        licence.accept{value: 1}(point);
        vm.expectRevert(abi.encodeWithSelector(DataLicence.NotParty.selector, workshop.account));
        vm.prank(workshop.account);
        licence.cancel();
        vm.prank(alice.account);
        licence.cancel();
        _status(licence, DataLicence.Status.Cancelled);
        assertEq(licence.terms().price, PRICE);
    }

    function test_badTermsAreRefused() public {
        DataLicence.Terms memory t = _licenceTerms();
        t.owner = address(0);
        _refused(t, "owner");
        t = _licenceTerms();
        t.licensee = t.owner;
        _refused(t, "licensee");
        t = _licenceTerms();
        t.scopes = 0;
        _refused(t, "scopes");
        t = _licenceTerms();
        t.duration = 3_651 days;
        _refused(t, "duration");
        t = _licenceTerms();
        t.price = 0;
        _refused(t, "price");
        t = _licenceTerms();
        t.vehicle = 0;
        _refused(t, "vehicle");
        vm.expectRevert(abi.encodeWithSelector(DataLicence.WrongValue.selector, 1, 0));
        factory.create{value: 1}(Template.DataLicence, 1, 0, abi.encode(_licenceTerms()));
    }

    function _refused(DataLicence.Terms memory t, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ITemplate.BadTerms.selector, field));
        factory.create(Template.DataLicence, 1, 0, abi.encode(t));
    }
}
