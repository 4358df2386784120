// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IDataMarket} from "../../src/market/IDataMarket.sol";
import {MarketFixture} from "../market/MarketFixture.sol";

/// What a whole transaction on the data market costs: isolated calls, base cost and calldata included. "First" is
/// a buyer's first purchase; the other figure is every later one.
/// forge-config: default.isolate = true
contract MarketGasTest is MarketFixture {
    function _spent(string memory what, uint256 ceiling) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint(what, gas);
        assertLe(gas, ceiling, what);
        assertGe(gas, 21_000, "not isolated");
    }

    function test_gasOfNativePurchases() public {
        _purchase();
        _spent("purchase, native, first", 150_000);
        _purchase();
        _spent("purchase, native", 130_000);
    }

    function test_gasOfPermitPurchases() public {
        vm.prank(buyer);
        auc.deposit{value: 50 ether}();
        for (uint256 i = 0; i < 3; ++i) {
            skip(13);
            (uint8 v, bytes32 r, bytes32 s) = _permit(PRICE);
            vm.prank(buyer);
            market.purchaseWithPermit(CAR, SCOPE, PERIOD, oneTime.point, PRICE, block.timestamp, v, r, s);
            _spent(i == 0 ? "purchase, permit, first" : "purchase, permit", i == 0 ? 250_000 : 190_000);
        }
    }

    function test_gasOfTheRestOfASale() public {
        bytes memory sealedRecord = _seal(KEY, SCOPE, PERIOD, 7, new bytes(200));
        IDataMarket.Leaf memory leaf = _accept(sealedRecord, 7);
        uint256 order = _purchase();
        _release(order, KEY);
        _spent("release", 90_000);
        skip(48 hours);
        market.settle(order);
        _spent("settle, first", 100_000);
        vm.prank(owner);
        market.claim(order, 0, payable(owner));
        _spent("claim a share", 80_000);
        vm.prank(owner);
        market.takeBond(order, payable(owner));
        _spent("take the bond", 60_000);

        order = _purchase();
        Handover memory wrong = _release(order, "wrong");
        _dispute(order, wrong, sealedRecord, leaf);
        _spent("dispute, a record of 245 bytes", 150_000);
        order = _purchase();
        skip(72 hours);
        market.refund(order);
        _spent("refund", 60_000);
    }
}
