// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../../src/auc/AUC.sol";
import {Authority} from "../../src/foundation/Authority.sol";
import {FeeRouter} from "../../src/foundation/FeeRouter.sol";
import {Roles} from "../../src/foundation/Roles.sol";
import {DataMarket} from "../../src/market/DataMarket.sol";
import {Datasets} from "../../src/market/Datasets.sol";
import {IDataMarket} from "../../src/market/IDataMarket.sol";
import {IVehicleTitles} from "../../src/market/IVehicleTitles.sol";
import {IReadings} from "../../src/vehicle/IReadings.sol";
import {Sealing} from "../market/Sealing.sol";
import {DeviceKeys} from "../vehicle/DeviceKeys.sol";
import {Tree} from "../vehicle/Tree.sol";

/// Row 32, an insurer buys dynamic access: pay, timed licence, key release. On the real register of readings: a
/// dongle's sealed records arrive in batches, the owner sells one scope of one period, the insurer opens it and
/// nothing else, and the owner is paid.
contract Row32Test is DeviceKeys, Sealing {
    uint8 private constant TRIPS = 1;
    uint8 private constant FAULTS = 2;
    uint96 private constant PRICE = 40 ether;
    uint256 private constant RECORDS = 4;
    bytes private constant TEXT = "sixteen random b 87 km/h 2140 rpm";

    AUC private auc = new AUC(payable(makeAddr("sink")));
    FeeRouter private router;
    DataMarket private market;
    address private insurer = makeAddr("insurer");
    address private treasury = makeAddr("treasury");
    Pair private oneTime;
    uint256 private car;
    uint32 private period;

    function setUp() public override {
        super.setUp();
        Authority.Grant[] memory roles = new Authority.Grant[](1);
        roles[0] = Authority.Grant(Roles.FOUNDATION, address(this), 0);
        Authority.Rule[] memory rules = new Authority.Rule[](1);
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        rules[0] = Authority.Rule(next, FeeRouter.setRate.selector, Roles.FOUNDATION);
        Authority authority = new Authority(address(this), roles, rules);
        FeeRouter.Share[] memory shares = new FeeRouter.Share[](1);
        shares[0] = FeeRouter.Share(treasury, 10_000);
        router = new FeeRouter(address(authority), auc, shares);
        market = new DataMarket(auc, IVehicleTitles(address(registry)), readings, contributions, router);
        router.setRate(market.SERVICE(), 250);

        oneTime = _pair(uint256(keccak256("one-time key")) % ORDER);
        car = _register("tag", alice.account);
        _pair(dongle, car, alice);
        skip(2 hours);
        period = uint32(block.timestamp / 30 days);
        vm.deal(insurer, 100 ether);
        vm.deal(alice.account, 100 ether);
    }

    function _key(uint8 scope) private view returns (bytes32) {
        return keccak256(abi.encode("data key", scope, period));
    }

    /// A batch of sealed records of one scope, as the dongle makes and signs it.
    function _deliver(uint8 scope, uint64 first)
        private
        returns (bytes[] memory sealedRecords, bytes32[] memory leaves, uint256 batch)
    {
        sealedRecords = new bytes[](RECORDS);
        leaves = new bytes32[](RECORDS);
        for (uint64 i = 0; i < RECORDS; ++i) {
            sealedRecords[i] = _sealBy(dongle.account, _key(scope), scope, period, first + i, TEXT);
            leaves[i] = Tree.recordLeaf(first + i, keccak256(sealedRecords[i]));
        }
        IReadings.Header memory h = _header(car, first, first + uint64(RECORDS) - 1, Tree.rootOf(leaves));
        h.scope = scope;
        batch = readings.recordBatch(dongle.account, h, _sign(dongle, _batchHash(h)));
    }

    function _buy() private returns (uint256 order) {
        vm.prank(alice.account);
        market.setPrice(car, TRIPS, period, PRICE);
        vm.warp((uint256(period) + 1) * 30 days + 7 days);
        vm.prank(insurer);
        order = market.purchase{value: PRICE}(car, TRIPS, period, oneTime.point);
    }

    function _release(uint256 order, bytes32 key) private returns (Handover memory handover) {
        handover = _wrapTo(oneTime, key);
        uint256 bond = market.bondFor(PRICE);
        vm.prank(alice.account);
        market.release{value: bond}(order, handover.ephemeral, handover.wrapped);
    }

    function test_row32_insurerPaysAndOpensJustTheScopeAndPeriodBought() public {
        (bytes[] memory trips,,) = _deliver(TRIPS, 1);
        (bytes[] memory faults,,) = _deliver(FAULTS, 100);
        assertEq(contributions.recordsIn(Datasets.id(car, 1, TRIPS, period)), RECORDS);

        uint256 order = _buy();
        Handover memory handover = _release(order, _key(TRIPS));
        bytes32 key = _unwrap(oneTime, handover);
        for (uint256 i = 0; i < RECORDS; ++i) {
            (bytes memory text, bool whole) = _open(dongle.account, key, trips[i]);
            assertTrue(whole);
            assertEq(text, TEXT);
            (, whole) = _open(dongle.account, key, faults[i]);
            assertFalse(whole);
        }

        skip(48 hours);
        market.settle(order);
        router.settle();
        assertEq(router.owed(treasury), 1 ether); // 2.5 % of 40
        uint256 before = alice.account.balance;
        vm.startPrank(alice.account);
        market.claim(order, 0, payable(alice.account));
        market.takeBond(order, payable(alice.account));
        vm.stopPrank();
        assertEq(alice.account.balance - before, 39 ether + market.bondFor(PRICE));
    }

    function test_row32_wrongKeyIsShownOnOneDeviceSignedRecord() public {
        (bytes[] memory trips, bytes32[] memory leaves, uint256 batch) = _deliver(TRIPS, 1);
        uint256 order = _buy();
        Handover memory h = _release(order, _key(FAULTS));
        IDataMarket.Leaf memory leaf = IDataMarket.Leaf(batch, 2, Tree.proofOf(leaves, 2));
        vm.prank(insurer);
        market.dispute(
            order, oneTime.secret, h.ephemeral, _shared(oneTime.secret, EPHEMERAL), h.wrapped, trips[2], leaf
        );
        assertEq(insurer.balance, 100 ether + market.bondFor(PRICE));
    }

    function test_row32_saleEndsTheOffer() public {
        _deliver(TRIPS, 1);
        vm.prank(alice.account);
        market.setPrice(car, TRIPS, period, PRICE);
        _transfer(alice, bob, car);
        vm.warp((uint256(period) + 1) * 30 days + 7 days);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotOnSale.selector, car, 2, TRIPS, period));
        vm.prank(insurer);
        market.purchase{value: PRICE}(car, TRIPS, period, oneTime.point);
    }
}
