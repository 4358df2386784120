// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice What is said about a vehicle for good.
///
/// | brand     | by whom                                                             |
/// |-----------|---------------------------------------------------------------------|
/// | Stolen    | its owner, a licensed insurer                                       |
/// | Recovered | its owner, a licensed insurer; after Stolen                         |
/// | TotalLoss | a licensed insurer                                                  |
/// | Flood     | a licensed insurer or inspection body                               |
/// | Exported  | a licensed dealer or inspection body, for an owner who asked for it |
/// | Scrapped  | a licensed inspection body, for an owner who asked for it; the last |
///
/// The title authority (Roles.TITLE) can set every brand.
enum Brand {
    None,
    Stolen,
    Recovered,
    TotalLoss,
    Flood,
    Exported,
    Scrapped
}

/// @title Brands of vehicles: append-only
/// @notice No brand is ever taken back; nothing follows Scrapped.
interface IBrands {
    /// @notice `vehicle` is branded by `by`; `evidence` is the hash of the document.
    event Branded(uint256 indexed vehicle, Brand indexed brand, address indexed by, bytes32 evidence);

    /// @notice The owner asks for this brand (None: no longer), in the present key epoch.
    event BrandRequested(uint256 indexed vehicle, address indexed owner, Brand brand);

    /// @notice `heir` carries on the brands of `vehicle`.
    event BrandsInherited(uint256 indexed heir, uint256 indexed vehicle);

    /// @notice `account` may not set this brand.
    error NotBrander(address account, Brand brand);

    /// @notice `Brand.None` cannot be set; Recovered needs Stolen.
    error InvalidBrand(Brand brand);

    /// @notice The owner has not asked for this brand.
    error NotRequested(uint256 vehicle, Brand brand);

    /// @notice Only the vehicle's owner asks for a brand.
    error NotVehicleOwner(address account, uint256 vehicle);

    /// @notice Nothing follows Scrapped.
    error Scrapped(uint256 vehicle);

    /// @notice Only the contract Titles calls this.
    error NotTitles(address account);

    /// @notice Brands a vehicle, by the table above.
    function brand(uint256 vehicle, Brand kind, bytes32 evidence) external;

    /// @notice Brands a vehicle with anything. For the title authority (Roles.TITLE).
    function brandByAuthority(uint256 vehicle, Brand kind, bytes32 evidence) external;

    /// @notice Asks for the brand Exported or Scrapped. For the owner.
    function request(uint256 vehicle, Brand kind) external;

    /// @notice Gives `heir` the brands of the void title `vehicle`. For the contract Titles.
    function inherit(uint256 heir, uint256 vehicle) external;

    /// @notice Whether `vehicle` ever got this brand.
    function hasBrand(uint256 vehicle, Brand kind) external view returns (bool);

    /// @notice Whether `vehicle` is stolen and was not recovered since.
    function isStolen(uint256 vehicle) external view returns (bool);

    /// @notice All brands of `vehicle`, bit n for brand n.
    function brandsOf(uint256 vehicle) external view returns (uint16);
}
