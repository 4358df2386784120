// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IBrands} from "./IBrands.sol";
import {IDevices} from "./IDevices.sol";
import {IEncumbrances} from "./IEncumbrances.sol";
import {IGrants} from "./IGrants.sol";
import {IParts} from "./IParts.sol";
import {IReadings} from "./IReadings.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";

/// @title All there is to see of a vehicle, in one call
/// @notice Holds nothing; anyone can deploy a better one.
contract VehicleLens {
    /// @notice A vehicle as it stands. The owner of a void title is the zero address.
    struct View {
        address owner;
        uint32 epoch;
        uint48 epochStartedAt;
        uint32 definition;
        uint256 predecessor;
        bytes32 commitment;
        uint16 brands;
        bool stolen;
        bool scrapped;
        address device;
        bool deviceActive;
        uint64 counter;
        uint32 odometerKm;
        uint16 flags;
        uint48 readAt;
        uint16 rollbacks;
        bytes32 partsRoot;
        IEncumbrances.Encumbrance[] encumbrances;
    }

    /// @notice Who may have a grant, as the events tell.
    struct Key {
        address grantee;
        address giver;
    }

    /// @notice A grant and whether it holds now.
    struct GrantView {
        IGrants.Terms terms;
        uint40 mark;
        bool live;
    }

    /// @notice The register of vehicles.
    IVehicleRegistry public immutable REGISTRY;

    /// @notice The register of devices.
    IDevices public immutable DEVICES;

    /// @notice The register of readings.
    IReadings public immutable READINGS;

    /// @notice The register of encumbrances.
    IEncumbrances public immutable ENCUMBRANCES;

    /// @notice The register of grants.
    IGrants public immutable GRANTS;

    /// @notice The register of parts.
    IParts public immutable PARTS;

    /// @notice The register of brands.
    IBrands public immutable BRANDS;

    constructor(
        IVehicleRegistry registry,
        IDevices devices,
        IReadings readings,
        IEncumbrances encumbrances,
        IGrants grants,
        IParts parts,
        IBrands brands
    ) {
        REGISTRY = registry;
        DEVICES = devices;
        READINGS = readings;
        ENCUMBRANCES = encumbrances;
        GRANTS = grants;
        PARTS = parts;
        BRANDS = brands;
    }

    /// @notice The vehicle with this id; reverts if there is none.
    function vehicleOf(uint256 id) external view returns (View memory v) {
        v.owner = REGISTRY.isVoid(id) ? address(0) : REGISTRY.ownerOf(id);
        v.epoch = REGISTRY.epochOf(id);
        v.epochStartedAt = REGISTRY.epochStartedAt(id);
        v.definition = REGISTRY.definitionOf(id);
        v.predecessor = REGISTRY.predecessorOf(id);
        v.commitment = REGISTRY.commitmentOf(id);
        v.brands = BRANDS.brandsOf(id);
        v.stolen = BRANDS.isStolen(id);
        v.scrapped = REGISTRY.isScrapped(id);
        (v.device, v.deviceActive) = DEVICES.deviceOf(id);
        (v.counter, v.odometerKm, v.flags, v.readAt,) = READINGS.lastReading(id);
        v.rollbacks = READINGS.rollbacksOf(id);
        v.partsRoot = PARTS.rootOf(id);
        v.encumbrances = ENCUMBRANCES.encumbrances(id);
    }

    /// @notice The grants of a vehicle under these keys, which an index finds in the events `Granted`.
    function grantsOf(uint256 id, Key[] calldata keys) external view returns (GrantView[] memory list) {
        list = new GrantView[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            (list[i].terms, list[i].mark, list[i].live) = GRANTS.grantOf(id, keys[i].grantee, keys[i].giver);
        }
    }
}
