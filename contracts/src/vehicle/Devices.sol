// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../members/ILicences.sol";
import {DeviceSignature} from "./DeviceSignature.sol";
import {IDefinitions, Subject} from "./IDefinitions.sol";
import {IDevices} from "./IDevices.sol";
import {IReadings} from "./IReadings.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";
import {Statements} from "./Statements.sol";

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Devices: who made them, whose they are, which vehicle they speak for
/// @notice See {IDevices}. The register of vehicles passes on calls made to it (see {DeviceDoor}).
contract Devices is IDevices, Statements, ERC2771Context {
    struct Device {
        address maker;
        uint32 definition;
        address claimant;
        uint40 claimedAt;
        address pairedBy;
        uint64 vehicle;
    }

    bytes32 private constant CLAIM_TYPEHASH =
        keccak256("Claim(address device,address owner,uint256 nonce,uint256 deadline)");
    bytes32 private constant PAIR_TYPEHASH =
        keccak256("Pair(address device,uint256 vehicle,address owner,uint256 nonce,uint256 deadline)");
    uint256 private constant IDLE = 30 days;

    /// @notice The register of readings.
    IReadings public immutable READINGS;

    /// @notice The register of licences.
    ILicences public immutable LICENCES;

    /// @notice The definitions of devices.
    IDefinitions public immutable DEFINITIONS;

    mapping(address device => Device) private _devices;
    mapping(uint256 vehicle => address) private _deviceOf;

    constructor(IVehicleRegistry registry, IReadings readings, ILicences licences, IDefinitions definitions)
        Statements(registry)
        ERC2771Context(address(registry))
    {
        READINGS = readings;
        LICENCES = licences;
        DEFINITIONS = definitions;
    }

    /// @inheritdoc IDevices
    function registerDevices(uint32 definition, address[] calldata devices) external {
        address maker = _msgSender();
        LICENCES.requireLicence(maker, Kind.Maker);
        DEFINITIONS.requireDefined(definition, Subject.Device);
        for (uint256 i = 0; i < devices.length; ++i) {
            address device = devices[i];
            Device storage d = _devices[device];
            // One that is in use was made by somebody else.
            bool known = d.maker != address(0) || d.claimant != address(0) || d.vehicle != 0;
            if (known || device == address(0)) revert DeviceKnown(device);
            d.maker = maker;
            d.definition = definition;
            emit DeviceRegistered(device, maker, definition);
        }
    }

    /// @inheritdoc IDevices
    function claim(
        address device,
        address holder,
        uint256 nonce,
        uint256 deadline,
        bytes calldata deviceSignature,
        bytes calldata holderSignature
    ) external {
        _requireInTime(deadline);
        Device storage d = _devices[device];
        if (d.claimant != address(0)) revert DeviceHeld(device, d.claimant);
        if (d.vehicle != 0) revert DeviceHeld(device, d.pairedBy);
        _requireBoth(
            device,
            holder,
            _digest(keccak256(abi.encode(CLAIM_TYPEHASH, device, holder, nonce, deadline))),
            deviceSignature,
            holderSignature
        );
        _claim(device, holder);
        REGISTRY.useNonce(device, nonce);
    }

    /// @inheritdoc IDevices
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
        if (REGISTRY.ownerOf(vehicle) != holder) revert NotVehicleOwner(holder, vehicle);
        if (REGISTRY.isScrapped(vehicle)) revert VehicleScrapped(vehicle);
        _requireBoth(
            device,
            holder,
            _digest(keccak256(abi.encode(PAIR_TYPEHASH, device, vehicle, holder, nonce, deadline))),
            deviceSignature,
            holderSignature
        );
        _bind(device, vehicle, holder);
        REGISTRY.useNonce(device, nonce);
    }

    /// @inheritdoc IDevices
    function release(address device) external {
        Device storage d = _devices[device];
        address sender = _msgSender();
        uint256 vehicle = d.vehicle;
        if (vehicle == 0) {
            if (d.claimant == address(0)) revert DeviceNotBound(device);
            if (d.claimant != sender) revert NotReleaser(sender, device);
            _claim(device, address(0));
        } else {
            if (sender != d.pairedBy && (REGISTRY.isVoid(vehicle) || sender != REGISTRY.ownerOf(vehicle))) {
                revert NotReleaser(sender, device);
            }
            _unbind(device);
        }
    }

    /// @inheritdoc IDevices
    function reset(address device) external {
        Device storage d = _devices[device];
        address sender = _msgSender();
        if (d.maker != sender) revert NotDeviceMaker(sender, device);
        uint256 vehicle = d.vehicle;
        if (vehicle == 0 && d.claimant == address(0)) revert DeviceNotBound(device);
        if (READINGS.isActive(device, vehicle)) revert DeviceActive(device);
        uint256 idleSince = vehicle == 0 ? d.claimedAt : REGISTRY.epochStartedAt(vehicle);
        if (block.timestamp < idleSince + IDLE) revert TooEarly(idleSince + IDLE);

        if (vehicle != 0) _unbind(device);
        if (d.claimant != address(0)) _claim(device, address(0));
        emit DeviceReset(device, sender);
    }

    /// @inheritdoc IDevices
    function makerOf(address device) external view returns (address maker, uint32 definition) {
        return (_devices[device].maker, _devices[device].definition);
    }

    /// @inheritdoc IDevices
    function holderOf(address device) external view returns (address) {
        return _devices[device].claimant;
    }

    /// @inheritdoc IDevices
    function deviceOf(uint256 vehicle) external view returns (address device, bool active) {
        REGISTRY.epochOf(vehicle); // reverts if there is no such vehicle
        device = _deviceOf[vehicle];
        active = READINGS.isActive(device, vehicle);
    }

    /// @inheritdoc IDevices
    function pairingOf(address device)
        external
        view
        returns (uint256 vehicle, uint32 epoch, address holder, uint64 counter, bool active)
    {
        Device storage d = _devices[device];
        (vehicle, holder) = (d.vehicle, d.pairedBy);
        (epoch, counter) = READINGS.streamOf(device);
        active = READINGS.isActive(device, vehicle);
    }

    function _bind(address device, uint256 vehicle, address holder) private {
        Device storage d = _devices[device];
        if (d.vehicle != 0 && d.vehicle != vehicle) revert DeviceBound(device, d.vehicle);
        if (d.claimant != address(0) && d.claimant != holder) {
            // The device that came with the vehicle goes with it.
            if (d.vehicle == 0) revert DeviceHeld(device, d.claimant);
            _claim(device, holder);
        }
        address current = _deviceOf[vehicle];
        if (current != address(0) && current != device) {
            if (READINGS.isActive(current, vehicle)) revert VehicleHasDevice(vehicle, current);
            _unbind(current);
        }

        uint32 epoch = REGISTRY.epochOf(vehicle);
        _deviceOf[vehicle] = device;
        // forge-lint: disable-next-line(unsafe-typecast)
        d.vehicle = uint64(vehicle); // ids are counted
        d.pairedBy = holder;
        emit DevicePaired(vehicle, device, holder, epoch);
        READINGS.attach(device, vehicle, epoch);
    }

    function _unbind(address device) private {
        Device storage d = _devices[device];
        uint256 vehicle = d.vehicle;
        delete _deviceOf[vehicle];
        (d.vehicle, d.pairedBy) = (0, address(0));
        emit DeviceReleased(vehicle, device);
        READINGS.detach(device);
    }

    function _claim(address device, address holder) private {
        _devices[device].claimant = holder;
        // forge-lint: disable-next-line(unsafe-typecast)
        _devices[device].claimedAt = uint40(Time.timestamp()); // until the year 36,812
        emit DeviceClaimed(device, holder);
    }

    function _requireBoth(
        address device,
        address holder,
        bytes32 digest,
        bytes calldata deviceSignature,
        bytes calldata holderSignature
    ) private view {
        if (!DeviceSignature.isValid(device, digest, deviceSignature)) {
            revert InvalidSignature(device);
        }
        _requireSignature(holder, digest, holderSignature);
    }
}
