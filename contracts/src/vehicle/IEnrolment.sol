// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IStatements} from "./IStatements.sol";

/// @title Enrolment of cars that are on the road already
/// @notice The owner asks, with a bond; t registrars state the tag, and a licensed inspector or dealer has
/// seen car and papers. For 14 days anyone can challenge with an equal bond; then the title authority decides
/// and the loser's bond goes to the winner. Unchallenged, anyone completes it: the vehicle is minted.
///
/// ```text
/// enrol ──14 days──► complete ──► minted, bond back
///   └─ challenge ──► decide ─ enrolment stands ──► minted, both bonds to the owner
///                          └─ it does not ───────► nothing minted, both bonds to the challenger
/// ```
interface IEnrolment is IStatements {
    /// @notice What is enrolled.
    /// @param tag The car's tag.
    /// @param commitment keccak256(VIN ‖ salt32).
    /// @param owner Who will own the vehicle.
    /// @param inspector Who has seen the car: a licensed inspection body or dealer.
    /// @param definition The car's model, or 0.
    /// @param evidence keccak256 of the encrypted report.
    struct Claim {
        bytes32 tag;
        bytes32 commitment;
        address owner;
        address inspector;
        uint32 definition;
        bytes32 evidence;
    }

    /// @notice Enrolment `id` can be challenged until `until` (seconds).
    event EnrolmentOpened(
        uint256 indexed id,
        bytes32 indexed tag,
        address indexed owner,
        address inspector,
        bytes32 evidence,
        uint48 until
    );

    /// @notice The enrolment waits for the title authority.
    event EnrolmentChallenged(uint256 indexed id, address indexed challenger, bytes32 evidence);

    /// @notice The enrolment ended: `vehicle` was minted, or (0) nothing was.
    event EnrolmentClosed(uint256 indexed id, uint256 indexed vehicle);

    /// @notice `account` can withdraw `amount` more (wei).
    event Credited(address indexed account, uint256 amount);

    /// @notice `account` withdrew `amount` (wei).
    event Withdrawn(address indexed account, uint256 amount);

    /// @notice The bond is exactly `bond` wei.
    error WrongBond(uint256 bond);

    /// @notice Another enrolment of this tag is open.
    error EnrolmentPending(bytes32 tag, uint256 id);

    /// @notice The inspector is licensed neither as inspection body nor as dealer, or is the owner.
    error InvalidInspector(address inspector);

    /// @notice There is no open enrolment with this id.
    error NotOpen(uint256 id);

    /// @notice Only the owner named in the claim opens it.
    error NotClaimant(address account);

    /// @notice The enrolment is challenged already.
    error AlreadyChallenged(uint256 id);

    /// @notice Nobody challenged the enrolment, so there is nothing to decide.
    error NotChallenged(uint256 id);

    /// @notice The time to challenge ended at `until`.
    error WindowClosed(uint48 until);

    /// @notice The time to challenge runs until `until`.
    error WindowOpen(uint48 until);

    /// @notice There is nothing to withdraw, or the recipient refused it.
    error WithdrawalFailed(address account);

    /// @notice Opens an enrolment, with the bond of `bond()` wei. For the owner. The registrars and the
    /// inspector sign the EIP-712 struct `Enrol(bytes32 tag,bytes32 commitment,address owner,`
    /// `address inspector,uint32 definition,bytes32 evidence,uint256 nonce,uint256 deadline)`.
    /// @param nonce The register's next nonce of the owner.
    /// @return id The enrolment's id, counted from 1.
    function enrol(
        Claim calldata claim,
        uint256 nonce,
        uint256 deadline,
        bytes[] calldata registrarSignatures,
        bytes calldata inspectorSignature
    ) external payable returns (uint256 id);

    /// @notice Challenges an enrolment, with the same bond.
    function challenge(uint256 id, bytes32 evidence) external payable;

    /// @notice Decides a challenge. For the title authority (Roles.TITLE).
    function decide(uint256 id, bool stands) external;

    /// @notice Mints the vehicle of an enrolment that nobody challenged. If its tag was taken meanwhile,
    /// nothing is minted and the bond goes back. A challenge that is undecided 60 days after the window ends
    /// without effect: nothing is minted and both bonds go back.
    function complete(uint256 id) external returns (uint256 vehicle);

    /// @notice Pays out what the caller is owed.
    function withdraw() external;

    /// @notice The bond of owner and challenger, in wei.
    function bond() external view returns (uint256);

    /// @notice What `account` can withdraw, in wei.
    function creditOf(address account) external view returns (uint256);

    /// @notice The open enrolment of a tag, or 0.
    function pendingOf(bytes32 tag) external view returns (uint256 id);

    /// @notice An open enrolment: what is enrolled, who challenges it and until when anyone can.
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
        );
}
