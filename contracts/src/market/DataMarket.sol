// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../auc/AUC.sol";
import {IFeeRouter} from "../foundation/IFeeRouter.sol";
import {Datasets} from "./Datasets.sol";
import {IContributions} from "./IContributions.sol";
import {IDataMarket} from "./IDataMarket.sol";
import {IRecordSource} from "./IRecordSource.sol";
import {IVehicleTitles} from "./IVehicleTitles.sol";
import {KeyWrap} from "./KeyWrap.sol";
import {Periods} from "./Periods.sol";
import {SealedRecord} from "./SealedRecord.sol";

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title DataMarket, where a car's owner sells the key to a period of its data
/// @notice See {IDataMarket}. Immutable, without an administrator; the fee's rate is the FeeRouter's.
/// @dev An order's coins stay here until it is refunded or settled and claimed, so the balance, native and wrapped
/// together, is always the sum of: prices and bonds of open orders, shares not claimed and bonds not taken.
contract DataMarket is IDataMarket {
    /// @notice The FeeRouter's name for this service.
    bytes32 public constant SERVICE = keccak256("autochain.data");

    /// @notice Seconds that the seller has to release the key.
    uint256 public constant RELEASE_TIME = 72 hours;

    /// @notice Seconds that the buyer has to dispute a released key.
    uint256 public constant DISPUTE_TIME = 48 hours;

    /// @notice The seller's bond, ten-thousandths of the price; the penalty for a wrong key.
    uint256 public constant BOND_RATE = 2_000;

    /// @notice The wrapped coin.
    AUC public immutable AUC_TOKEN;

    /// @notice The register of vehicles.
    IVehicleTitles public immutable REGISTRY;

    /// @notice The accepted batches.
    IRecordSource public immutable RECORDS;

    /// @notice Who contributed which records.
    IContributions public immutable CONTRIBUTIONS;

    /// @notice Where the fee goes.
    IFeeRouter public immutable FEE_ROUTER;

    uint256 private _orderCount;
    mapping(uint256 order => Order) private _orders;
    mapping(bytes32 dataset => uint96) private _prices;
    mapping(uint256 order => mapping(uint256 run => bool)) private _claimed;

    /// @param token The wrapped coin.
    /// @param registry The register of vehicles.
    /// @param records The accepted batches.
    /// @param contributions Who contributed which records.
    /// @param feeRouter Where the fee goes.
    constructor(
        AUC token,
        IVehicleTitles registry,
        IRecordSource records,
        IContributions contributions,
        IFeeRouter feeRouter
    ) {
        AUC_TOKEN = token;
        REGISTRY = registry;
        RECORDS = records;
        CONTRIBUTIONS = contributions;
        FEE_ROUTER = feeRouter;
    }

    /// @notice Takes the coins that the wrapped coin pays out, and no others.
    receive() external payable {
        if (msg.sender != address(AUC_TOKEN)) revert NotPayable();
    }

    /// @inheritdoc IDataMarket
    function setPrice(uint256 vehicle, uint8 scope, uint32 period, uint96 price) external {
        if (REGISTRY.ownerOf(vehicle) != msg.sender) revert NotVehicleOwner(msg.sender, vehicle);
        uint32 epoch = REGISTRY.epochOf(vehicle);
        _prices[Datasets.id(vehicle, epoch, scope, period)] = price;
        emit PriceSet(vehicle, epoch, scope, period, msg.sender, price);
    }

    /// @inheritdoc IDataMarket
    function purchase(uint256 vehicle, uint8 scope, uint32 period, KeyWrap.Point calldata buyerKey)
        external
        payable
        returns (uint256 order)
    {
        uint96 price;
        (order, price) = _open(vehicle, scope, period, buyerKey);
        if (msg.value != price) revert WrongValue(msg.value, price);
    }

    /// @inheritdoc IDataMarket
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
    ) external returns (uint256 order) {
        uint96 price;
        (order, price) = _open(vehicle, scope, period, buyerKey);
        if (price > maximum) revert PriceAbove(price, maximum);
        _orders[order].wrapped = true;
        // Whoever sees the permit can use it up first; the allowance it gave then still stands.
        try AUC_TOKEN.permit(msg.sender, address(this), maximum, deadline, v, r, s) {} catch {}
        // AUC reverts on failure and always returns true.
        // forge-lint: disable-next-line(erc20-unchecked-transfer)
        AUC_TOKEN.transferFrom(msg.sender, address(this), price);
    }

    /// @inheritdoc IDataMarket
    function release(uint256 order, KeyWrap.Point calldata ephemeral, bytes32 wrapped) external payable {
        Order storage o = _require(order, Status.Paid);
        if (msg.sender != o.seller) revert NotSeller(msg.sender, order);
        _requireBefore(o.time + RELEASE_TIME);
        uint256 bond = bondFor(o.price);
        if (msg.value != bond) revert WrongValue(msg.value, bond);
        KeyWrap.requireOnCurve(ephemeral);

        o.status = Status.Released;
        o.time = _now();
        o.handover = _handover(ephemeral, wrapped);
        emit KeyReleased(order, ephemeral, wrapped);
        _unwrap(o);
    }

    /// @inheritdoc IDataMarket
    function refund(uint256 order) external {
        Order storage o = _require(order, Status.Paid);
        _requireFrom(o.time + RELEASE_TIME);
        _refund(order, o, 0);
    }

    /// @inheritdoc IDataMarket
    function dispute(
        uint256 order,
        uint256 secret,
        KeyWrap.Point calldata ephemeral,
        KeyWrap.Point calldata shared,
        bytes32 wrapped,
        bytes calldata sealedRecord,
        Leaf calldata leaf
    ) external {
        Order storage o = _require(order, Status.Released);
        if (msg.sender != o.buyer) revert NotBuyer(msg.sender, order);
        _requireBefore(o.time + DISPUTE_TIME);
        if (_handover(ephemeral, wrapped) != o.handover) revert NotReleased(order);

        address device = _deviceOf(order, o, sealedRecord, leaf);
        bytes32 key = KeyWrap.unwrap(o.keyAccount, secret, ephemeral, shared, wrapped);
        if (SealedRecord.opensWith(sealedRecord, key, device)) revert KeyIsRight(order);
        _refund(order, o, bondFor(o.price));
    }

    /// @inheritdoc IDataMarket
    function settle(uint256 order) external {
        Order storage o = _require(order, Status.Released);
        _requireFrom(o.time + DISPUTE_TIME);
        uint256 fee = FEE_ROUTER.feeOf(SERVICE, o.price);

        o.status = Status.Settled;
        // forge-lint: disable-next-line(unsafe-typecast)
        o.fee = uint96(fee); // a part of the price; the subtraction below fails otherwise
        emit Settled(order, fee, o.price - fee);
        if (fee != 0) FEE_ROUTER.collectNative{value: fee}(SERVICE, o.buyer);
    }

    /// @inheritdoc IDataMarket
    function claim(uint256 order, uint256 run, address payable to) external returns (uint256 amount) {
        Order storage o = _require(order, Status.Settled);
        address contributor;
        (contributor, amount) = _share(o, run);
        if (msg.sender != contributor) revert NotContributor(msg.sender, order, run);
        if (_claimed[order][run]) revert AlreadyClaimed(order, run);

        _claimed[order][run] = true;
        emit Claimed(order, run, contributor, to, amount);
        Address.sendValue(to, amount);
    }

    /// @inheritdoc IDataMarket
    function takeBond(uint256 order, address payable to) external {
        Order storage o = _require(order, Status.Settled);
        if (msg.sender != o.seller) revert NotSeller(msg.sender, order);
        if (o.bondTaken) revert BondTaken(order);

        o.bondTaken = true;
        uint256 bond = bondFor(o.price);
        emit BondReturned(order, to, bond);
        Address.sendValue(to, bond);
    }

    /// @inheritdoc IDataMarket
    function orderOf(uint256 order) external view returns (Order memory) {
        return _orders[order];
    }

    /// @inheritdoc IDataMarket
    function priceOf(uint256 vehicle, uint8 scope, uint32 period) external view returns (uint96) {
        return _prices[Datasets.id(vehicle, REGISTRY.epochOf(vehicle), scope, period)];
    }

    /// @inheritdoc IDataMarket
    function bondFor(uint256 price) public pure returns (uint256) {
        return price * BOND_RATE / 10_000;
    }

    /// @inheritdoc IDataMarket
    function shareOf(uint256 order, uint256 run) external view returns (uint256 amount) {
        Order storage o = _orders[order];
        if (o.status == Status.Settled) (, amount) = _share(o, run);
    }

    /// @dev Writes the order; the caller takes the price.
    function _open(uint256 vehicle, uint8 scope, uint32 period, KeyWrap.Point calldata buyerKey)
        private
        returns (uint256 order, uint96 price)
    {
        uint32 epoch = REGISTRY.epochOf(vehicle);
        bytes32 dataset = Datasets.id(vehicle, epoch, scope, period);
        price = _prices[dataset];
        if (price == 0) revert NotOnSale(vehicle, epoch, scope, period);
        if (!Periods.isClosed(period)) revert PeriodOpen(period);
        if (CONTRIBUTIONS.recordsIn(dataset) == 0) revert NoRecords(dataset);
        KeyWrap.requireOnCurve(buyerKey);
        address seller = REGISTRY.ownerOf(vehicle);

        order = ++_orderCount;
        Order storage o = _orders[order];
        (o.buyer, o.time, o.status, o.scope, o.period) = (msg.sender, _now(), Status.Paid, scope, period);
        (o.seller, o.price) = (seller, price);
        // forge-lint: disable-next-line(unsafe-typecast)
        (o.keyAccount, o.vehicle, o.epoch) = (KeyWrap.accountOf(buyerKey), uint64(vehicle), epoch);
        emit Purchased(order, vehicle, msg.sender, epoch, scope, period, seller, price, buyerKey);
    }

    /// @dev Wrapped coins stay wrapped while the order waits for its key, which keeps the purchase cheap; from
    /// then on every order is in native coins. AUC pays out to `receive` and calls nobody else.
    function _unwrap(Order storage o) private {
        if (!o.wrapped) return;
        o.wrapped = false;
        AUC_TOKEN.withdraw(o.price);
    }

    function _refund(uint256 order, Order storage o, uint256 penalty) private {
        o.status = Status.Refunded;
        uint256 amount = o.price + penalty;
        emit Refunded(order, o.buyer, amount, penalty);
        _unwrap(o);
        Address.sendValue(payable(o.buyer), amount);
    }

    /// @dev The device that signed the record; reverts unless the record is of the data set that was bought.
    function _deviceOf(uint256 order, Order storage o, bytes calldata sealedRecord, Leaf calldata leaf)
        private
        view
        returns (address device)
    {
        (uint8 scope, uint32 period, uint64 counter) = SealedRecord.header(sealedRecord);
        uint256 vehicle;
        uint32 epoch;
        (vehicle, epoch, device) = RECORDS.batchOrigin(leaf.batch);
        if (vehicle != o.vehicle || epoch != o.epoch || scope != o.scope || period != o.period) {
            revert OtherDataset(order);
        }
        if (!RECORDS.provesRecord(leaf.batch, leaf.index, counter, keccak256(sealedRecord), leaf.proof)) {
            revert NotInBatch(leaf.batch, leaf.index);
        }
    }

    /// @dev The contributor of a run and the run's part of what is left after the fee: the difference of two
    /// rounded places in the line, so that all runs together get all of it.
    function _share(Order storage o, uint256 run) private view returns (address contributor, uint256 amount) {
        bytes32 dataset = Datasets.id(o.vehicle, o.epoch, o.scope, o.period);
        uint256 records = CONTRIBUTIONS.recordsIn(dataset);
        uint256 rest = o.price - o.fee;
        uint256 start;
        uint256 end;
        (contributor, start, end) = CONTRIBUTIONS.runAt(dataset, run);
        amount = rest * end / records - rest * start / records;
    }

    function _require(uint256 order, Status status) private view returns (Order storage o) {
        o = _orders[order];
        if (o.status != status) revert WrongStatus(order, o.status);
    }

    function _requireBefore(uint256 end) private view {
        // A miner moves the stamp by seconds; these times are days.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp >= end) revert TooLate(end);
    }

    function _requireFrom(uint256 start) private view {
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp < start) revert TooEarly(start);
    }

    function _now() private view returns (uint40) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(block.timestamp); // until the year 36812
    }

    function _handover(KeyWrap.Point calldata ephemeral, bytes32 wrapped) private pure returns (bytes32) {
        return keccak256(abi.encode(ephemeral, wrapped));
    }
}
