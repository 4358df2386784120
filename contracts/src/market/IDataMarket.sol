// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {KeyWrap} from "./KeyWrap.sol";

/// @title The market of vehicle data
/// @notice What is sold is the data key of one data set: a vehicle's records of one key epoch, scope and finished
/// period (see Datasets and Periods). Amounts are in units of 10^-18 AUC, times in seconds.
///
/// ```text
/// owner ── setPrice ──► price of (vehicle, scope, period) in this key epoch
/// buyer ── purchase ──► Paid ──── owner: release within 72 h, with a bond ───► Released
///                        │                                                      │      │
///              72 h, no key: refund                  a wrong key, within 48 h: dispute  48 h: settle
///                        ▼                                                      ▼      ▼
///                     Refunded ◄── price and bond to the buyer ─────────────────┘   Settled
///                                                   fee to the FeeRouter, the rest by records: claim
/// ```
interface IDataMarket {
    /// @notice The stations of an order.
    enum Status {
        None,
        Paid,
        Released,
        Refunded,
        Settled
    }

    /// @notice A purchase. `time` is when it was paid or, from then on, released; `keyAccount` is the account
    /// of the buyer's one-time key; `wrapped` says that the price is here as wrapped coins; `fee` is known once it
    /// is settled.
    struct Order {
        address buyer;
        uint40 time;
        Status status;
        bool wrapped;
        uint8 scope;
        uint32 period;
        address seller;
        uint96 price;
        address keyAccount;
        uint64 vehicle;
        uint32 epoch;
        bytes32 handover;
        uint96 fee;
        bool bondTaken;
    }

    /// @notice Where an opened record stands: leaf `index` of an accepted batch.
    struct Leaf {
        uint256 batch;
        uint256 index;
        bytes32[] proof;
    }

    /// @notice The price of the data set, 0 for not on sale.
    event PriceSet(
        uint256 indexed vehicle,
        uint32 indexed epoch,
        uint8 scope,
        uint32 period,
        address seller,
        uint96 price
    );

    /// @notice `buyer` paid; the seller is to wrap the data key to the point `buyerKey`.
    event Purchased(
        uint256 indexed order,
        uint256 indexed vehicle,
        address indexed buyer,
        uint32 epoch,
        uint8 scope,
        uint32 period,
        address seller,
        uint96 price,
        KeyWrap.Point buyerKey
    );

    /// @notice The seller handed over the key; unwrap it with the one-time key and `ephemeral`.
    event KeyReleased(uint256 indexed order, KeyWrap.Point ephemeral, bytes32 wrapped);

    /// @notice The buyer got `amount` back, `penalty` of it the seller's bond.
    event Refunded(uint256 indexed order, address indexed buyer, uint256 amount, uint256 penalty);

    /// @notice The order stands: `fee` went to the FeeRouter, `rest` is for the contributors.
    event Settled(uint256 indexed order, uint256 fee, uint256 rest);

    /// @notice `contributor` took the share of run `run` and sent it to `to`.
    event Claimed(
        uint256 indexed order, uint256 indexed run, address indexed contributor, address to, uint256 amount
    );

    /// @notice The seller took the bond back and sent it to `to`.
    event BondReturned(uint256 indexed order, address to, uint256 amount);

    /// @notice Only the vehicle's owner sets prices.
    error NotVehicleOwner(address account, uint256 vehicle);

    /// @notice Not on sale in this key epoch.
    error NotOnSale(uint256 vehicle, uint32 epoch, uint8 scope, uint32 period);

    /// @notice The period is not closed yet: its numbers are not final.
    error PeriodOpen(uint32 period);

    /// @notice The data set has no records.
    error NoRecords(bytes32 dataset);

    /// @notice Exactly `expected` must be sent along.
    error WrongValue(uint256 sent, uint256 expected);

    /// @notice The price is above what the buyer agreed to.
    error PriceAbove(uint256 price, uint256 maximum);

    /// @notice The order is not at the station that this call needs.
    error WrongStatus(uint256 order, Status status);

    /// @notice Only the order's seller may do this.
    error NotSeller(address account, uint256 order);

