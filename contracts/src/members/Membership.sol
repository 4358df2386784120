// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Credential} from "./Credential.sol";
import {IMembership} from "./IMembership.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Membership of the Autochain community
/// @notice The token of a member is the member's address as a number.
contract Membership is Credential, IMembership {
    bytes32 private constant MEMBERSHIP =
        keccak256("Membership(address member,uint64 expires,uint256 nonce,uint256 deadline)");

    /// @param authority The foundation's AccessManager.
    constructor(address authority)
        ERC721("Autochain Membership", "AUCM")
        EIP712("Autochain Membership", "1")
        AccessManaged(authority)
    {}

    /// @inheritdoc IMembership
    function issue(address member, uint64 expires, uint256 deadline, address issuer, bytes calldata signature)
        external
    {
        bytes32 structHash = keccak256(abi.encode(MEMBERSHIP, member, expires, _useNonce(member), deadline));
        _issue(member, tokenIdOf(member), expires, deadline, issuer, structHash, signature);
        emit MembershipIssued(member, issuer, expires);
    }

    /// @inheritdoc IMembership
    function revoke(address member, bytes32 reason) external restricted {
        _end(member, tokenIdOf(member));
        emit MembershipRevoked(member, msg.sender, reason);
    }

    /// @inheritdoc IMembership
    function renounce() external {
        _end(msg.sender, tokenIdOf(msg.sender));
        emit MembershipRevoked(msg.sender, msg.sender, 0);
    }

    /// @inheritdoc IMembership
    function isMember(address account) public view returns (bool) {
        return _inForce(tokenIdOf(account));
    }

    /// @inheritdoc IMembership
    function requireMember(address account) external view {
        if (!isMember(account)) revert NotMember(account);
    }

    /// @inheritdoc IMembership
    function expiryOf(address account) external view returns (uint64) {
        return _expiryOf(tokenIdOf(account));
    }

    /// @notice The token of this member.
    function tokenIdOf(address account) public pure returns (uint256) {
        return uint160(account);
    }
}
