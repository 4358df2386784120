// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ITemplate} from "./ITemplate.sol";
import {LoanMath} from "./LoanMath.sol";
import {Payouts} from "./Payouts.sol";
import {IEncumbrances, VehicleHold} from "./VehicleHold.sol";

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Loan: principal against instalments, with a lien on a vehicle if one is pledged
/// @notice Equal parts of principal and simple interest on what is left (see LoanMath). The borrower can pay
/// sooner at any time; a payment goes to interest first. The lien makes the vehicle's transfer revert, unless the
/// lender consents.
///
/// ```text
/// Offered ── fund (sets the lien) ──► Running ── all paid ──► Repaid: the lien ends
///    └── cancel ──► Cancelled           │  ▲          ▲
///                late: callIn (lender)  ▼  │ paid up  │ all paid
///                                     CalledIn ───────┘
///                                       └── 14 days ── seize ──► Seized: the vehicle is the lender's
/// ```
contract Loan is ITemplate, Payouts, VehicleHold, Initializable {
    using LoanMath for LoanMath.Debt;

    /// @notice The stations of a loan.
    enum Status {
        None,
        Offered,
        Running,
        CalledIn,
        Repaid,
        Seized,
        Cancelled
    }

    /// @notice What lender and borrower agree on. Amounts are in units of 10^-18 AUC.
    struct Terms {
        /// Pays the principal out and is paid back.
        address lender;
        /// The vehicle's owner, if one is pledged.
        address borrower;
        /// What is lent.
        uint128 principal;
        /// Interest, ten-thousandths a year of 365 days.
        uint16 rate;
        /// The number of instalments.
        uint16 parts;
        /// Seconds between instalments, from a day to a year.
        uint32 interval;
        /// Seconds that an instalment may be late, at most a year.
        uint32 grace;
        /// The pledged vehicle; 0 for none.
        uint256 vehicle;
    }

    /// @notice The most instalments: fifty years of months.
    uint256 public constant MAX_PARTS = 600;

    /// @notice Seconds between calling a loan in and seizing the vehicle.
    uint256 public constant CURE_TIME = 14 days;

    /// @notice Seconds after the last instalment at which the lien ends by itself.
    uint256 public constant LIEN_AFTER = 3 * 365 days;

    /// @notice Where the loan stands.
    Status public status;
    /// @notice When the principal was paid out, seconds since the epoch.
    uint48 public start;
    /// @notice When the loan was called in, seconds since the epoch.
    uint48 public calledInAt;
    LoanMath.Debt private _debt;
    Terms private _terms;

    /// @notice The principal was paid in by the lender and is owed to the borrower.
    event Funded(uint128 principal);

    /// @notice `payer` paid `amount`; `principalLeft` is still to be paid back.
    event Paid(address indexed payer, uint256 amount, uint256 principalLeft);

    /// @notice The loan is paid back.
    event Repaid();

    /// @notice An instalment is late beyond the grace; `debt` is all that is owed.
    event CalledIn(uint256 debt);

    /// @notice What was late is paid.
    event Cured();

    /// @notice The lender took the vehicle in place of `debt`.
    event Seized(uint256 debt);

    /// @notice The offer ended before it was funded.
    event Cancelled(address indexed by);

    /// @notice The loan is not at the station that this call needs.
    error WrongStatus(Status status);

    /// @notice The account is none of those that may do this.
    error NotParty(address account);

    /// @notice Exactly `expected` must be sent along.
    error WrongValue(uint256 sent, uint256 expected);

    /// @notice No instalment is late beyond the grace.
    error NotLate();

    /// @notice This can be done from `start` on.
    error TooEarly(uint256 start);

    /// @notice Nothing is pledged.
    error NoPledge();

    /// @param encumbrances The register of encumbrances.
    /// @param registry The register of vehicles.
    constructor(IEncumbrances encumbrances, IERC721 registry) VehicleHold(encumbrances, registry) {
        _disableInitializers();
    }

    /// @inheritdoc ITemplate
    /// @dev Coins sent along must be the principal, and fund the loan at once.
    function initialise(bytes calldata encoded) external payable initializer {
        Terms memory t = abi.decode(encoded, (Terms));
        if (t.lender == address(0)) revert BadTerms("lender");
        if (t.borrower == address(0) || t.borrower == t.lender) revert BadTerms("borrower");
        if (t.principal == 0) revert BadTerms("principal");
        if (t.parts == 0 || t.parts > MAX_PARTS) revert BadTerms("parts");
        if (t.interval < 1 days || t.interval > 366 days) revert BadTerms("interval");
        if (t.grace > 366 days) revert BadTerms("grace");
        _terms = t;
        status = Status.Offered;
        if (msg.value != 0) _fund();
    }

    /// @notice Pays the principal in, exactly, and sets the lien, for which the borrower has approved this
    /// contract. Anyone, on the lender's behalf.
    function fund() external payable {
        _fund();
    }

    /// @notice Ends an offer that was not funded. Lender or borrower.
    function cancel() external {
        _require(Status.Offered);
        if (msg.sender != _terms.lender && msg.sender != _terms.borrower) revert NotParty(msg.sender);
        status = Status.Cancelled;
        emit Cancelled(msg.sender);
        _letGo(_terms.vehicle);
    }

    /// @notice Pays interest, then principal. Anyone; what is too much is owed back to the payer.
    function pay() external payable {
        if (status != Status.CalledIn) _require(Status.Running);
        (LoanMath.Debt memory left, uint256 excess) = _now().pay(msg.value);
        _debt = left;
        emit Paid(msg.sender, msg.value - excess, left.principal);
        _owe(_terms.lender, msg.value - excess);
        _owe(msg.sender, excess);
        if (left.principal == 0) {
            status = Status.Repaid;
            emit Repaid();
            _letGo(_terms.vehicle);
        } else if (status == Status.CalledIn && !isLate()) {
            status = Status.Running;
            emit Cured();
        }
    }

    /// @notice Calls the loan in when an instalment is late beyond the grace. Lender only.
    function callIn() external {
        _require(Status.Running);
        if (msg.sender != _terms.lender) revert NotParty(msg.sender);
        if (!isLate()) revert NotLate();
        status = Status.CalledIn;
        calledInAt = Time.timestamp();
        emit CalledIn(owed());
    }

    /// @notice Takes the pledged vehicle in place of the debt, `CURE_TIME` after calling in. Lender only.
    function seize() external {
        _require(Status.CalledIn);
        if (msg.sender != _terms.lender) revert NotParty(msg.sender);
        if (_terms.vehicle == 0) revert NoPledge();
        if (Time.timestamp() < calledInAt + CURE_TIME) revert TooEarly(calledInAt + CURE_TIME);
        status = Status.Seized;
        emit Seized(owed());
        delete _debt;
        REGISTRY.transferFrom(REGISTRY.ownerOf(_terms.vehicle), _terms.lender, _terms.vehicle);
        _letGo(_terms.vehicle);
    }

    /// @notice Lets the pledged vehicle go to `to`, with the lien on it. Lender only.
    function consent(address to) external {
        if (msg.sender != _terms.lender) revert NotParty(msg.sender);
        ENCUMBRANCES.consent(_terms.vehicle, to);
    }

    /// @notice The terms.
    function terms() external view returns (Terms memory) {
        return _terms;
    }

    /// @notice Principal and interest owed now, the interest rounded up.
    function owed() public view returns (uint256) {
        LoanMath.Debt memory debt = _now();
        return debt.principal + debt.interest();
    }

    /// @notice Principal not paid back.
    function principalLeft() external view returns (uint256) {
        return _debt.principal;
    }

    /// @notice Whether more principal is open than the schedule allowed a grace ago.
    function isLate() public view returns (bool) {
        Terms storage t = _terms;
        uint48 then = Time.timestamp() - t.grace;
        return _debt.principal > LoanMath.allowed(t.principal, t.parts, t.interval, start, then);
    }

    function _fund() private {
        _require(Status.Offered);
        Terms storage t = _terms;
        if (msg.value != t.principal) revert WrongValue(msg.value, t.principal);
        status = Status.Running;
        start = Time.timestamp();
        _debt = LoanMath.Debt(t.principal, start, 0);
        emit Funded(t.principal);
        _owe(t.borrower, msg.value);
        if (t.vehicle != 0) {
            uint256 until = start + uint256(t.parts) * t.interval + t.grace + LIEN_AFTER;
            // forge-lint: disable-next-line(unsafe-typecast)
            _hold(t.vehicle, t.borrower, uint40(until)); // at most 610 years from now
        }
    }

    function _now() private view returns (LoanMath.Debt memory) {
        LoanMath.Debt memory debt = _debt;
        return debt.at(_terms.rate, Time.timestamp());
    }

    function _require(Status wanted) private view {
        if (status != wanted) revert WrongStatus(status);
    }
}
