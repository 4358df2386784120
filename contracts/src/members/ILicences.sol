// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice What a licence allows its holder to be. Buyers of cars need a membership, not a licence.
/// @dev `None` is never issued; functions that take a kind refuse it.
enum Kind {
    None,
    Maker,
    Dealer,
    InspectionBody,
    ServiceShop,
    Insurer,
    Lender,
    Appraiser
}

/// @title Licences of the trade's participants
/// @notice A licence is signed by an issuer, expires, can be revoked and cannot be transferred (ERC-5192).
/// A holder has one licence of each kind at most; issuing again renews it.
interface ILicences {
    /// @notice `holder` is licensed as `kind` until `expires` (seconds since the epoch), by `issuer`.
    event LicenceIssued(address indexed holder, Kind indexed kind, address indexed issuer, uint64 expires);

    /// @notice The licence was ended by `by`: an issuer, or its holder. `reason` is the issuer's code or hash.
    event LicenceRevoked(address indexed holder, Kind indexed kind, address indexed by, bytes32 reason);

    /// @notice `account` has no licence of this kind in force.
    error NotLicensed(address account, Kind kind);

    /// @notice `Kind.None` cannot be issued.
    error InvalidKind();

    /// @notice Issues or renews a licence with an issuer's signature; anyone may carry it.
    /// @dev EIP-712 `Licence(address holder,uint8 kind,uint64 expires,uint256 nonce,uint256 deadline)`, nonce
    /// `nonces(holder)`; an issuer may be a contract (ERC-1271).
    /// @param holder Who is licensed.
    /// @param kind As what.
    /// @param expires When the licence ends, seconds since the epoch.
    /// @param deadline The last second in which the signature may be used.
    /// @param issuer Who signed; holds Roles.ISSUER.
    /// @param signature The issuer's signature.
    function issue(
        address holder,
        Kind kind,
        uint64 expires,
        uint256 deadline,
        address issuer,
        bytes calldata signature
    ) external;

    /// @notice Ends a licence at once, if there is one, and voids the holder's signatures not used yet. Issuers
    /// only.
    function revoke(address holder, Kind kind, bytes32 reason) external;

    /// @notice Gives up the caller's own licence.
    function renounce(Kind kind) external;

    /// @notice Whether `account` has a licence of this kind in force now.
    function isLicensed(address account, Kind kind) external view returns (bool);

    /// @notice Reverts with `NotLicensed` unless `isLicensed(account, kind)`.
    function requireLicence(address account, Kind kind) external view;

    /// @notice When the licence of `account` ends, seconds since the epoch; 0 if it has none.
    function expiryOf(address account, Kind kind) external view returns (uint64);

    /// @notice The token of this holder and kind: kind · 2^160 + holder.
    function tokenIdOf(address account, Kind kind) external pure returns (uint256);
}
