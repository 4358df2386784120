// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ERC6372Utils} from "@openzeppelin/contracts/utils/ERC6372Utils.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title AUC, the ERC-20 face of Autochain's native coin
/// @notice One wrapped AUC stands for one native AUC held by this contract: `deposit` wraps, `withdraw`
/// unwraps, both 1:1 and open to everyone, in the interface of WETH9; `burn` unwraps into `BurnSink`, for ever.
/// Nobody can mint, pause or upgrade.
/// @dev Adds permits (EIP-2612), votes on a timestamp clock (ERC-5805, ERC-6372) and transfers by
/// authorisation (ERC-3009). Amounts are in units of 10^-18 AUC, the native coin's own unit.
///
/// Invariant: `address(this).balance >= totalSupply()`. They differ only by coins that were forced in
/// without a call (block rewards, self-destruct); nobody can take those out again.
contract AUC is ERC20, ERC20Permit, ERC20Votes, ERC3009 {
    /// @notice Where burned coins go, a contract with no way out.
    address payable public immutable sink;

    /// @notice `amount` native coins of `account` were wrapped.
    event Deposit(address indexed account, uint256 amount);

    /// @notice `amount` wrapped coins of `account` were unwrapped.
    event Withdrawal(address indexed account, uint256 amount);

    /// @notice `amount` of `account`, wrapped before, went into the sink.
    event Burn(address indexed account, uint256 amount);

    /// @param sink_ The address of `BurnSink`.
    constructor(address payable sink_) ERC20("Autochain", "AUC") ERC20Permit("Autochain") {
        sink = sink_;
    }

    /// @notice Wraps the coins sent along, as `deposit` does.
    receive() external payable {
        deposit();
    }

    /// @notice Wraps the coins sent along and credits them to the caller.
    function deposit() public payable {
        emit Deposit(msg.sender, msg.value);
        _mint(msg.sender, msg.value);
    }

    /// @notice Unwraps `amount` of the caller's balance and sends it to the caller as native coins.
    /// @dev The balance falls before the coins leave, so a caller that calls back gains nothing.
    /// @param amount Units of 10^-18 AUC.
    function withdraw(uint256 amount) external {
        emit Withdrawal(msg.sender, amount);
        _burn(msg.sender, amount);
        Address.sendValue(payable(msg.sender), amount);
    }

    /// @notice Unwraps `amount` of the caller's balance into the sink: nobody can ever move it again.
    /// @param amount Units of 10^-18 AUC.
    function burn(uint256 amount) external {
        emit Burn(msg.sender, amount);
        _burn(msg.sender, amount);
        Address.sendValue(sink, amount);
    }

    /// @notice The clock of votes and checkpoints: seconds since the epoch (ERC-6372).
    /// @dev Block intervals vary under proof of work, so a period counted in blocks has no known length.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice The kind of `clock`: "mode=timestamp" (ERC-6372).
    // forge-lint: disable-next-line(mixed-case-function)
    function CLOCK_MODE() public view override returns (string memory) {
        return ERC6372Utils.timestampClockMode(clock);
    }

    /// @notice The next nonce of `owner`, shared by permits and delegations by signature.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev Wrapped coins sent to this contract could never be unwrapped, so it refuses them.
    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        if (to == address(this)) revert ERC20InvalidReceiver(to);
        super._update(from, to, value);
    }
}
