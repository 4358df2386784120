// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// @title Signatures of devices, on either curve
/// @notice A device is an address. 65 bytes r ‖ s ‖ v are a secp256k1 signature of that account; 128 bytes
/// r ‖ s ‖ x ‖ y are a P-256 signature (precompile 0x100, EIP-7951) of the key whose hash ends in that
/// address, as secure elements make it. s is in the lower half for both, so that a record has one signature.
library DeviceSignature {
    /// @notice The device with this P-256 key: the last 20 bytes of keccak256(x ‖ y).
    function deviceOf(bytes32 x, bytes32 y) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(x, y)))));
    }

    /// @notice Whether `signature` is that of `device` over `digest`.
    function isValid(address device, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (signature.length == 128) {
            (bytes32 r, bytes32 s, bytes32 x, bytes32 y) =
                abi.decode(signature, (bytes32, bytes32, bytes32, bytes32));
            return device == deviceOf(x, y) && P256.verifyNative(digest, r, s, x, y);
        }
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        return signer != address(0) && signer == device;
    }
}
