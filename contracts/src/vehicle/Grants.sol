// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Burden, IEncumbrances} from "./IEncumbrances.sol";
import {IGrants} from "./IGrants.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";
import {Scopes} from "./Scopes.sol";
import {Statements} from "./Statements.sol";

/// @title Permissions an owner gives: to read, to write, to use the car
/// @notice See {IGrants}.
contract Grants is IGrants, Statements {
    /// @dev One slot. A free grant holds while `mark` is the vehicle's key epoch, a bound one while it is the
    /// time at which its giver's encumbrance began.
    struct Grant {
        uint32 scopes;
        uint40 from;
        uint40 until;
        uint16 uses;
        uint16 dataFrom;
        uint16 dataUntil;
        uint40 mark;
    }

    bytes32 private constant GRANT_TYPEHASH = keccak256(
        "Grant(uint256 vehicle,address grantee,uint32 scopes,uint40 from,uint40 until,uint16 uses,uint16 dataFrom,uint16 dataUntil,uint256 nonce,uint256 deadline)"
    );
    address private constant FREE = address(0);
    uint16 private constant UNLIMITED = type(uint16).max;

    /// @notice The register of encumbrances.
    IEncumbrances public immutable ENCUMBRANCES;

    /// @notice What uses write grants up: the service records.
    address public immutable SERVICE_RECORDS;

    /// @notice What uses write grants up: the bills of materials.
    address public immutable PARTS;

    /// @dev By the hash of vehicle, grantee and giver.
    mapping(bytes32 key => Grant) private _grants;

    constructor(IVehicleRegistry registry, IEncumbrances encumbrances, address serviceRecords, address parts)
        Statements(registry)
    {
        ENCUMBRANCES = encumbrances;
        SERVICE_RECORDS = serviceRecords;
        PARTS = parts;
    }

    /// @inheritdoc IGrants
    function grant(uint256 vehicle, address grantee, Terms calldata terms) external {
        (address owner, uint32 epoch) = REGISTRY.titleOf(vehicle);
        if (owner != msg.sender) revert NotVehicleOwner(msg.sender, vehicle);
        _give(vehicle, grantee, FREE, owner, epoch, terms);
    }

    /// @inheritdoc IGrants
    function grantBySignature(
        uint256 vehicle,
        address grantee,
        Terms calldata terms,
        uint256 deadline,
        bytes calldata signature
    ) external {
        _requireInTime(deadline);
        (address owner, uint32 epoch) = REGISTRY.titleOf(vehicle);
        uint256 nonce = REGISTRY.nonces(owner);
        bytes32 structHash = keccak256(abi.encode(GRANT_TYPEHASH, vehicle, grantee, terms, nonce, deadline));
        _requireSignature(owner, _digest(structHash), signature);
        _give(vehicle, grantee, FREE, owner, epoch, terms);
        REGISTRY.useNonce(owner, nonce);
    }

    /// @inheritdoc IGrants
    function grantBound(uint256 vehicle, address grantee, Terms calldata terms) external {
        (Burden kind, uint40 since) = ENCUMBRANCES.liveOf(vehicle, msg.sender);
        uint32 held = 0;
        if (kind == Burden.Rental) held = Scopes.READS | Scopes.bit(Scopes.KEY);
        if (kind == Burden.Licence) held = Scopes.READS;
        if (held == 0 || terms.scopes & ~held != 0) revert ScopesNotHeld(msg.sender, terms.scopes);
        _give(vehicle, grantee, msg.sender, msg.sender, since, terms);
    }

    /// @inheritdoc IGrants
    function revoke(uint256 vehicle, address grantee, address giver) external {
        if (msg.sender != grantee) {
            if (giver != FREE && msg.sender != giver) revert NotGiver(msg.sender);
            if (giver == FREE && REGISTRY.ownerOf(vehicle) != msg.sender) {
                revert NotVehicleOwner(msg.sender, vehicle);
            }
        }
        delete _grants[_key(vehicle, grantee, giver)];
        emit GrantRevoked(vehicle, grantee, giver);
    }

    /// @inheritdoc IGrants
    function use(uint256 vehicle, address grantee, address giver, uint8 scope) external {
        if (msg.sender != grantee && msg.sender != SERVICE_RECORDS && msg.sender != PARTS) {
            revert NotUser(msg.sender);
        }
        if (!allowsBy(vehicle, grantee, giver, scope)) revert NotGranted(vehicle, grantee, scope);
        Grant storage g = _grants[_key(vehicle, grantee, giver)];
        uint16 left = g.uses;
        if (left != UNLIMITED) g.uses = --left;
        emit GrantUsed(vehicle, grantee, giver, scope, left);
    }

    /// @inheritdoc IGrants
    function allows(uint256 vehicle, address grantee, uint8 scope) external view returns (bool) {
        return allowsBy(vehicle, grantee, FREE, scope);
    }

    /// @inheritdoc IGrants
    function allowsData(uint256 vehicle, address grantee, address giver, uint8 scope, uint16 period)
        external
        view
        returns (bool)
    {
        Grant storage g = _grants[_key(vehicle, grantee, giver)];
        return g.dataFrom <= period && period <= g.dataUntil
            && Scopes.bit(scope) & (Scopes.READS | Scopes.WRITES) != 0
            && allowsBy(vehicle, grantee, giver, scope);
    }

    /// @inheritdoc IGrants
    function grantOf(uint256 vehicle, address grantee, address giver)
        external
        view
        returns (Terms memory terms, uint40 mark, bool live)
    {
        Grant memory g = _grants[_key(vehicle, grantee, giver)];
        terms = Terms(g.scopes, g.from, g.until, g.uses, g.dataFrom, g.dataUntil);
        return (terms, g.mark, _isLive(vehicle, giver, g));
    }

    /// @inheritdoc IGrants
    function allowsBy(uint256 vehicle, address grantee, address giver, uint8 scope)
        public
        view
        returns (bool)
    {
        Grant memory g = _grants[_key(vehicle, grantee, giver)];
        return g.scopes & Scopes.bit(scope) != 0 && _isLive(vehicle, giver, g);
    }

    function _give(
        uint256 vehicle,
        address grantee,
        address giver,
        address by,
        uint40 mark,
        Terms calldata terms
    ) private {
        Grant memory g = Grant(
            terms.scopes, terms.from, terms.until, terms.uses, terms.dataFrom, terms.dataUntil, mark
        );
        bool empty = g.scopes == 0 || g.uses == 0 || g.until < g.from || g.dataUntil < g.dataFrom;
        if (empty || g.until < block.timestamp || grantee == address(0)) revert InvalidTerms();
        _grants[_key(vehicle, grantee, giver)] = g;
        emit Granted(vehicle, grantee, by, terms);
    }

    function _key(uint256 vehicle, address grantee, address giver) private pure returns (bytes32) {
        return keccak256(abi.encode(vehicle, grantee, giver));
    }

    function _isLive(uint256 vehicle, address giver, Grant memory g) private view returns (bool) {
        if (g.uses == 0 || block.timestamp < g.from || block.timestamp > g.until) return false;
        if (giver == FREE) return g.mark == REGISTRY.epochOf(vehicle);
        (Burden kind, uint40 since) = ENCUMBRANCES.liveOf(vehicle, giver);
        return kind != Burden.None && g.mark == since;
    }
}
