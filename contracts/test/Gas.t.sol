// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {VehicleRegistry} from "../src/VehicleRegistry.sol";
import {AUC} from "../src/auc/AUC.sol";
import {BurnSink} from "../src/auc/BurnSink.sol";
import {RegistryFixture} from "./RegistryFixture.sol";

/// What a whole transaction costs: isolated calls, base cost and calldata included. Each ceiling is a
/// promise; "first" is the first time an account or a vehicle does it, the other figure every later time.
/// forge-config: default.isolate = true
contract GasTest is RegistryFixture {
    AUC private auc;

    function setUp() public override {
        super.setUp();
        auc = new AUC(payable(address(new BurnSink())));
        vm.deal(alice.account, 100 ether);
    }

    function _spent(string memory what, uint256 ceiling) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint(what, gas);
        assertLe(gas, ceiling, what);
        assertGe(gas, 21_000, "not isolated");
    }

    function test_gasOfWrapping() public {
        vm.startPrank(alice.account);
        auc.deposit{value: 2 ether}();
        _spent("wrap, first", 120_000);
        vm.warp(NOW + 13);
        auc.deposit{value: 2 ether}();
        _spent("wrap", 75_000);
        vm.warp(NOW + 26);
        auc.withdraw(1 ether);
        _spent("unwrap", 80_000);
        auc.transfer(bob.account, 1);
        _spent("pay, first", 60_000);
        auc.transfer(bob.account, 1);
        _spent("pay", 45_000);
    }

    function test_gasOfMinting() public {
        _register("one", alice.account);
        _spent("mint, 1 signature, first", 215_000);
        _register("two", alice.account);
        _spent("mint, 1 signature", 165_000);
    }

    function test_gasOfMintingWithTwoSignatures() public {
        (Key memory a, Key memory b) = registrar.account < bob.account ? (registrar, bob) : (bob, registrar);
        vm.startPrank(admin);
        registry.addRegistrar(bob.account);
        registry.setThreshold(2);
        vm.stopPrank();
        for (uint256 nonce = 0; nonce < 2; ++nonce) {
            bytes32 tag = keccak256(abi.encode(nonce));
            bytes32 h = _registerHash(tag, _commitment(tag), alice.account, nonce, DEADLINE);
            bytes[] memory signatures = new bytes[](2);
            (signatures[0], signatures[1]) = (_sign(a, h), _sign(b, h));
            registry.register(tag, _commitment(tag), alice.account, nonce, DEADLINE, signatures);
            _spent(
                nonce == 0 ? "mint, 2 signatures, first" : "mint, 2 signatures",
                nonce == 0 ? 225_000 : 175_000
            );
        }
    }

    function test_gasOfADevice() public {
        uint256 car = _register("tag", alice.account);
        _pair(dongle, car, alice);
        _spent("pair, first", 150_000);
        bytes32 last;
        for (uint64 i = 1; i <= 4; ++i) {
            Record memory r = Record(car, i, 123_000 + uint32(i), OBD, last, keccak256(abi.encode(i)));
            last = r.hash;
            if (i <= 2) {
                _record(dongle, r);
                _spent(i == 1 ? "reading, first" : "reading", i == 1 ? 65_000 : 45_000);
            } else {
                _recordFor(dongle.account, r, _sign(dongle, _readingHash(r, 1)));
                _spent("reading, relayed", 65_000);
            }
        }
        Record memory back = Record(car, 5, 1, OBD, last, last);
        _record(dongle, back);
        _spent("reading, rolled back", 65_000);

        registry.ownerOf(car);
        _transfer(alice, bob, car);
        _spent("transfer, first", 85_000);
        _transfer(bob, alice, car);
        _transfer(alice, bob, car);
        _spent("transfer", 75_000);
        _pair(dongle, car, bob);
        _spent("pair again", 100_000);
        vm.prank(bob.account);
        registry.release(dongle.account);
        _spent("release", 60_000);
    }
}
