// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Handing a data key to a buyer so that a contract can check what was handed over
/// @notice The buyer makes a one-time key pair b, B = b·G on secp256k1 for each purchase. The seller makes
/// r, R = r·G and publishes R and
///
/// ```text
/// wrapped = data key XOR keccak256(x of r·B ‖ "autochain data key")
/// ```
///
/// The buyer computes the same point as b·R. In a dispute the buyer opens b, and this library unwraps: neither
/// side can lie about the key.
/// @dev Multiplication on the curve is ECRECOVER's: for message 0 it returns the address of (s/r)·P, where P is
/// the point with x-coordinate r; with s = b·r that is the address of b·P.
library KeyWrap {
    /// @notice A point of secp256k1.
    struct Point {
        uint256 x;
        uint256 y;
    }

    uint256 private constant FIELD = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant GENERATOR_X = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798;

    /// @notice Not a point of secp256k1, or one whose x-coordinate ECRECOVER does not take (2^-128 of all).
    error NotOnCurve();

    /// @notice `secret` is not the one-time key, or `shared` not its product with the seller's point.
    error WrongSecret();

    /// @notice Reverts unless the point is on the curve and can be multiplied here.
    function requireOnCurve(Point calldata p) internal pure {
        if (p.x == 0 || p.x >= ORDER || p.y >= FIELD) revert NotOnCurve();
        uint256 right = addmod(mulmod(mulmod(p.x, p.x, FIELD), p.x, FIELD), 7, FIELD);
        if (mulmod(p.y, p.y, FIELD) != right) revert NotOnCurve();
    }

    /// @notice The account of the key pair whose public key is `p`.
    function accountOf(Point calldata p) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(p.x, p.y)))));
    }

    /// @notice The data key that the holder of a one-time key was given.
    /// @param account The account of the one-time key.
    /// @param secret The one-time key, b.
    /// @param ephemeral The seller's point, R, checked to be on the curve.
    /// @param shared b·R.
    /// @param wrapped The wrapped data key.
    function unwrap(
        address account,
        uint256 secret,
        Point calldata ephemeral,
        Point calldata shared,
        bytes32 wrapped
    ) internal pure returns (bytes32 key) {
        bool secretRight =
            account != address(0) && _multiply(GENERATOR_X, 0, secret) == account;
        if (!secretRight || _multiply(ephemeral.x, ephemeral.y, secret) != accountOf(shared)) {
            revert WrongSecret();
        }
        return wrapped ^ keccak256(abi.encodePacked(shared.x, "autochain data key"));
    }

    /// @dev The account of scalar · (x, y). Only the parity of y matters; the generator's is even.
    function _multiply(uint256 x, uint256 y, uint256 scalar) private pure returns (address) {
        // forge-lint: disable-next-line(unsafe-typecast)
        uint8 v = uint8(27 + (y & 1));
        return ecrecover(0, v, bytes32(x), bytes32(mulmod(scalar, x, ORDER)));
    }
}
