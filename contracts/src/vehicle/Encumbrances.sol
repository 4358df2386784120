// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ITemplateFactory, Template} from "../templates/ITemplateFactory.sol";
import {Burden, IEncumbrances} from "./IEncumbrances.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";

import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Rights in a vehicle that outlive the owner's wish
/// @notice See {IEncumbrances}.
/// @dev The register keeps one bit, whether a vehicle has encumbrances at all, and asks here only then. Nothing
/// here calls a holder: what ended is written down, and the holder reads it when it settles.
contract Encumbrances is IEncumbrances {
    uint256 private constant MAX = 16;
    uint40 private constant MAX_LOCK = 90 days;

    /// @notice The register of vehicles.
    IVehicleRegistry public immutable REGISTRY;

    /// @notice Who knows the instances of templates.
    ITemplateFactory public immutable FACTORY;

    mapping(uint256 vehicle => Encumbrance[]) private _lists;
    mapping(uint256 vehicle => mapping(address holder => uint40)) private _ended;
    mapping(uint256 vehicle => mapping(address holder => address)) private _consents;

    modifier onlyRegistry() {
        if (msg.sender != address(REGISTRY)) revert NotRegistry(msg.sender);
        _;
    }

    constructor(IVehicleRegistry registry, ITemplateFactory factory) {
        REGISTRY = registry;
        FACTORY = factory;
    }

    /// @inheritdoc IEncumbrances
    function lock(uint256 vehicle, address instance) external {
        if (_burdenOf(instance) != Burden.Lock) revert NotTemplate(instance);
        _add(vehicle, Encumbrance(instance, Burden.Lock, _now(), _now() + MAX_LOCK));
    }

    /// @inheritdoc IEncumbrances
    function encumber(uint256 vehicle, address instance, uint40 until) external {
        Burden kind = _burdenOf(instance);
        if (kind == Burden.None) revert NotTemplate(instance);
        if (until <= _now() || (kind == Burden.Lock && until > _now() + MAX_LOCK)) revert InvalidEnd(until);
        _add(vehicle, Encumbrance(instance, kind, _now(), until));
    }

    /// @inheritdoc IEncumbrances
    function end(uint256 vehicle) external {
        Encumbrance[] storage list = _lists[vehicle];
        uint256 at = _find(list, msg.sender);
        if (at == list.length || !_isLive(list[at])) revert NotEncumbered(vehicle, msg.sender);
        _remove(vehicle, list, at);
        if (list.length == 0) REGISTRY.setEncumbered(vehicle, false);
    }

    /// @inheritdoc IEncumbrances
    function consent(uint256 vehicle, address to) external {
        if (!mayMove(vehicle, msg.sender)) revert NotEncumbered(vehicle, msg.sender);
        _consents[vehicle][msg.sender] = to;
        emit TransferConsented(vehicle, msg.sender, to);
    }

    /// @inheritdoc IEncumbrances
    function onTransfer(uint256 vehicle, address operator, address to)
        external
        onlyRegistry
        returns (bool encumbered)
    {
        Encumbrance[] storage list = _lists[vehicle];
        for (uint256 i = list.length; i > 0; --i) {
            Encumbrance memory e = list[i - 1];
            bool over = !_isLive(e) || e.kind == Burden.Licence;
            if (!over && (e.kind == Burden.Lock || e.kind == Burden.Lien)) {
                if (e.holder == operator) {
                    over = e.kind == Burden.Lock;
                } else {
                    if (_consents[vehicle][e.holder] != to) revert Burdened(vehicle, e.holder, e.kind);
                    delete _consents[vehicle][e.holder];
                }
            }
            if (over) _remove(vehicle, list, i - 1);
        }
        return list.length != 0;
    }

    /// @inheritdoc IEncumbrances
    function onVoid(uint256 vehicle) external onlyRegistry {
        Encumbrance[] storage list = _lists[vehicle];
        for (uint256 i = list.length; i > 0; --i) {
            _remove(vehicle, list, i - 1);
        }
    }

    /// @inheritdoc IEncumbrances
    function encumbrances(uint256 vehicle) external view returns (Encumbrance[] memory live) {
        Encumbrance[] storage list = _lists[vehicle];
        live = new Encumbrance[](list.length);
        uint256 count = 0;
        for (uint256 i = 0; i < list.length; ++i) {
            if (_isLive(list[i])) live[count++] = list[i];
        }
        assembly ("memory-safe") {
            mstore(live, count) // shorter than it was made
        }
    }

    /// @inheritdoc IEncumbrances
    function isLive(uint256 vehicle, address holder) external view returns (bool) {
        (Burden kind,) = liveOf(vehicle, holder);
        return kind != Burden.None;
    }

    /// @inheritdoc IEncumbrances
    function endedAt(uint256 vehicle, address holder) external view returns (uint40) {
        Encumbrance[] storage list = _lists[vehicle];
        uint256 at = _find(list, holder);
        if (at == list.length) return _ended[vehicle][holder];
        return _isLive(list[at]) ? 0 : list[at].until;
    }

    /// @inheritdoc IEncumbrances
    function maxEncumbrances() external pure returns (uint256) {
        return MAX;
    }

    /// @inheritdoc IEncumbrances
    function maxLock() external pure returns (uint40) {
        return MAX_LOCK;
    }

    /// @inheritdoc IEncumbrances
    function mayMove(uint256 vehicle, address account) public view returns (bool) {
        (Burden kind,) = liveOf(vehicle, account);
        return kind == Burden.Lock || kind == Burden.Lien;
    }

    /// @inheritdoc IEncumbrances
    function liveOf(uint256 vehicle, address holder) public view returns (Burden kind, uint40 since) {
        Encumbrance[] storage list = _lists[vehicle];
        uint256 at = _find(list, holder);
        if (at == list.length || !_isLive(list[at])) return (Burden.None, 0);
        return (list[at].kind, list[at].since);
    }

    function _add(uint256 vehicle, Encumbrance memory added) private {
        if (!REGISTRY.isOperator(vehicle, msg.sender)) revert NotVehicleOperator(msg.sender, vehicle);
        // An instance is one deal: when it ended stays written down.
        if (_ended[vehicle][added.holder] != 0) revert AlreadyEncumbered(vehicle, added.holder);
        Encumbrance[] storage list = _lists[vehicle];
        bool first = list.length == 0;
        for (uint256 i = list.length; i > 0; --i) {
            Encumbrance memory e = list[i - 1];
            if (!_isLive(e)) _remove(vehicle, list, i - 1);
            else if (e.holder == added.holder) revert AlreadyEncumbered(vehicle, e.holder);
            else if (e.kind == Burden.Lock) revert Burdened(vehicle, e.holder, e.kind);
        }
        if (list.length == MAX) revert TooManyEncumbrances(vehicle);
        list.push(added);
        emit Encumbered(vehicle, added.holder, added.kind, added.until);
        if (first) REGISTRY.setEncumbered(vehicle, true);
    }

    /// @dev Takes the one at `at` out of the list and writes down when it ended.
    function _remove(uint256 vehicle, Encumbrance[] storage list, uint256 at) private {
        Encumbrance memory e = list[at];
        uint256 last = list.length - 1;
        if (at != last) list[at] = list[last];
        list.pop();
        delete _consents[vehicle][e.holder];
        if (_isLive(e)) {
            _ended[vehicle][e.holder] = _now();
            emit EncumbranceEnded(vehicle, e.holder, e.kind);
        } else {
            _ended[vehicle][e.holder] = e.until;
        }
    }

    function _find(Encumbrance[] storage list, address holder) private view returns (uint256 at) {
        while (at < list.length && list[at].holder != holder) ++at;
    }

    function _burdenOf(address instance) private view returns (Burden) {
        (Template template,) = FACTORY.templateOf(instance);
        if (template == Template.Escrow) return Burden.Lock;
        if (template == Template.Loan) return Burden.Lien;
        if (template == Template.Rental || template == Template.Lease) return Burden.Rental;
        if (template == Template.DataLicence) return Burden.Licence;
        return Burden.None;
    }

    function _isLive(Encumbrance memory e) private view returns (bool) {
        return block.timestamp < e.until;
    }

    function _now() private view returns (uint40) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(Time.timestamp()); // until the year 36,812
    }
}
