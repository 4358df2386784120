// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {KeyWrap} from "../../src/market/KeyWrap.sol";
import {SealedRecord} from "../../src/market/SealedRecord.sol";
import {Sealing} from "./Sealing.sol";

/// A record that the dongle's own code sealed, and a key that it wrapped: the contracts must open both.
contract SealedRecordTest is Sealing {
    address private constant DEVICE = 0xdEDEDEDEdEdEdEDedEDeDedEdEdeDedEdEDedEdE;
    bytes32 private constant KEY = 0x13c25f166731579f7b1785ccff7b8165e1bdfca34febe621a551f9f8994996bc;
    bytes private constant RECORD =
        hex"01000002b2000000000000002a14824c0a2afe47735f71638e440199e990ca3afbe97adab7e642ee8ea647ec6133d246564e4040d9140b31c544dd6e42d204fbbaba9c56d56488fbdf33ade5e81f9a6dbd04130999ec735312ff7e74a343b8cfeb5ab3c3844d9636f46ac533bae6697fdaf8c8ce8c327f2e1da33cbb323c671463e13df212d5416b2f593ebd17647603dfdb0c348eaa250b33f877d12979c5b1e562732c0711ecdec1425dbd02";

    function opensWith(bytes calldata sealedRecord, bytes32 key, address device)
        external
        pure
        returns (bool)
    {
        return SealedRecord.opensWith(sealedRecord, key, device);
    }

    function header(bytes calldata sealedRecord) external pure returns (uint8, uint32, uint64) {
        return SealedRecord.header(sealedRecord);
    }

    function unwrap(
        address account,
        uint256 secret,
        KeyWrap.Point calldata ephemeral,
        KeyWrap.Point calldata shared,
        bytes32 wrapped
    ) external pure returns (bytes32) {
        return KeyWrap.unwrap(account, secret, ephemeral, shared, wrapped);
    }

    function test_recordOfTheDongleOpens() public view {
        (uint8 scope, uint32 period, uint64 counter) = this.header(RECORD);
        assertEq(scope, 1);
        assertEq(period, 690);
        assertEq(counter, 42);
        assertTrue(this.opensWith(RECORD, KEY, DEVICE));
        assertFalse(this.opensWith(RECORD, KEY ^ bytes32(uint256(1)), DEVICE));
        assertFalse(this.opensWith(RECORD, KEY, address(uint160(DEVICE) ^ 1)));
        (, bool whole) = _open(DEVICE, KEY, RECORD);
        assertTrue(whole);
    }

    function test_keyWrappedByTheDongleUnwraps() public {
        uint256 secret = 0x0404040404040404040404040404040404040404040404040404040404040404;
        uint256 r = 0x0505050505050505050505050505050505050505050505050505050505050505;
        KeyWrap.Point memory ephemeral = KeyWrap.Point(
            0x62c0a046dacce86ddd0343c6d3c7c79c2208ba0d9c9cf24a6d046d21d21f90f7,
            0x6d83f6a6ff2df8664ec7b804ab1362cc95403e4374d1819e0840bd8a8817800d
        );
        bytes32 wrapped = 0x695486aeecc3874cf73ec5ae8c734c25da6af814ad27f77e4049a416e6395ae1;
        bytes32 key = this.unwrap(vm.addr(secret), secret, ephemeral, _shared(secret, r), wrapped);
        assertEq(key, KEY);
    }
}
