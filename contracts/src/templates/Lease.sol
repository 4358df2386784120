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
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Lease: a vehicle's key against instalments in advance, with an option to buy at the end
/// @notice Each instalment pays for the next interval and goes to the vehicle's owner of that moment: the lease
/// outlives a sale. An instalment late beyond the grace lets the owner end the lease. When all are paid, the lessee
/// can buy the vehicle at the agreed price for 30 days after the end; the owner's approval of this contract
/// (ERC-721) must then stand.
///
/// ```text
/// Offered ── accept (lessee; first instalment; key granted) ──► Running ── all paid ── buy ──► Bought
///    └── cancel ──► Cancelled                                    │
///                        terminate (owner, late), giveBack (lessee), or the end ──► Ended
/// ```
contract Lease is ITemplate, Payouts, VehicleHold, Initializable {
    /// @notice The stations of a lease.
    enum Status {
        None,
        Offered,
        Running,
        Bought,
        Ended,
        Cancelled
    }

    /// @notice What lessor and lessee agree on. Amounts are in units of 10^-18 AUC.
    struct Terms {
        /// The vehicle's owner.
        address lessor;
        /// Who leases, and gets the key.
        address lessee;
        /// Each instalment.
        uint128 instalment;
        /// The price of the vehicle at the end; 0: no option to buy.
        uint128 residual;
        /// The number of instalments.
        uint16 count;
        /// Seconds that each pays for, from a day to a year.
        uint32 interval;
        /// Seconds that an instalment may be late, at most a year.
        uint32 grace;
        /// The vehicle.
        uint256 vehicle;
    }

    /// @notice The most instalments.
    uint256 public constant MAX_COUNT = 600;

    /// @notice Seconds after the end in which the lessee can buy.
    uint256 public constant OPTION_TIME = 30 days;

    /// @notice The register of grants.
    IGrants public immutable GRANTS;

    /// @notice Where the lease stands.
    Status public status;
    /// @notice When it began, seconds since the epoch.
    uint48 public start;
    /// @notice Instalments paid.
    uint16 public paid;
    Terms private _terms;

    /// @notice The lessee accepted.
    event Accepted(address indexed lessee, uint256 indexed vehicle, uint48 start, uint256 end);

    /// @notice Instalment `number`, from 1, is owed to `owner`.
    event Paid(uint16 number, address indexed owner);

    /// @notice The lessee bought the vehicle; the price is owed to `owner`.
    event Bought(address indexed owner, uint128 price);

    /// @notice The lease ended; `by` ended it.
    event Ended(address indexed by);

    /// @notice The offer ended before it was accepted.
    event Cancelled(address indexed by);

    /// @notice The lease is not at the station that this call needs.
    error WrongStatus(Status status);

    /// @notice The account is none of those that may do this.
    error NotParty(address account);

    /// @notice Exactly `expected` must be sent along.
    error WrongValue(uint256 sent, uint256 expected);

    /// @notice All instalments are paid.
    error AllPaid();

    /// @notice Not all instalments are paid, or there is no option to buy.
    error NoOption();

    /// @notice The time for this ended at `end`.
    error TooLate(uint256 end);

    /// @notice This can be done from `start` on.
    error TooEarly(uint256 start);

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
        if (t.lessor == address(0)) revert BadTerms("lessor");
        if (t.lessee == address(0) || t.lessee == t.lessor) revert BadTerms("lessee");
        if (t.instalment == 0) revert BadTerms("instalment");
        if (t.count == 0 || t.count > MAX_COUNT) revert BadTerms("count");
        if (t.interval < 1 days || t.interval > 366 days) revert BadTerms("interval");
        if (t.grace > 366 days) revert BadTerms("grace");
        if (t.vehicle == 0) revert BadTerms("vehicle");
        if (msg.value != 0) revert WrongValue(msg.value, 0);
        _terms = t;
        status = Status.Offered;
    }

    /// @notice Takes the offer with the first instalment; the lease begins and the lessee gets the key. Lessee
    /// only.
    function accept() external payable {
        _require(Status.Offered);
        Terms memory t = _terms;
        if (msg.sender != t.lessee) revert NotParty(msg.sender);
        status = Status.Running;
        start = Time.timestamp();
        emit Accepted(t.lessee, t.vehicle, start, endsAt());
        _pay();
        // forge-lint: disable-next-line(unsafe-typecast)
        uint40 until = uint40(endsAt() + OPTION_TIME); // at most 601 years from now
        _hold(t.vehicle, t.lessor, until);
        IGrants.Terms memory key;
        key.scopes = Scopes.bit(Scopes.KEY);
        // forge-lint: disable-next-line(unsafe-typecast)
        (key.from, key.until, key.uses) = (uint40(start), until, type(uint16).max);
        // forge-lint: disable-next-line(unsafe-typecast)
        (key.dataFrom, key.dataUntil) = (uint16(Periods.periodOf(start)), uint16(Periods.periodOf(until)));
        GRANTS.grantBound(t.vehicle, t.lessee, key);
    }

    /// @notice Ends an offer that was not accepted. Lessor or lessee.
    function cancel() external {
        _require(Status.Offered);
        if (msg.sender != _terms.lessor && msg.sender != _terms.lessee) revert NotParty(msg.sender);
        status = Status.Cancelled;
        emit Cancelled(msg.sender);
        _letGo(_terms.vehicle);
    }

    /// @notice Pays the next instalment, exactly. Anyone, on the lessee's behalf.
    function pay() external payable {
        _require(Status.Running);
        _pay();
    }

    /// @notice Ends the lease, and the key, when an instalment is late beyond the grace. The vehicle's owner.
    function terminate() external {
        _require(Status.Running);
        if (msg.sender != _owner()) revert NotParty(msg.sender);
        if (paid == _terms.count) revert AllPaid();
        uint256 from = paidUntil() + _terms.grace;
        if (Time.timestamp() < from) revert TooEarly(from);
        _end();
    }

    /// @notice Gives the vehicle back: ends the lease and the key. What is paid stays paid. Lessee only.
    function giveBack() external {
        _require(Status.Running);
        if (msg.sender != _terms.lessee) revert NotParty(msg.sender);
        _end();
    }

    /// @notice Ends a lease whose time and option are over. Anyone.
    function close() external {
        _require(Status.Running);
        if (paid != _terms.count) revert NoOption();
        uint256 from = _terms.residual == 0 ? endsAt() : endsAt() + OPTION_TIME;
        if (Time.timestamp() < from) revert TooEarly(from);
        _end();
    }

    /// @notice Buys the vehicle at the residual price, exactly, once all is paid and until `OPTION_TIME` after
    /// the end. Lessee only.
    function buy() external payable {
        _require(Status.Running);
        if (msg.sender != _terms.lessee) revert NotParty(msg.sender);
        if (paid != _terms.count || _terms.residual == 0) revert NoOption();
        if (Time.timestamp() >= endsAt() + OPTION_TIME) revert TooLate(endsAt() + OPTION_TIME);
        if (msg.value != _terms.residual) revert WrongValue(msg.value, _terms.residual);
        status = Status.Bought;
        address owner = REGISTRY.ownerOf(_terms.vehicle);
        emit Bought(owner, _terms.residual);
        _owe(owner, msg.value);
        _letGo(_terms.vehicle);
        REGISTRY.transferFrom(owner, msg.sender, _terms.vehicle);
    }

    /// @notice The terms.
    function terms() external view returns (Terms memory) {
        return _terms;
    }

    /// @notice The second up to which the lease is paid.
    function paidUntil() public view returns (uint256) {
        return start + uint256(paid) * _terms.interval;
    }

    /// @notice The second in which the last instalment's time ends.
    function endsAt() public view returns (uint256) {
        return start + uint256(_terms.count) * _terms.interval;
    }

    function _pay() private {
        if (paid == _terms.count) revert AllPaid();
        if (msg.value != _terms.instalment) revert WrongValue(msg.value, _terms.instalment);
        ++paid;
        address owner = _owner();
        emit Paid(paid, owner);
        _owe(owner, msg.value);
    }

    function _end() private {
        status = Status.Ended;
        emit Ended(msg.sender);
        _letGo(_terms.vehicle);
    }

    function _owner() private view returns (address) {
        return _ownerOr(_terms.vehicle, _terms.lessor);
    }

    function _require(Status wanted) private view {
        if (status != wanted) revert WrongStatus(status);
    }
}
