// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A set of registrars that decides by t of n signatures
/// @notice The holder of Roles.REGISTRAR_ADMIN names the registrars and the threshold t and can do nothing
/// else. Always 1 <= t <= n, once the constructor has run.
abstract contract Registrars is AccessManaged {
    uint64 private _count;
    uint64 private _threshold;
    mapping(address account => bool) private _isRegistrar;

    /// @notice `registrar` may sign from now on.
    event RegistrarAdded(address indexed registrar);

    /// @notice `registrar` may no longer sign.
    event RegistrarRemoved(address indexed registrar);

    /// @notice `threshold` signatures are needed from now on.
    event ThresholdChanged(uint256 threshold);

    /// @notice The account is a registrar already, or is the zero address.
    error InvalidRegistrar(address account);

    /// @notice The account is not a registrar.
    error NotRegistrar(address account);

    /// @notice The threshold must be at least 1 and at most the number of registrars.
    error InvalidThreshold(uint256 threshold, uint256 registrars);

    /// @notice Fewer signatures than the threshold.
    error QuorumNotMet(uint256 signatures, uint256 threshold);

    /// @notice Signatures must stand in ascending order of their signers' addresses, each signer once.
    error SignersNotAscending(address previous, address next);

    /// @param authority The foundation's AccessManager.
    /// @param registrars The first registrars, each once.
    /// @param threshold_ The signatures needed, t.
    constructor(address authority, address[] memory registrars, uint256 threshold_) AccessManaged(authority) {
        for (uint256 i = 0; i < registrars.length; ++i) {
            _add(registrars[i]);
        }
        _setThreshold(threshold_);
    }

    /// @notice Adds a registrar. For Roles.REGISTRAR_ADMIN.
    function addRegistrar(address registrar) external restricted {
        _add(registrar);
    }

    /// @notice Removes a registrar; the threshold must still be reachable afterwards. For
    /// Roles.REGISTRAR_ADMIN.
    function removeRegistrar(address registrar) external restricted {
        if (!_isRegistrar[registrar]) revert NotRegistrar(registrar);
        if (_count == _threshold) revert InvalidThreshold(_threshold, _count - 1);
        _isRegistrar[registrar] = false;
        --_count;
        emit RegistrarRemoved(registrar);
    }

    /// @notice Sets the signatures needed, t. For Roles.REGISTRAR_ADMIN.
    function setThreshold(uint256 threshold_) external restricted {
        _setThreshold(threshold_);
    }

    /// @notice Whether `account` is a registrar.
    function isRegistrar(address account) external view returns (bool) {
        return _isRegistrar[account];
    }

    /// @notice The number of registrars, n.
    function registrarCount() external view returns (uint256) {
        return _count;
    }

    /// @notice The signatures needed, t.
    function threshold() external view returns (uint256) {
        return _threshold;
    }

    /// @dev Reverts unless every signature over `digest` is a different registrar's and there are at least t.
    function _requireQuorum(bytes32 digest, bytes[] calldata signatures) internal view {
        if (signatures.length < _threshold) revert QuorumNotMet(signatures.length, _threshold);
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (!_isRegistrar[signer]) revert NotRegistrar(signer);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            previous = signer;
        }
    }

    function _add(address registrar) private {
        if (registrar == address(0) || _isRegistrar[registrar]) revert InvalidRegistrar(registrar);
        _isRegistrar[registrar] = true;
        ++_count;
        emit RegistrarAdded(registrar);
    }

    function _setThreshold(uint256 threshold_) private {
        if (threshold_ == 0 || threshold_ > _count) revert InvalidThreshold(threshold_, _count);
        // forge-lint: disable-next-line(unsafe-typecast)
        _threshold = uint64(threshold_); // at most _count
        emit ThresholdChanged(threshold_);
    }
}
