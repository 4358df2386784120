// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../members/ILicences.sol";
import {ContentId} from "./ContentId.sol";
import {IDefinitions, Subject} from "./IDefinitions.sol";
import {IGrants} from "./IGrants.sol";
import {IParts} from "./IParts.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";
import {RecordTree} from "./RecordTree.sol";
import {Scopes} from "./Scopes.sol";

/// @title Parts, lots and bills of materials
/// @notice See {IParts}.
contract Parts is IParts {
    struct Lot {
        address maker;
        uint32 definition;
        bool recalled;
    }

    uint256 private constant MAX_PARTS = 2048;

    /// @notice The register of vehicles.
    IVehicleRegistry public immutable REGISTRY;

    /// @notice The register of licences.
    ILicences public immutable LICENCES;

    /// @notice The definitions of parts.
    IDefinitions public immutable DEFINITIONS;

    /// @notice The register of grants.
    IGrants public immutable GRANTS;

    /// @notice The title authority's contract.
    address public immutable TITLES;

    uint64 private _lotCount;
    mapping(uint64 lot => Lot) private _lots;
    mapping(uint256 vehicle => bytes32) private _roots;

    constructor(
        IVehicleRegistry registry,
        ILicences licences,
        IDefinitions definitions,
        IGrants grants,
        address titles
    ) {
        REGISTRY = registry;
        LICENCES = licences;
        DEFINITIONS = definitions;
        GRANTS = grants;
        TITLES = titles;
    }

    /// @inheritdoc IParts
    function openLot(uint32 definition) external returns (uint64 lot) {
        LICENCES.requireLicence(msg.sender, Kind.Maker);
        DEFINITIONS.requireDefined(definition, Subject.Part);
        lot = ++_lotCount;
        _lots[lot] = Lot(msg.sender, definition, false);
        emit LotOpened(lot, msg.sender, definition);
    }

    /// @inheritdoc IParts
    function assemble(uint256 vehicle, uint256[] calldata parts) external {
        if (REGISTRY.ownerOf(vehicle) != msg.sender || REGISTRY.epochOf(vehicle) != 1) {
            revert NotAssembler(msg.sender, vehicle);
        }
        LICENCES.requireLicence(msg.sender, Kind.Maker);
        if (_roots[vehicle] != 0) revert AlreadyAssembled(vehicle);
        if (parts.length == 0 || parts.length > MAX_PARTS) revert InvalidParts(parts.length);

        bytes32[] memory leaves = new bytes32[](_powerOfTwo(parts.length));
        uint256 previous = 0;
        uint256 run = 0; // where the parts of the present lot begin
        for (uint256 i = 0; i < parts.length; ++i) {
            uint256 part = parts[i];
            if (part <= previous) revert InvalidParts(i);
            if (i > 0 && _lotOf(part) != _lotOf(previous)) {
                emit PartsFitted(vehicle, _lotOf(previous), parts[run:i]);
                run = i;
            }
            previous = part;
            leaves[i] = RecordTree.partLeaf(part);
        }
        emit PartsFitted(vehicle, _lotOf(previous), parts[run:]);
        // Lots are numbered from 1 and the parts ascend: all exist if the first and the last do.
        _requireLot(_lotOf(parts[0]));
        _requireLot(_lotOf(previous));

        bytes32 root = RecordTree.rootOf(leaves);
        _roots[vehicle] = root;
        emit Assembled(vehicle, root, parts.length);
    }

    /// @inheritdoc IParts
    function swap(uint256 vehicle, uint256 removed, uint256 fitted, uint256 index, bytes32[] calldata proof)
        external
    {
        if (!isFitted(vehicle, removed, index, proof)) revert PartNotFitted(vehicle, removed, index);
        _requireLot(_lotOf(fitted));
        _roots[vehicle] = RecordTree.rootOf(RecordTree.partLeaf(fitted), index, proof);

        uint256[] memory parts = new uint256[](1);
        parts[0] = fitted;
        emit PartRemoved(vehicle, _lotOf(removed), removed, index, msg.sender);
        emit PartsFitted(vehicle, _lotOf(fitted), parts);
        if (REGISTRY.ownerOf(vehicle) != msg.sender) {
            GRANTS.use(vehicle, msg.sender, address(0), Scopes.WRITE_PARTS);
        }
    }

    /// @inheritdoc IParts
    function recall(uint64 lot, bytes calldata cid) external {
        if (_lots[lot].maker != msg.sender) revert NotLotMaker(msg.sender, lot);
        ContentId.requireValid(cid);
        _lots[lot].recalled = true;
        emit LotRecalled(lot, msg.sender, cid);
    }

    /// @inheritdoc IParts
    function inherit(uint256 heir, uint256 vehicle) external {
        if (msg.sender != TITLES) revert NotTitles(msg.sender);
        bytes32 root = _roots[vehicle];
        _roots[heir] = root;
        emit PartsInherited(heir, vehicle, root);
    }

    /// @inheritdoc IParts
    function lotOf(uint64 lot) external view returns (address maker, uint32 definition, bool recalled) {
        Lot storage l = _lots[lot];
        return (l.maker, l.definition, l.recalled);
    }

    /// @inheritdoc IParts
    function lotCount() external view returns (uint64) {
        return _lotCount;
    }

    /// @inheritdoc IParts
    function rootOf(uint256 vehicle) external view returns (bytes32) {
        return _roots[vehicle];
    }

    /// @inheritdoc IParts
    function isFitted(uint256 vehicle, uint256 part, uint256 index, bytes32[] calldata proof)
        public
        view
        returns (bool)
    {
        bytes32 root = _roots[vehicle];
        return root != 0 && RecordTree.rootOf(RecordTree.partLeaf(part), index, proof) == root;
    }

    function _requireLot(uint64 lot) private view {
        if (lot == 0 || lot > _lotCount) revert UnknownLot(lot);
    }

    function _lotOf(uint256 part) private pure returns (uint64) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(part >> 192); // 64 bits are left
    }

    function _powerOfTwo(uint256 n) private pure returns (uint256 width) {
        width = 1;
        while (width < n) width *= 2;
    }
}
