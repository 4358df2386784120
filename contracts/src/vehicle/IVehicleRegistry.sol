// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IStatements} from "./IStatements.sol";

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title The register of vehicles: one token for one car
/// @notice A vehicle is an ERC-721 token with an id counted from 1. No VIN ever stands on chain: a vehicle
/// is known by its tag (a threshold pseudorandom function of the VIN that only t registrars together can
/// compute) and by an opening commitment, keccak256(VIN || salt32), whose 32-byte salt the owner keeps.
///
/// Each vehicle has a key epoch, 1 at first and one more at each transfer. What an owner set up under one
/// epoch stops with it, at once and whatever its amount: the pairing of the device, free grants.
/// The register also answers at its address for `IDevices` (`pair`, `release`, `deviceOf`, `pairingOf`) and
/// `IReadings` (`record`, `recordFor`, `lastReading`, `rollbacksOf`).
interface IVehicleRegistry is IERC721, IStatements {
    /// @notice What identifies a car at minting.
    struct Car {
        bytes32 tag;
        bytes32 commitment;
    }

    /// @notice `vehicle` was minted for `minter`.
    event VehicleRegistered(
        uint256 indexed vehicle, bytes32 indexed tag, address indexed minter, bytes32 commitment
    );

    /// @notice `vehicle` is of the model `definition`.
    event VehicleDefined(uint256 indexed vehicle, uint32 indexed definition);

    /// @notice The key epoch of `vehicle` is now `epoch`; a pairing of an earlier epoch is suspended.
    event EpochAdvanced(uint256 indexed vehicle, uint32 epoch);

    /// @notice The title `vehicle` is void; its tag stays taken until it is issued again.
    event TitleVoided(uint256 indexed vehicle, bytes32 indexed tag);

    /// @notice The tag of the void title `previous` belongs to the new title `vehicle`.
    event TitleReissued(uint256 indexed vehicle, uint256 indexed previous);

    /// @notice `vehicle` is scrapped: it changes hands no more.
    event VehicleScrapped(uint256 indexed vehicle);

    /// @notice The tag belongs to `vehicle` already.
    error TagTaken(bytes32 tag, uint256 vehicle);

    /// @notice `vehicle` is not the vehicle with this tag.
    error NotOfTag(uint256 vehicle, bytes32 tag);

    /// @notice A batch has 1 to 500 cars.
    error InvalidBatch(uint256 cars);

    /// @notice A scrapped vehicle does not change hands.
    error Scrapped(uint256 vehicle);

    /// @notice This function is for one other contract of the economy alone.
    error NotPermitted(address account);

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

    /// @notice Mints new cars of one model for a licensed maker, under one statement: the EIP-712 struct
    /// `RegisterBatch(Car[] cars,address maker,uint32 definition,uint256 nonce,uint256 deadline)`
    /// `Car(bytes32 tag,bytes32 commitment)`. Anyone may carry it.
    /// @param cars 1 to 500 cars.
    /// @param maker The first owner, licensed as a maker.
    /// @param definition The cars' model (see IDefinitions).
    /// @param signatures As in `register`.
    /// @return first The id of the first car; the others follow.
    function registerBatch(
        Car[] calldata cars,
        address maker,
        uint32 definition,
        uint256 nonce,
        uint256 deadline,
        bytes[] calldata signatures
    ) external returns (uint256 first);

    /// @notice Mints the vehicle that was enrolled. For the contract Enrolment.
    function mintEnrolled(bytes32 tag, bytes32 commitment, address minter, uint32 definition)
        external
        returns (uint256 vehicle);

    /// @notice Voids the title `vehicle` of this tag and all rights in it. For the contract Titles.
    function voidTitle(uint256 vehicle, bytes32 tag) external;

    /// @notice Issues the tag of the void title `previous` again, as a new vehicle. For the contract Titles.
    function reissueTitle(uint256 previous, bytes32 tag, bytes32 commitment, address owner)
        external
        returns (uint256 vehicle);

    /// @notice Ends the life of `vehicle`: no transfer, no pairing. For the contract Brands.
    function scrap(uint256 vehicle) external;

    /// @notice Whether transfers of `vehicle` ask Encumbrances first. For the contract Encumbrances.
    function setEncumbered(uint256 vehicle, bool encumbered) external;

    /// @notice Uses up the nonce `nonce` of `account`. For the contracts Devices, Grants and Enrolment, whose
    /// statements are signed for the register's domain.
    function useNonce(address account, uint256 nonce) external;

    /// @notice Reverts unless at least t registrars signed `digest` (see `register`).
    function requireQuorum(bytes32 digest, bytes[] calldata signatures) external view;

    /// @notice The next nonce of `account`.
    function nonces(address account) external view returns (uint256);

    /// @notice The EIP-712 domain of every statement about vehicles: name "Autochain Vehicle", version "1",
    /// the chain id and this contract's address.
    // forge-lint: disable-next-line(mixed-case-function)
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @notice The number of vehicles; ids run from 1 to it.
    function vehicleCount() external view returns (uint256);

    /// @notice The vehicle with this tag, or 0. It may be a void title (see `ownerOf`).
    function vehicleOf(bytes32 tag) external view returns (uint256 vehicle);

    /// @notice The opening commitment of a vehicle.
    function commitmentOf(uint256 vehicle) external view returns (bytes32);

    /// @notice The owner of a vehicle and its key epoch; reverts if there is no such vehicle or its title is void.
    function titleOf(uint256 vehicle) external view returns (address owner, uint32 epoch);

    /// @notice The key epoch of a vehicle.
    function epochOf(uint256 vehicle) external view returns (uint32);

    /// @notice When the key epoch of a vehicle began, seconds since the epoch of Unix.
    function epochStartedAt(uint256 vehicle) external view returns (uint48);

    /// @notice The model of a vehicle (see IDefinitions), or 0 if it was not said.
    function definitionOf(uint256 vehicle) external view returns (uint32);

    /// @notice Whether a vehicle is scrapped.
    function isScrapped(uint256 vehicle) external view returns (bool);

    /// @notice Whether a vehicle's title was voided.
    function isVoid(uint256 vehicle) external view returns (bool);

    /// @notice Whether `account` is the owner of `vehicle` or approved for it (ERC-721).
    function isOperator(uint256 vehicle, address account) external view returns (bool);

    /// @notice The void title whose tag `vehicle` carries on, or 0.
    function predecessorOf(uint256 vehicle) external view returns (uint256);
}
