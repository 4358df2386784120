// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {VehicleFixture} from "./VehicleFixture.sol";

/// The part of the cheat codes that forge-std at hand does not name yet.
interface VmTypedData {
    function eip712HashTypedData(string calldata json) external pure returns (bytes32);
}

/// Fixed statements for whoever signs elsewhere (firmware, wallets, registrars): the same bytes must come
/// out of the JSON that wallets sign, of this fixture and of the contract. README.md lists the digests.
contract TypedDataTest is VehicleFixture {
    address private constant REGISTRY = 0x00000000000000000000000000000000000000ca;
    string private constant DOMAIN = '"domain":{"name":"Autochain Vehicle","version":"1","chainId":1337,'
        '"verifyingContract":"0x00000000000000000000000000000000000000CA"},'
        '"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},'
        '{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],';
    bytes32 private constant TAG = bytes32(uint256(0x11));
    bytes32 private constant COMMITMENT = bytes32(uint256(0x22));

    function setUp() public override {
        vm.chainId(1337);
        registryAt = REGISTRY;
        super.setUp();
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", _domain(), structHash));
    }

    function _ofJson(string memory rest) private pure returns (bytes32) {
        return VmTypedData(address(vm)).eip712HashTypedData(string.concat("{", DOMAIN, rest, "}"));
    }

    function test_registerDigest() public {
        bytes32 structHash = _registerHash(TAG, COMMITMENT, alice.account, 0, DEADLINE);
        bytes32 digest = _digest(structHash);
        assertEq(
            digest,
            _ofJson(
                string.concat(
                    '"Register":[{"name":"tag","type":"bytes32"},{"name":"commitment","type":"bytes32"},'
                    '{"name":"minter","type":"address"},{"name":"nonce","type":"uint256"},'
                    '{"name":"deadline","type":"uint256"}]},"primaryType":"Register","message":{"tag":"',
                    vm.toString(TAG),
                    '","commitment":"',
                    vm.toString(COMMITMENT),
                    '","minter":"',
                    vm.toString(alice.account),
                    '","nonce":0,"deadline":1800003600}'
                )
            )
        );
        assertEq(digest, 0x0f48a6d1fc131b27ed227ddd757fd6caacaf66a031757e859ae080bcc28a7b55);
        registry.register(TAG, COMMITMENT, alice.account, 0, DEADLINE, _one(_sign(registrar, structHash)));
    }

    function test_pairDigest() public {
        uint256 car = _register("tag", alice.account);
        bytes32 structHash = _pairHash(dongle.account, car, alice.account, 0, DEADLINE);
        bytes32 digest = _digest(structHash);
        assertEq(
            digest,
            _ofJson(
                string.concat(
                    '"Pair":[{"name":"device","type":"address"},{"name":"vehicle","type":"uint256"},'
                    '{"name":"owner","type":"address"},{"name":"nonce","type":"uint256"},'
                    '{"name":"deadline","type":"uint256"}]},"primaryType":"Pair","message":{"device":"',
                    vm.toString(dongle.account),
                    '","vehicle":1,"owner":"',
                    vm.toString(alice.account),
                    '","nonce":0,"deadline":1800003600}'
                )
            )
        );
        assertEq(digest, 0xf4ede55eeb6159e824df628ae41fc071151b97ff4305c364f3a67dec015c9840);
        _pair(dongle, car, alice);
    }

    function test_readingDigest() public {
        uint256 car = _register("tag", alice.account);
        _pair(dongle, car, alice);
        Record memory r = Record(car, 7, 123_456, OBD, bytes32(uint256(0x33)), bytes32(uint256(0x44)));
        bytes32 structHash = _readingHash(r, 1);
        bytes32 digest = _digest(structHash);
        assertEq(
            digest,
            _ofJson(
                string.concat(
                    '"Reading":[{"name":"vehicle","type":"uint256"},{"name":"epoch","type":"uint32"},'
                    '{"name":"counter","type":"uint64"},{"name":"odometerKm","type":"uint32"},'
                    '{"name":"flags","type":"uint16"},{"name":"prevHash","type":"bytes32"},'
                    '{"name":"hash","type":"bytes32"}]},"primaryType":"Reading","message":{"vehicle":1,'
                    '"epoch":1,"counter":7,"odometerKm":123456,"flags":1,"prevHash":"',
                    vm.toString(r.prevHash),
                    '","hash":"',
                    vm.toString(r.hash),
                    '"}'
                )
            )
        );
        assertEq(digest, 0x58204a35263f39db26b2bd7ba8a9e8d915cc9e5450abeead97274ab1c6d19da0);
        bytes memory signature = hex"e9ce501952b121feedff98afc2fdb1d490c2c5b7463c94ea69853258adc2167a"
            hex"2d950e502b8c4edad95379d336bfdc99507cb6dce18ff45be0cea1ee0c307b4d1b";
        assertEq(_sign(dongle, structHash), signature); // nonces of RFC 6979
        _recordFor(dongle.account, r, signature);
    }
}
