// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../members/ILicences.sol";
import {Brand, IBrands} from "./IBrands.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @title Brands of vehicles: append-only
/// @notice See {IBrands}.
contract Brands is IBrands, AccessManaged {
    struct History {
        uint16 brands;
        bool stolen;
    }

    struct Request {
        uint32 epoch;
        Brand brand;
    }

    /// @notice The register of vehicles.
    IVehicleRegistry public immutable REGISTRY;

    /// @notice The register of licences.
    ILicences public immutable LICENCES;

    /// @notice The title authority's contract.
    address public immutable TITLES;

    mapping(uint256 vehicle => History) private _histories;
    mapping(uint256 vehicle => Request) private _requests;

    constructor(address authority, IVehicleRegistry registry, ILicences licences, address titles)
        AccessManaged(authority)
    {
        REGISTRY = registry;
        LICENCES = licences;
        TITLES = titles;
    }

    /// @inheritdoc IBrands
    function brand(uint256 vehicle, Brand kind, bytes32 evidence) external {
        address owner = REGISTRY.ownerOf(vehicle);
        if (!_mayBrand(msg.sender, owner, kind)) revert NotBrander(msg.sender, kind);
        if (kind == Brand.Exported || kind == Brand.Scrapped) {
            Request storage r = _requests[vehicle];
            if (r.brand != kind || r.epoch != REGISTRY.epochOf(vehicle)) revert NotRequested(vehicle, kind);
            delete _requests[vehicle];
        }
        _append(vehicle, kind, evidence);
    }

    /// @inheritdoc IBrands
    function brandByAuthority(uint256 vehicle, Brand kind, bytes32 evidence) external restricted {
        REGISTRY.ownerOf(vehicle); // reverts if there is no such vehicle
        _append(vehicle, kind, evidence);
    }

    /// @inheritdoc IBrands
    function request(uint256 vehicle, Brand kind) external {
        if (REGISTRY.ownerOf(vehicle) != msg.sender) revert NotVehicleOwner(msg.sender, vehicle);
        if (kind != Brand.None && kind != Brand.Exported && kind != Brand.Scrapped) {
            revert InvalidBrand(kind);
        }
        _requests[vehicle] = Request(REGISTRY.epochOf(vehicle), kind);
        emit BrandRequested(vehicle, msg.sender, kind);
    }

    /// @inheritdoc IBrands
    function inherit(uint256 heir, uint256 vehicle) external {
        if (msg.sender != TITLES) revert NotTitles(msg.sender);
        _histories[heir] = _histories[vehicle];
        emit BrandsInherited(heir, vehicle);
        if (hasBrand(heir, Brand.Scrapped)) REGISTRY.scrap(heir);
    }

    /// @inheritdoc IBrands
    function isStolen(uint256 vehicle) external view returns (bool) {
        return _histories[vehicle].stolen;
    }

    /// @inheritdoc IBrands
    function brandsOf(uint256 vehicle) external view returns (uint16) {
        return _histories[vehicle].brands;
    }

    /// @inheritdoc IBrands
    function hasBrand(uint256 vehicle, Brand kind) public view returns (bool) {
        return _histories[vehicle].brands & _bit(kind) != 0;
    }

    function _append(uint256 vehicle, Brand kind, bytes32 evidence) private {
        if (hasBrand(vehicle, Brand.Scrapped)) revert Scrapped(vehicle);
        History storage h = _histories[vehicle];
        if (kind == Brand.None || (kind == Brand.Recovered && !h.stolen)) revert InvalidBrand(kind);
        h.brands |= _bit(kind);
        if (kind == Brand.Stolen) h.stolen = true;
        if (kind == Brand.Recovered) h.stolen = false;
        emit Branded(vehicle, kind, msg.sender, evidence);
        if (kind == Brand.Scrapped) REGISTRY.scrap(vehicle);
    }

    /// @dev The table of {Brand}, without the owner's request.
    function _mayBrand(address by, address owner, Brand kind) private view returns (bool) {
        if (kind == Brand.Stolen || kind == Brand.Recovered) {
            return by == owner || LICENCES.isLicensed(by, Kind.Insurer);
        }
        if (kind == Brand.TotalLoss) return LICENCES.isLicensed(by, Kind.Insurer);
        bool inspects = LICENCES.isLicensed(by, Kind.InspectionBody);
        if (kind == Brand.Flood) return inspects || LICENCES.isLicensed(by, Kind.Insurer);
        if (kind == Brand.Exported) return inspects || LICENCES.isLicensed(by, Kind.Dealer);
        return kind == Brand.Scrapped && inspects;
    }

    function _bit(Brand kind) private pure returns (uint16) {
        return uint16(1) << uint8(kind);
    }
}
