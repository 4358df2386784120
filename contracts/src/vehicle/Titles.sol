// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IBrands} from "./IBrands.sol";
import {IParts} from "./IParts.sol";
import {ITitles} from "./ITitles.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title The title authority: void and re-issue, for one tag, slowly and in the open
/// @notice See {ITitles}.
contract Titles is ITitles, AccessManaged {
    uint40 private constant WAIT = 7 days;
    uint40 private constant WINDOW = 30 days;

    /// @notice The register of vehicles.
    IVehicleRegistry public immutable REGISTRY;

    /// @notice The register of brands.
    IBrands public immutable BRANDS;

    /// @notice The register of parts.
    IParts public immutable PARTS;

    uint256 private _count;
    mapping(uint256 id => Case) private _cases;
    mapping(uint256 vehicle => uint256 id) private _pending;

    constructor(address authority, IVehicleRegistry registry, IBrands brands, IParts parts)
        AccessManaged(authority)
    {
        REGISTRY = registry;
        BRANDS = brands;
        PARTS = parts;
    }

    /// @inheritdoc ITitles
    function open(
        uint256 vehicle,
        bytes32 tag,
        Reason reason,
        address newOwner,
        bytes32 commitment,
        bool sameCar,
        bytes32 evidence
    ) external restricted returns (uint256 id) {
        if (reason == Reason.None) revert NoReason();
        if (vehicle == 0 || REGISTRY.vehicleOf(tag) != vehicle) {
            revert IVehicleRegistry.NotOfTag(vehicle, tag);
        }
        if (_pending[vehicle] != 0) revert CasePending(vehicle, _pending[vehicle]);
        id = ++_count;
        _pending[vehicle] = id;
        _cases[id] = Case({
            // forge-lint: disable-next-line(unsafe-typecast)
            vehicle: uint64(vehicle), // ids are counted
            readyAt: _now() + WAIT,
            state: State.Open,
            reason: reason,
            sameCar: sameCar,
            newOwner: newOwner,
            tag: tag,
            commitment: commitment
        });
        emit CaseOpened(id, vehicle, reason, newOwner, evidence);
    }

    /// @inheritdoc ITitles
    function appeal(uint256 id, bytes32 evidence) external {
        Case storage c = _cases[id];
        if (c.state != State.Open) revert WrongState(id, c.state);
        if (block.timestamp >= c.readyAt || REGISTRY.ownerOf(c.vehicle) != msg.sender) {
            revert NotAppellant(msg.sender);
        }
        c.state = State.Appealed;
        emit CaseAppealed(id, msg.sender, evidence);
    }

    /// @inheritdoc ITitles
    function decide(uint256 id, bool dismissed) external restricted {
        Case storage c = _cases[id];
        if (c.state != State.Appealed) revert WrongState(id, c.state);
        emit AppealDecided(id, dismissed);
        if (!dismissed) return _close(id);
        c.state = State.Dismissed;
        if (c.readyAt < _now()) c.readyAt = _now();
    }

    /// @inheritdoc ITitles
    function close(uint256 id) external restricted {
        State state = _cases[id].state;
        if (state != State.Open && state != State.Appealed && state != State.Dismissed) {
            revert WrongState(id, state);
        }
        _close(id);
    }

    /// @inheritdoc ITitles
    function execute(uint256 id) external restricted returns (uint256 vehicle) {
        Case memory c = _cases[id];
        if (c.state != State.Open && c.state != State.Dismissed) revert WrongState(id, c.state);
        if (block.timestamp < c.readyAt || block.timestamp >= c.readyAt + WINDOW) {
            revert NotInTime(c.readyAt, c.readyAt + WINDOW);
        }
        _cases[id].state = State.Executed;
        delete _pending[c.vehicle];

        if (!REGISTRY.isVoid(c.vehicle)) REGISTRY.voidTitle(c.vehicle, c.tag);
        if (c.newOwner != address(0)) {
            vehicle = REGISTRY.reissueTitle(c.vehicle, c.tag, c.commitment, c.newOwner);
            if (c.sameCar) {
                PARTS.inherit(vehicle, c.vehicle);
                BRANDS.inherit(vehicle, c.vehicle);
            }
        }
        emit CaseExecuted(id, vehicle);
    }

    /// @inheritdoc ITitles
    function caseOf(uint256 id) external view returns (Case memory) {
        return _cases[id];
    }

    /// @inheritdoc ITitles
    function pendingOf(uint256 vehicle) external view returns (uint256 id) {
        return _pending[vehicle];
    }

    function _close(uint256 id) private {
        _cases[id].state = State.Closed;
        delete _pending[_cases[id].vehicle];
        emit CaseClosed(id);
    }

    function _now() private view returns (uint40) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(Time.timestamp()); // until the year 36,812
    }
}
