// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice What an encumbrance does when its vehicle changes hands.
///
/// | kind    | from the template   | at a transfer                                                        |
/// |---------|---------------------|----------------------------------------------------------------------|
/// | Lock    | Escrow              | refused, unless the holder moves it (which ends the lock) or consents |
/// | Lien    | Loan                | refused, unless the holder moves it or consents; stays                |
/// | Rental  | Rental, Lease       | stays, with the grants its holder gave                                |
/// | Licence | DataLicence         | ends; the holder reads `endedAt` and refunds what was not earned      |
enum Burden {
    None,
    Lock,
    Lien,
    Rental,
    Licence
}

/// @title Rights in a vehicle that outlive the owner's wish
/// @notice An encumbrance is set by the vehicle's owner and held by one instance of a registered template
/// (see ITemplateFactory), whose kind decides what it does. It ends by itself at its `until`. The token
/// stays with its owner, and the key epoch stays as it is.
interface IEncumbrances {
    /// @notice One live encumbrance.
    struct Encumbrance {
        address holder;
        Burden kind;
        uint40 since;
        uint40 until;
    }

    /// @notice `holder` holds an encumbrance of `vehicle` until `until` (seconds since the epoch of Unix).
    event Encumbered(uint256 indexed vehicle, address indexed holder, Burden kind, uint40 until);

    /// @notice The encumbrance ended, by its holder or by a transfer, before its time.
    event EncumbranceEnded(uint256 indexed vehicle, address indexed holder, Burden kind);

    /// @notice `holder` agrees to the next transfer of `vehicle` if it is to `to` (zero address: withdrawn).
    event TransferConsented(uint256 indexed vehicle, address indexed holder, address indexed to);

    /// @notice `account` is no instance of a registered template.
    error NotTemplate(address account);

    /// @notice `account` is neither the owner of `vehicle` nor approved for it.
    error NotVehicleOperator(address account, uint256 vehicle);

    /// @notice `holder` has an encumbrance of `vehicle` already, or had one: an instance is one deal.
    error AlreadyEncumbered(uint256 vehicle, address holder);

    /// @notice `holder` has no live encumbrance of `vehicle`.
    error NotEncumbered(uint256 vehicle, address holder);

    /// @notice The end must lie in the future.
    error InvalidEnd(uint40 until);

    /// @notice The vehicle has as many encumbrances as it may have.
    error TooManyEncumbrances(uint256 vehicle);

    /// @notice `holder` has to agree to this transfer; under its lock nothing can be added either.
    error Burdened(uint256 vehicle, address holder, Burden kind);

    /// @notice Only the register of vehicles calls this.
    error NotRegistry(address account);

    /// @notice Locks `vehicle` for the escrow `instance` for at most `maxLock()` from now. For the owner and
    /// whom they approved (ERC-721). The instance alone can move the vehicle then, or unlock it.
    function lock(uint256 vehicle, address instance) external;

    /// @notice Gives `instance` an encumbrance of the kind of its template. For the owner and whom they
    /// approved, which may be the instance itself.
    /// @param vehicle The vehicle.
    /// @param instance The instance that will hold it.
    /// @param until When it ends by itself, seconds since the epoch of Unix.
    function encumber(uint256 vehicle, address instance, uint40 until) external;

    /// @notice Ends the caller's encumbrance of `vehicle`.
    function end(uint256 vehicle) external;

    /// @notice Lets the next transfer of `vehicle` pass if it goes to `to`. For the holder of a lock or lien.
    function consent(uint256 vehicle, address to) external;

    /// @notice Settles what a transfer does to the encumbrances, or reverts. The register's call.
    /// @param operator Who moves the vehicle.
    /// @return encumbered Whether any encumbrance is left.
    function onTransfer(uint256 vehicle, address operator, address to) external returns (bool encumbered);

    /// @notice Ends all encumbrances, of a title that is voided. The register's call.
    function onVoid(uint256 vehicle) external;

    /// @notice The live encumbrances of `vehicle`, `maxEncumbrances()` at most.
    function encumbrances(uint256 vehicle) external view returns (Encumbrance[] memory);

    /// @notice Whether `holder` has a live encumbrance of `vehicle`.
    function isLive(uint256 vehicle, address holder) external view returns (bool);

    /// @notice The live encumbrance that `holder` has: its kind (or None) and since when.
    function liveOf(uint256 vehicle, address holder) external view returns (Burden kind, uint40 since);

    /// @notice Whether `account` holds a live lock or lien, and so may move `vehicle`.
    function mayMove(uint256 vehicle, address account) external view returns (bool);

    /// @notice When the encumbrance of `holder` ended (seconds), by itself or not; 0 if it is live or there was
    /// none.
    function endedAt(uint256 vehicle, address holder) external view returns (uint40);

    /// @notice The most encumbrances that a vehicle has at a time.
    function maxEncumbrances() external view returns (uint256);

    /// @notice The longest time of a lock, in seconds.
    function maxLock() external view returns (uint40);
}
