// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title What workshops, inspectors and insurers wrote about a vehicle
/// @notice Written under an owner's grant of the record's write kind, one use each. Append-only: a mistake is
/// corrected by another record that names it. The document itself is stored elsewhere, encrypted.
interface IServiceRecords {
    /// @notice Record `id` was written; `cid` is the document's content id in its binary form.
    event ServiceRecorded(
        uint256 indexed id,
        uint256 indexed vehicle,
        address indexed author,
        uint8 kind,
        uint32 epoch,
        bytes32 hash,
        uint256 corrects,
        bytes cid
    );

    /// @notice No record has this id.
    error UnknownRecord(uint256 id);

    /// @notice The record to correct is another vehicle's.
    error NotOfVehicle(uint256 id, uint256 vehicle);

    /// @notice Kinds run from 0 to 14.
    error UnknownKind(uint8 kind);

    /// @notice Writes a record, by the caller's grant of scope 16 + `kind` from the owner.
    /// @param vehicle The vehicle.
    /// @param kind 0 maintenance, 1 repair, 2 inspection, 3 accident, 4 insurance; others as agreed.
    /// @param hash keccak256 of the encrypted document.
    /// @param corrects The record that this one corrects, or 0.
    /// @param cid The content id of the encrypted document.
    /// @return id The record's id, counted from 1 over all vehicles.
    function write(uint256 vehicle, uint8 kind, bytes32 hash, uint256 corrects, bytes calldata cid)
        external
        returns (uint256 id);

    /// @notice A record.
    /// @return vehicle The vehicle.
    /// @return author Who wrote it.
    /// @return kind What it is.
    /// @return time When it was written, seconds since the epoch of Unix.
    /// @return hash keccak256 of the encrypted document.
    function recordOf(uint256 id)
        external
        view
        returns (uint256 vehicle, address author, uint8 kind, uint40 time, bytes32 hash);

    /// @notice The number of records.
    function recordCount() external view returns (uint256);
}
