// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IStatements} from "./IStatements.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Statements about vehicles, signed for the register's EIP-712 domain
/// @notice All contracts around the register share its domain, so that a signer shows one name and one
/// address; the struct's type tells the statements apart, and the register's nonces make each good once.
abstract contract Statements is IStatements {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("Autochain Vehicle");
    bytes32 private constant VERSION_HASH = keccak256("1");

    /// @notice The register of vehicles.
    IVehicleRegistry public immutable REGISTRY;

    constructor(IVehicleRegistry registry) {
        REGISTRY = registry;
    }

    /// @dev What is signed for this struct hash. The domain is computed at each call: the chain id may change.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain =
            keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(REGISTRY)));
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    function _requireInTime(uint256 deadline) internal view {
        if (block.timestamp > deadline) revert Expired(deadline);
    }

    /// @dev Of an account, or of a contract (ERC-1271).
    function _requireSignature(address signer, bytes32 digest, bytes calldata signature) internal view {
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)) {
            revert InvalidSignature(signer);
        }
    }
}
