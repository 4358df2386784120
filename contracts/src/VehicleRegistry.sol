// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IVehicleRegistry} from "./IVehicleRegistry.sol";
import {ReadingFlags} from "./ReadingFlags.sol";
import {Registrars} from "./Registrars.sol";

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title VehicleRegistry, one token for one car
/// @notice See {IVehicleRegistry}. EIP-712 domain: name "Autochain Vehicle", version "1", the chain id and
/// this contract's address. Approvals work as in any ERC-721, so escrows, vaults and markets can hold a car.
/// @dev Immutable: no upgrade, no pause, no way to move or void a vehicle against its owner's will. The
/// administrator's whole power is to choose the registrars.
contract VehicleRegistry is IVehicleRegistry, ERC721, EIP712, NoncesKeyed, Registrars {
    /// @dev A reading reads and writes the first two slots.
    struct Vehicle {
        uint32 epoch;
        uint64 counter;
        uint32 odometerKm;
        uint16 flags;
        uint16 rollbacks;
        uint48 time;
        bytes32 hash;
        bytes32 commitment;
        address device;
    }

    /// @dev Bound when `vehicle` is not 0, and active while `epoch` is the vehicle's own. The counter
    /// outlives every pairing: a record signed once can be accepted once.
    struct Device {
        uint64 vehicle;
        uint32 epoch;
        uint64 counter;
        address holder;
    }

    struct Reading {
        uint256 vehicle;
        uint32 epoch;
        uint64 counter;
        uint32 odometerKm;
        uint16 flags;
        bytes32 prevHash;
        bytes32 hash;
    }

    bytes32 private constant REGISTER_TYPEHASH =
        keccak256("Register(bytes32 tag,bytes32 commitment,address minter,uint256 nonce,uint256 deadline)");
    bytes32 private constant PAIR_TYPEHASH =
        keccak256("Pair(address device,uint256 vehicle,address owner,uint256 nonce,uint256 deadline)");
    bytes32 private constant READING_TYPEHASH = keccak256(
        "Reading(uint256 vehicle,uint32 epoch,uint64 counter,uint32 odometerKm,uint16 flags,bytes32 prevHash,bytes32 hash)"
    );

    uint64 private _vehicleCount;
    mapping(bytes32 tag => uint256 vehicle) private _vehicleOf;
    mapping(uint256 vehicle => Vehicle) private _vehicles;
    mapping(address account => Device) private _devices;

    /// @param admin The account that names registrars (see {Registrars}).
    /// @param registrars The first registrars.
    /// @param threshold_ The registrars' signatures needed to mint, t.
    constructor(address admin, address[] memory registrars, uint256 threshold_)
        ERC721("Autochain Vehicle", "CAR")
        EIP712("Autochain Vehicle", "1")
        Registrars(admin, registrars, threshold_)
    {}

    /// @inheritdoc IVehicleRegistry
    function register(
        bytes32 tag,
        bytes32 commitment,
        address minter,
        uint256 nonce,
        uint256 deadline,
        bytes[] calldata signatures
    ) external returns (uint256 vehicle) {
        _requireInTime(deadline);
        if (_vehicleOf[tag] != 0) revert TagTaken(tag, _vehicleOf[tag]);
        bytes32 structHash =
            keccak256(abi.encode(REGISTER_TYPEHASH, tag, commitment, minter, nonce, deadline));
        _requireQuorum(_hashTypedDataV4(structHash), signatures);
        _useCheckedNonce(minter, nonce);

        vehicle = ++_vehicleCount;
        _vehicleOf[tag] = vehicle;
        _vehicles[vehicle].commitment = commitment;
        emit VehicleRegistered(vehicle, tag, minter, commitment);
        _mint(minter, vehicle);
    }

    /// @inheritdoc IVehicleRegistry
    function pair(
        address device,
        uint256 vehicle,
        address holder,
        uint256 nonce,
        uint256 deadline,
        bytes calldata deviceSignature,
        bytes calldata holderSignature
    ) external {
        _requireInTime(deadline);
        if (ownerOf(vehicle) != holder) revert NotVehicleOwner(holder, vehicle);
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(PAIR_TYPEHASH, device, vehicle, holder, nonce, deadline)));
        _requireDeviceSignature(device, digest, deviceSignature);
        if (!SignatureChecker.isValidSignatureNowCalldata(holder, digest, holderSignature)) {
            revert InvalidSignature(holder);
        }
        _useCheckedNonce(device, nonce);
        _bind(device, vehicle, holder);
    }

    /// @inheritdoc IVehicleRegistry
    function release(address device) external {
        Device storage d = _devices[device];
        if (d.vehicle == 0) revert DeviceNotBound(device);
        if (msg.sender != d.holder && msg.sender != ownerOf(d.vehicle)) {
            revert NotReleaser(msg.sender, device);
        }
        _unbind(device);
    }

    /// @inheritdoc IVehicleRegistry
    function record(
        uint256 vehicle,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash
    ) external {
        _record(
            msg.sender, Reading(vehicle, _vehicles[vehicle].epoch, counter, odometerKm, flags, prevHash, hash)
        );
    }

    /// @inheritdoc IVehicleRegistry
    function recordFor(
        address device,
        uint256 vehicle,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash,
        bytes calldata signature
    ) external {
        Reading memory reading = Reading(
            vehicle, _vehicles[vehicle].epoch, counter, odometerKm, flags, prevHash, hash
        );
        bytes32 structHash = keccak256(abi.encode(READING_TYPEHASH, reading));
        _requireDeviceSignature(device, _hashTypedDataV4(structHash), signature);
        _record(device, reading);
    }

    /// @inheritdoc IVehicleRegistry
    function vehicleCount() external view returns (uint256) {
        return _vehicleCount;
    }

    /// @inheritdoc IVehicleRegistry
    function vehicleOf(bytes32 tag) external view returns (uint256 vehicle) {
        return _vehicleOf[tag];
    }

    /// @inheritdoc IVehicleRegistry
    function commitmentOf(uint256 vehicle) external view returns (bytes32) {
        _requireOwned(vehicle);
        return _vehicles[vehicle].commitment;
    }

    /// @inheritdoc IVehicleRegistry
    function epochOf(uint256 vehicle) external view returns (uint32) {
        _requireOwned(vehicle);
        return _vehicles[vehicle].epoch;
    }

    /// @inheritdoc IVehicleRegistry
    function deviceOf(uint256 vehicle) external view returns (address device, bool active) {
        _requireOwned(vehicle);
        device = _vehicles[vehicle].device;
        active = _isActive(device, vehicle);
    }

    /// @inheritdoc IVehicleRegistry
    function pairingOf(address device)
        external
        view
        returns (uint256 vehicle, uint32 epoch, address holder, uint64 counter, bool active)
    {
        Device storage d = _devices[device];
        (vehicle, epoch, holder, counter) = (d.vehicle, d.epoch, d.holder, d.counter);
        active = _isActive(device, vehicle);
    }

    /// @inheritdoc IVehicleRegistry
    function lastReading(uint256 vehicle)
        external
        view
        returns (uint64 counter, uint32 odometerKm, uint16 flags, uint48 time, bytes32 hash)
    {
        _requireOwned(vehicle);
        Vehicle storage v = _vehicles[vehicle];
        return (v.counter, v.odometerKm, v.flags, v.time, v.hash);
    }

    /// @inheritdoc IVehicleRegistry
    function rollbacksOf(uint256 vehicle) external view returns (uint16) {
        _requireOwned(vehicle);
        return _vehicles[vehicle].rollbacks;
    }

    /// @dev Every change of hands, minting and a transfer to oneself included, starts a key epoch.
    function _update(address to, uint256 vehicle, address auth) internal override returns (address from) {
        from = super._update(to, vehicle, auth);
        emit EpochAdvanced(vehicle, ++_vehicles[vehicle].epoch);
    }

    function _bind(address device, uint256 vehicle, address holder) private {
        Vehicle storage v = _vehicles[vehicle];
        Device storage d = _devices[device];
        if (d.vehicle != 0 && d.vehicle != vehicle) revert DeviceBound(device, d.vehicle);
        address current = v.device;
        if (current != address(0) && current != device) {
            if (_isActive(current, vehicle)) revert VehicleHasDevice(vehicle, current);
            _unbind(current);
        }

        v.device = device;
        // forge-lint: disable-next-line(unsafe-typecast)
        d.vehicle = uint64(vehicle); // ids are counted in 64 bits
        d.epoch = v.epoch;
        d.holder = holder;
        emit DevicePaired(vehicle, device, holder, v.epoch);
    }

    function _unbind(address device) private {
        Device storage d = _devices[device];
        uint256 vehicle = d.vehicle;
        delete _vehicles[vehicle].device;
        (d.vehicle, d.epoch, d.holder) = (0, 0, address(0));
        emit DeviceReleased(vehicle, device);
    }

    function _record(address device, Reading memory reading) private {
        if (!_isActive(device, reading.vehicle)) revert NotPaired(device, reading.vehicle);
        Device storage d = _devices[device];
        if (reading.counter <= d.counter) revert CounterNotRising(reading.counter, d.counter);

        Vehicle storage v = _vehicles[reading.vehicle];
        uint16 flags = reading.flags & ReadingFlags.DEVICE_MASK;
        if (reading.prevHash != v.hash) flags |= ReadingFlags.UNLINKED;
        uint32 odometerKm = v.odometerKm;
        if (flags & ReadingFlags.SOURCE_MASK != ReadingFlags.SOURCE_NONE) {
            if (reading.odometerKm < odometerKm) {
                flags |= ReadingFlags.ROLLED_BACK;
                if (v.rollbacks != type(uint16).max) ++v.rollbacks;
                emit OdometerRolledBack(
                    reading.vehicle, device, reading.counter, odometerKm, reading.odometerKm
                );
            }
            odometerKm = reading.odometerKm;
        }

        d.counter = reading.counter;
        v.counter = reading.counter;
        v.odometerKm = odometerKm;
        v.flags = flags;
        v.time = Time.timestamp();
        v.hash = reading.hash;
        emit ReadingRecorded(
            reading.vehicle,
            device,
            reading.counter,
            reading.odometerKm,
            flags,
            reading.prevHash,
            reading.hash
        );
    }

    function _isActive(address device, uint256 vehicle) private view returns (bool) {
        Device storage d = _devices[device];
        return vehicle != 0 && d.vehicle == vehicle && d.epoch == _vehicles[vehicle].epoch;
    }

    function _requireDeviceSignature(address device, bytes32 digest, bytes calldata signature) private pure {
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (signer == address(0) || signer != device) revert InvalidSignature(device);
    }

    function _requireInTime(uint256 deadline) private view {
        // A miner moves the stamp by seconds; deadlines are minutes at least.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > deadline) revert Expired(deadline);
    }
}
