// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IMembership} from "../members/IMembership.sol";

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title Cliff-and-linear vesting of native AUC
/// @notice One contract holds all schedules of a share of the supply (placement, team). A schedule grows in
/// proportion to the time since its start, in every second, but nothing of it can be released before its
/// cliff. Nobody can add, change or end a schedule; its beneficiary can hand it over.
/// @dev Amounts are in units of 10^-18 AUC. The constructor takes exactly the sum of all schedules, so the
/// balance is never less than what is still to be released. Coins are released to members only.
contract Vesting {
    /// @notice A share that vests. Two storage slots.
    struct Schedule {
        /// Who receives it.
        address beneficiary;
        /// When it starts, seconds since the epoch.
        uint64 start;
        /// Seconds after the start in which nothing can be released; at most `duration`.
        uint32 cliff;
        /// Seconds after the start until all has vested; not 0.
        uint32 duration;
        /// What vests in all.
        uint96 total;
        /// What has been released.
        uint96 released;
    }

    /// @notice Membership, checked when coins are released.
    IMembership public immutable members;

    Schedule[] private _schedules;

    /// @notice A schedule was set at construction.
    event Scheduled(
        uint256 indexed id,
        address indexed beneficiary,
        uint256 total,
        uint64 start,
        uint32 cliff,
        uint32 duration
    );

    /// @notice `amount` was paid to the beneficiary of a schedule.
    event Released(uint256 indexed id, address indexed beneficiary, uint256 amount);

    /// @notice What is not yet released of a schedule belongs to `to` from now on.
    event HandedOver(uint256 indexed id, address indexed from, address indexed to);

    /// @notice The schedule is empty, has no duration, a cliff after its end, a release, or no beneficiary.
    error InvalidSchedule(uint256 id);

    /// @notice The coins sent to the constructor are not the sum of the schedules.
    error WrongFunds(uint256 sent, uint256 needed);

    /// @notice There is no schedule with this id.
    error UnknownSchedule(uint256 id);

    /// @notice Only the beneficiary of the schedule may do this.
    error NotBeneficiary(uint256 id, address account);

    /// @notice Nothing has vested that is not released.
    error NothingVested(uint256 id);

    /// @param members_ Membership.
    /// @param schedules The schedules, ids from 0; each with `released` 0.
    constructor(IMembership members_, Schedule[] memory schedules) payable {
        members = members_;
        uint256 sum;
        for (uint256 id = 0; id < schedules.length; ++id) {
            Schedule memory s = schedules[id];
            if (
                s.beneficiary == address(0) || s.total == 0 || s.duration == 0 || s.cliff > s.duration
                    || s.released != 0
            ) revert InvalidSchedule(id);
            sum += s.total;
            _schedules.push(s);
            emit Scheduled(id, s.beneficiary, s.total, s.start, s.cliff, s.duration);
        }
        if (msg.value != sum) revert WrongFunds(msg.value, sum);
    }

    /// @notice Pays what has vested of a schedule to its beneficiary, who must be a member; anyone may call.
    /// @return amount What was paid.
    function release(uint256 id) external returns (uint256 amount) {
        Schedule storage s = _schedule(id);
        amount = _vested(s, block.timestamp) - s.released;
        if (amount == 0) revert NothingVested(id);
        address beneficiary = s.beneficiary;
        members.requireMember(beneficiary);
        // forge-lint: disable-next-line(unsafe-typecast)
        s.released += uint96(amount); // at most `total`
        emit Released(id, beneficiary, amount);
        Address.sendValue(payable(beneficiary), amount);
    }

    /// @notice Hands the unreleased rest of the caller's schedule to `to`, who need not be a member yet.
    function handOver(uint256 id, address to) external {
        Schedule storage s = _schedule(id);
        if (msg.sender != s.beneficiary) revert NotBeneficiary(id, msg.sender);
        if (to == address(0)) revert InvalidSchedule(id);
        s.beneficiary = to;
        emit HandedOver(id, msg.sender, to);
    }

    /// @notice The number of schedules; ids run from 0.
    function count() external view returns (uint256) {
        return _schedules.length;
    }

    /// @notice A schedule.
    function schedule(uint256 id) external view returns (Schedule memory) {
        return _schedule(id);
    }

    /// @notice What has vested of a schedule at `time`, released or not: 0 before start + cliff, then
    /// ⌊total · (time − start) / duration⌋, from start + duration on `total`.
    function vested(uint256 id, uint64 time) external view returns (uint256) {
        return _vested(_schedule(id), time);
    }

    /// @notice What `release` would pay now, to a member.
    function releasable(uint256 id) external view returns (uint256) {
        Schedule storage s = _schedule(id);
        return _vested(s, block.timestamp) - s.released;
    }

    function _schedule(uint256 id) private view returns (Schedule storage) {
        if (id >= _schedules.length) revert UnknownSchedule(id);
        return _schedules[id];
    }

    function _vested(Schedule storage s, uint256 time) private view returns (uint256) {
        uint256 start = s.start;
        if (time < start + s.cliff) return 0;
        uint256 elapsed = time - start;
        return elapsed >= s.duration ? s.total : uint256(s.total) * elapsed / s.duration;
    }
}
