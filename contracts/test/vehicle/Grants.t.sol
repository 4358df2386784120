// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Template} from "../../src/templates/ITemplateFactory.sol";
import {IGrants} from "../../src/vehicle/IGrants.sol";
import {IStatements} from "../../src/vehicle/IStatements.sol";
import {Scopes} from "../../src/vehicle/Scopes.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

contract GrantsTest is VehicleFixture {
    bytes32 private constant GRANT = keccak256(
        "Grant(uint256 vehicle,address grantee,uint32 scopes,uint40 from,uint40 until,uint16 uses,uint16 dataFrom,uint16 dataUntil,uint256 nonce,uint256 deadline)"
    );
    uint32 private constant KEY_BIT = uint32(1) << 31;
    address private insurer = makeAddr("insurer");
    uint256 private car;

    function setUp() public override {
        super.setUp();
        car = _register("tag", alice.account);
    }

    function _grant(address grantee, IGrants.Terms memory terms) private {
        vm.prank(alice.account);
        grants.grant(car, grantee, terms);
    }

    function _notGranted(address grantee, uint8 scope) private {
        vm.expectRevert(abi.encodeWithSelector(IGrants.NotGranted.selector, car, grantee, scope));
    }

    function _bad(IGrants.Terms memory terms) private {
        vm.expectRevert(IGrants.InvalidTerms.selector);
        _grant(insurer, terms);
    }

    // Bounds

    function testFuzz_scopesAreExactlyThoseGiven(uint32 scopes, uint8 scope) public {
        vm.assume(scopes != 0);
        vm.expectEmit(address(grants));
        emit IGrants.Granted(car, insurer, alice.account, _terms(scopes, 1));
        _grant(insurer, _terms(scopes, 1));
        bool given = scope < 32 && scopes >> scope & 1 == 1;
        assertEq(grants.allows(car, insurer, scope), given);
        assertFalse(grants.allows(car, bob.account, scope));
    }

    function testFuzz_timeIsBounded(uint32 from, uint32 length, uint40 at) public {
        IGrants.Terms memory terms = _terms(1, 1);
        terms.from = uint40(NOW) + from;
        terms.until = terms.from + length;
        _grant(insurer, terms);
        at = uint40(bound(at, NOW, NOW + 20 * 365 days));
        vm.warp(at);
        assertEq(grants.allows(car, insurer, 0), terms.from <= at && at <= terms.until);
    }

    function testFuzz_dataPeriodsAreBounded(uint16 first, uint16 last, uint16 period) public {
        vm.assume(first <= last);
        IGrants.Terms memory terms = _terms(3 | KEY_BIT, 1);
        (terms.dataFrom, terms.dataUntil) = (first, last);
        _grant(insurer, terms);
        bool within = first <= period && period <= last;
        assertEq(grants.allowsData(car, insurer, address(0), 1, period), within);
        assertFalse(grants.allowsData(car, insurer, address(0), 2, period)); // not granted
        assertFalse(grants.allowsData(car, insurer, address(0), Scopes.KEY, period)); // opens no data
    }

    function testFuzz_usesAreCounted(uint8 uses) public {
        vm.assume(uses != 0);
        _grant(insurer, _terms(1, uses));
        vm.startPrank(insurer);
        for (uint16 left = uses; left > 0; --left) {
            vm.expectEmit(address(grants));
            emit IGrants.GrantUsed(car, insurer, address(0), 0, left - 1);
            grants.use(car, insurer, address(0), 0);
        }
        _notGranted(insurer, 0);
        grants.use(car, insurer, address(0), 0);
    }

    function test_unlimitedUsesStayUnlimited() public {
        _grant(insurer, _terms(1, type(uint16).max));
        vm.startPrank(insurer);
        for (uint256 i = 0; i < 3; ++i) {
            grants.use(car, insurer, address(0), 0);
        }
        (IGrants.Terms memory terms,, bool live) = grants.grantOf(car, insurer, address(0));
        assertEq(terms.uses, type(uint16).max);
        assertTrue(live);
    }

    function test_onlyTheGranteeAndTheRecordersUseIt() public {
        _grant(insurer, _terms(1, 2));
        vm.expectRevert(abi.encodeWithSelector(IGrants.NotUser.selector, alice.account));
        vm.prank(alice.account);
        grants.use(car, insurer, address(0), 0);
    }

    function test_emptyTermsRevert() public {
        IGrants.Terms memory t = _terms(0, 1);
        _bad(t);
        t = _terms(1, 0);
        _bad(t);
        t = _terms(1, 1);
        t.until = t.from - 1;
        _bad(t);
        t = _terms(1, 1);
        (t.from, t.until) = (0, uint40(NOW - 1));
        _bad(t);
        t = _terms(1, 1);
        (t.dataFrom, t.dataUntil) = (2, 1);
        _bad(t);
        vm.expectRevert(IGrants.InvalidTerms.selector);
        _grant(address(0), _terms(1, 1));
    }

    function testFuzz_onlyTheOwnerGivesFreeGrants(address stranger) public {
        vm.assume(stranger != alice.account);
        IGrants.Terms memory terms = _terms(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IGrants.NotVehicleOwner.selector, stranger, car));
        vm.prank(stranger);
        grants.grant(car, stranger, terms);
    }

    function test_aNewGrantReplacesTheOld() public {
        _grant(insurer, _terms(1, 1));
        _grant(insurer, _terms(2, 1));
        assertFalse(grants.allows(car, insurer, 0));
        assertTrue(grants.allows(car, insurer, 1));
    }

    // Signed

    function _signed(Key memory signer, IGrants.Terms memory t, uint256 nonce)
        private
        view
        returns (bytes memory)
    {
        bytes32 h = keccak256(abi.encode(GRANT, car, insurer, t, nonce, DEADLINE));
        return _sign(signer, h);
    }

    function test_ownerGrantsBySignatureOnce() public {
        IGrants.Terms memory terms = _terms(1, 1);
        uint256 nonce = registry.nonces(alice.account);
        bytes memory signature = _signed(alice, terms, nonce);
        grants.grantBySignature(car, insurer, terms, DEADLINE, signature);
        assertTrue(grants.allows(car, insurer, 0));
        assertEq(registry.nonces(alice.account), nonce + 1);
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, alice.account));
        grants.grantBySignature(car, insurer, terms, DEADLINE, signature);
    }

    function testFuzz_alteredSignedTermsRevert(uint8 field) public {
        IGrants.Terms memory terms = _terms(1, 1);
        bytes memory signature = _signed(alice, terms, registry.nonces(alice.account));
        field %= 6;
        if (field == 0) terms.scopes = 3;
        else if (field == 1) ++terms.from;
        else if (field == 2) ++terms.until;
        else if (field == 3) ++terms.uses;
        else if (field == 4) ++terms.dataFrom;
        else --terms.dataUntil;
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, alice.account));
        grants.grantBySignature(car, insurer, terms, DEADLINE, signature);
    }

    function test_signedGrantExpiresAndDiesWithTheSale() public {
        IGrants.Terms memory terms = _terms(1, 1);
        bytes memory signature = _signed(alice, terms, registry.nonces(alice.account));
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IStatements.Expired.selector, DEADLINE));
        grants.grantBySignature(car, insurer, terms, DEADLINE, signature);
        vm.warp(NOW);
        _transfer(alice, bob, car);
        vm.expectRevert(abi.encodeWithSelector(IStatements.InvalidSignature.selector, bob.account));
        grants.grantBySignature(car, insurer, terms, DEADLINE, signature);
    }

    // Ending

    function test_ownerRevokesAndGranteeGivesUp() public {
        for (uint256 i = 0; i < 2; ++i) {
            _grant(insurer, _terms(1, 1));
            vm.expectEmit(address(grants));
            emit IGrants.GrantRevoked(car, insurer, address(0));
            vm.prank(i == 0 ? alice.account : insurer);
            grants.revoke(car, insurer, address(0));
            assertFalse(grants.allows(car, insurer, 0));
        }
        vm.expectRevert(abi.encodeWithSelector(IGrants.NotVehicleOwner.selector, bob.account, car));
        vm.prank(bob.account);
        grants.revoke(car, insurer, address(0));
    }

    function testFuzz_freeGrantsEndAtATransferAndStayEnded(uint8 sales) public {
        vm.assume(sales != 0);
        _grant(insurer, _terms(type(uint32).max, 9));
        for (uint256 i = 0; i < sales; ++i) {
            _transfer(i % 2 == 0 ? alice : bob, i % 2 == 0 ? bob : alice, car);
            assertFalse(grants.allows(car, insurer, 0));
        }
    }

    /// Row 31: a grantee whose grant is revoked, has run out or ended with a sale reads and writes nothing new.
    function test_row31_revokedGranteeReadsAndWritesNothingNew() public {
        uint32 scopes = Scopes.bit(1) | Scopes.bit(Scopes.FIRST_WRITE);
        _grant(insurer, _terms(scopes, 10));
        assertTrue(grants.allowsData(car, insurer, address(0), 1, 694));
        vm.prank(insurer);
        serviceRecords.write(car, 0, "hash", 0, "cid");

        vm.prank(alice.account);
        grants.revoke(car, insurer, address(0));
        _readsAndWritesNothing();

        _grant(insurer, _terms(scopes, 10));
        vm.warp(block.timestamp + 1 days + 1);
        _readsAndWritesNothing();

        _grant(insurer, _terms(scopes, 10));
        _transfer(alice, bob, car);
        _readsAndWritesNothing();
        assertEq(serviceRecords.recordCount(), 1); // what was written stays
    }

    function _readsAndWritesNothing() private {
        assertFalse(grants.allowsData(car, insurer, address(0), 1, 694));
        _notGranted(insurer, 1);
        vm.prank(insurer);
        grants.use(car, insurer, address(0), 1);
        _notGranted(insurer, Scopes.FIRST_WRITE);
        vm.prank(insurer);
        serviceRecords.write(car, 0, "hash", 0, "cid");
    }

    // Bound

    function testFuzz_holdersGiveWhatTheirKindMayGive(uint32 scopes, uint8 kind) public {
        vm.assume(scopes != 0);
        Template[4] memory templates_ = [Template.Rental, Template.DataLicence, Template.Loan, Template.Lease];
        uint32[4] memory held = [KEY_BIT | Scopes.READS, Scopes.READS, 0, KEY_BIT | Scopes.READS];
        kind %= 4;
        address holder = _instance("holder", templates_[kind]);
        vm.prank(alice.account);
        encumbrances.encumber(car, holder, uint40(NOW + 30 days));
        bool fine = scopes & ~held[kind] == 0;
        if (!fine) {
            vm.expectRevert(abi.encodeWithSelector(IGrants.ScopesNotHeld.selector, holder, scopes));
        }
        IGrants.Terms memory terms = _terms(scopes, 1);
        vm.prank(holder);
        grants.grantBound(car, insurer, terms);
        (,, bool live) = grants.grantOf(car, insurer, holder);
        assertEq(live, fine);
        (,, live) = grants.grantOf(car, insurer, address(0));
        assertFalse(live);
    }

    function test_withoutAnEncumbranceNothingIsBound() public {
        IGrants.Terms memory terms = _terms(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IGrants.ScopesNotHeld.selector, alice.account, 1));
        vm.prank(alice.account);
        grants.grantBound(car, insurer, terms);
    }

    function test_paidLicenceEndsAtTheSaleWithItsGrants() public {
        address licence = _instance("licence", Template.DataLicence);
        vm.prank(alice.account);
        encumbrances.encumber(car, licence, uint40(NOW + 30 days));
        vm.startPrank(licence);
        grants.grantBound(car, insurer, _terms(1, 9));
        vm.stopPrank();
        assertTrue(grants.allowsBy(car, insurer, licence, 0));
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(IGrants.NotGiver.selector, alice.account));
        grants.revoke(car, insurer, licence);
        _transfer(alice, bob, car);
        assertFalse(grants.allowsBy(car, insurer, licence, 0));
    }
}
