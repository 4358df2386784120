// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IFeeRouter} from "../foundation/IFeeRouter.sol";
import {KeyWrap} from "../market/KeyWrap.sol";
import {Periods} from "../market/Periods.sol";
import {IGrants} from "../vehicle/IGrants.sol";
import {ITemplate} from "./ITemplate.sol";
import {Payouts} from "./Payouts.sol";
import {IEncumbrances, VehicleHold} from "./VehicleHold.sol";

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title DataLicence: a vehicle's data as it comes, for a time and a price
/// @notice For those who need data of now, such as an insurer; finished periods are sold in DataMarket. The time
/// begins with the first key that the owner hands over, and the price is earned second by second. A transfer of
/// the vehicle ends the licence in that second, and so can the licensee at any time; what was not earned goes back.
///
/// ```text
/// Offered ── accept (licensee; the price) ──► Paid ── first release (owner) ──► Live ── end, sale or quit ──► settle
///    └── cancel ──► Cancelled                   └── 72 h without a key, or a sale ──► settle: all back
/// ```
contract DataLicence is ITemplate, Payouts, VehicleHold, Initializable {
    /// @notice The stations of a licence.
    enum Status {
        None,
        Offered,
        Paid,
        Live,
        Ended,
        Cancelled
    }

    /// @notice What owner and licensee agree on.
    struct Terms {
        /// The vehicle's owner.
        address owner;
        /// Who reads.
        address licensee;
        /// The scopes to read, a mask (see Scopes).
        uint32 scopes;
        /// Seconds of the licence, at most ten years.
        uint32 duration;
        /// The price for the whole time, units of 10^-18 AUC.
        uint128 price;
        /// The vehicle.
        uint256 vehicle;
    }

    /// @notice The FeeRouter's name for this service.
    bytes32 public constant SERVICE = keccak256("autochain.data-licence");

    /// @notice Seconds that the owner has to hand over the first key.
    uint256 public constant RELEASE_TIME = 72 hours;

    /// @notice The longest licence.
    uint256 public constant MAX_DURATION = 3_650 days;

    /// @notice The register of grants.
    IGrants public immutable GRANTS;

    /// @notice Where the fee goes.
    IFeeRouter public immutable FEE_ROUTER;

    /// @notice Where the licence stands.
    Status public status;
    /// @notice When the licensee paid, seconds since the epoch.
    uint48 public paidAt;
    /// @notice When the licence began, with the first key.
    uint48 public start;
    /// @notice What the owner has collected, the fee included.
    uint256 public collected;
    Terms private _terms;

    /// @notice The licensee paid; keys are to be wrapped to the point `licenseeKey` (see KeyWrap).
    event Accepted(address indexed licensee, uint256 indexed vehicle, KeyWrap.Point licenseeKey);

    /// @notice The owner handed over the data key of a scope and period.
    event KeyReleased(uint8 scope, uint32 period, KeyWrap.Point ephemeral, bytes32 wrapped);

    /// @notice `amount` was earned: `fee` went to the FeeRouter, the rest is owed to the owner.
    event Collected(uint256 amount, uint256 fee);

    /// @notice The licence ended; `refunded` was not earned.
    event Ended(uint256 time, uint256 refunded);

    /// @notice The offer ended before it was accepted.
    event Cancelled(address indexed by);

    /// @notice The licence is not at the station that this call needs.
    error WrongStatus(Status status);

    /// @notice The account is none of those that may do this.
    error NotParty(address account);

    /// @notice Exactly `expected` must be sent along.
    error WrongValue(uint256 sent, uint256 expected);

    /// @notice The licence covers neither this scope nor this period.
    error NotCovered(uint8 scope, uint32 period);

    /// @notice The time for this is over.
    error TooLate();

    /// @notice The licence has not ended.
    error NotOver();

    /// @param encumbrances The register of encumbrances.
    /// @param registry The register of vehicles.
    /// @param grants The register of grants.
    /// @param feeRouter Where the fee goes.
    constructor(IEncumbrances encumbrances, IERC721 registry, IGrants grants, IFeeRouter feeRouter)
        VehicleHold(encumbrances, registry)
    {
        GRANTS = grants;
        FEE_ROUTER = feeRouter;
        _disableInitializers();
    }

    /// @inheritdoc ITemplate
    function initialise(bytes calldata encoded) external payable initializer {
        Terms memory t = abi.decode(encoded, (Terms));
        if (t.owner == address(0)) revert BadTerms("owner");
        if (t.licensee == address(0) || t.licensee == t.owner) revert BadTerms("licensee");
        if (t.scopes == 0) revert BadTerms("scopes");
        if (t.duration == 0 || t.duration > MAX_DURATION) revert BadTerms("duration");
        if (t.price == 0) revert BadTerms("price");
        if (t.vehicle == 0) revert BadTerms("vehicle");
        if (msg.value != 0) revert WrongValue(msg.value, 0);
        _terms = t;
        status = Status.Offered;
    }

    /// @notice Takes the offer with the price, exactly. Licensee only.
    /// @param licenseeKey The public half of a key pair made for this licence only.
    function accept(KeyWrap.Point calldata licenseeKey) external payable {
        _require(Status.Offered);
        Terms memory t = _terms;
        if (msg.sender != t.licensee) revert NotParty(msg.sender);
        if (msg.value != t.price) revert WrongValue(msg.value, t.price);
        KeyWrap.requireOnCurve(licenseeKey);
        status = Status.Paid;
        paidAt = Time.timestamp();
        emit Accepted(t.licensee, t.vehicle, licenseeKey);
        // forge-lint: disable-next-line(unsafe-typecast)
        uint40 until = uint40(paidAt + RELEASE_TIME + t.duration); // at most ten years from now
        _hold(t.vehicle, t.owner, until);
        IGrants.Terms memory reads;
        reads.scopes = t.scopes;
        // forge-lint: disable-next-line(unsafe-typecast)
        (reads.from, reads.until, reads.uses) = (uint40(paidAt), until, type(uint16).max);
        // forge-lint: disable-next-line(unsafe-typecast)
        (reads.dataFrom, reads.dataUntil) =
        (uint16(Periods.periodOf(paidAt)), uint16(Periods.periodOf(until)));
        GRANTS.grantBound(t.vehicle, t.licensee, reads);
    }

    /// @notice Ends an offer that was not accepted. Owner or licensee.
    function cancel() external {
        _require(Status.Offered);
        if (msg.sender != _terms.owner && msg.sender != _terms.licensee) revert NotParty(msg.sender);
        status = Status.Cancelled;
        emit Cancelled(msg.sender);
        _letGo(_terms.vehicle);
    }

    /// @notice Hands over the data key of a scope and period that the licence covers; the first one begins it.
    /// Owner only, while the licence is live.
    function release(uint8 scope, uint32 period, KeyWrap.Point calldata ephemeral, bytes32 wrapped) external {
        if (msg.sender != _terms.owner) revert NotParty(msg.sender);
        KeyWrap.requireOnCurve(ephemeral);
        if (status == Status.Paid) {
            if (Time.timestamp() >= paidAt + RELEASE_TIME || _isSold()) revert TooLate();
            status = Status.Live;
            start = Time.timestamp();
        } else {
            _require(Status.Live);
            if (stopsAt() <= Time.timestamp()) revert TooLate();
        }
        bool covered = scope < 32 && _terms.scopes >> scope & 1 == 1 && period >= Periods.periodOf(start)
            && period <= Periods.periodOf(start + _terms.duration);
        if (!covered) revert NotCovered(scope, period);
        emit KeyReleased(scope, period, ephemeral, wrapped);
    }

    /// @notice Credits what was earned since the last time to the owner, the fee taken off. Anyone.
    function collect() external {
        _require(Status.Live);
        _collect();
    }

    /// @notice Ends the licence now. Licensee only.
    function quit() external {
        _require(Status.Live);
        if (msg.sender != _terms.licensee) revert NotParty(msg.sender);
        _end(_collect());
        _letGo(_terms.vehicle);
    }

    /// @notice Closes a licence whose time is over, whose vehicle was sold or whose first key did not come in
    /// time; what was not earned is owed to the licensee. Anyone.
    function settle() external {
        if (status == Status.Paid) {
            if (Time.timestamp() < paidAt + RELEASE_TIME && !_isSold()) revert NotOver();
        } else {
            _require(Status.Live);
            if (stopsAt() > Time.timestamp()) revert NotOver();
        }
        _end(_collect());
        _letGo(_terms.vehicle);
    }

    /// @notice The terms.
    function terms() external view returns (Terms memory) {
        return _terms;
    }

    /// @notice What was earned so far, collected or not.
    function earned() public view returns (uint256) {
        if (start == 0) return 0;
        uint256 until = Math.min(Time.timestamp(), stopsAt());
        return uint256(_terms.price) * (until - start) / _terms.duration;
    }

    /// @notice When a licence that began ends: after its duration, or when the vehicle was sold.
    function stopsAt() public view returns (uint256) {
        uint256 end = start + uint256(_terms.duration);
        uint256 endedAt = ENCUMBRANCES.endedAt(_terms.vehicle, address(this));
        return endedAt == 0 ? end : Math.min(end, endedAt);
    }

    function _collect() private returns (uint256 total) {
        total = earned();
        uint256 amount = total - collected;
        if (amount == 0) return total;
        collected = total;
        uint256 fee = FEE_ROUTER.feeOf(SERVICE, amount);
        emit Collected(amount, fee);
        _owe(_terms.owner, amount - fee);
        if (fee != 0) FEE_ROUTER.collectNative{value: fee}(SERVICE, _terms.licensee);
    }

    function _end(uint256 total) private {
        status = Status.Ended;
        uint256 rest = _terms.price - total;
        emit Ended(Time.timestamp(), rest);
        _owe(_terms.licensee, rest);
    }

    function _isSold() private view returns (bool) {
        return !ENCUMBRANCES.isLive(_terms.vehicle, address(this));
    }

    function _require(Status wanted) private view {
        if (status != wanted) revert WrongStatus(status);
    }
}
