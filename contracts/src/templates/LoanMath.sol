// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The arithmetic of a loan in equal parts of principal with simple interest on what is left
/// @notice Interest is kept unrounded, as a sum of principal · seconds · rate, so that it does not depend on how
/// often it is reckoned; it is rounded up once, when it is asked for. Amounts are in units of 10^-18 AUC, rates
/// in ten-thousandths a year of 365 days.
library LoanMath {
    /// @notice A debt as of second `time`.
    struct Debt {
        /// Principal not paid back.
        uint128 principal;
        /// The second up to which interest is reckoned.
        uint48 time;
        /// Unpaid interest, times `SCALE`.
        uint256 scaledInterest;
    }

    /// @notice Unit of `scaledInterest`: ten-thousandths times seconds in a year.
    uint256 internal constant SCALE = 10_000 * 365 days;

    /// @notice The debt as of `time`, with the interest since.
    function at(Debt memory debt, uint16 rate, uint48 time) internal pure returns (Debt memory) {
        uint256 grown = debt.scaledInterest + uint256(debt.principal) * rate * (time - debt.time);
        return Debt(debt.principal, time, grown);
    }

    /// @notice Unpaid interest, rounded up.
    function interest(Debt memory debt) internal pure returns (uint256) {
        return Math.ceilDiv(debt.scaledInterest, SCALE);
    }

    /// @notice The debt after a payment, which goes to interest first, and what of it was too much.
    function pay(Debt memory debt, uint256 amount) internal pure returns (Debt memory left, uint256 excess) {
        uint256 due = interest(debt);
        if (amount < due) {
            return (Debt(debt.principal, debt.time, debt.scaledInterest - amount * SCALE), 0);
        }
        uint256 toPrincipal = Math.min(amount - due, debt.principal);
        // forge-lint: disable-next-line(unsafe-typecast)
        left = Debt(debt.principal - uint128(toPrincipal), debt.time, 0); // at most the principal
        excess = amount - due - toPrincipal;
    }

    /// @notice The principal that may still be open at `time` under a schedule of equal parts.
    /// @param principal What was lent at `start`.
    /// @param parts The number of instalments.
    /// @param interval Seconds from one to the next, and from `start` to the first.
    function allowed(uint128 principal, uint16 parts, uint32 interval, uint48 start, uint48 time)
        internal
        pure
        returns (uint256)
    {
        if (time < start) return principal;
        uint256 due = Math.min((time - start) / interval, parts);
        return principal - uint256(principal) * due / parts;
    }
}
