// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../../src/auc/AUC.sol";
import {IFeeRouter} from "../../src/foundation/IFeeRouter.sol";
import {Contributions} from "../../src/market/Contributions.sol";
import {DataMarket} from "../../src/market/DataMarket.sol";
import {Datasets} from "../../src/market/Datasets.sol";
import {IDataMarket} from "../../src/market/IDataMarket.sol";
import {IRecordSource} from "../../src/market/IRecordSource.sol";
import {IVehicleTitles} from "../../src/market/IVehicleTitles.sol";
import {KeyWrap} from "../../src/market/KeyWrap.sol";
import {Sealing} from "./Sealing.sol";

/// Owners and epochs, as the register of vehicles keeps them.
contract TitlesStub is IVehicleTitles {
    error NoVehicle(uint256 vehicle);

    mapping(uint256 vehicle => address) private _owners;
    mapping(uint256 vehicle => uint32) public epochOf;

    function give(uint256 vehicle, address owner) external {
        _owners[vehicle] = owner;
        ++epochOf[vehicle];
    }

    function ownerOf(uint256 vehicle) external view returns (address owner) {
        owner = _owners[vehicle];
        if (owner == address(0)) revert NoVehicle(vehicle);
    }
}

/// Batches of one record, as the register of readings keeps them.
contract Records is IRecordSource {
    struct Batch {
        uint256 vehicle;
        uint32 epoch;
        address device;
        uint64 counter;
        bytes32 hash;
    }

    Batch[] private _batches;

    function add(Batch calldata batch) external returns (uint256) {
        _batches.push(batch);
        return _batches.length - 1;
    }

    function batchOrigin(uint256 batch) external view returns (uint256, uint32, address) {
        Batch storage b = _batches[batch];
        return (b.vehicle, b.epoch, b.device);
    }

    function provesRecord(
        uint256 batch,
        uint256 index,
        uint64 counter,
        bytes32 hash,
        bytes32[] calldata proof
    ) external view returns (bool) {
        Batch storage b = _batches[batch];
        return index == 0 && proof.length == 0 && b.counter == counter && b.hash == hash;
    }
}

/// A fee of a rate, kept.
contract Fees {
    uint256 public rate;

    function setRate(uint256 rate_) external {
        rate = rate_;
    }

    function feeOf(bytes32, uint256 price) external view returns (uint256) {
        return price * rate / 10_000;
    }

    function collectNative(bytes32, address) external payable {}
}

/// A market with one car, whose owner sells a finished period.
abstract contract MarketFixture is Sealing {
    uint256 internal constant CAR = 1;
    uint8 internal constant SCOPE = 2;
    uint32 internal constant PERIOD = 694;
    uint48 internal constant DURING = uint48(PERIOD * 30 days + 3 days);
    uint256 internal constant NOW = (uint256(PERIOD) + 1) * 30 days + 8 days;
    uint96 internal constant PRICE = 10 ether;
    bytes32 internal constant KEY = keccak256("data key");

    AUC internal auc;
    TitlesStub internal titles = new TitlesStub();
    Records internal records = new Records();
    Fees internal fees = new Fees();
    Contributions internal contributions;
    DataMarket internal market;

    address internal owner = makeAddr("owner");
    address internal shop = makeAddr("shop");
    address internal device = makeAddr("device");
    address internal buyer;
    uint256 internal buyerSecret;
    Pair internal oneTime;

    function setUp() public virtual {
        (buyer, buyerSecret) = makeAddrAndKey("buyer");
        oneTime = _pair(uint256(keccak256("one-time key")) % ORDER);
        auc = new AUC(payable(makeAddr("sink")));
        contributions = new Contributions(address(this), shop);
        market = new DataMarket(auc, titles, records, contributions, IFeeRouter(address(fees)));
        titles.give(CAR, owner);
        fees.setRate(250);

        vm.warp(DURING);
        contributions.count(CAR, 1, SCOPE, DURING, owner, 300);
        vm.warp(NOW);
        vm.prank(owner);
        market.setPrice(CAR, SCOPE, PERIOD, PRICE);
        vm.deal(buyer, 100 ether);
        vm.deal(owner, 100 ether);
    }

    function _dataset() internal pure returns (bytes32) {
        return Datasets.id(CAR, 1, SCOPE, PERIOD);
    }

    function _wrap(bytes32 key) internal returns (Handover memory) {
        return _wrapTo(oneTime, key);
    }

    function _seal(bytes32 key, uint8 scope, uint32 period, uint64 counter, bytes memory plaintext)
        internal
        view
        returns (bytes memory)
    {
        return _sealBy(device, key, scope, period, counter, plaintext);
    }

    /// Puts a sealed record into an accepted batch of the car's first epoch.
    function _accept(bytes memory sealedRecord, uint64 counter)
        internal
        returns (IDataMarket.Leaf memory leaf)
    {
        leaf.batch = records.add(Records.Batch(CAR, 1, device, counter, keccak256(sealedRecord)));
    }

    /// The buyer's permit for the market, good for this second.
    function _permit(uint256 value) internal view returns (uint8, bytes32, bytes32) {
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(
            abi.encode(typehash, buyer, address(market), value, auc.nonces(buyer), block.timestamp)
        );
        return
            vm.sign(buyerSecret, keccak256(abi.encodePacked("\x19\x01", auc.DOMAIN_SEPARATOR(), structHash)));
    }

    function _purchase() internal returns (uint256) {
        vm.prank(buyer);
        return market.purchase{value: PRICE}(CAR, SCOPE, PERIOD, oneTime.point);
    }

    function _release(uint256 order, bytes32 key) internal returns (Handover memory handover) {
        handover = _wrap(key);
        uint256 bond = market.bondFor(PRICE);
        vm.prank(owner);
        market.release{value: bond}(order, handover.ephemeral, handover.wrapped);
    }

    function _dispute(
        uint256 order,
        Handover memory h,
        bytes memory sealedRecord,
        IDataMarket.Leaf memory leaf
    ) internal {
        KeyWrap.Point memory shared = _shared(oneTime.secret, EPHEMERAL);
        vm.prank(buyer);
        market.dispute(order, oneTime.secret, h.ephemeral, shared, h.wrapped, sealedRecord, leaf);
    }
}
