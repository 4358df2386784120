// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../members/ILicences.sol";
import {IDefinitions, Subject} from "./IDefinitions.sol";
import {IEnrolment} from "./IEnrolment.sol";
import {IVehicleRegistry} from "./IVehicleRegistry.sol";
import {Statements} from "./Statements.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Enrolment of cars that are on the road already
/// @notice See {IEnrolment}.
contract Enrolment is IEnrolment, Statements, AccessManaged {
    struct Entry {
        bytes32 tag;
        bytes32 commitment;
        address owner;
        uint32 definition;
        uint48 until;
        address challenger;
    }

    bytes32 private constant ENROL_TYPEHASH = keccak256(
        "Enrol(bytes32 tag,bytes32 commitment,address owner,address inspector,uint32 definition,bytes32 evidence,uint256 nonce,uint256 deadline)"
    );
    uint48 private constant WINDOW = 14 days;
    uint48 private constant PATIENCE = 60 days;

    /// @notice The register of licences.
    ILicences public immutable LICENCES;

    /// @notice The definitions of models.
    IDefinitions public immutable DEFINITIONS;

    uint256 private immutable _BOND;

    uint256 private _count;
    mapping(uint256 id => Entry) private _entries;
    mapping(bytes32 tag => uint256 id) private _pending;
    mapping(address account => uint256) private _credits;

    /// @param bond_ The bond of owner and challenger, in wei.
    constructor(
        address authority,
        IVehicleRegistry registry,
        ILicences licences,
        IDefinitions definitions,
        uint256 bond_
    ) Statements(registry) AccessManaged(authority) {
        LICENCES = licences;
        DEFINITIONS = definitions;
        _BOND = bond_;
    }

    /// @inheritdoc IEnrolment
    function enrol(
        Claim calldata claim,
        uint256 nonce,
        uint256 deadline,
        bytes[] calldata registrarSignatures,
        bytes calldata inspectorSignature
    ) external payable returns (uint256 id) {
        _requireInTime(deadline);
        if (msg.value != _BOND) revert WrongBond(_BOND);
        if (msg.sender != claim.owner) revert NotClaimant(msg.sender);
        _requireFree(claim.tag);
        bool licensed = LICENCES.isLicensed(claim.inspector, Kind.InspectionBody)
            || LICENCES.isLicensed(claim.inspector, Kind.Dealer);
        if (!licensed || claim.inspector == claim.owner) revert InvalidInspector(claim.inspector);
        if (claim.definition != 0) DEFINITIONS.requireDefined(claim.definition, Subject.Model);
        bytes32 digest = _digest(keccak256(abi.encode(ENROL_TYPEHASH, claim, nonce, deadline)));
        REGISTRY.requireQuorum(digest, registrarSignatures);
        _requireSignature(claim.inspector, digest, inspectorSignature);

        id = ++_count;
        uint48 until = Time.timestamp() + WINDOW;
        _entries[id] = Entry(claim.tag, claim.commitment, claim.owner, claim.definition, until, address(0));
        _pending[claim.tag] = id;
        emit EnrolmentOpened(id, claim.tag, claim.owner, claim.inspector, claim.evidence, until);
        REGISTRY.useNonce(claim.owner, nonce);
    }

    /// @inheritdoc IEnrolment
    function challenge(uint256 id, bytes32 evidence) external payable {
        Entry storage e = _open(id);
        if (msg.value != _BOND) revert WrongBond(_BOND);
        if (e.challenger != address(0)) revert AlreadyChallenged(id);
        if (block.timestamp > e.until) revert WindowClosed(e.until);
        e.challenger = msg.sender;
        emit EnrolmentChallenged(id, msg.sender, evidence);
    }

    /// @inheritdoc IEnrolment
    function decide(uint256 id, bool stands) external restricted {
        Entry memory e = _open(id);
        if (e.challenger == address(0)) revert NotChallenged(id);
        _credit(stands ? e.owner : e.challenger, 2 * _BOND);
        _close(id, e, stands);
    }

    /// @inheritdoc IEnrolment
    function complete(uint256 id) external returns (uint256 vehicle) {
        Entry memory e = _open(id);
        if (block.timestamp <= e.until) revert WindowOpen(e.until);
        if (e.challenger == address(0)) {
            _credit(e.owner, _BOND);
            return _close(id, e, true);
        }
        // The authority never decided: nothing is minted and nobody loses.
        if (block.timestamp <= e.until + PATIENCE) revert WindowOpen(e.until + PATIENCE);
        _credit(e.owner, _BOND);
        _credit(e.challenger, _BOND);
        return _close(id, e, false);
    }

    /// @inheritdoc IEnrolment
    function withdraw() external {
        uint256 amount = _credits[msg.sender];
        _credits[msg.sender] = 0;
        emit Withdrawn(msg.sender, amount);
        (bool sent,) = msg.sender.call{value: amount}("");
        if (!sent || amount == 0) revert WithdrawalFailed(msg.sender);
    }

    /// @inheritdoc IEnrolment
    function bond() external view returns (uint256) {
        return _BOND;
    }

    /// @inheritdoc IEnrolment
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @inheritdoc IEnrolment
    function pendingOf(bytes32 tag) external view returns (uint256 id) {
        return _pending[tag];
    }

    /// @inheritdoc IEnrolment
    function enrolmentOf(uint256 id)
        external
        view
        returns (
            bytes32 tag,
            bytes32 commitment,
            address owner,
            uint32 definition,
            address challenger,
            uint48 until
        )
    {
        Entry storage e = _entries[id];
        return (e.tag, e.commitment, e.owner, e.definition, e.challenger, e.until);
    }

    /// @dev Ends the enrolment; mints if it stands and the tag is still free.
    function _close(uint256 id, Entry memory e, bool stands) private returns (uint256 vehicle) {
        delete _entries[id];
        delete _pending[e.tag];
        if (stands && REGISTRY.vehicleOf(e.tag) == 0) {
            vehicle = REGISTRY.mintEnrolled(e.tag, e.commitment, e.owner, e.definition);
        }
        emit EnrolmentClosed(id, vehicle);
    }

    function _credit(address account, uint256 amount) private {
        _credits[account] += amount;
        emit Credited(account, amount);
    }

    function _open(uint256 id) private view returns (Entry storage e) {
        e = _entries[id];
        if (e.owner == address(0)) revert NotOpen(id);
    }

    function _requireFree(bytes32 tag) private view {
        if (_pending[tag] != 0) revert EnrolmentPending(tag, _pending[tag]);
        uint256 vehicle = REGISTRY.vehicleOf(tag);
        if (vehicle != 0) revert IVehicleRegistry.TagTaken(tag, vehicle);
    }
}
