// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IContributions} from "../../src/market/IContributions.sol";
import {IDataMarket} from "../../src/market/IDataMarket.sol";
import {KeyWrap} from "../../src/market/KeyWrap.sol";
import {SealedRecord} from "../../src/market/SealedRecord.sol";
import {MarketFixture, Records} from "./MarketFixture.sol";

contract DataMarketTest is MarketFixture {
    bytes private constant TEXT = "0123456789abcdef: 87 km/h, 2140 rpm, coolant 91 C, fuel 43 %";

    function _status(uint256 order) private view returns (IDataMarket.Status) {
        return market.orderOf(order).status;
    }

    function test_priceIsTheOwnersAndEndsWithTheEpoch() public {
        assertEq(market.priceOf(CAR, SCOPE, PERIOD), PRICE);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotVehicleOwner.selector, buyer, CAR));
        vm.prank(buyer);
        market.setPrice(CAR, SCOPE, PERIOD, 1);

        titles.give(CAR, shop);
        assertEq(market.priceOf(CAR, SCOPE, PERIOD), 0);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotOnSale.selector, CAR, 2, SCOPE, PERIOD));
        vm.prank(buyer);
        market.purchase{value: PRICE}(CAR, SCOPE, PERIOD, oneTime.point);
    }

    function test_purchaseTakesThePriceAndNothingElse() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 sent = i == 0 ? PRICE - 1 : PRICE + 1;
            vm.expectRevert(abi.encodeWithSelector(IDataMarket.WrongValue.selector, sent, PRICE));
            vm.prank(buyer);
            market.purchase{value: sent}(CAR, SCOPE, PERIOD, oneTime.point);
        }
        vm.expectEmit(address(market));
        emit IDataMarket.Purchased(1, CAR, buyer, 1, SCOPE, PERIOD, owner, PRICE, oneTime.point);
        uint256 order = _purchase();
        IDataMarket.Order memory o = market.orderOf(order);
        assertEq(o.buyer, buyer);
        assertEq(o.seller, owner);
        assertEq(o.price, PRICE);
        assertEq(o.keyAccount, vm.addr(oneTime.secret));
        assertEq(address(market).balance, PRICE);
        vm.expectRevert(IDataMarket.NotPayable.selector);
        payable(market).transfer(1);
    }

    function test_openPeriodIsNotSold() public {
        vm.startPrank(owner);
        market.setPrice(CAR, SCOPE, PERIOD + 1, PRICE);
        vm.warp((uint256(PERIOD) + 2) * 30 days + 7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.PeriodOpen.selector, PERIOD + 1));
        market.purchase{value: PRICE}(CAR, SCOPE, PERIOD + 1, oneTime.point);
        skip(1);
        vm.expectPartialRevert(IDataMarket.NoRecords.selector);
        market.purchase{value: PRICE}(CAR, SCOPE, PERIOD + 1, oneTime.point);
    }

    function test_buyerKeyMustBeAPoint() public {
        KeyWrap.Point memory off = KeyWrap.Point(oneTime.point.x, oneTime.point.y ^ 1);
        vm.expectRevert(KeyWrap.NotOnCurve.selector);
        vm.prank(buyer);
        market.purchase{value: PRICE}(CAR, SCOPE, PERIOD, off);
        off.x = ORDER;
        vm.expectRevert(KeyWrap.NotOnCurve.selector);
        vm.prank(buyer);
        market.purchase{value: PRICE}(CAR, SCOPE, PERIOD, off);
    }

    function test_purchaseWithPermit() public {
        vm.prank(buyer);
        auc.deposit{value: 50 ether}();
        (uint8 v, bytes32 r, bytes32 s) = _permit(PRICE);
        vm.prank(buyer);
        uint256 order =
            market.purchaseWithPermit(CAR, SCOPE, PERIOD, oneTime.point, PRICE, block.timestamp, v, r, s);
        assertEq(auc.balanceOf(buyer), 50 ether - PRICE);
        assertEq(auc.balanceOf(address(market)), PRICE);
        assertEq(uint8(_status(order)), uint8(IDataMarket.Status.Paid));

        _release(order, KEY); // native from here on
        assertEq(auc.balanceOf(address(market)), 0);
        assertEq(address(market).balance, PRICE + market.bondFor(PRICE));
        skip(48 hours);
        market.settle(order);
        vm.prank(owner);
        market.claim(order, 0, payable(owner));
    }

    function test_permitPurchaseIsRefundedInNativeCoins() public {
        vm.prank(buyer);
        auc.deposit{value: PRICE}();
        (uint8 v, bytes32 r, bytes32 s) = _permit(PRICE);
        vm.prank(buyer);
        uint256 order =
            market.purchaseWithPermit(CAR, SCOPE, PERIOD, oneTime.point, PRICE, block.timestamp, v, r, s);
        skip(72 hours);
        market.refund(order);
        assertEq(buyer.balance, 100 ether);
        assertEq(auc.totalSupply(), 0);
    }

    function test_permitUsedUpByAnotherStillBuys() public {
        vm.prank(buyer);
        auc.deposit{value: 50 ether}();
        (uint8 v, bytes32 r, bytes32 s) = _permit(PRICE);
        auc.permit(buyer, address(market), PRICE, block.timestamp, v, r, s);
        vm.prank(buyer);
        market.purchaseWithPermit(CAR, SCOPE, PERIOD, oneTime.point, PRICE, block.timestamp, v, r, s);
        assertEq(auc.balanceOf(address(market)), PRICE);
    }

    function test_permitBuysNotAboveItsMaximum() public {
        vm.prank(buyer);
        auc.deposit{value: 50 ether}();
        (uint8 v, bytes32 r, bytes32 s) = _permit(PRICE - 1);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.PriceAbove.selector, PRICE, PRICE - 1));
        vm.prank(buyer);
        market.purchaseWithPermit(CAR, SCOPE, PERIOD, oneTime.point, PRICE - 1, block.timestamp, v, r, s);
    }

    function test_silentOwner_refundsAfterTheReleaseTime() public {
        uint256 order = _purchase();
        uint256 end = block.timestamp + 72 hours;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.TooEarly.selector, end));
        market.refund(order);

        vm.warp(end);
        Handover memory h = _wrap(KEY);
        uint256 bond = market.bondFor(PRICE);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.TooLate.selector, end));
        vm.prank(owner);
        market.release{value: bond}(order, h.ephemeral, h.wrapped);

        market.refund(order); // anyone
        assertEq(buyer.balance, 100 ether);
        assertEq(address(market).balance, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDataMarket.WrongStatus.selector, order, IDataMarket.Status.Refunded)
        );
        market.refund(order);
    }

    function test_releaseIsTheSellersWithItsBond() public {
        uint256 order = _purchase();
        Handover memory h = _wrap(KEY);
        uint256 bond = market.bondFor(PRICE);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotSeller.selector, buyer, order));
        vm.prank(buyer);
        market.release{value: bond}(order, h.ephemeral, h.wrapped);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.WrongValue.selector, bond - 1, bond));
        vm.prank(owner);
        market.release{value: bond - 1}(order, h.ephemeral, h.wrapped);
        h.ephemeral.y ^= 1;
        vm.expectRevert(KeyWrap.NotOnCurve.selector);
        vm.prank(owner);
        market.release{value: bond}(order, h.ephemeral, h.wrapped);
    }

    function test_wrongKey_paysPriceAndBondToTheBuyer() public {
        bytes memory sealedRecord = _seal(KEY, SCOPE, PERIOD, 7, TEXT);
        IDataMarket.Leaf memory leaf = _accept(sealedRecord, 7);
        uint256 order = _purchase();
        Handover memory h = _release(order, keccak256("another key"));
        uint256 bond = market.bondFor(PRICE);

        vm.expectEmit(address(market));
        emit IDataMarket.Refunded(order, buyer, PRICE + bond, bond);
        _dispute(order, h, sealedRecord, leaf);
        assertEq(buyer.balance, 100 ether + bond);
        assertEq(address(market).balance, 0);
    }

    function test_rightKey_cannotBeDisputed() public {
        bytes memory sealedRecord = _seal(KEY, SCOPE, PERIOD, 7, TEXT);
        IDataMarket.Leaf memory leaf = _accept(sealedRecord, 7);
        uint256 order = _purchase();
        Handover memory h = _release(order, KEY);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.KeyIsRight.selector, order));
        this.disputeOrder(order, h, sealedRecord, leaf);
    }

    /// So that a revert of the market, and not of a cheat code before it, is what is expected.
    function disputeOrder(
        uint256 order,
        Handover calldata h,
        bytes calldata sealedRecord,
        IDataMarket.Leaf calldata leaf
    ) external {
        _dispute(order, h, sealedRecord, leaf);
    }

    function testFuzz_disputeHoldsExactlyForAWrongKey(
        bytes32 sold,
        bytes32 used,
        uint64 counter,
        bytes memory text
    ) public {
        vm.assume(text.length != 0 && text.length <= 300);
        bytes memory sealedRecord = _seal(used, SCOPE, PERIOD, counter, text);
        IDataMarket.Leaf memory leaf = _accept(sealedRecord, counter);
        uint256 order = _purchase();
        Handover memory h = _release(order, sold);
        // With one byte of text, one key in 256 opens it by chance: compare the texts, not the keys.
        bool opens = keccak256(_streamOf(device, sold, counter, _streamOf(device, used, counter, text)))
            == keccak256(text);
        if (opens) {
            vm.expectRevert(abi.encodeWithSelector(IDataMarket.KeyIsRight.selector, order));
        }
        this.disputeOrder(order, h, sealedRecord, leaf);
        assertEq(
            uint8(_status(order)), uint8(opens ? IDataMarket.Status.Released : IDataMarket.Status.Refunded)
        );
    }

    function test_falseDisputes() public {
        bytes memory sealedRecord = _seal(KEY, SCOPE, PERIOD, 7, TEXT);
        IDataMarket.Leaf memory leaf = _accept(sealedRecord, 7);
        uint256 order = _purchase();
        Handover memory h = _release(order, KEY);

        // A record of another scope or period, which the key rightly does not open.
        bytes memory other = _seal(keccak256("other"), SCOPE + 1, PERIOD, 8, TEXT);
        IDataMarket.Leaf memory otherLeaf = _accept(other, 8);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.OtherDataset.selector, order));
        this.disputeOrder(order, h, other, otherLeaf);
        other = _seal(keccak256("other"), SCOPE, PERIOD + 1, 9, TEXT);
        otherLeaf = _accept(other, 9);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.OtherDataset.selector, order));
        this.disputeOrder(order, h, other, otherLeaf);

        // A record that no device signed.
        other = _seal(keccak256("other"), SCOPE, PERIOD, 7, TEXT);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotInBatch.selector, leaf.batch, 0));
        this.disputeOrder(order, h, other, leaf);

        // Another wrapped key than the released one.
        h.wrapped ^= bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotReleased.selector, order));
        this.disputeOrder(order, h, sealedRecord, leaf);
        h.wrapped ^= bytes32(uint256(1));

        // Another one-time key, and another shared point.
        KeyWrap.Point memory shared = _shared(2, EPHEMERAL);
        vm.expectRevert(KeyWrap.WrongSecret.selector);
        vm.prank(buyer);
        market.dispute(order, 2, h.ephemeral, shared, h.wrapped, sealedRecord, leaf);
        vm.expectRevert(KeyWrap.WrongSecret.selector);
        vm.prank(buyer);
        market.dispute(order, oneTime.secret, h.ephemeral, shared, h.wrapped, sealedRecord, leaf);

        // A stranger, and the buyer too late.
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotBuyer.selector, shop, order));
        vm.prank(shop);
        market.dispute(order, oneTime.secret, h.ephemeral, shared, h.wrapped, sealedRecord, leaf);
        skip(48 hours);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.TooLate.selector, block.timestamp));
        this.disputeOrder(order, h, sealedRecord, leaf);
        market.settle(order);
    }

    function test_recordOfAnotherCarOrEpochDoesNotCount() public {
        bytes memory sealedRecord = _seal(keccak256("other"), SCOPE, PERIOD, 7, TEXT);
        uint256 order = _purchase();
        Handover memory h = _release(order, KEY);
        IDataMarket.Leaf memory leaf;
        for (uint256 i = 0; i < 2; ++i) {
            (uint256 car, uint32 epoch) = i == 0 ? (CAR + 1, uint32(1)) : (CAR, uint32(2));
            leaf.batch = records.add(_batch(car, epoch, sealedRecord));
            vm.expectRevert(abi.encodeWithSelector(IDataMarket.OtherDataset.selector, order));
            this.disputeOrder(order, h, sealedRecord, leaf);
        }
    }

    function test_recordsOfImpossibleLengthAreRefused() public {
        uint256 order = _purchase();
        Handover memory h = _release(order, KEY);
        IDataMarket.Leaf memory leaf;
        vm.expectRevert(abi.encodeWithSelector(SealedRecord.RecordLength.selector, 44));
        this.disputeOrder(order, h, new bytes(44), leaf);
        vm.expectRevert(abi.encodeWithSelector(SealedRecord.RecordLength.selector, 4097));
        this.disputeOrder(order, h, new bytes(4097), leaf);
    }

    function test_settledSaleIsSharedByRecords() public {
        vm.warp(DURING);
        vm.prank(shop);
        contributions.count(CAR, 1, SCOPE, DURING, shop, 1);
        contributions.count(CAR, 1, SCOPE, DURING, owner, 99);
        vm.warp(NOW);
        uint256 order = _purchase();
        assertEq(market.shareOf(order, 0), 0);
        _release(order, KEY);
        vm.expectPartialRevert(IDataMarket.TooEarly.selector);
        market.settle(order);
        skip(48 hours);
        market.settle(order);

        uint256 fee = uint256(PRICE) * 250 / 10_000;
        assertEq(address(fees).balance, fee);
        uint256 before = owner.balance;
        vm.startPrank(owner);
        market.claim(order, 0, payable(owner));
        market.claim(order, 2, payable(owner));
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotContributor.selector, owner, order, 1));
        market.claim(order, 1, payable(owner));
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.AlreadyClaimed.selector, order, 0));
        market.claim(order, 0, payable(owner));
        vm.stopPrank();
        assertEq(owner.balance - before, (PRICE - fee) * 399 / 400);
        vm.prank(shop);
        assertEq(market.claim(order, 1, payable(makeAddr("till"))), (PRICE - fee) / 400);

        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotSeller.selector, shop, order));
        vm.prank(shop);
        market.takeBond(order, payable(shop));
        vm.startPrank(owner);
        market.takeBond(order, payable(owner));
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.BondTaken.selector, order));
        market.takeBond(order, payable(owner));
        assertEq(address(market).balance, 0);
    }

    /// Whatever the price, the fee's rate and the runs, fee + providers = price, to the unit.
    function testFuzz_row23_feeAndProvidersAreThePrice(uint96 price, uint16 rate, uint32[8] memory runs)
        public
    {
        price = uint96(bound(price, 1, 1e28));
        fees.setRate(bound(rate, 0, 1_000));
        vm.warp(DURING);
        for (uint256 i = 0; i < runs.length; ++i) {
            address who = i % 2 == 0 ? shop : owner;
            contributions.count(CAR, 1, SCOPE, DURING, who, uint32(bound(runs[i], 1, 1e9)));
        }
        vm.warp(NOW);
        vm.prank(owner);
        market.setPrice(CAR, SCOPE, PERIOD, price);
        vm.deal(buyer, price);
        vm.prank(buyer);
        uint256 order = market.purchase{value: price}(CAR, SCOPE, PERIOD, oneTime.point);
        Handover memory h = _wrap(KEY);
        vm.deal(owner, market.bondFor(price));
        vm.prank(owner);
        market.release{value: owner.balance}(order, h.ephemeral, h.wrapped);
        skip(48 hours);
        market.settle(order);

        uint256 providers = 0;
        for (uint256 i = 0; i < contributions.runsIn(_dataset()); ++i) {
            (address contributor,,) = contributions.runAt(_dataset(), i);
            vm.prank(contributor);
            providers += market.claim(order, i, payable(contributor));
        }
        assertEq(address(fees).balance + providers, price);
        assertEq(address(market).balance, market.bondFor(price));
    }

    function test_contributionsAreCountedByRecordersWhileThePeriodIsOpen() public {
        assertEq(contributions.recordsIn(_dataset()), 300);
        contributions.count(CAR, 1, SCOPE, DURING, owner, 5); // closed
        assertEq(contributions.recordsIn(_dataset()), 300);
        vm.warp(DURING);
        contributions.count(CAR, 1, SCOPE, DURING, owner, 0);
        vm.expectEmit(address(contributions));
        emit IContributions.Contributed(_dataset(), owner, 5);
        contributions.count(CAR, 1, SCOPE, DURING, owner, 5);
        assertEq(contributions.runsIn(_dataset()), 1);
        assertEq(contributions.runsIn("none"), 0);
        vm.expectRevert(abi.encodeWithSelector(IContributions.NoSuchRun.selector, bytes32("none"), 0));
        contributions.runAt("none", 0);
        vm.expectRevert(abi.encodeWithSelector(IContributions.NoSuchRun.selector, _dataset(), 1));
        contributions.runAt(_dataset(), 1);
        vm.expectRevert(abi.encodeWithSelector(IContributions.NotRecorder.selector, buyer));
        vm.prank(buyer);
        contributions.count(CAR, 1, SCOPE, DURING, buyer, 5);
    }

    /// The seller's contract calls back while its share is paid out: it gets it once.
    function test_reentrantClaimGetsItsShareOnce() public {
        vm.warp(DURING);
        Glutton glutton = new Glutton();
        vm.prank(shop);
        contributions.count(CAR, 1, SCOPE, DURING, address(glutton), 300);
        vm.warp(NOW);
        uint256 order = _purchase();
        _release(order, KEY);
        skip(48 hours);
        market.settle(order);
        glutton.claim(market, order, 1);
        assertEq(address(glutton).balance, market.shareOf(order, 1));
        assertTrue(glutton.refused());
    }

    function _batch(uint256 car, uint32 epoch, bytes memory sealedRecord)
        private
        view
        returns (Records.Batch memory)
    {
        return Records.Batch(car, epoch, device, 7, keccak256(sealedRecord));
    }
}

/// Claims again from inside the payment.
contract Glutton {
    IDataMarket private _market;
    uint256 private _order;
    uint256 private _run;
    bool public refused;

    function claim(IDataMarket market, uint256 order, uint256 run) external {
        (_market, _order, _run) = (market, order, run);
        market.claim(order, run, payable(address(this)));
    }

    receive() external payable {
        try _market.claim(_order, _run, payable(address(this))) {}
        catch {
            refused = true;
        }
    }
}
