// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Roles} from "../../src/foundation/Roles.sol";
import {Credential} from "../../src/members/Credential.sol";
import {IERC5192} from "../../src/members/IERC5192.sol";
import {IMembership} from "../../src/members/IMembership.sol";
import {FoundationFixture} from "../foundation/FoundationFixture.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// An issuer that is a contract: signs for one key.
contract ContractIssuer is IERC1271 {
    address private immutable _key;

    constructor(address key) {
        _key = key;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recover(hash, signature) == _key ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract MembershipTest is FoundationFixture {
    uint64 private constant EXPIRES = uint64(NOW + 365 days);

    function test_row24_anIssuerAdmitsAMemberUntilItExpires() public {
        assertFalse(membership.isMember(alice));
        vm.expectRevert(abi.encodeWithSelector(IMembership.NotMember.selector, alice));
        membership.requireMember(alice);

        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        vm.expectEmit(address(membership));
        emit IMembership.MembershipIssued(alice, issuer, EXPIRES);
        vm.prank(bob); // anyone carries it
        membership.issue(alice, EXPIRES, NOW, issuer, signature);
        assertTrue(membership.isMember(alice));
        membership.requireMember(alice);
        assertEq(membership.expiryOf(alice), EXPIRES);
        assertEq(membership.ownerOf(uint160(alice)), alice);
        assertEq(membership.balanceOf(alice), 1);

        vm.warp(EXPIRES - 1);
        assertTrue(membership.isMember(alice));
        vm.warp(EXPIRES);
        assertFalse(membership.isMember(alice));
    }

    function test_row24_revocationWorksFromTheNextBlock() public {
        _enrol(alice);
        vm.expectEmit(address(membership));
        emit IMembership.MembershipRevoked(alice, issuer, "fraud");
        vm.prank(issuer);
        membership.revoke(alice, "fraud");
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + 13);
        assertFalse(membership.isMember(alice));
        assertEq(membership.expiryOf(alice), 0);
        assertEq(membership.balanceOf(alice), 0);
        vm.expectRevert(abi.encodeWithSelector(IMembership.NotMember.selector, alice));
        vm.prank(at.timelock);
        treasury.spend(alice, 1, 0);
    }

    function test_row24_membershipIsNotCheckedOnOrdinaryTransfers() public {
        _wrap(alice, 2 ether); // neither is a member
        vm.startPrank(alice);
        assertTrue(auc.transfer(bob, 1 ether));
        auc.withdraw(1 ether);
        payable(bob).transfer(1 ether);
        vm.stopPrank();
        assertEq(auc.balanceOf(bob) + bob.balance, 2 ether);
    }

    function test_revocationVoidsSignaturesNotUsedYet() public {
        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        vm.prank(issuer);
        membership.revoke(alice, 0);
        vm.expectRevert(abi.encodeWithSelector(Credential.InvalidSignature.selector, issuer));
        membership.issue(alice, EXPIRES, NOW, issuer, signature);
    }

    function test_aSignatureIssuesOnce() public {
        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        membership.issue(alice, EXPIRES, NOW, issuer, signature);
        vm.prank(alice);
        membership.renounce();
        vm.expectRevert(abi.encodeWithSelector(Credential.InvalidSignature.selector, issuer));
        membership.issue(alice, EXPIRES, NOW, issuer, signature);
        assertFalse(membership.isMember(alice));
    }

    function test_renewalKeepsTheToken() public {
        _enrol(alice, EXPIRES);
        vm.warp(EXPIRES + 1 days);
        _enrol(alice, EXPIRES + 365 days);
        assertTrue(membership.isMember(alice));
        assertEq(membership.balanceOf(alice), 1);
        assertEq(membership.expiryOf(alice), EXPIRES + 365 days);
    }

    function testFuzz_anAlteredSignatureIssuesNothing(address member, uint64 expires, uint256 deadline)
        public
    {
        vm.assume(member != alice || expires != EXPIRES || deadline != NOW);
        vm.assume(member != address(0) && expires > NOW && deadline >= NOW);
        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        vm.expectRevert(abi.encodeWithSelector(Credential.InvalidSignature.selector, issuer));
        membership.issue(member, expires, deadline, issuer, signature);
    }

    function test_aSignatureOfAnotherChainIssuesNothing() public {
        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        vm.chainId(4281668);
        vm.expectRevert(abi.encodeWithSelector(Credential.InvalidSignature.selector, issuer));
        membership.issue(alice, EXPIRES, NOW, issuer, signature);
    }

    function testFuzz_onlyIssuersIssue(uint256 key) public {
        key = boundPrivateKey(key);
        address signer = vm.addr(key);
        vm.assume(signer != issuer);
        bytes memory signature = _signMembership(key, alice, EXPIRES, NOW);
        vm.expectRevert(abi.encodeWithSelector(Credential.NotIssuer.selector, signer));
        membership.issue(alice, EXPIRES, NOW, signer, signature);
    }

    function test_anIssuerMayBeAContract() public {
        (address key, uint256 secret) = makeAddrAndKey("officer");
        address office = address(new ContractIssuer(key));
        vm.prank(at.timelock);
        authority.grantRole(Roles.ISSUER, office, 0);
        bytes memory signature = _signMembership(secret, alice, EXPIRES, NOW);
        membership.issue(alice, EXPIRES, NOW, office, signature);
        assertTrue(membership.isMember(alice));
    }

    function test_anIssuerThatWasRemovedIssuesNothing() public {
        _enrol(bob);
        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        vm.prank(at.timelock);
        authority.revokeRole(Roles.ISSUER, issuer);
        vm.expectRevert(abi.encodeWithSelector(Credential.NotIssuer.selector, issuer));
        membership.issue(alice, EXPIRES, NOW, issuer, signature);
        assertTrue(membership.isMember(bob)); // what it issued before stands
    }

    function test_lateOrExpiredSignaturesRevert() public {
        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(Credential.SignatureExpired.selector, NOW));
        membership.issue(alice, EXPIRES, NOW, issuer, signature);
        signature = _signMembership(issuerKey, alice, uint64(NOW + 1), NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(Credential.AlreadyExpired.selector, NOW + 1));
        membership.issue(alice, uint64(NOW + 1), NOW + 1, issuer, signature);
    }

    function testFuzz_onlyIssuersRevoke(address account) public {
        vm.assume(account != issuer);
        _enrol(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account));
        vm.prank(account);
        membership.revoke(alice, 0);
    }

    // ERC-5192

    function test_aMembershipIsLockedAndNeverMoves() public {
        uint256 id = membership.tokenIdOf(alice);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        membership.locked(id);

        bytes memory signature = _signMembership(issuerKey, alice, EXPIRES, NOW);
        vm.expectEmit(address(membership));
        emit IERC5192.Locked(id);
        membership.issue(alice, EXPIRES, NOW, issuer, signature);
        assertTrue(membership.locked(id));

        vm.startPrank(alice);
        vm.expectRevert(Credential.NonTransferable.selector);
        membership.approve(bob, id);
        vm.expectRevert(Credential.NonTransferable.selector);
        membership.setApprovalForAll(bob, true);
        vm.expectRevert(Credential.NonTransferable.selector);
        membership.transferFrom(alice, bob, id);
        vm.expectRevert(Credential.NonTransferable.selector);
        membership.safeTransferFrom(alice, bob, id);
        vm.expectRevert(Credential.NonTransferable.selector);
        membership.safeTransferFrom(alice, bob, id, "");
    }

    function test_tellsItsInterfaces() public view {
        assertTrue(membership.supportsInterface(0xb45a3c0e)); // ERC-5192
        assertTrue(membership.supportsInterface(type(IERC721).interfaceId));
        assertTrue(membership.supportsInterface(0x01ffc9a7)); // ERC-165
        assertFalse(membership.supportsInterface(0xffffffff));
    }
}
