// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Roles} from "../foundation/Roles.sol";
import {IERC5192} from "./IERC5192.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title A credential: a token that an issuer signs, that expires, can be revoked and never moves
/// @notice One ERC-721 token for each holder and key, locked for ever (ERC-5192). Expired tokens stay in
/// sight until they are renewed or revoked; they count for nothing.
/// @dev Issuers are the accounts with Roles.ISSUER. Removing an issuer leaves what it has issued in force.
/// Each issue and each revocation uses up the holder's nonce, so a revoked credential cannot come back by an
/// old signature.
abstract contract Credential is ERC721, EIP712, Nonces, AccessManaged, IERC5192 {
    mapping(uint256 tokenId => uint64 time) private _expiry;

    /// @notice `account` does not hold Roles.ISSUER.
    error NotIssuer(address account);

    /// @notice The issuer did not sign this.
    error InvalidSignature(address issuer);

    /// @notice The signature's deadline has passed.
    error SignatureExpired(uint256 deadline);

    /// @notice The credential would end before it begins.
    error AlreadyExpired(uint64 expires);

    /// @notice A credential never moves and takes no approvals.
    error NonTransferable();

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @notice Always reverts.
    function approve(address, uint256) public pure override {
        revert NonTransferable();
    }

    /// @notice Always reverts.
    function setApprovalForAll(address, bool) public pure override {
        revert NonTransferable();
    }

    /// @inheritdoc ERC721
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IERC5192).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev Reverts unless `issuer` signed `structHash`; mints the token to `holder` or renews it.
    function _issue(
        address holder,
        uint256 tokenId,
        uint64 expires,
        uint256 deadline,
        address issuer,
        bytes32 structHash,
        bytes calldata signature
    ) internal {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        if (expires <= block.timestamp) revert AlreadyExpired(expires);
        (bool isIssuer,) = IAccessManager(authority()).hasRole(Roles.ISSUER, issuer);
        if (!isIssuer) revert NotIssuer(issuer);
        if (!SignatureChecker.isValidSignatureNowCalldata(issuer, _hashTypedDataV4(structHash), signature)) {
            revert InvalidSignature(issuer);
        }
        _expiry[tokenId] = expires;
        if (_ownerOf(tokenId) == address(0)) {
            _mint(holder, tokenId);
            emit Locked(tokenId);
        }
    }

    /// @dev Burns the token, if there is one, and voids the holder's outstanding signatures.
    function _end(address holder, uint256 tokenId) internal {
        _useNonce(holder);
        if (_ownerOf(tokenId) == address(0)) return;
        delete _expiry[tokenId];
        _burn(tokenId);
    }

    /// @dev Lets tokens come and go, but not move.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address) {
        if (to != address(0) && _ownerOf(tokenId) != address(0)) revert NonTransferable();
        return super._update(to, tokenId, auth);
    }

    /// @dev When the token's credential ends; 0 if there is none.
    function _expiryOf(uint256 tokenId) internal view returns (uint64) {
        return _expiry[tokenId];
    }

    /// @dev Whether the token's credential is in force now; it ends at the second it expires in.
    function _inForce(uint256 tokenId) internal view returns (bool) {
        return block.timestamp < _expiry[tokenId];
    }
}