    /// @notice Only the order's buyer may do this.
    error NotBuyer(address account, uint256 order);

    /// @notice Only the contributor of this run may take its share.
    error NotContributor(address account, uint256 order, uint256 run);

    /// @notice The time for this ended at `end`.
    error TooLate(uint256 end);

    /// @notice This can be done from `start` on.
    error TooEarly(uint256 start);

    /// @notice Point and wrapped key are not those that the seller released.
    error NotReleased(uint256 order);

    /// @notice The record is not of the data set that was bought.
    error OtherDataset(uint256 order);

    /// @notice The record is not that leaf of that batch.
    error NotInBatch(uint256 batch, uint256 index);

    /// @notice The key opens the record: the dispute is unfounded.
    error KeyIsRight(uint256 order);

    /// @notice The share of this run was taken already.
    error AlreadyClaimed(uint256 order, uint256 run);

    /// @notice The bond was taken back already.
    error BondTaken(uint256 order);

    /// @notice Coins come by purchase and release only.
    error NotPayable();

    /// @notice Sets the price of a data set of the vehicle's present key epoch. Owner only; a transfer ends it.
    /// @param price Units of 10^-18 AUC; 0 takes it off sale.
    function setPrice(uint256 vehicle, uint8 scope, uint32 period, uint96 price) external;

    /// @notice Buys with native coins, exactly the price.
    /// @param buyerKey The public half of a key pair made for this purchase only.
    /// @return order The order's number, from 1.
    function purchase(uint256 vehicle, uint8 scope, uint32 period, KeyWrap.Point calldata buyerKey)
        external
        payable
        returns (uint256 order);

    /// @notice Buys with wrapped AUC and a permit (EIP-2612) of the caller for this contract over `maximum`.
    /// @param maximum The most the buyer pays, and the permit's value.
    function purchaseWithPermit(
        uint256 vehicle,
        uint8 scope,
        uint32 period,
        KeyWrap.Point calldata buyerKey,
        uint256 maximum,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 order);

    /// @notice Hands over the data key (see KeyWrap), with the bond of the order sent along. Seller only, within
    /// `RELEASE_TIME`.
    function release(uint256 order, KeyWrap.Point calldata ephemeral, bytes32 wrapped) external payable;

    /// @notice Gives the price back to the buyer of an order whose key did not come in time. Anyone.
    function refund(uint256 order) external;

    /// @notice Shows that the released key does not open a record of the data set, and takes price and bond.
    /// Buyer only, within `DISPUTE_TIME`. Opens the one-time key to the public: simulate it first.
    /// @param secret The one-time key.
    /// @param ephemeral As released.
    /// @param shared secret · ephemeral.
    /// @param wrapped As released.
    /// @param sealedRecord The record (see SealedRecord).
    /// @param leaf Where it stands.
    function dispute(
        uint256 order,
        uint256 secret,
        KeyWrap.Point calldata ephemeral,
        KeyWrap.Point calldata shared,
        bytes32 wrapped,
        bytes calldata sealedRecord,
        Leaf calldata leaf
    ) external;

    /// @notice Settles an order whose key was not disputed: the fee goes to the FeeRouter. Anyone.
    function settle(uint256 order) external;

    /// @notice Takes the caller's share of a settled order for one run of records (see IContributions).
    function claim(uint256 order, uint256 run, address payable to) external returns (uint256 amount);

    /// @notice Takes the bond of a settled order back. Seller only.
    function takeBond(uint256 order, address payable to) external;

    /// @notice The order.
    function orderOf(uint256 order) external view returns (Order memory);

    /// @notice The price of a data set in the vehicle's present key epoch; 0 if it is not on sale.
    function priceOf(uint256 vehicle, uint8 scope, uint32 period) external view returns (uint96);

    /// @notice The bond that `release` takes for this price.
    function bondFor(uint256 price) external pure returns (uint256);

    /// @notice What `claim` gives for run `run` of the order, whether or not it was taken; 0 before it is
    /// settled.
    function shareOf(uint256 order, uint256 run) external view returns (uint256);
}
