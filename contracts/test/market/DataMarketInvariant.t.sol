// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IDataMarket} from "../../src/market/IDataMarket.sol";
import {MarketFixture} from "./MarketFixture.sol";

/// Buyers, an honest, a cheating or a silent seller, and contributors, in any order.
contract Bazaar is MarketFixture {
    uint256 public orders;
    uint256 public refunded;
    uint256 public settled;
    uint256 public claimed;
    bytes private _record;
    IDataMarket.Leaf private _leaf;

    function setUp() public override {
        super.setUp();
        vm.warp(DURING);
        vm.prank(shop);
        contributions.count(CAR, 1, SCOPE, DURING, shop, 7);
        vm.warp(NOW);
        _record = _seal(KEY, SCOPE, PERIOD, 7, "sixteen random b and some text");
        _leaf = _accept(_record, 7);
    }

    function setPrice(uint96 price) external {
        vm.prank(owner);
        market.setPrice(CAR, SCOPE, PERIOD, uint96(bound(price, 1, 1e24)));
    }

    function buy(bool byPermit) external {
        uint96 price = market.priceOf(CAR, SCOPE, PERIOD);
        vm.deal(buyer, price);
        vm.startPrank(buyer);
        if (byPermit) {
            auc.deposit{value: price}();
            (uint8 v, bytes32 r, bytes32 s) = _permit(price);
            market.purchaseWithPermit(CAR, SCOPE, PERIOD, oneTime.point, price, block.timestamp, v, r, s);
        } else {
            market.purchase{value: price}(CAR, SCOPE, PERIOD, oneTime.point);
        }
        vm.stopPrank();
        ++orders;
    }

    /// Moves the order on, as its station and the draw say.
    function step(uint256 order, uint256 draw) external {
        if (orders == 0) return;
        order = bound(order, 1, orders);
        IDataMarket.Order memory o = market.orderOf(order);
        if (o.status == IDataMarket.Status.Paid) _answer(order, o, draw);
        else if (o.status == IDataMarket.Status.Released) _judge(order, o, draw);
        else if (o.status == IDataMarket.Status.Settled) _payOut(order, draw);
    }

    function wait(uint32 time) external {
        skip(bound(time, 0, 3 days));
    }

    function setRate(uint256 rate) external {
        fees.setRate(bound(rate, 0, 1_000));
    }

    /// What the market must hold: prices and bonds of open orders, shares and bonds not taken.
    function due() external view returns (uint256 native, uint256 wrapped) {
        for (uint256 id = 1; id <= orders; ++id) {
            IDataMarket.Order memory o = market.orderOf(id);
            if (o.status == IDataMarket.Status.Paid) {
                if (o.wrapped) wrapped += o.price;
                else native += o.price;
            } else if (o.status == IDataMarket.Status.Released) {
                native += o.price + market.bondFor(o.price);
            } else if (o.status == IDataMarket.Status.Settled) {
                native += o.price - o.fee;
                if (!o.bondTaken) native += market.bondFor(o.price);
            }
        }
        native -= claimed;
    }

    function holdings() external view returns (uint256 native, uint256 wrapped) {
        return (address(market).balance, auc.balanceOf(address(market)));
    }

    function _answer(uint256 order, IDataMarket.Order memory o, uint256 draw) private {
        if (block.timestamp >= o.time + 72 hours) {
            market.refund(order);
            ++refunded;
            return;
        }
        Handover memory h = _wrap(draw % 3 == 0 ? keccak256("wrong") : KEY);
        vm.deal(owner, market.bondFor(o.price));
        vm.prank(owner);
        market.release{value: owner.balance}(order, h.ephemeral, h.wrapped);
    }

    function _judge(uint256 order, IDataMarket.Order memory o, uint256 draw) private {
        if (block.timestamp >= o.time + 48 hours) {
            market.settle(order);
            ++settled;
            return;
        }
        Handover memory h = _wrap(keccak256("wrong"));
        if (o.handover != keccak256(abi.encode(h.ephemeral, h.wrapped)) || draw % 2 == 0) return;
        _dispute(order, h, _record, _leaf);
        ++refunded;
    }

    function _payOut(uint256 order, uint256 draw) private {
        uint256 run = draw % 2;
        vm.startPrank(run == 0 ? owner : shop);
        try market.claim(order, run, payable(makeAddr("till"))) returns (uint256 amount) {
            claimed += amount;
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IDataMarket.AlreadyClaimed.selector);
        }
        if (run == 0 && !market.orderOf(order).bondTaken) market.takeBond(order, payable(makeAddr("till")));
        vm.stopPrank();
    }
}

contract DataMarketInvariantTest is MarketFixture {
    Bazaar private bazaar;

    function setUp() public override {
        bazaar = new Bazaar();
        bazaar.setUp();
        bytes4[] memory selectors = new bytes4[](5);
        selectors[0] = Bazaar.setPrice.selector;
        selectors[1] = Bazaar.buy.selector;
        selectors[2] = Bazaar.step.selector;
        selectors[3] = Bazaar.wait.selector;
        selectors[4] = Bazaar.setRate.selector;
        targetContract(address(bazaar));
        targetSelector(FuzzSelector(address(bazaar), selectors));
    }

    /// Every coin in the market belongs to an order, and no order lacks one.
    function invariant_row23_theMarketHoldsExactlyWhatItOwes() public view {
        (uint256 native, uint256 wrapped) = bazaar.due();
        (uint256 nativeHeld, uint256 wrappedHeld) = bazaar.holdings();
        assertEq(nativeHeld, native);
        assertEq(wrappedHeld, wrapped);
    }
}
