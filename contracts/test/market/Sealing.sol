// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {KeyWrap} from "../../src/market/KeyWrap.sol";

import {Test, Vm} from "forge-std/Test.sol";

/// The hands that seal records, wrap keys and open both again, written apart from the contracts.
abstract contract Sealing is Test {
    struct Pair {
        uint256 secret;
        KeyWrap.Point point;
    }

    struct Handover {
        KeyWrap.Point ephemeral;
        bytes32 wrapped;
    }

    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 internal constant EPHEMERAL = uint256(keccak256("ephemeral")) % ORDER;

    function _pair(uint256 secret) internal returns (Pair memory) {
        Vm.Wallet memory wallet = vm.createWallet(secret);
        return Pair(secret, KeyWrap.Point(wallet.publicKeyX, wallet.publicKeyY));
    }

    /// The point that both sides of a handover know.
    function _shared(uint256 a, uint256 b) internal returns (KeyWrap.Point memory) {
        return _pair(mulmod(a, b, ORDER)).point;
    }

    /// Wraps `key` to the buyer's one-time key, as a seller does.
    function _wrapTo(Pair memory oneTime, bytes32 key) internal returns (Handover memory) {
        return Handover(_pair(EPHEMERAL).point, key ^ _mask(oneTime));
    }

    /// Unwraps a key, as a buyer does.
    function _unwrap(Pair memory oneTime, Handover memory handover) internal returns (bytes32) {
        return handover.wrapped ^ _mask(oneTime);
    }

    /// Seals a plaintext, as a device does.
    function _sealBy(
        address device,
        bytes32 key,
        uint8 scope,
        uint32 period,
        uint64 counter,
        bytes memory plaintext
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(
            scope, period, counter, keccak256(plaintext), _streamOf(device, key, counter, plaintext)
        );
    }

    /// Opens a sealed record, as a reader does: the plaintext, and whether its hash is the stated one.
    function _open(address device, bytes32 key, bytes memory sealedRecord)
        internal
        pure
        returns (bytes memory plaintext, bool whole)
    {
        bytes memory text = new bytes(sealedRecord.length - 45);
        for (uint256 i = 0; i < text.length; ++i) {
            text[i] = sealedRecord[45 + i];
        }
        uint64 counter = 0;
        for (uint256 i = 5; i < 13; ++i) {
            counter = counter << 8 | uint8(sealedRecord[i]);
        }
        bytes32 hash = 0;
        for (uint256 i = 13; i < 45; ++i) {
            hash = hash << 8 | bytes32(uint256(uint8(sealedRecord[i])));
        }
        plaintext = _streamOf(device, key, counter, text);
        whole = keccak256(plaintext) == hash;
    }

    function _streamOf(address device, bytes32 key, uint64 counter, bytes memory text)
        internal
        pure
        returns (bytes memory out)
    {
        out = new bytes(text.length);
        for (uint256 i = 0; i < text.length; ++i) {
            bytes32 pad = keccak256(abi.encodePacked(key, device, counter, uint32(i / 32)));
            out[i] = text[i] ^ pad[i % 32];
        }
    }

    function _mask(Pair memory oneTime) private returns (bytes32) {
        return keccak256(abi.encodePacked(_shared(EPHEMERAL, oneTime.secret).x, "autochain data key"));
    }
}
