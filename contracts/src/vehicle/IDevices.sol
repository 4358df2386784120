// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IStatements} from "./IStatements.sol";

/// @title Devices: who made them, whose they are, which vehicle they speak for
/// @notice A device is an address. For a secp256k1 key it is the key's account; for a P-256 key it is the last
/// 20 bytes of keccak256(x ‖ y). A signature is 65 bytes r ‖ s ‖ v, or for P-256 128 bytes r ‖ s ‖ x ‖ y.
///
/// ```text
/// maker ── registerDevices ──► known          device + account ── claim ──► claimed
/// device + vehicle's owner ── pair ──► active ── sale ──► suspended ── pair ──► active …
/// owner, or who paired it ── release ──► free       maker, 30 days later ── reset ──► free, not claimed
/// ```
///
/// A device that no maker registered can be paired too; `makerOf` is zero then, for all to see.
interface IDevices is IStatements {
    /// @notice `maker` made `device`, of the model `definition`.
    event DeviceRegistered(address indexed device, address indexed maker, uint32 indexed definition);

    /// @notice `device` is `holder`'s; zero address: nobody's again.
    event DeviceClaimed(address indexed device, address indexed holder);

    /// @notice `device` now speaks for `vehicle`; `holder` is the owner who agreed.
    event DevicePaired(uint256 indexed vehicle, address indexed device, address indexed holder, uint32 epoch);

    /// @notice `device` no longer speaks for `vehicle` and is free to be paired again.
    event DeviceReleased(uint256 indexed vehicle, address indexed device);

    /// @notice The maker freed `device` and its claim.
    event DeviceReset(address indexed device, address indexed maker);

    /// @notice `account` does not own `vehicle`.
    error NotVehicleOwner(address account, uint256 vehicle);

    /// @notice The vehicle is scrapped.
    error VehicleScrapped(uint256 vehicle);

    /// @notice A maker registered this device before, or it is the zero address.
    error DeviceKnown(address device);

    /// @notice The device is `holder`'s: they claimed it, or paired it.
    error DeviceHeld(address device, address holder);

    /// @notice The device is bound to another vehicle and must be released first.
    error DeviceBound(address device, uint256 vehicle);

    /// @notice The vehicle has an active device, which must be released first.
    error VehicleHasDevice(uint256 vehicle, address device);

    /// @notice The device is active, so it cannot be reset.
    error DeviceActive(address device);

    /// @notice The device is bound to no vehicle.
    error DeviceNotBound(address device);

    /// @notice Only the vehicle's owner or the one who paired the device can release it.
    error NotReleaser(address account, address device);

    /// @notice Only the maker of a device resets it.
    error NotDeviceMaker(address account, address device);

    /// @notice The maker can reset the device from `time` on (seconds).
    error TooEarly(uint256 time);

    /// @notice Registers devices by their addresses. For licensed makers; the definition must be one of a
    /// device.
    function registerDevices(uint32 definition, address[] calldata devices) external;

    /// @notice Makes `device` the property of `holder`, if it is nobody's. Anyone may carry the two
    /// signatures over the EIP-712 struct `Claim(address device,address owner,uint256 nonce,uint256 deadline)`.
    /// @param holder Who will hold it (`owner` in the struct).
    /// @param nonce The register's `nonces(device)`.
    function claim(
        address device,
        address holder,
        uint256 nonce,
        uint256 deadline,
        bytes calldata deviceSignature,
        bytes calldata holderSignature
    ) external;

    /// @notice Pairs `device` with `vehicle`, or pairs it again after a transfer. Anyone may carry the two
    /// signatures, over the EIP-712 struct
    /// `Pair(address device,uint256 vehicle,address owner,uint256 nonce,uint256 deadline)`.
    /// @dev A suspended device of the same vehicle makes room; an active one must be released first. A device
    /// someone else claimed can be paired only if it came with this vehicle.
    /// @param holder The vehicle's owner (`owner` in the struct).
    /// @param nonce The register's `nonces(device)`.
    /// @param deadline The last second at which the signatures are good.
    /// @param holderSignature The owner's, 65 bytes or what their contract accepts (ERC-1271).
    function pair(
        address device,
        uint256 vehicle,
        address holder,
        uint256 nonce,
        uint256 deadline,
        bytes calldata deviceSignature,
        bytes calldata holderSignature
    ) external;

    /// @notice Frees `device` from its vehicle. For the vehicle's owner, and for the one who paired the
    /// device, who may have sold the vehicle since. A device bound to none loses its claim instead, for the
    /// one who claimed it.
    function release(address device) external;

    /// @notice Frees a device that has been idle for 30 days: claimed and not paired, or suspended by a
    /// transfer. For its maker.
    function reset(address device) external;

    /// @notice The maker of `device` and its model; zero if no maker registered it.
    function makerOf(address device) external view returns (address maker, uint32 definition);

    /// @notice Who claimed `device`, or zero.
    function holderOf(address device) external view returns (address);

    /// @notice The device bound to a vehicle (zero address: none) and whether its readings are accepted.
    function deviceOf(uint256 vehicle) external view returns (address device, bool active);

    /// @notice What a device is bound to (vehicle 0: nothing), since which key epoch, by whom, its last
    /// counter, and whether its readings are accepted.
    function pairingOf(address device)
        external
        view
        returns (uint256 vehicle, uint32 epoch, address holder, uint64 counter, bool active);
}
