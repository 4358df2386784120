// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Membership of the Autochain community
/// @notice Held by vetted accounts; signed by an issuer, expires, can be revoked, cannot be transferred
/// (ERC-5192). It is checked where coins are distributed (vesting, rewards, treasury), never when they are
/// transferred; mining payouts are the exception.
interface IMembership {
    /// @notice `member` is a member until `expires` (seconds since the epoch), by `issuer`.
    event MembershipIssued(address indexed member, address indexed issuer, uint64 expires);

    /// @notice The membership was ended by `by`: an issuer, or the member. `reason` is the issuer's code or
    /// hash.
    event MembershipRevoked(address indexed member, address indexed by, bytes32 reason);

    /// @notice `account` has no membership in force.
    error NotMember(address account);

    /// @notice Issues or renews a membership with an issuer's signature; anyone may carry it.
    /// @dev EIP-712 `Membership(address member,uint64 expires,uint256 nonce,uint256 deadline)`, nonce
    /// `nonces(member)`; an issuer may be a contract (ERC-1271).
    /// @param member Who becomes a member.
    /// @param expires When the membership ends, seconds since the epoch.
    /// @param deadline The last second in which the signature may be used.
    /// @param issuer Who signed; holds Roles.ISSUER.
    /// @param signature The issuer's signature.
    function issue(address member, uint64 expires, uint256 deadline, address issuer, bytes calldata signature)
        external;

    /// @notice Ends a membership at once, if there is one, and voids signatures not used yet. Issuers only.
    function revoke(address member, bytes32 reason) external;

    /// @notice Gives up the caller's own membership.
    function renounce() external;

    /// @notice Whether `account` is a member now.
    function isMember(address account) external view returns (bool);

    /// @notice Reverts with `NotMember` unless `isMember(account)`.
    function requireMember(address account) external view;

    /// @notice When the membership of `account` ends, seconds since the epoch; 0 if it has none.
    function expiryOf(address account) external view returns (uint64);
}
