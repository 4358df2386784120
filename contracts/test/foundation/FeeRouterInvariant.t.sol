// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../../src/auc/AUC.sol";
import {FeeRouter} from "../../src/foundation/FeeRouter.sol";
import {FoundationFixture} from "./FoundationFixture.sol";

import {Test} from "forge-std/Test.sol";

/// Payers, payees and shares who pay, collect, settle and release in any order.
contract FeePayers is Test {
    bytes32 private constant SERVICE = "service";

    FeeRouter private immutable _router;
    AUC private immutable _auc;
    address private immutable _executive;
    address private immutable _timelock;
    address[3] private _accounts;
    address private _payee = makeAddr("payee");

    uint256 public priced;
    uint256 public fees;

    constructor(FeeRouter router, AUC auc, address executive, address timelock) {
        (_router, _auc, _executive, _timelock) = (router, auc, executive, timelock);
        _accounts = [makeAddr("one"), makeAddr("two"), makeAddr("three")];
    }

    function setRate(uint16 rate) external {
        vm.prank(_executive);
        _router.setRate(SERVICE, uint16(bound(rate, 0, 1_000)));
    }

    function setShares(uint16 first, uint16 second) external {
        first = uint16(bound(first, 0, 10_000));
        second = uint16(bound(second, 0, 10_000 - first));
        FeeRouter.Share[] memory shares = new FeeRouter.Share[](3);
        shares[0] = FeeRouter.Share(_accounts[0], first);
        shares[1] = FeeRouter.Share(_accounts[1], second);
        shares[2] = FeeRouter.Share(_accounts[2], 10_000 - first - second);
        vm.prank(_timelock);
        _router.setShares(shares);
    }

    function payNative(uint256 price) external {
        price = bound(price, 0, 1e24);
        vm.deal(address(this), price);
        fees += _router.payNative{value: price}(SERVICE, _payee);
        priced += price;
    }

    function pay(uint256 price) external {
        price = bound(price, 0, 1e24);
        vm.deal(address(this), price);
        _auc.deposit{value: price}();
        _auc.approve(address(_router), price);
        fees += _router.pay(SERVICE, _payee, price);
        priced += price;
    }

    function collect(uint256 fee) external {
        fee = bound(fee, 0, 1e24);
        vm.deal(address(this), fee);
        _router.collectNative{value: fee}(SERVICE, address(this));
        fees += fee;
        priced += fee;
    }

    function settle() external {
        _router.settle();
    }

    function release(uint256 who) external {
        _router.settle();
        address account = _accounts[who % 3];
        if (_router.owed(account) != 0) _router.release(account);
    }

    function received() external view returns (uint256 payee, uint256 released, uint256 owed) {
        payee = _payee.balance + _auc.balanceOf(_payee);
        for (uint256 i = 0; i < 3; ++i) {
            released += _accounts[i].balance;
            owed += _router.owed(_accounts[i]);
        }
    }
}

contract FeeRouterInvariantTest is FoundationFixture {
    FeePayers private payers;

    function setUp() public override {
        super.setUp();
        payers = new FeePayers(feeRouter, auc, at.executive, at.timelock);
        payers.setShares(3_333, 3_333);
        targetContract(address(payers));
    }

    function invariant_feesPlusPayeesEqualPrices() public view {
        (uint256 payee,,) = payers.received();
        assertEq(payee + payers.fees(), payers.priced());
    }

    function invariant_everyFeeIsReleasedOwedOrYetToSettle() public view {
        (, uint256 released, uint256 owed) = payers.received();
        assertEq(owed, feeRouter.totalOwed());
        assertGe(address(feeRouter).balance, owed);
        uint256 held = address(feeRouter).balance + auc.balanceOf(address(feeRouter));
        assertEq(released + held, payers.fees());
    }
}
