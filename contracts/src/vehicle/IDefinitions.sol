// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice What a definition describes.
enum Subject {
    None,
    Model,
    Device,
    Part,
    Signals
}

/// @title Definitions of models, devices, parts and signals
/// @notice A definition is a document, known by its hash and content id, in numbered versions that all stay.
/// Makers define; whoever refers to a definition is refused if it does not exist.
interface IDefinitions {
    /// @notice Version `version` of definition `id` is the document with this hash and content id.
    event Defined(
        uint32 indexed id,
        Subject indexed subject,
        address indexed author,
        uint16 version,
        bytes32 hash,
        bytes cid
    );

    /// @notice There is no definition `id` of this subject.
    error UnknownDefinition(uint32 id, Subject subject);

    /// @notice Only the author of a definition revises it.
    error NotAuthor(address account, uint32 id);

    /// @notice `Subject.None` cannot be defined.
    error InvalidSubject();

    /// @notice Publishes the first version of a definition. For licensed makers.
    /// @return id The definition's id, counted from 1.
    function publish(Subject subject, bytes32 hash, bytes calldata cid) external returns (uint32 id);

    /// @notice Publishes the next version. For the author, while licensed.
    /// @return version Its number; the first is 1.
    function revise(uint32 id, bytes32 hash, bytes calldata cid) external returns (uint16 version);

    /// @notice Reverts with `UnknownDefinition` unless definition `id` exists and is of this subject.
    function requireDefined(uint32 id, Subject subject) external view;

    /// @notice Who wrote the definition, what it describes and the number of its last version.
    function definitionOf(uint32 id) external view returns (address author, Subject subject, uint16 version);

    /// @notice The hash of a version's document; 0 if there is no such version.
    function hashOf(uint32 id, uint16 version) external view returns (bytes32);
}
