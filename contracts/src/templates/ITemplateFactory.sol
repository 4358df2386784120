// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice The kinds of contract template (PRODUCT.md, row 12).
enum Template {
    None,
    Escrow,
    Rental,
    Lease,
    Loan,
    DataLicence
}

/// @title Which template an instance was made from
/// @notice The vehicle side asks this before it lets a contract hold a lock or an encumbrance: an instance
/// runs exactly the code registered for its kind and version, for ever.
interface ITemplateFactory {
    /// @notice The kind and version of `instance`; (None, 0) if the factory did not make it.
    function templateOf(address instance) external view returns (Template kind, uint16 version);
}
