// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title The register of vehicles, their devices and their readings
/// @notice A vehicle is an ERC-721 token with an id counted from 1. No VIN ever stands on chain: a vehicle
/// is known by its tag (a keyed hash of the VIN that only the registrars can compute) and by an opening
/// commitment, keccak256(VIN || salt32), whose 32-byte salt the owner keeps.
///
/// Each vehicle has a key epoch, 1 at first and one more at each transfer. What an owner set up under one
/// epoch stops with it, at once and whatever its amount: here the pairing of the device.
interface IVehicleRegistry {
    /// @notice `vehicle` was minted for `minter`.
    event VehicleRegistered(
        uint256 indexed vehicle, bytes32 indexed tag, address indexed minter, bytes32 commitment
    );

    /// @notice The key epoch of `vehicle` is now `epoch`; a pairing of an earlier epoch is suspended.
    event EpochAdvanced(uint256 indexed vehicle, uint32 epoch);

    /// @notice `device` now speaks for `vehicle`; `holder` is the owner who agreed.
    event DevicePaired(uint256 indexed vehicle, address indexed device, address indexed holder, uint32 epoch);

    /// @notice `device` no longer speaks for `vehicle` and is free to be paired again.
    event DeviceReleased(uint256 indexed vehicle, address indexed device);

    /// @notice A reading was accepted; `flags` are the device's and the registry's (see ReadingFlags).
    event ReadingRecorded(
        uint256 indexed vehicle,
        address indexed device,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash
    );

    /// @notice The odometer of `vehicle` fell from `fromKm` to `toKm` at the reading with this counter.
    event OdometerRolledBack(
        uint256 indexed vehicle, address indexed device, uint64 counter, uint32 fromKm, uint32 toKm
    );

    /// @notice The tag belongs to `vehicle` already.
    error TagTaken(bytes32 tag, uint256 vehicle);

    /// @notice The signed statement was good until `deadline` (seconds since the epoch).
    error Expired(uint256 deadline);

    /// @notice The signature is not `signer`'s over this statement.
    error InvalidSignature(address signer);

    /// @notice `account` does not own `vehicle`.
    error NotVehicleOwner(address account, uint256 vehicle);

    /// @notice The device is bound to another vehicle and must be released first.
    error DeviceBound(address device, uint256 vehicle);

    /// @notice The vehicle has an active device, which must be released first.
    error VehicleHasDevice(uint256 vehicle, address device);

    /// @notice The device is bound to no vehicle.
    error DeviceNotBound(address device);

    /// @notice Only the vehicle's owner or the one who paired the device can release it.
    error NotReleaser(address account, address device);

    /// @notice The device is not paired with the vehicle, or its pairing is suspended by a transfer.
    error NotPaired(address device, uint256 vehicle);

    /// @notice The counter must be higher than the device's last one.
    error CounterNotRising(uint64 counter, uint64 last);

    /// @notice Mints the vehicle with this tag for `minter`. Anyone may carry the statement here.
    /// @param tag What identifies the VIN, unique for ever; opaque on chain.
    /// @param commitment keccak256(VIN || salt32), which the owner can open to whom they choose.
    /// @param minter The first owner.
    /// @param nonce The next nonce of `minter`: `nonces(minter)` or, in parallel, `nonces(minter, key)`.
    /// @param deadline The last second at which the statement is good.
    /// @param signatures At least t registrars' 65-byte signatures over the EIP-712 struct
    /// `Register(bytes32 tag,bytes32 commitment,address minter,uint256 nonce,uint256 deadline)`,
    /// in ascending order of the signers' addresses.
    /// @return vehicle The id of the new vehicle.
    function register(
        bytes32 tag,
        bytes32 commitment,
        address minter,
        uint256 nonce,
        uint256 deadline,
        bytes[] calldata signatures
    ) external returns (uint256 vehicle);

    /// @notice Pairs `device` with `vehicle`, or pairs it again after a transfer. Anyone may carry the two
    /// signatures, over the EIP-712 struct
    /// `Pair(address device,uint256 vehicle,address owner,uint256 nonce,uint256 deadline)`.
    /// @dev A suspended device of the same vehicle makes room; an active one must be released first.
    /// @param device The account of the device.
    /// @param vehicle The vehicle.
    /// @param holder The vehicle's owner (`owner` in the struct).
    /// @param nonce The next nonce of `device`: `nonces(device)`.
    /// @param deadline The last second at which the signatures are good.
    /// @param deviceSignature The device's 65-byte signature.
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
    /// device, who may have sold the vehicle since.
    function release(address device) external;

    /// @notice Records a reading, sent by the device's own account.
    /// @dev Nothing about the content makes it revert: a doubtful reading is kept and flagged.
    /// @param vehicle The vehicle the device is paired with.
    /// @param counter Rises strictly over the whole life of the device; may skip.
    /// @param odometerKm Whole kilometres, meaningful as the source in `flags` says.
    /// @param flags See ReadingFlags.
    /// @param prevHash `hash` of the vehicle's last reading, or 0 for its first.
    /// @param hash keccak256 of the encrypted rest of the record.
    function record(
        uint256 vehicle,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash
    ) external;

    /// @notice Records a reading that `device` signed and anyone carries, as `record` does. The signature is
    /// over the EIP-712 struct `Reading(uint256 vehicle,uint32 epoch,uint64 counter,uint32 odometerKm,`
    /// `uint16 flags,bytes32 prevHash,bytes32 hash)` with the vehicle's current key epoch.
    /// @param device The device that signed.
    /// @param signature Its 65-byte signature.
    function recordFor(
        address device,
        uint256 vehicle,
        uint64 counter,
        uint32 odometerKm,
        uint16 flags,
        bytes32 prevHash,
        bytes32 hash,
        bytes calldata signature
    ) external;

    /// @notice The number of vehicles; ids run from 1 to it.
    function vehicleCount() external view returns (uint256);

    /// @notice The vehicle with this tag, or 0.
    function vehicleOf(bytes32 tag) external view returns (uint256 vehicle);

    /// @notice The opening commitment of a vehicle.
    function commitmentOf(uint256 vehicle) external view returns (bytes32);

    /// @notice The key epoch of a vehicle.
    function epochOf(uint256 vehicle) external view returns (uint32);

    /// @notice The device bound to a vehicle (zero address: none) and whether its readings are accepted.
    function deviceOf(uint256 vehicle) external view returns (address device, bool active);

    /// @notice What a device is bound to (vehicle 0: nothing), since which key epoch, by whom, its last
    /// counter, and whether its readings are accepted.
    function pairingOf(address device)
        external
        view
        returns (uint256 vehicle, uint32 epoch, address holder, uint64 counter, bool active);

    /// @notice The last reading of a vehicle; all zero when there is none.
    /// @return counter The device's counter.
    /// @return odometerKm The last known odometer, in whole kilometres.
    /// @return flags The device's and the registry's flags (see ReadingFlags).
    /// @return time When it was accepted: the block's stamp, in seconds since the epoch.
    /// @return hash keccak256 of the encrypted rest of the record.
    function lastReading(uint256 vehicle)
        external
        view
        returns (uint64 counter, uint32 odometerKm, uint16 flags, uint48 time, bytes32 hash);

    /// @notice How many times the vehicle's odometer went back (65,535: that many or more).
    function rollbacksOf(uint256 vehicle) external view returns (uint16);
}
