// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title The title authority: void and re-issue, for one tag, slowly and in the open
/// @notice Against squatting, a cloned VIN, a lost key, by court order. A case is announced, waits 7 days, and
/// is executed within 30. While it waits the owner can appeal, once; then the audit committee decides, within
/// the same wait or after it.
///
/// ```text
/// open ──7 days──► execute              open ── appeal ── dismiss ──► execute
///                                                      └─ uphold ───► closed
/// ```
interface ITitles {
    /// @notice Why a title is voided.
    enum Reason {
        None,
        Squatting,
        ClonedVin,
        LostKey,
        CourtOrder
    }

    /// @notice Where a case stands.
    enum State {
        None,
        Open,
        Appealed,
        Dismissed,
        Executed,
        Closed
    }

    /// @notice A case.
    /// @param vehicle The title to void.
    /// @param readyAt The first second in which it can be executed.
    /// @param state Where it stands.
    /// @param reason Why.
    /// @param sameCar Whether the new title is for the same car, which keeps its brands and parts.
    /// @param newOwner Who gets the new title; zero address: it is only voided.
    /// @param tag The title's tag.
    /// @param commitment The new title's opening commitment.
    struct Case {
        uint64 vehicle;
        uint40 readyAt;
        State state;
        Reason reason;
        bool sameCar;
        address newOwner;
        bytes32 tag;
        bytes32 commitment;
    }

    /// @notice Case `id` was announced; `evidence` is the hash of its document.
    event CaseOpened(
        uint256 indexed id, uint256 indexed vehicle, Reason indexed reason, address newOwner, bytes32 evidence
    );

    /// @notice The owner appealed.
    event CaseAppealed(uint256 indexed id, address indexed owner, bytes32 evidence);

    /// @notice The audit committee dismissed the appeal, or upheld it.
    event AppealDecided(uint256 indexed id, bool dismissed);

    /// @notice The title was voided and issued again as `vehicle` (0: it was only voided).
    event CaseExecuted(uint256 indexed id, uint256 indexed vehicle);

    /// @notice The case ended without effect.
    event CaseClosed(uint256 indexed id);

    /// @notice A case needs a reason.
    error NoReason();

    /// @notice The case is not in the state that this needs.
    error WrongState(uint256 id, State state);

    /// @notice A case about this vehicle is open.
    error CasePending(uint256 vehicle, uint256 id);

    /// @notice The case can be executed from `from` until `until` (seconds).
    error NotInTime(uint256 from, uint256 until);

    /// @notice Only the vehicle's owner appeals, within the wait.
    error NotAppellant(address account);

    /// @notice Announces a case. For the title authority (Roles.TITLE).
    /// @return id The case's id, counted from 1.
    function open(
        uint256 vehicle,
        bytes32 tag,
        Reason reason,
        address newOwner,
        bytes32 commitment,
        bool sameCar,
        bytes32 evidence
    ) external returns (uint256 id);

    /// @notice Appeals against a case. For the vehicle's owner, until the wait is over.
    function appeal(uint256 id, bytes32 evidence) external;

    /// @notice Decides an appeal. For the audit committee (Roles.AUDIT).
    function decide(uint256 id, bool dismissed) external;

    /// @notice Ends a case without effect. For the title authority.
    function close(uint256 id) external;

    /// @notice Voids the title and issues it again. For the title authority.
    function execute(uint256 id) external returns (uint256 vehicle);

    /// @notice A case; all zero if there is none.
    function caseOf(uint256 id) external view returns (Case memory);

    /// @notice The open case about a vehicle, or 0.
    function pendingOf(uint256 vehicle) external view returns (uint256 id);
}
