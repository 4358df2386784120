// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IEncumbrances} from "../vehicle/IEncumbrances.sol";

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title The hold that an instance has on a vehicle
/// @notice The owner approves the instance for the vehicle (ERC-721), before or after it exists; the instance
/// then sets its own encumbrance in the transaction in which the other side commits itself. An owner who
/// encumbers the vehicle for the instance by hand needs no approval. The token stays with its owner.
abstract contract VehicleHold {
    /// @notice The register of encumbrances.
    IEncumbrances public immutable ENCUMBRANCES;

    /// @notice The register of vehicles.
    IERC721 public immutable REGISTRY;

    /// @notice The vehicle is not `owner`'s.
    error NotVehicleOwner(address owner, uint256 vehicle);

    /// @notice The encumbrance that was set by hand ends before `until`.
    error HoldTooShort(uint256 vehicle, uint40 until);

    constructor(IEncumbrances encumbrances, IERC721 registry) {
        ENCUMBRANCES = encumbrances;
        REGISTRY = registry;
    }

    /// @dev Makes sure that this instance holds the vehicle of `owner` until `until`, or reverts.
    function _hold(uint256 vehicle, address owner, uint40 until) internal {
        if (REGISTRY.ownerOf(vehicle) != owner) revert NotVehicleOwner(owner, vehicle);
        if (!ENCUMBRANCES.isLive(vehicle, address(this))) {
            ENCUMBRANCES.encumber(vehicle, address(this), until);
            return;
        }
        IEncumbrances.Encumbrance[] memory list = ENCUMBRANCES.encumbrances(vehicle); // bounded by the register
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].holder == address(this) && list[i].until >= until) return;
        }
        revert HoldTooShort(vehicle, until);
    }

    /// @dev Ends the hold, if it has not ended by itself.
    function _letGo(uint256 vehicle) internal {
        if (vehicle != 0 && ENCUMBRANCES.isLive(vehicle, address(this))) ENCUMBRANCES.end(vehicle);
    }

    /// @dev The vehicle's owner now, or `otherwise` if its title is void.
    function _ownerOr(uint256 vehicle, address otherwise) internal view returns (address) {
        try REGISTRY.ownerOf(vehicle) returns (address owner) {
            return owner;
        } catch {
            return otherwise;
        }
    }
}
