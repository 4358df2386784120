// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Subject} from "../../src/vehicle/IDefinitions.sol";
import {IReadings} from "../../src/vehicle/IReadings.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {Scopes} from "../../src/vehicle/Scopes.sol";
import {DeviceKeys} from "../vehicle/DeviceKeys.sol";
import {Tree} from "../vehicle/Tree.sol";

/// What a whole transaction costs: isolated calls, base cost and calldata included. Each ceiling is a
/// promise; "first" is the first time an account or a vehicle does it, the other figure every later time.
/// forge-config: default.isolate = true
contract VehicleGasTest is DeviceKeys {
    function _spent(string memory what, uint256 ceiling) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint(what, gas);
        assertLe(gas, ceiling, what);
        assertGe(gas, 21_000, "not isolated");
    }

    function test_gasOfMinting() public {
        _register("one", alice.account);
        _spent("mint, 1 signature, first", 215_000);
        _register("two", alice.account);
        _spent("mint, 1 signature", 165_000);
    }

    function _two() private returns (Key memory a, Key memory b) {
        (a, b) = registrar.account < bob.account ? (registrar, bob) : (bob, registrar);
        vm.startPrank(admin);
        registry.addRegistrar(bob.account);
        registry.setThreshold(2);
        vm.stopPrank();
    }

    function test_gasOfMintingWithTwoSignatures() public {
        (Key memory a, Key memory b) = _two();
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

    function test_gasOfMintingABatch() public {
        (Key memory a, Key memory b) = _two();
        uint32 model = _define(Subject.Model);
        IVehicleRegistry.Car[] memory cars = new IVehicleRegistry.Car[](100);
        for (uint256 i = 0; i < cars.length; ++i) {
            cars[i] = IVehicleRegistry.Car(keccak256(abi.encode("tag", i)), keccak256(abi.encode("c", i)));
        }
        bytes32 h = _registerBatchHash(cars, maker.account, model, 0, DEADLINE);
        bytes[] memory signatures = new bytes[](2);
        (signatures[0], signatures[1]) = (_sign(a, h), _sign(b, h));
        registry.registerBatch(cars, maker.account, model, 0, DEADLINE, signatures);
        _spent("mint, batch of 100", 100 * 110_000);
    }

    function test_gasOfABillOfMaterials() public {
        uint32 part = _define(Subject.Part);
        vm.startPrank(maker.account);
        for (uint256 i = 0; i < 50; ++i) {
            parts.openLot(part);
        }
        vm.stopPrank();
        uint256 car = _register("tag", maker.account);
        uint256[] memory list = _partList(500, 50);
        vm.prank(maker.account);
        parts.assemble(car, list);
        _spent("bill of materials, 500 parts of 50 lots", 1_500_000);
    }

    function test_gasOfADevice() public {
        uint256 car = _register("tag", alice.account);
        _pair(dongle, car, alice);
        _spent("pair, first", 300_000);
        bytes32 last;
        for (uint64 i = 1; i <= 6; ++i) {
            Record memory r = Record(car, i, 123_000 + uint32(i), OBD, last, keccak256(abi.encode(i)));
            last = r.hash;
            if (i <= 2) {
                _record(dongle, r);
                _spent(i == 1 ? "reading, first" : "reading", i == 1 ? 65_000 : 45_000);
            } else if (i == 3) {
                vm.prank(dongle.account);
                readings.record(r.vehicle, r.counter, r.odometerKm, r.flags, r.prevHash, r.hash);
                _spent("reading, to Readings itself", 45_000);
            } else {
                _recordFor(dongle.account, r, _sign(dongle, _readingHash(r, 1)));
                _spent("reading, relayed", 65_000);
            }
        }
        _record(dongle, Record(car, 7, 1, OBD, last, last));
        _spent("reading, rolled back", 90_000);

        _transfer(alice, bob, car);
        _spent("transfer, first", 85_000);
        _transfer(bob, alice, car);
        _transfer(alice, bob, car);
        _spent("transfer", 75_000);
        _pair(dongle, car, bob);
        _spent("pair again", 250_000);
        vm.prank(bob.account);
        registry.release(dongle.account);
        _spent("release", 90_000);
    }

    function test_gasOfAP256Reading() public {
        uint256 car = _register("tag", alice.account);
        (address chip,) = _chip();
        _pairChip(car, alice);
        bytes32 last;
        for (uint64 i = 1; i <= 2; ++i) {
            Record memory r = Record(car, i, 123_000 + uint32(i), OBD, last, keccak256(abi.encode(i)));
            last = r.hash;
            _recordFor(chip, r, _signChip(_readingHash(r, 1)));
            _spent(
                i == 1 ? "reading, relayed P-256, first" : "reading, relayed P-256", i == 1 ? 85_000 : 65_000
            );
        }
    }

    function test_gasOfABatchAndALeaf() public {
        uint256 car = _register("tag", alice.account);
        _pair(dongle, car, alice);
        vm.warp(NOW + 1 days);
        bytes32[] memory leaves = new bytes32[](16_384);
        uint256 batch;
        string[4] memory names = [
            "batch of 10,000 readings, first",
            "batch of 10,000 readings",
            "batch of 10,000 readings, relayed",
            "batch of 10,000 readings, relayed"
        ];
        uint256[4] memory ceilings = [uint256(180_000), 95_000, 103_000, 103_000];
        for (uint64 k = 0; k < 4; ++k) {
            for (uint64 i = 0; i < 10_000; ++i) {
                leaves[i] = Tree.recordLeaf(k * 10_000 + i + 1, keccak256(abi.encode(k, i)));
            }
            IReadings.Header memory h = _header(car, k * 10_000 + 1, k * 10_000 + 10_000, Tree.rootOf(leaves));
            bytes memory signature = k < 2 ? bytes("") : _sign(dongle, _batchHash(h));
            vm.prank(dongle.account);
            batch = readings.recordBatch(dongle.account, h, signature);
            _spent(names[k], ceilings[k]);
        }
        bytes32[] memory proof = Tree.proofOf(leaves, 7_777);
        bytes32 hash = keccak256(abi.encode(uint64(3), uint64(7_777)));
        bytes memory call = abi.encodeCall(readings.provesRecord, (batch, 7_777, 37_778, hash, proof));
        (, bytes memory answer) = address(readings).call(call); // as a transaction
        assertTrue(abi.decode(answer, (bool)));
        _spent("leaf proof", 45_000);
    }

    function test_gasOfGrants() public {
        uint256 car = _register("tag", alice.account);
        vm.startPrank(alice.account);
        grants.grant(car, workshop.account, _terms(Scopes.bit(16), 3));
        _spent("grant, new grantee", 60_000);
        grants.grant(car, workshop.account, _terms(Scopes.bit(17), 3));
        _spent("grant, again", 45_000);
        vm.stopPrank();
        vm.startPrank(workshop.account);
        serviceRecords.write(car, 1, keccak256("document"), 0, new bytes(36));
        _spent("service record, first", 260_000);
        serviceRecords.write(car, 1, keccak256("document 2"), 0, new bytes(36));
        _spent("service record", 160_000);
    }

    /// The same transfer of two cars that differ in 100 grants alone.
    function test_gasOfTransferDoesNotDependOnGrants() public {
        uint256[2] memory spent;
        for (uint256 k = 0; k < 2; ++k) {
            uint256 car = _register(bytes32(k + 1), alice.account);
            _register(bytes32(k + 11), alice.account); // neither has no car at any time
            _register(bytes32(k + 21), bob.account);
            _transfer(alice, bob, car);
            _transfer(bob, alice, car);
            vm.startPrank(alice.account);
            for (uint160 i = 1; i <= 100 * k; ++i) {
                grants.grant(car, address(i), _terms(1, 1));
            }
            vm.stopPrank();
            _transfer(alice, bob, car);
            spent[k] = vm.lastCallGas().gasTotalUsed;
            _spent(k == 0 ? "transfer, no grants" : "transfer, 100 grants", 75_000);
        }
        assertEq(spent[0], spent[1]);
    }

    function test_gasOfLocks() public {
        uint256 car = _register("tag", alice.account);
        address escrow;
        for (uint256 i = 0; i < 2; ++i) {
            escrow = _instance(i == 0 ? "first escrow" : "second escrow", Template.Escrow);
            vm.prank(alice.account);
            encumbrances.lock(car, escrow);
            _spent("lock", 110_000);
            vm.prank(escrow);
            encumbrances.end(car);
            _spent("unlock", 75_000);
        }
        escrow = _instance("last escrow", Template.Escrow);
        vm.prank(alice.account);
        encumbrances.lock(car, escrow);
        vm.prank(escrow);
        registry.transferFrom(alice.account, bob.account, car);
        _spent("transfer by the holder of a lock, first", 120_000);
    }
}
