// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../members/ILicences.sol";
import {DeviceDoor} from "./DeviceDoor.sol";
import {IDefinitions, Subject} from "./IDefinitions.sol";
import {IDevices} from "./IDevices.sol";
import {IEncumbrances} from "./IEncumbrances.sol";
import {IReadings} from "./IReadings.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";
import {Registrars} from "./Registrars.sol";

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title VehicleRegistry, one token for one car
/// @notice See {IVehicleRegistry}. EIP-712 domain: name "Autochain Vehicle", version "1", the chain id and
/// this contract's address. Approvals work as in any ERC-721, so escrows, vaults and markets can hold a car.
/// @dev Immutable: no upgrade, no pause. What happens at a transfer, in constant time without encumbrances:
///
/// ```text
/// transferFrom ─► owner, approval or lock holder? ─► not scrapped? ─► Encumbrances, if any ─► epoch + 1
/// ```
contract VehicleRegistry is IVehicleRegistry, ERC721, EIP712, NoncesKeyed, Registrars, DeviceDoor {
    /// @notice The contracts around the register. None needs code yet when the register is constructed.
    struct Links {
        ILicences licences;
        IDefinitions definitions;
        IDevices devices;
        IReadings readings;
        IEncumbrances encumbrances;
        address grants;
        address enrolment;
        address titles;
        address brands;
    }

    /// @dev One slot; a transfer reads and writes it. `epoch` is 0 for a vehicle that never was.
    struct Title {
        uint32 epoch;
        uint40 since;
        uint32 definition;
        bool encumbered;
        bool scrapped;
        uint64 predecessor;
    }

    bytes32 private constant REGISTER_TYPEHASH =
        keccak256("Register(bytes32 tag,bytes32 commitment,address minter,uint256 nonce,uint256 deadline)");
    bytes32 private constant CAR_TYPEHASH = keccak256("Car(bytes32 tag,bytes32 commitment)");
    bytes32 private constant REGISTER_BATCH_TYPEHASH = keccak256(
        "RegisterBatch(Car[] cars,address maker,uint32 definition,uint256 nonce,uint256 deadline)Car(bytes32 tag,bytes32 commitment)"
    );
    uint256 private constant MAX_BATCH = 500;

    /// @notice The register of licences.
    ILicences public immutable LICENCES;

    /// @notice The definitions of models.
    IDefinitions public immutable DEFINITIONS;

    /// @notice The rights of others in vehicles.
    IEncumbrances public immutable ENCUMBRANCES;

    /// @notice The register of grants.
    address public immutable GRANTS;

    /// @notice Where cars on the road are enrolled.
    address public immutable ENROLMENT;

    /// @notice The title authority's contract.
    address public immutable TITLES;

    /// @notice The register of brands.
    address public immutable BRANDS;

    uint256 private _vehicleCount;
    mapping(bytes32 tag => uint256 vehicle) private _vehicleOf;
    mapping(uint256 vehicle => Title) private _titles;
    mapping(uint256 vehicle => bytes32) private _commitments;

    modifier only(address account) {
        if (msg.sender != account) revert NotPermitted(msg.sender);
        _;
    }

    /// @param authority The foundation's AccessManager (see {Registrars}).
    /// @param registrars The first registrars.
    /// @param threshold_ The registrars' signatures needed to mint, t.
    /// @param links The contracts around the register.
    constructor(address authority, address[] memory registrars, uint256 threshold_, Links memory links)
        ERC721("Autochain Vehicle", "CAR")
        EIP712("Autochain Vehicle", "1")
        Registrars(authority, registrars, threshold_)
        DeviceDoor(links.devices, links.readings)
    {
        LICENCES = links.licences;
        DEFINITIONS = links.definitions;
        ENCUMBRANCES = links.encumbrances;
        GRANTS = links.grants;
        ENROLMENT = links.enrolment;
        TITLES = links.titles;
        BRANDS = links.brands;
    }

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
        _issue(vehicle, tag, commitment, minter, 0);
    }

    /// @inheritdoc IVehicleRegistry
    function registerBatch(
        Car[] calldata cars,
        address maker,
        uint32 definition,
        uint256 nonce,
        uint256 deadline,
        bytes[] calldata signatures
    ) external returns (uint256 first) {
        _requireInTime(deadline);
        if (cars.length == 0 || cars.length > MAX_BATCH) revert InvalidBatch(cars.length);
        bytes32 structHash = keccak256(
            abi.encode(REGISTER_BATCH_TYPEHASH, _hashCars(cars), maker, definition, nonce, deadline)
        );
        _requireQuorum(_hashTypedDataV4(structHash), signatures);
        _useCheckedNonce(maker, nonce);
        LICENCES.requireLicence(maker, Kind.Maker);
        DEFINITIONS.requireDefined(definition, Subject.Model);

        first = _vehicleCount + 1;
        _vehicleCount += cars.length;
        for (uint256 i = 0; i < cars.length; ++i) {
            bytes32 tag = cars[i].tag;
            if (_vehicleOf[tag] != 0) revert TagTaken(tag, _vehicleOf[tag]);
            _issue(first + i, tag, cars[i].commitment, maker, definition);
        }
    }

    /// @inheritdoc IVehicleRegistry
    function mintEnrolled(bytes32 tag, bytes32 commitment, address minter, uint32 definition)
        external
        only(ENROLMENT)
        returns (uint256 vehicle)
    {
        if (_vehicleOf[tag] != 0) revert TagTaken(tag, _vehicleOf[tag]);
        vehicle = ++_vehicleCount;
        _issue(vehicle, tag, commitment, minter, definition);
    }

    /// @inheritdoc IVehicleRegistry
    function voidTitle(uint256 vehicle, bytes32 tag) external only(TITLES) {
        if (vehicle == 0 || _vehicleOf[tag] != vehicle) revert NotOfTag(vehicle, tag);
        if (_titles[vehicle].encumbered) {
            _titles[vehicle].encumbered = false;
            ENCUMBRANCES.onVoid(vehicle);
        }
        _burn(vehicle);
        emit TitleVoided(vehicle, tag);
    }

    /// @inheritdoc IVehicleRegistry
    function reissueTitle(uint256 previous, bytes32 tag, bytes32 commitment, address owner)
        external
        only(TITLES)
        returns (uint256 vehicle)
    {
        if (_vehicleOf[tag] != previous || !isVoid(previous)) revert NotOfTag(previous, tag);
        vehicle = ++_vehicleCount;
        // forge-lint: disable-next-line(unsafe-typecast)
        _titles[vehicle].predecessor = uint64(previous); // ids are counted
        _issue(vehicle, tag, commitment, owner, _titles[previous].definition);
        emit TitleReissued(vehicle, previous);
    }

    /// @inheritdoc IVehicleRegistry
    function scrap(uint256 vehicle) external only(BRANDS) {
        _requireOwned(vehicle);
        _titles[vehicle].scrapped = true;
        emit VehicleScrapped(vehicle);
        _startEpoch(vehicle);
    }

    /// @inheritdoc IVehicleRegistry
    function setEncumbered(uint256 vehicle, bool encumbered) external only(address(ENCUMBRANCES)) {
        _titles[vehicle].encumbered = encumbered;
    }

    /// @inheritdoc IVehicleRegistry
    function useNonce(address account, uint256 nonce) external {
        if (msg.sender != address(DEVICES) && msg.sender != GRANTS && msg.sender != ENROLMENT) {
            revert NotPermitted(msg.sender);
        }
        _useCheckedNonce(account, nonce);
    }

    /// @inheritdoc IVehicleRegistry
    function requireQuorum(bytes32 digest, bytes[] calldata signatures) external view {
        _requireQuorum(digest, signatures);
    }

    /// @inheritdoc IVehicleRegistry
    // forge-lint: disable-next-line(mixed-case-function)
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
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
        _title(vehicle);
        return _commitments[vehicle];
    }

    /// @inheritdoc IVehicleRegistry
    function titleOf(uint256 vehicle) external view returns (address owner, uint32 epoch) {
        return (_requireOwned(vehicle), _titles[vehicle].epoch);
    }

    /// @inheritdoc IVehicleRegistry
    function epochOf(uint256 vehicle) external view returns (uint32) {
        return _title(vehicle).epoch;
    }

    /// @inheritdoc IVehicleRegistry
    function epochStartedAt(uint256 vehicle) external view returns (uint48) {
        return _title(vehicle).since;
    }

    /// @inheritdoc IVehicleRegistry
    function definitionOf(uint256 vehicle) external view returns (uint32) {
        return _title(vehicle).definition;
    }

    /// @inheritdoc IVehicleRegistry
    function isScrapped(uint256 vehicle) external view returns (bool) {
        return _title(vehicle).scrapped;
    }

    /// @inheritdoc IVehicleRegistry
    function predecessorOf(uint256 vehicle) external view returns (uint256) {
        return _title(vehicle).predecessor;
    }

    /// @inheritdoc IVehicleRegistry
    function isOperator(uint256 vehicle, address account) external view returns (bool) {
        return super._isAuthorized(_requireOwned(vehicle), account, vehicle);
    }

    /// @inheritdoc IVehicleRegistry
    function isVoid(uint256 vehicle) public view returns (bool) {
        return _titles[vehicle].epoch != 0 && _ownerOf(vehicle) == address(0);
    }

    /// @inheritdoc IVehicleRegistry
    function nonces(address account) public view override(IVehicleRegistry, Nonces) returns (uint256) {
        return super.nonces(account);
    }

    /// @dev Every change of hands, minting and a transfer to oneself included, starts a key epoch.
    function _update(address to, uint256 vehicle, address auth) internal override returns (address from) {
        from = super._update(to, vehicle, auth);
        if (from != address(0) && to != address(0)) {
            Title storage title = _titles[vehicle];
            if (title.scrapped) revert Scrapped(vehicle);
            if (title.encumbered) title.encumbered = ENCUMBRANCES.onTransfer(vehicle, msg.sender, to);
        }
        _startEpoch(vehicle);
    }

    /// @dev The holder of a lock or lien moves the vehicle without an approval, which could be taken back.
    function _isAuthorized(address owner, address spender, uint256 vehicle)
        internal
        view
        override
        returns (bool)
    {
        return super._isAuthorized(owner, spender, vehicle)
            || (_titles[vehicle].encumbered && ENCUMBRANCES.mayMove(vehicle, spender));
    }

    function _issue(uint256 vehicle, bytes32 tag, bytes32 commitment, address minter, uint32 definition)
        private
    {
        _vehicleOf[tag] = vehicle;
        _commitments[vehicle] = commitment;
        emit VehicleRegistered(vehicle, tag, minter, commitment);
        if (definition != 0) {
            _titles[vehicle].definition = definition;
            emit VehicleDefined(vehicle, definition);
        }
        _mint(minter, vehicle);
    }

    function _startEpoch(uint256 vehicle) private {
        Title storage title = _titles[vehicle];
        uint32 epoch = title.epoch + 1;
        title.epoch = epoch;
        // forge-lint: disable-next-line(unsafe-typecast)
        title.since = uint40(Time.timestamp()); // until the year 36,812
        emit EpochAdvanced(vehicle, epoch);
    }

    function _title(uint256 vehicle) private view returns (Title storage title) {
        title = _titles[vehicle];
        if (title.epoch == 0) revert IERC721Errors.ERC721NonexistentToken(vehicle);
    }

    /// @dev EIP-712: the hash of the hashes of the array's members.
    function _hashCars(Car[] calldata cars) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](cars.length);
        for (uint256 i = 0; i < cars.length; ++i) {
            hashes[i] = keccak256(abi.encode(CAR_TYPEHASH, cars[i].tag, cars[i].commitment));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _requireInTime(uint256 deadline) private view {
        if (block.timestamp > deadline) revert Expired(deadline);
    }
}
