// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The supply of AUC, native and wrapped, as contracts can see it
/// @notice For explorers and price sites, whose formula is cap − retired = total. Amounts are in units of
/// 10^-18 AUC.
/// @dev Base fees and coins destroyed by a same-transaction self-destruct leave no balance behind, so no
/// contract can count them; the chain's supply law does (headers and an execution tracer). `circulating`
/// is therefore an upper bound.
contract AUCSupply {
    /// @notice The most accounts that `locked` may name, so that `circulating` stays cheap to call.
    uint256 public constant MAX_LOCKED = 32;

    uint256 private constant CAP = 10_000_000_000 ether;

    /// @notice The ERC-20 face of the coin.
    IERC20 public immutable auc;

    /// @notice Where burned coins go.
    address public immutable sink;

    address[] private _locked;

    /// @notice More than `MAX_LOCKED` accounts.
    error TooManyLocked(uint256 count);

    /// @param auc_ `AUC`.
    /// @param sink_ `BurnSink`.
    /// @param locked_ The accounts whose coins do not circulate: vesting, treasury, reward pool, mining
    /// reserve; each once.
    constructor(IERC20 auc_, address sink_, address[] memory locked_) {
        if (locked_.length > MAX_LOCKED) revert TooManyLocked(locked_.length);
        auc = auc_;
        sink = sink_;
        _locked = locked_;
    }

    /// @notice All AUC there ever was: 10^28 units, at genesis; none is made afterwards.
    function cap() external pure returns (uint256) {
        return CAP;
    }

    /// @notice What has been burned into the sink.
    function retired() public view returns (uint256) {
        return sink.balance;
    }

    /// @notice What is neither retired nor held, native or wrapped, by a locked account.
    function circulating() external view returns (uint256 amount) {
        amount = CAP - retired();
        uint256 count = _locked.length;
        for (uint256 i = 0; i < count; ++i) {
            amount -= _locked[i].balance + auc.balanceOf(_locked[i]);
        }
    }

    /// @notice The accounts whose coins do not circulate.
    function locked() external view returns (address[] memory) {
        return _locked;
    }
}
