// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ITemplate} from "./ITemplate.sol";
import {ITemplateFactory, Template} from "./ITemplateFactory.sol";

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title TemplateFactory, which makes contracts from registered templates
/// @notice The foundation registers an implementation as the next version of its kind; anyone makes instances,
/// minimal clones (ERC-1167) that run exactly that code for ever. A version can be retired, which stops new
/// instances and leaves those that exist as they are.
///
/// ```text
/// foundation ── register(kind, implementation) ──► version 1, 2, …
/// anyone ── create(kind, version, salt, terms) ──► clone, set up with its terms in the same transaction
/// ```
contract TemplateFactory is ITemplateFactory, AccessManaged {
    struct Origin {
        Template kind;
        uint16 version;
    }

    struct Version {
        address implementation;
        bool retired;
    }

    mapping(Template kind => Version[]) private _versions;
    mapping(address instance => Origin) private _origins;

    /// @notice `implementation` is version `version` of `kind`.
    event Registered(Template indexed kind, uint16 version, address implementation);

    /// @notice No new instances of this version are made.
    event Retired(Template indexed kind, uint16 version);

    /// @notice `creator` made `instance`.
    event Created(Template indexed kind, uint16 version, address indexed instance, address indexed creator);

    /// @notice `None` is no template, and an implementation must have code.
    error BadTemplate(Template kind, address implementation);

    /// @notice There is no such version, or it is retired.
    error NoSuchVersion(Template kind, uint16 version);

    /// @param authority The AccessManager that says who registers and retires.
    /// @param implementations The first version of each kind, Escrow first; they may still be without code.
    constructor(address authority, address[5] memory implementations) AccessManaged(authority) {
        for (uint8 i = 0; i < 5; ++i) {
            _register(Template(i + 1), implementations[i]);
        }
    }

    /// @notice Registers the next version of a kind. Foundation only.
    /// @return version Its number, from 1.
    function register(Template kind, address implementation) external restricted returns (uint16 version) {
        if (kind == Template.None || implementation.code.length == 0) {
            revert BadTemplate(kind, implementation);
        }
        return _register(kind, implementation);
    }

    /// @notice Stops new instances of a version. Risk committee only.
    function retire(Template kind, uint16 version) external restricted {
        _version(kind, version).retired = true;
        emit Retired(kind, version);
    }

    /// @notice Makes an instance and passes it the terms and the coins sent along.
    /// @param salt The caller's choice; an instance's address follows from it (see `predict`), so that a
    /// vehicle can be approved for an instance before it exists.
    /// @param terms The ABI encoding of the template's `Terms`.
    function create(Template kind, uint16 version, bytes32 salt, bytes calldata terms)
        external
        payable
        returns (address instance)
    {
        Version storage v = _version(kind, version);
        if (v.retired) revert NoSuchVersion(kind, version);
        instance = Clones.cloneDeterministic(v.implementation, _salt(msg.sender, salt));
        _origins[instance] = Origin(kind, version);
        emit Created(kind, version, instance, msg.sender);
        ITemplate(instance).initialise{value: msg.value}(terms);
    }

    /// @inheritdoc ITemplateFactory
    function templateOf(address instance) external view returns (Template kind, uint16 version) {
        Origin storage origin = _origins[instance];
        return (origin.kind, origin.version);
    }

    /// @notice The address of the instance that `creator` makes with this salt.
    function predict(Template kind, uint16 version, address creator, bytes32 salt)
        external
        view
        returns (address)
    {
        return
            Clones.predictDeterministicAddress(_version(kind, version).implementation, _salt(creator, salt));
    }

    /// @notice The code of a version and whether it is retired.
    function versionOf(Template kind, uint16 version)
        external
        view
        returns (address implementation, bool retired)
    {
        Version storage v = _version(kind, version);
        return (v.implementation, v.retired);
    }

    /// @notice The newest version of a kind; 0 if there is none.
    function latestVersion(Template kind) public view returns (uint16) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint16(_versions[kind].length); // each one a vote of the foundation
    }

    function _register(Template kind, address implementation) private returns (uint16 version) {
        _versions[kind].push(Version(implementation, false));
        version = latestVersion(kind);
        emit Registered(kind, version, implementation);
    }

    function _version(Template kind, uint16 version) private view returns (Version storage) {
        Version[] storage versions = _versions[kind];
        if (version == 0 || version > versions.length) revert NoSuchVersion(kind, version);
        return versions[version - 1];
    }

    function _salt(address creator, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(creator, salt));
    }
}
