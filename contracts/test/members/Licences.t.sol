// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Credential} from "../../src/members/Credential.sol";
import {ILicences, Kind} from "../../src/members/ILicences.sol";
import {FoundationFixture} from "../foundation/FoundationFixture.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

contract LicencesTest is FoundationFixture {
    uint64 private constant EXPIRES = uint64(NOW + 365 days);
    uint256 private constant KINDS = 8;

    /// A holder for each kind, as its place in the enumeration.
    function _holder(uint256 kind) private returns (address) {
        return makeAddr(string.concat("holder ", vm.toString(kind)));
    }

    function _licenseAll() private {
        for (uint256 kind = 1; kind < KINDS; ++kind) {
            _license(_holder(kind), Kind(kind), EXPIRES);
        }
    }

    function test_row29_theSixLicensedKindsOfThePaperAndTheAppraiserAreDistinct() public {
        _licenseAll();
        for (uint256 who = 1; who < KINDS; ++who) {
            for (uint256 kind = 0; kind < KINDS; ++kind) {
                assertEq(licences.isLicensed(_holder(who), Kind(kind)), who == kind);
                if (who == kind) {
                    licences.requireLicence(_holder(who), Kind(kind));
                } else {
                    vm.expectRevert(
                        abi.encodeWithSelector(ILicences.NotLicensed.selector, _holder(who), Kind(kind))
                    );
                    licences.requireLicence(_holder(who), Kind(kind));
                }
            }
        }
    }

    function test_row29_buyersNeedAMembershipAndNoLicence() public {
        _enrol(alice);
        assertTrue(membership.isMember(alice));
        for (uint256 kind = 0; kind < KINDS; ++kind) {
            assertFalse(licences.isLicensed(alice, Kind(kind)));
        }
        vm.prank(at.timelock);
        treasury.spend(alice, 1, 0); // paid as a member
    }

    function test_row29_aLicenceIsNoMembership() public {
        _license(alice, Kind.Maker, EXPIRES);
        assertFalse(membership.isMember(alice));
    }

    function test_row29_revocationWorksFromTheNextBlockAndEndsOneKindOnly() public {
        _license(alice, Kind.Dealer, EXPIRES);
        _license(alice, Kind.ServiceShop, EXPIRES);
        vm.expectEmit(address(licences));
        emit ILicences.LicenceRevoked(alice, Kind.Dealer, issuer, "fraud");
        vm.prank(issuer);
        licences.revoke(alice, Kind.Dealer, "fraud");
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + 13);
        assertFalse(licences.isLicensed(alice, Kind.Dealer));
        assertTrue(licences.isLicensed(alice, Kind.ServiceShop));
        assertEq(licences.balanceOf(alice), 1);
    }

    function test_row29_aLicenceExpires() public {
        _license(alice, Kind.Insurer, EXPIRES);
        assertEq(licences.expiryOf(alice, Kind.Insurer), EXPIRES);
        vm.warp(EXPIRES - 1);
        assertTrue(licences.isLicensed(alice, Kind.Insurer));
        vm.warp(EXPIRES);
        assertFalse(licences.isLicensed(alice, Kind.Insurer));
    }

    function testFuzz_row29_onlyAnIssuersSignatureLicenses(uint256 key, uint8 kind) public {
        key = boundPrivateKey(key);
        kind = uint8(bound(kind, 1, KINDS - 1));
        address signer = vm.addr(key);
        vm.assume(signer != issuer);
        bytes memory signature = _signLicence(key, alice, Kind(kind), EXPIRES, NOW);
        vm.expectRevert(abi.encodeWithSelector(Credential.NotIssuer.selector, signer));
        licences.issue(alice, Kind(kind), EXPIRES, NOW, signer, signature);
        vm.expectRevert(abi.encodeWithSelector(Credential.InvalidSignature.selector, issuer));
        licences.issue(alice, Kind(kind), EXPIRES, NOW, issuer, signature);
    }

    function testFuzz_row29_onlyIssuersRevoke(address account, uint8 kind) public {
        vm.assume(account != issuer);
        kind = uint8(bound(kind, 1, KINDS - 1));
        _license(alice, Kind(kind), EXPIRES);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account));
        vm.prank(account);
        licences.revoke(alice, Kind(kind), 0);
    }

    function testFuzz_aSignatureForOneKindIsNoneForAnother(uint8 signed, uint8 used) public {
        signed = uint8(bound(signed, 1, KINDS - 1));
        used = uint8(bound(used, 1, KINDS - 1));
        vm.assume(signed != used);
        bytes memory signature = _signLicence(issuerKey, alice, Kind(signed), EXPIRES, NOW);
        vm.expectRevert(abi.encodeWithSelector(Credential.InvalidSignature.selector, issuer));
        licences.issue(alice, Kind(used), EXPIRES, NOW, issuer, signature);
    }

    function test_aMembershipsSignatureIsNoLicences() public {
        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        vm.expectRevert(abi.encodeWithSelector(Credential.InvalidSignature.selector, issuer));
        licences.issue(alice, Kind.Maker, EXPIRES, NOW, issuer, signature);
    }

    function test_kindNoneIsNotIssued() public {
        bytes memory signature = _signLicence(issuerKey, alice, Kind.None, EXPIRES, NOW);
        vm.expectRevert(ILicences.InvalidKind.selector);
        licences.issue(alice, Kind.None, EXPIRES, NOW, issuer, signature);
    }

    function test_aHolderGivesUpItsOwnLicence() public {
        _license(alice, Kind.Lender, EXPIRES);
        vm.prank(bob);
        licences.renounce(Kind.Lender);
        assertTrue(licences.isLicensed(alice, Kind.Lender));
        vm.prank(alice);
        licences.renounce(Kind.Lender);
        assertFalse(licences.isLicensed(alice, Kind.Lender));
    }

    function test_aRevokedLicenceCanBeIssuedAgain() public {
        _license(alice, Kind.Maker, EXPIRES);
        vm.prank(issuer);
        licences.revoke(alice, Kind.Maker, 0);
        _license(alice, Kind.Maker, EXPIRES);
        assertTrue(licences.isLicensed(alice, Kind.Maker));
    }

    function testFuzz_tokensAreOneForEachHolderAndKind(address holder, uint8 kind) public view {
        kind = uint8(bound(kind, 1, KINDS - 1));
        uint256 id = licences.tokenIdOf(holder, Kind(kind));
        assertEq(address(uint160(id)), holder);
        assertEq(id >> 160, kind);
    }

    function test_aLicenceNeverMoves() public {
        _license(alice, Kind.Maker, EXPIRES);
        uint256 id = licences.tokenIdOf(alice, Kind.Maker);
        assertTrue(licences.locked(id));
        vm.expectRevert(Credential.NonTransferable.selector);
        vm.prank(alice);
        licences.transferFrom(alice, bob, id);
    }
}
