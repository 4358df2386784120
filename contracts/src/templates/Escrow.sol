// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ITemplate} from "./ITemplate.sol";
import {Payouts} from "./Payouts.sol";
import {IEncumbrances, VehicleHold} from "./VehicleHold.sol";

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Escrow: a price, and a vehicle if the deal is about one, until m of n parties agree
/// @notice The parties are the buyer, the seller and up to 14 arbitrators; two-of-three with one arbitrator is
/// the usual case. When `threshold` of them have voted for the same outcome it is carried out. If arbitrators'
/// votes were needed, those who voted so share the arbitration fee.
///
/// ```text
/// Open ── fund (locks the vehicle) ──► Funded ── m votes: release ──────────────► Released
///   └── cancel ──► Cancelled             └────── m votes: refund, or deadline ──► Refunded
/// ```
///
/// Released: the vehicle goes to the buyer and the price to the seller, in one transaction. Refunded: the lock
/// ends and the price goes back; the vehicle's key epoch and grants are as they were. After the deadline anyone
/// can have the buyer refunded, so nothing can be stranded.
contract Escrow is ITemplate, Payouts, VehicleHold, Initializable {
    /// @notice The stations of a deal.
    enum Status {
        None,
        Open,
        Funded,
        Released,
        Refunded,
        Cancelled
    }

    /// @notice What the parties agree on. Amounts are in units of 10^-18 AUC.
    struct Terms {
        /// Pays the price.
        address buyer;
        /// Gets it; the vehicle's owner, if there is one.
        address seller;
        /// At most 14, each once.
        address[] arbitrators;
        /// The equal votes needed, m.
        uint8 threshold;
        /// The price.
        uint128 price;
        /// What the arbitrators get out of the price if their votes decide.
        uint128 arbitrationFee;
        /// From when on the buyer can be refunded without votes, seconds since the epoch.
        uint40 deadline;
        /// The vehicle that changes hands with the price; 0 for none.
        uint256 vehicle;
    }

    /// @notice The most parties, n.
    uint256 public constant MAX_PARTIES = 16;

    /// @notice Where the deal stands.
    Status public status;
    uint16 private _releaseVotes;
    uint16 private _refundVotes;
    Terms private _terms;

    /// @notice The price is here.
    event Funded(address indexed payer);

    /// @notice `party` votes for release, or for refund; an earlier vote of the party is void.
    event Voted(address indexed party, bool release);

    /// @notice The deal ended: `toWinner` is owed to the winner, `toEachArbitrator` to each arbitrator whose
    /// vote decided.
    event Decided(Status indexed outcome, address indexed winner, uint256 toWinner, uint256 toEachArbitrator);

    /// @notice The deal ended before the price came.
    event Cancelled(address indexed by);

    /// @notice The deal is not at the station that this call needs.
    error WrongStatus(Status status);

    /// @notice The account is none of the parties that may do this.
    error NotParty(address account);

    /// @notice Exactly `expected` must be sent along.
    error WrongValue(uint256 sent, uint256 expected);

    /// @notice The deadline is over.
    error TooLate(uint256 deadline);

    /// @notice The deadline is not over.
    error TooEarly(uint256 deadline);

    /// @param encumbrances The register of encumbrances.
    /// @param registry The register of vehicles.
    constructor(IEncumbrances encumbrances, IERC721 registry) VehicleHold(encumbrances, registry) {
        _disableInitializers();
    }

    /// @inheritdoc ITemplate
    /// @dev Coins sent along must be the price, and fund the deal at once.
    function initialise(bytes calldata encoded) external payable initializer {
        Terms memory t = abi.decode(encoded, (Terms));
        uint256 parties = t.arbitrators.length + 2;
        if (parties > MAX_PARTIES) revert BadTerms("arbitrators");
        if (t.threshold == 0 || t.threshold > parties) revert BadTerms("threshold");
        if (t.price == 0) revert BadTerms("price");
        if (t.arbitrationFee > t.price) revert BadTerms("arbitrationFee");
        if (t.deadline <= Time.timestamp()) revert BadTerms("deadline");
        _terms = t;
        for (uint256 i = 0; i < parties; ++i) {
            address party = partyAt(i);
            if (party == address(0)) revert BadTerms("party");
            for (uint256 j = 0; j < i; ++j) {
                if (partyAt(j) == party) revert BadTerms("party");
            }
        }
        status = Status.Open;
        if (msg.value != 0) _fund();
    }

    /// @notice Pays the price in, exactly, and locks the vehicle, for which the seller has approved this
    /// contract. Anyone, on the buyer's behalf.
    function fund() external payable {
        _fund();
    }

    /// @notice Ends the deal before the price is here. Buyer or seller.
    function cancel() external {
        _require(Status.Open);
        if (msg.sender != _terms.buyer && msg.sender != _terms.seller) revert NotParty(msg.sender);
        status = Status.Cancelled;
        emit Cancelled(msg.sender);
        _letGo(_terms.vehicle);
    }

    /// @notice Votes for release (the price to the seller) or refund (back to the buyer), and carries the
    /// outcome out if this was the vote that decides. Parties only, before the deadline.
    function vote(bool release) external {
        _require(Status.Funded);
        if (Time.timestamp() >= _terms.deadline) revert TooLate(_terms.deadline);
        uint16 bit = _bitOf(msg.sender);
        emit Voted(msg.sender, release);
        if (release) (_releaseVotes, _refundVotes) = (_releaseVotes | bit, _refundVotes & ~bit);
        else (_releaseVotes, _refundVotes) = (_releaseVotes & ~bit, _refundVotes | bit);

        uint16 agreeing = release ? _releaseVotes : _refundVotes;
        if (_count(agreeing) >= _terms.threshold) _decide(release, agreeing);
    }

    /// @notice Refunds the buyer of a deal that nobody decided. Anyone, after the deadline.
    function expire() external {
        _require(Status.Funded);
        if (Time.timestamp() < _terms.deadline) revert TooEarly(_terms.deadline);
        _decide(false, 0);
    }

    /// @notice The terms.
    function terms() external view returns (Terms memory) {
        return _terms;
    }

    /// @notice The parties that vote for release and for refund now: bit i is party i.
    function votes() external view returns (uint16 release, uint16 refund) {
        return (_releaseVotes, _refundVotes);
    }

    /// @notice Party `index`: the buyer, the seller, the arbitrators.
    function partyAt(uint256 index) public view returns (address) {
        if (index == 0) return _terms.buyer;
        if (index == 1) return _terms.seller;
        return _terms.arbitrators[index - 2];
    }

    function _fund() private {
        _require(Status.Open);
        if (Time.timestamp() >= _terms.deadline) revert TooLate(_terms.deadline);
        if (msg.value != _terms.price) revert WrongValue(msg.value, _terms.price);
        status = Status.Funded;
        emit Funded(msg.sender);
        if (_terms.vehicle != 0) _hold(_terms.vehicle, _terms.seller, _terms.deadline);
    }

    /// @dev Shares out all coins here, those forced in without a call included.
    function _decide(bool release, uint16 decidingVotes) private {
        status = release ? Status.Released : Status.Refunded;
        address winner = release ? _terms.seller : _terms.buyer;
        uint16 arbitrators = decidingVotes >> 2;
        uint256 each = arbitrators == 0 ? 0 : _terms.arbitrationFee / _count(arbitrators);
        uint256 rest = address(this).balance;
        for (uint256 i = 0; arbitrators >> i != 0; ++i) {
            if (arbitrators >> i & 1 == 0) continue;
            rest -= each;
            _owe(_terms.arbitrators[i], each);
        }
        _owe(winner, rest);
        emit Decided(status, winner, rest, each);

        if (release && _terms.vehicle != 0) {
            REGISTRY.transferFrom(_terms.seller, _terms.buyer, _terms.vehicle); // the lock ends with it
        } else {
            _letGo(_terms.vehicle);
        }
    }

    function _bitOf(address account) private view returns (uint16) {
        uint256 parties = _terms.arbitrators.length + 2;
        for (uint256 i = 0; i < parties; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast, incorrect-shift)
            if (partyAt(i) == account) return uint16(1 << i); // i < 16
        }
        revert NotParty(account);
    }

    function _require(Status wanted) private view {
        if (status != wanted) revert WrongStatus(status);
    }

    function _count(uint16 bits) private pure returns (uint256 n) {
        for (; bits != 0; bits &= bits - 1) {
            ++n;
        }
    }
}
