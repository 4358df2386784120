// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Kind} from "../../src/members/ILicences.sol";
import {Licences} from "../../src/members/Licences.sol";
import {Membership} from "../../src/members/Membership.sol";

import {Test} from "forge-std/Test.sol";

/// The issuer's hand: signs memberships and licences.
abstract contract CredentialSigner is Test {
    bytes32 private constant MEMBERSHIP =
        keccak256("Membership(address member,uint64 expires,uint256 nonce,uint256 deadline)");
    bytes32 private constant LICENCE =
        keccak256("Licence(address holder,uint8 kind,uint64 expires,uint256 nonce,uint256 deadline)");

    function _membershipSignature(
        Membership membership,
        uint256 key,
        address member,
        uint64 expires,
        uint256 deadline
    ) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(MEMBERSHIP, member, expires, membership.nonces(member), deadline)
        );
        return _signature(key, _domain("Autochain Membership", address(membership)), structHash);
    }

    function _licenceSignature(
        Licences licences,
        uint256 key,
        address holder,
        Kind kind,
        uint64 expires,
        uint256 deadline
    ) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(LICENCE, holder, kind, expires, licences.nonces(holder), deadline)
        );
        return _signature(key, _domain("Autochain Licences", address(licences)), structHash);
    }

    function _signature(uint256 key, bytes32 domain, bytes32 structHash)
        internal
        pure
        returns (bytes memory)
    {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }

    /// The separator of an EIP-712 domain of version 1.
    function _domain(string memory name, address target) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                target
            )
        );
    }
}
