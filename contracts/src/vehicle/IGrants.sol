// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IStatements} from "./IStatements.sol";

/// @title Permissions an owner gives: to read, to write, to use the car
/// @notice One model for all. A grant is bounded by scopes, time, number of uses and the periods of the data;
/// a *free* grant, from the owner, also by the key epoch, so that every one of them ends with a transfer at
/// no cost. A *bound* grant comes from the holder of an encumbrance and lives and ends with it: a rental's
/// key survives a sale. An account has one grant from each giver at most; giving again replaces it.
interface IGrants is IStatements {
    /// @notice The bounds of a grant. It fills one storage slot together with its key epoch.
    /// @param scopes Bit n: scope number n (see Scopes).
    /// @param from First second in which it holds (of the epoch of Unix).
    /// @param until Last second in which it holds.
    /// @param uses How often it can be used; 65,535: without limit.
    /// @param dataFrom First period (of 30 days, see Periods) of the data that it opens.
    /// @param dataUntil Last period of the data that it opens.
    struct Terms {
        uint32 scopes;
        uint40 from;
        uint40 until;
        uint16 uses;
        uint16 dataFrom;
        uint16 dataUntil;
    }

    /// @notice `grantee` has a grant from `giver`: the owner, or the holder of an encumbrance.
    event Granted(uint256 indexed vehicle, address indexed grantee, address indexed giver, Terms terms);

    /// @notice The giver took the grant back, or the grantee gave it up.
    event GrantRevoked(uint256 indexed vehicle, address indexed grantee, address indexed giver);

    /// @notice A use of the grant was counted; `usesLeft` remain (65,535: without limit).
    event GrantUsed(
        uint256 indexed vehicle, address indexed grantee, address indexed giver, uint8 scope, uint16 usesLeft
    );

    /// @notice `account` does not own `vehicle`.
    error NotVehicleOwner(address account, uint256 vehicle);

    /// @notice Terms without a scope, a use, or a second or period in which they hold.
    error InvalidTerms();

    /// @notice The encumbrance of this kind does not let its holder give these scopes: a rental gives the
    /// key and reads, a licence gives reads, the others nothing.
    error ScopesNotHeld(address holder, uint32 scopes);

    /// @notice `account` did not give this grant and it is not theirs.
    error NotGiver(address account);

    /// @notice `grantee` has no grant in force for this scope.
    error NotGranted(uint256 vehicle, address grantee, uint8 scope);

    /// @notice Only the grantee and the contracts that record under a grant use it up.
    error NotUser(address account);

    /// @notice Gives `grantee` a free grant. For the vehicle's owner.
    function grant(uint256 vehicle, address grantee, Terms calldata terms) external;

    /// @notice Gives a free grant with the owner's signature; anyone may carry it. EIP-712, domain of the
    /// register of vehicles: `Grant(uint256 vehicle,address grantee,uint32 scopes,uint40 from,uint40 until,`
    /// `uint16 uses,uint16 dataFrom,uint16 dataUntil,uint256 nonce,uint256 deadline)`, nonce `nonces(owner)`.
    function grantBySignature(
        uint256 vehicle,
        address grantee,
        Terms calldata terms,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Gives `grantee` a grant bound to the caller's live encumbrance of `vehicle`.
    function grantBound(uint256 vehicle, address grantee, Terms calldata terms) external;

    /// @notice Takes a grant back: the owner a free one, the holder of an encumbrance its own, the grantee
    /// any of theirs.
    /// @param giver Zero address for the free grant, else the holder of the encumbrance.
    function revoke(uint256 vehicle, address grantee, address giver) external;

    /// @notice Counts one use of scope `scope`, or reverts with `NotGranted`. For the grantee and the
    /// contracts that record under a grant.
    /// @param giver Zero address for the free grant, else the holder of the encumbrance.
    function use(uint256 vehicle, address grantee, address giver, uint8 scope) external;

    /// @notice Whether `grantee` may do what scope `scope` stands for now, by a free grant.
    function allows(uint256 vehicle, address grantee, uint8 scope) external view returns (bool);

    /// @notice The same for the grant from `giver` (zero address: the free grant).
    function allowsBy(uint256 vehicle, address grantee, address giver, uint8 scope)
        external
        view
        returns (bool);

    /// @notice Whether `grantee` may read scope `scope` of the data of `period` now, by the grant from
    /// `giver` (zero address: the free grant).
    function allowsData(uint256 vehicle, address grantee, address giver, uint8 scope, uint16 period)
        external
        view
        returns (bool);

    /// @notice The grant from `giver` (zero address: the free grant) as it stands and whether it holds now.
    /// `mark` is the key epoch it was given in, or when the encumbrance began that it is bound to.
    function grantOf(uint256 vehicle, address grantee, address giver)
        external
        view
        returns (Terms memory terms, uint40 mark, bool live);
}
