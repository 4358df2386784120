// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {FoundationFixture} from "../foundation/FoundationFixture.sol";

/// What a whole transaction costs: isolated calls, base cost and calldata included.
/// forge-config: default.isolate = true
contract AUCGasTest is FoundationFixture {
    function setUp() public override {
        super.setUp();
        vm.deal(alice, 100 ether);
    }

    function _spent(string memory what, uint256 ceiling) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint(what, gas);
        assertLe(gas, ceiling, what);
        assertGe(gas, 21_000, "not isolated");
    }

    function test_gasOfWrapping() public {
        vm.startPrank(alice);
        auc.deposit{value: 2 ether}();
        _spent("wrap, first", 120_000);
        vm.warp(NOW + 13);
        auc.deposit{value: 2 ether}();
        _spent("wrap", 75_000);
        vm.warp(NOW + 26);
        auc.withdraw(1 ether);
        _spent("unwrap", 80_000);
        auc.transfer(bob, 1);
        _spent("pay, first", 60_000);
        auc.transfer(bob, 1);
        _spent("pay", 45_000);
        vm.warp(NOW + 39);
        auc.burn(1 ether);
        _spent("burn", 95_000);
    }

    /// A holder who votes writes a checkpoint of its votes too, in each second in which they change.
    function test_gasOfWrappingAVotersCoins() public {
        vm.startPrank(alice);
        auc.delegate(alice);
        auc.deposit{value: 2 ether}();
        vm.warp(NOW + 13);
        auc.deposit{value: 2 ether}();
        _spent("wrap, a voter", 110_000);
        vm.warp(NOW + 26);
        auc.withdraw(1 ether);
        _spent("unwrap, a voter", 115_000);
    }
}
