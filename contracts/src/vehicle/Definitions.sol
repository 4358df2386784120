// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ILicences, Kind} from "../members/ILicences.sol";
import {ContentId} from "./ContentId.sol";
import {IDefinitions, Subject} from "./IDefinitions.sol";

/// @title Definitions of models, devices, parts and signals
/// @notice See {IDefinitions}.
contract Definitions is IDefinitions {
    struct Definition {
        address author;
        Subject subject;
        uint16 version;
    }

    /// @notice The register of licences.
    ILicences public immutable LICENCES;

    uint32 private _count;
    mapping(uint32 id => Definition) private _definitions;
    mapping(uint32 id => mapping(uint16 version => bytes32)) private _hashes;

    /// @param licences The register of licences.
    constructor(ILicences licences) {
        LICENCES = licences;
    }

    /// @inheritdoc IDefinitions
    function publish(Subject subject, bytes32 hash, bytes calldata cid) external returns (uint32 id) {
        if (subject == Subject.None) revert InvalidSubject();
        id = ++_count;
        _definitions[id] = Definition(msg.sender, subject, 0);
        _addVersion(id, hash, cid);
    }

    /// @inheritdoc IDefinitions
    function revise(uint32 id, bytes32 hash, bytes calldata cid) external returns (uint16 version) {
        if (_definitions[id].author != msg.sender) revert NotAuthor(msg.sender, id);
        return _addVersion(id, hash, cid);
    }

    /// @inheritdoc IDefinitions
    function requireDefined(uint32 id, Subject subject) external view {
        if (subject == Subject.None || _definitions[id].subject != subject) {
            revert UnknownDefinition(id, subject);
        }
    }

    /// @inheritdoc IDefinitions
    function definitionOf(uint32 id) external view returns (address author, Subject subject, uint16 version) {
        Definition storage d = _definitions[id];
        return (d.author, d.subject, d.version);
    }

    /// @inheritdoc IDefinitions
    function hashOf(uint32 id, uint16 version) external view returns (bytes32) {
        return _hashes[id][version];
    }

    function _addVersion(uint32 id, bytes32 hash, bytes calldata cid) private returns (uint16 version) {
        LICENCES.requireLicence(msg.sender, Kind.Maker);
        ContentId.requireValid(cid);
        Definition storage d = _definitions[id];
        version = ++d.version;
        _hashes[id][version] = hash;
        emit Defined(id, d.subject, msg.sender, version, hash, cid);
    }
}
