// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Credential} from "./Credential.sol";
import {ILicences, Kind} from "./ILicences.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Licences of the trade's participants
/// @notice Makers, dealers, inspection bodies, service shops, insurers, lenders and appraisers.
contract Licences is Credential, ILicences {
    bytes32 private constant LICENCE =
        keccak256("Licence(address holder,uint8 kind,uint64 expires,uint256 nonce,uint256 deadline)");

    /// @param authority The foundation's AccessManager.
    constructor(address authority)
        ERC721("Autochain Licence", "AUCL")
        EIP712("Autochain Licences", "1")
        AccessManaged(authority)
    {}

    /// @inheritdoc ILicences
    function issue(
        address holder,
        Kind kind,
        uint64 expires,
        uint256 deadline,
        address issuer,
        bytes calldata signature
    ) external {
        if (kind == Kind.None) revert InvalidKind();
        bytes32 structHash =
            keccak256(abi.encode(LICENCE, holder, kind, expires, _useNonce(holder), deadline));
        _issue(holder, tokenIdOf(holder, kind), expires, deadline, issuer, structHash, signature);
        emit LicenceIssued(holder, kind, issuer, expires);
    }

    /// @inheritdoc ILicences
    function revoke(address holder, Kind kind, bytes32 reason) external restricted {
        _end(holder, tokenIdOf(holder, kind));
        emit LicenceRevoked(holder, kind, msg.sender, reason);
    }

    /// @inheritdoc ILicences
    function renounce(Kind kind) external {
        _end(msg.sender, tokenIdOf(msg.sender, kind));
        emit LicenceRevoked(msg.sender, kind, msg.sender, 0);
    }

    /// @inheritdoc ILicences
    function isLicensed(address account, Kind kind) public view returns (bool) {
        return _inForce(tokenIdOf(account, kind));
    }

    /// @inheritdoc ILicences
    function requireLicence(address account, Kind kind) external view {
        if (!isLicensed(account, kind)) revert NotLicensed(account, kind);
    }

    /// @inheritdoc ILicences
    function expiryOf(address account, Kind kind) external view returns (uint64) {
        return _expiryOf(tokenIdOf(account, kind));
    }

    /// @inheritdoc ILicences
    function tokenIdOf(address account, Kind kind) public pure returns (uint256) {
        return uint256(kind) << 160 | uint160(account);
    }
}
