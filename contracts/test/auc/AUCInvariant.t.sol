// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../../src/auc/AUC.sol";
import {BurnSink} from "../../src/auc/BurnSink.sol";
import {Forcer} from "./AUC.t.sol";

import {Test} from "forge-std/Test.sol";

/// Five holders who wrap, unwrap, pay, delegate and force coins in, in any order.
contract AUCHolders is Test {
    AUC private immutable _auc;
    address[5] private _holders;
    uint256 public forced;
    uint256 public burned;

    constructor(AUC auc) {
        _auc = auc;
        for (uint256 i = 0; i < _holders.length; ++i) {
            _holders[i] = makeAddr(vm.toString(i));
            vm.deal(_holders[i], 1000 ether);
        }
    }

    function deposit(uint256 who, uint256 amount, bool plain) external {
        address holder = _pick(who);
        amount = bound(amount, 0, holder.balance);
        vm.prank(holder);
        if (plain) {
            (bool ok,) = address(_auc).call{value: amount}("");
            require(ok);
        } else {
            _auc.deposit{value: amount}();
        }
    }

    function withdraw(uint256 who, uint256 amount) external {
        address holder = _pick(who);
        amount = bound(amount, 0, _auc.balanceOf(holder));
        vm.prank(holder);
        _auc.withdraw(amount);
    }

    function burn(uint256 who, uint256 amount) external {
        address holder = _pick(who);
        amount = bound(amount, 0, _auc.balanceOf(holder));
        vm.prank(holder);
        _auc.burn(amount);
        burned += amount;
    }

    function transfer(uint256 who, uint256 whom, uint256 amount) external {
        address holder = _pick(who);
        amount = bound(amount, 0, _auc.balanceOf(holder));
        vm.prank(holder);
        assertTrue(_auc.transfer(_pick(whom), amount));
    }

    function delegate(uint256 who, uint256 whom) external {
        vm.prank(_pick(who));
        _auc.delegate(_pick(whom));
    }

    function force(uint256 amount) external {
        amount = bound(amount, 0, 1 ether);
        vm.deal(address(this), amount);
        new Forcer{value: amount}(payable(address(_auc)));
        forced += amount;
    }

    function sums()
        external
        view
        returns (uint256 wrapped, uint256 native, uint256 votes, uint256 delegated)
    {
        for (uint256 i = 0; i < _holders.length; ++i) {
            address holder = _holders[i];
            wrapped += _auc.balanceOf(holder);
            native += holder.balance;
            votes += _auc.getVotes(holder);
            if (_auc.delegates(holder) != address(0)) delegated += _auc.balanceOf(holder);
        }
    }

    function _pick(uint256 who) private view returns (address) {
        return _holders[who % _holders.length];
    }
}

contract AUCInvariantTest is Test {
    AUC private auc;
    BurnSink private sink;
    AUCHolders private holders;

    function setUp() public {
        sink = new BurnSink();
        auc = new AUC(payable(address(sink)));
        holders = new AUCHolders(auc);
        targetContract(address(holders));
    }

    function invariant_everyWrappedCoinIsBacked() public view {
        assertGe(address(auc).balance, auc.totalSupply());
        assertEq(address(auc).balance, auc.totalSupply() + holders.forced());
    }

    function invariant_noCoinIsMadeOrLost() public view {
        (uint256 wrapped, uint256 native,,) = holders.sums();
        assertEq(wrapped, auc.totalSupply());
        assertEq(wrapped + native + holders.burned(), 5000 ether);
        assertEq(address(sink).balance, holders.burned());
    }

    function invariant_votesEqualDelegatedBalances() public view {
        (,, uint256 votes, uint256 delegated) = holders.sums();
        assertEq(votes, delegated);
    }
}
