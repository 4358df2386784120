// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IReadings} from "../../src/vehicle/IReadings.sol";
import {IVehicleRegistry} from "../../src/vehicle/IVehicleRegistry.sol";
import {VehicleFixture} from "./VehicleFixture.sol";

/// The fixture with a device on the other curve, and the statements about batches.
abstract contract DeviceKeys is VehicleFixture {
    uint256 private constant CHIP_SECRET = 0xc41b;
    uint256 private constant P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    bytes32 private constant BATCH = keccak256(
        "Batch(uint256 vehicle,uint32 epoch,uint64 firstCounter,uint64 lastCounter,uint48 firstTime,uint48 lastTime,uint32 odometerKm,uint16 flags,uint32 leafCount,uint8 scope,bytes32 prevHash,bytes32 root,bytes cid)"
    );
    bytes32 private constant CAR = keccak256("Car(bytes32 tag,bytes32 commitment)");
    bytes32 private constant REGISTER_BATCH = keccak256(
        "RegisterBatch(Car[] cars,address maker,uint32 definition,uint256 nonce,uint256 deadline)Car(bytes32 tag,bytes32 commitment)"
    );

    /// The secure element's device address and its public key x ‖ y.
    function _chip() internal pure returns (address device, bytes memory publicKey) {
        (uint256 x, uint256 y) = vm.publicKeyP256(CHIP_SECRET);
        publicKey = abi.encode(x, y);
        device = address(uint160(uint256(keccak256(publicKey))));
    }

    function _signChip(bytes32 structHash) internal view returns (bytes memory) {
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", _domain(), structHash));
        (bytes32 r, bytes32 s) = vm.signP256(CHIP_SECRET, digest);
        if (uint256(s) > P256_ORDER / 2) s = bytes32(P256_ORDER - uint256(s));
        (, bytes memory publicKey) = _chip();
        return abi.encodePacked(r, s, publicKey);
    }

    function _pairChip(uint256 vehicle, Key memory holder) internal {
        (address chip,) = _chip();
        uint256 nonce = registry.nonces(chip);
        bytes32 h = _pairHash(chip, vehicle, holder.account, nonce, DEADLINE);
        bytes memory byHolder = _sign(holder, h);
        registry.pair(chip, vehicle, holder.account, nonce, DEADLINE, _signChip(h), byHolder);
    }

    /// A header of scope 0 in the vehicle's present key epoch, of records up to now.
    function _header(uint256 vehicle, uint64 first, uint64 last, bytes32 root)
        internal
        view
        returns (IReadings.Header memory)
    {
        (,,,, bytes32 prevHash) = registry.lastReading(vehicle);
        return IReadings.Header({
            vehicle: vehicle,
            epoch: registry.epochOf(vehicle),
            firstCounter: first,
            lastCounter: last,
            firstTime: uint48(block.timestamp - 1 hours),
            lastTime: uint48(block.timestamp),
            odometerKm: 100_000 + uint32(last / 100),
            flags: OBD,
            leafCount: uint32(last - first + 1),
            scope: 0,
            prevHash: prevHash,
            root: root,
            cid: new bytes(36)
        });
    }

    function _batchHash(IReadings.Header memory h) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                abi.encode(BATCH, h.vehicle, h.epoch, h.firstCounter, h.lastCounter, h.firstTime, h.lastTime),
                abi.encode(h.odometerKm, h.flags, h.leafCount, h.scope, h.prevHash, h.root, keccak256(h.cid))
            )
        );
    }

    function _registerBatchHash(
        IVehicleRegistry.Car[] memory cars,
        address owner,
        uint32 definition,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i = 0; i < cars.length; ++i) {
            hashes = bytes.concat(hashes, keccak256(abi.encode(CAR, cars[i].tag, cars[i].commitment)));
        }
        return keccak256(abi.encode(REGISTER_BATCH, keccak256(hashes), owner, definition, nonce, deadline));
    }

    /// `count` parts in ascending order, spread evenly over lots 1 to `lots`.
    function _partList(uint256 count, uint256 lots) internal pure returns (uint256[] memory list) {
        list = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 lot = i * lots / count + 1;
            list[i] = lot << 192 | i << 128 | uint256(keccak256(abi.encode(i))) >> 128;
        }
    }
}
