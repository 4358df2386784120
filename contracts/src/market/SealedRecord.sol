// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title A record as it is sealed by a device under a data key
/// @notice Big-endian, without padding; keccak256 of all of it is the record's hash, which the device signs:
///
/// ```text
/// 0       1          5            13               45
/// | scope | period   | counter    | plaintext hash | ciphertext …
/// ```
///
/// ciphertext = plaintext XOR keystream, block i of the keystream being keccak256(key ‖ nonce + i) with
/// nonce = device ‖ counter ‖ 0 (160, 64 and 32 bits). The device's counter never repeats, so neither does the
/// keystream. The plaintext hash is keccak256(plaintext); the plaintext begins with 16 random bytes, so that
/// the hash cannot be guessed.
library SealedRecord {
    /// @notice The length of what stands before the ciphertext.
    uint256 internal constant HEADER = 45;

    /// @notice The longest record that can be opened on chain; bounds the work of a dispute.
    uint256 internal constant MAX_LENGTH = 4096;

    /// @notice The record is shorter than its header or too long to be opened on chain.
    error RecordLength(uint256 length);

    /// @notice The scope, period and counter that the record states.
    function header(bytes calldata sealedRecord)
        internal
        pure
        returns (uint8 scope, uint32 period, uint64 counter)
    {
        if (sealedRecord.length < HEADER || sealedRecord.length > MAX_LENGTH) {
            revert RecordLength(sealedRecord.length);
        }
        scope = uint8(sealedRecord[0]);
        period = uint32(bytes4(sealedRecord[1:5]));
        counter = uint64(bytes8(sealedRecord[5:13]));
    }

    /// @notice Whether `key` turns the ciphertext back into the plaintext that `device` hashed.
    function opensWith(bytes calldata sealedRecord, bytes32 key, address device)
        internal
        pure
        returns (bool)
    {
        (,, uint64 counter) = header(sealedRecord);
        bytes calldata ciphertext = sealedRecord[HEADER:];
        bytes memory plaintext = new bytes(ciphertext.length);
        uint256 nonce = uint256(uint160(device)) << 96 | uint256(counter) << 32;
        for (uint256 at = 0; at < ciphertext.length; at += 32) {
            bytes32 sealedBlock = bytes32(ciphertext[at:_min(at + 32, ciphertext.length)]);
            bytes32 plain = sealedBlock ^ keccak256(abi.encodePacked(key, nonce + at / 32));
            _store(plaintext, at, plain);
        }
        return keccak256(plaintext) == bytes32(sealedRecord[13:HEADER]);
    }

    /// @dev Writes up to 32 bytes of `word` at `at`, no further than the end.
    function _store(bytes memory into, uint256 at, bytes32 word) private pure {
        uint256 end = _min(at + 32, into.length);
        for (uint256 i = at; i < end; ++i) {
            into[i] = word[i - at];
        }
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
