// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Periods} from "../market/Periods.sol";
import {IGrants} from "../vehicle/IGrants.sol";
import {Scopes} from "../vehicle/Scopes.sol";
import {ITemplate} from "./ITemplate.sol";
import {Payouts} from "./Payouts.sol";
import {IEncumbrances, VehicleHold} from "./VehicleHold.sol";

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Rental: a vehicle's key for a time, against rent that is earned second by second
/// @notice The rental outlives a sale of the vehicle: rent not collected yet goes with the car. The renter can
/// give the car back early and gets what was not earned. The deposit goes back unless the owner claims damage in
/// time and the arbiter agrees.
///
/// ```text
/// Offered ── accept (renter; rent + deposit; key granted) ──► Live ── end, or giveBack ──► over
///    └── cancel ──► Cancelled                       over ── 48 h without a claim ──► deposit to the renter
///                                                     └── claimDamage ── rule (arbiter), or 14 days ──► shared
/// ```
contract Rental is ITemplate, Payouts, VehicleHold, Initializable {
    /// @notice The stations of a rental.
    enum Status {
        None,
        Offered,
        Live,
        DamageClaimed,
        Closed,
        Cancelled
    }

    /// @notice What owner and renter agree on. Amounts are in units of 10^-18 AUC, times in seconds since the
    /// epoch.
    struct Terms {
        /// The vehicle's owner.
        address owner;
        /// Who rents, and gets the key.
        address renter;
        /// From when on the renter has the car.
        uint40 start;
        /// Until when.
        uint40 end;
        /// The rent for the whole time.
        uint128 rent;
        /// The deposit.
        uint128 deposit;
        /// Rules on damage; zero address: nobody, and no damage can be claimed here.
        address arbiter;
        /// The vehicle.
        uint256 vehicle;
    }

    /// @notice Seconds after the end in which the owner can claim damage.
    uint256 public constant CLAIM_TIME = 48 hours;

    /// @notice Seconds that the arbiter has to rule on a claim.
    uint256 public constant RULING_TIME = 14 days;

    /// @notice The register of grants.
    IGrants public immutable GRANTS;

    /// @notice Where the rental stands.
    Status public status;
    /// @notice When the renter's time is over: the agreed end, or when the car was given back.
    uint40 public overAt;
    /// @notice The damage claimed out of the deposit.
    uint128 public damage;
    /// @notice When it was claimed.
    uint48 public claimedAt;
    /// @notice The rent that went to owners.
    uint256 public collected;
    Terms private _terms;

    /// @notice The renter accepted and paid.
    event Accepted(address indexed renter, uint256 indexed vehicle, uint40 start, uint40 end);

    /// @notice `amount` of rent is owed to `owner`.
    event Collected(address indexed owner, uint256 amount);

    /// @notice The renter gave the car back; `refunded` rent was not earned.
    event GivenBack(uint40 time, uint256 refunded);

    /// @notice The owner claims `amount` of the deposit.
    event DamageClaimed(address indexed owner, uint128 amount);

    /// @notice The deposit is shared out.
    event Closed(uint256 toOwner, uint256 toRenter);

    /// @notice The offer ended before it was accepted.
    event Cancelled(address indexed by);

    /// @notice The rental is not at the station that this call needs.
    error WrongStatus(Status status);

    /// @notice The account is none of those that may do this.
    error NotParty(address account);

    /// @notice Exactly `expected` must be sent along.
    error WrongValue(uint256 sent, uint256 expected);

    /// @notice The time for this ended at `end`.
    error TooLate(uint256 end);

    /// @notice This can be done from `start` on.
    error TooEarly(uint256 start);

    /// @notice At most `most` can be claimed or ruled.
    error TooMuch(uint256 amount, uint256 most);

    /// @param encumbrances The register of encumbrances.
    /// @param registry The register of vehicles.
    /// @param grants The register of grants.
    constructor(IEncumbrances encumbrances, IERC721 registry, IGrants grants)
        VehicleHold(encumbrances, registry)
    {
        GRANTS = grants;
        _disableInitializers();
    }

    /// @inheritdoc ITemplate
    function initialise(bytes calldata encoded) external payable initializer {
        Terms memory t = abi.decode(encoded, (Terms));
        if (t.owner == address(0)) revert BadTerms("owner");
        if (t.renter == address(0) || t.renter == t.owner) revert BadTerms("renter");
        if (t.start < Time.timestamp()) revert BadTerms("start");
        if (t.end <= t.start) revert BadTerms("end");
        if (t.vehicle == 0) revert BadTerms("vehicle");
        if (msg.value != 0) revert WrongValue(msg.value, 0);
        _terms = t;
        status = Status.Offered;
    }

    /// @notice Takes the offer, with exactly rent and deposit sent along; the renter gets the key from start to
    /// end. Renter only, before the start.
    function accept() external payable {
        _require(Status.Offered);
        Terms memory t = _terms;
        if (msg.sender != t.renter) revert NotParty(msg.sender);
        if (Time.timestamp() > t.start) revert TooLate(t.start);
        uint256 price = uint256(t.rent) + t.deposit;
        if (msg.value != price) revert WrongValue(msg.value, price);

        status = Status.Live;
        overAt = t.end;
        emit Accepted(t.renter, t.vehicle, t.start, t.end);
        _hold(t.vehicle, t.owner, t.end);
        IGrants.Terms memory key;
        key.scopes = Scopes.bit(Scopes.KEY);
        (key.from, key.until, key.uses) = (t.start, t.end, type(uint16).max);
        // forge-lint: disable-next-line(unsafe-typecast)
        (key.dataFrom, key.dataUntil) = (uint16(Periods.periodOf(t.start)), uint16(Periods.periodOf(t.end)));
        GRANTS.grantBound(t.vehicle, t.renter, key);
    }

    /// @notice Ends an offer that was not accepted. Owner or renter.
    function cancel() external {
        _require(Status.Offered);
        if (msg.sender != _terms.owner && msg.sender != _terms.renter) revert NotParty(msg.sender);
        status = Status.Cancelled;
        emit Cancelled(msg.sender);
        _letGo(_terms.vehicle);
    }

    /// @notice Credits the rent earned since the last time to the vehicle's owner of now. Anyone.
    function collect() external {
        _requireAccepted();
        _collect(earned());
    }

    /// @notice Gives the car back before the end: the key ends, and the rent not earned is owed to the renter.
    /// Renter only.
    function giveBack() external {
        _require(Status.Live);
        if (msg.sender != _terms.renter) revert NotParty(msg.sender);
        if (Time.timestamp() >= overAt) revert TooLate(overAt);
        _collect(earned());
        uint256 rest = _terms.rent - collected;
        // forge-lint: disable-next-line(unsafe-typecast)
        overAt = uint40(Time.timestamp()); // before the agreed end
        emit GivenBack(overAt, rest);
        _owe(_terms.renter, rest);
        _letGo(_terms.vehicle);
    }

    /// @notice Claims damage out of the deposit, once the time is over and for `CLAIM_TIME`. The vehicle's owner.
    function claimDamage(uint128 amount) external {
        _require(Status.Live);
        if (msg.sender != _owner()) revert NotParty(msg.sender);
        if (_terms.arbiter == address(0)) revert TooMuch(amount, 0);
        if (amount > _terms.deposit) revert TooMuch(amount, _terms.deposit);
        if (Time.timestamp() < overAt) revert TooEarly(overAt);
        if (Time.timestamp() >= overAt + CLAIM_TIME) revert TooLate(overAt + CLAIM_TIME);
        (status, damage, claimedAt) = (Status.DamageClaimed, amount, Time.timestamp());
        emit DamageClaimed(msg.sender, amount);
    }

    /// @notice Gives `toOwner` of the deposit, at most the damage claimed, to the owner. Arbiter only, within
    /// `RULING_TIME`.
    function rule(uint128 toOwner) external {
        _require(Status.DamageClaimed);
        if (msg.sender != _terms.arbiter) revert NotParty(msg.sender);
        if (Time.timestamp() >= claimedAt + RULING_TIME) revert TooLate(claimedAt + RULING_TIME);
        if (toOwner > damage) revert TooMuch(toOwner, damage);
        _close(toOwner);
    }

    /// @notice Gives the deposit back when no damage was claimed in time, or not ruled on in time. Anyone.
    function close() external {
        uint256 from = overAt + CLAIM_TIME;
        if (status == Status.DamageClaimed) from = claimedAt + RULING_TIME;
        else _require(Status.Live);
        if (Time.timestamp() < from) revert TooEarly(from);
        _close(0);
    }

    /// @notice The terms.
    function terms() external view returns (Terms memory) {
        return _terms;
    }

    /// @notice The rent earned so far, collected or not.
    function earned() public view returns (uint256) {
        Terms storage t = _terms;
        uint256 until = Math.min(Time.timestamp(), overAt);
        if (until <= t.start) return 0;
        return uint256(t.rent) * (until - t.start) / (t.end - t.start);
    }

    function _collect(uint256 total) private {
        uint256 amount = total - collected;
        if (amount == 0) return;
        collected = total;
        address owner = _owner();
        emit Collected(owner, amount);
        _owe(owner, amount);
    }

    function _close(uint256 toOwner) private {
        status = Status.Closed;
        uint256 toRenter = _terms.deposit - toOwner;
        emit Closed(toOwner, toRenter);
        _owe(_owner(), toOwner);
        _owe(_terms.renter, toRenter);
    }

    function _owner() private view returns (address) {
        return _ownerOr(_terms.vehicle, _terms.owner);
    }

    function _require(Status wanted) private view {
        if (status != wanted) revert WrongStatus(status);
    }

    function _requireAccepted() private view {
        if (status != Status.Live && status != Status.DamageClaimed && status != Status.Closed) {
            revert WrongStatus(status);
        }
    }
}
