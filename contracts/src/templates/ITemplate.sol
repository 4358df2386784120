// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title What the factory asks of every template
interface ITemplate {
    /// @notice The terms make no sense; `field` names what is wrong with them.
    error BadTerms(string field);

    /// @notice Sets an instance up, once, in the transaction that makes it.
    /// @param terms The ABI encoding of the template's `Terms`.
    function initialise(bytes calldata terms) external payable;
}
