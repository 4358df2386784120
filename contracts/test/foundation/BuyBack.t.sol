// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../../src/auc/AUC.sol";
import {BuyBack} from "../../src/foundation/BuyBack.sol";
import {IBuyer} from "../../src/foundation/IBuyer.sol";
import {Roles} from "../../src/foundation/Roles.sol";
import {FoundationFixture} from "./FoundationFixture.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// A market with a price: delivers `rate` AUC for each unit of the budget; may try to burn again.
contract Market is IBuyer {
    AUC private immutable _auc;
    uint256 private immutable _rate;
    BuyBack private _again;

    constructor(AUC auc, uint256 rate) payable {
        (_auc, _rate) = (auc, rate);
        auc.deposit{value: msg.value}();
    }

    function attack(BuyBack buyBack) external {
        _again = buyBack;
    }

    function buy(uint256 budget) external {
        if (address(_again) != address(0)) _again.burn(0, 0);
        require(_auc.transfer(msg.sender, budget * _rate));
    }
}

contract BuyBackTest is FoundationFixture {
    uint256 private constant QUARTER = 7_889_400;

    function _attest(uint256 quarter, uint128 profit) private {
        vm.prank(at.audit);
        buyBack.attest(quarter, profit, keccak256("report"));
    }

    function _burn(uint256 quarter, uint96 minimum) private returns (uint256) {
        vm.prank(at.audit);
        return buyBack.burn(quarter, minimum);
    }

    function _useMarket(uint256 rate) private returns (Market market) {
        vm.deal(address(this), 1_000_000 ether);
        market = new Market{value: 1_000_000 ether}(auc, rate);
        vm.prank(at.timelock);
        buyBack.setBuyer(market);
    }

    function testFuzz_row21_fourQuartersEachBurn40PercentOnce(uint128[4] memory profits) public {
        uint256 all;
        for (uint256 quarter = 0; quarter < 4; ++quarter) {
            profits[quarter] = uint128(bound(profits[quarter], 3, 100_000_000 ether));
            uint256 share = uint256(profits[quarter]) * 40 / 100;
            vm.warp(NOW + (quarter + 1) * QUARTER);
            _attest(quarter, profits[quarter]);
            vm.warp(vm.getBlockTimestamp() + 7 days);
            vm.expectEmit(address(buyBack));
            emit BuyBack.Burned(quarter, share, share);
            assertEq(_burn(quarter, uint96(share)), share);
            all += share;
            assertEq(address(sink).balance, all);
            assertEq(address(treasury).balance, TREASURY_FUND - all);
            assertEq(buyBack.quarterly(quarter).burned, share);

            vm.expectRevert(abi.encodeWithSelector(BuyBack.AlreadyBurned.selector, quarter));
            _burn(quarter, 0);
            vm.expectRevert(abi.encodeWithSelector(BuyBack.AlreadyBurned.selector, quarter));
            _attest(quarter, 1);
        }
        assertEq(auc.balanceOf(address(buyBack)), 0);
        assertEq(auc.totalSupply(), 0);
    }

    function test_row21_onlyAuditAttestsAndBurns() public {
        vm.warp(NOW + QUARTER);
        address[5] memory others = [at.executive, at.risk, at.pay, at.timelock, alice];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            buyBack.attest(0, 100, 0);
            vm.expectRevert(refusal);
            buyBack.burn(0, 0);
            vm.stopPrank();
        }
    }

    function testFuzz_aQuarterThatIsNotOverIsNotAttested(uint256 time, uint256 quarter) public {
        time = bound(time, NOW, NOW + 100 * QUARTER);
        quarter = bound(quarter, (time - NOW) / QUARTER, type(uint256).max);
        vm.warp(time);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.QuarterNotOver.selector, quarter));
        _attest(quarter, 100);
    }

    function test_noQuarterIsOverBeforeTheFirstBegins() public {
        BuyBack later = new BuyBack(address(authority), auc, buyer, NOW + 1);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = BuyBack.attest.selector;
        vm.prank(at.timelock);
        authority.setTargetFunctionRole(address(later), selectors, Roles.AUDIT);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.QuarterNotOver.selector, 0));
        vm.prank(at.audit);
        later.attest(0, 1, 0);
    }

    function test_aQuarterIsBurnedSevenDaysAfterItsLastAttestation() public {
        vm.warp(NOW + QUARTER);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.NotReviewed.selector, 0));
        _burn(0, 0);
        _attest(0, 1000 ether);
        vm.warp(NOW + QUARTER + 6 days);
        _attest(0, 100 ether); // corrected
        vm.warp(NOW + QUARTER + 13 days - 1);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.NotReviewed.selector, 0));
        _burn(0, 0);
        vm.warp(NOW + QUARTER + 13 days);
        assertEq(_burn(0, 0), 40 ether);
    }

    function test_aLossBurnsNothing() public {
        vm.warp(NOW + QUARTER);
        _attest(0, 0);
        vm.warp(NOW + QUARTER + 7 days);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.NothingToBurn.selector, 0));
        _burn(0, 0);
    }

    function test_riskStopsTheBurn() public {
        vm.warp(NOW + QUARTER);
        _attest(0, 100 ether);
        vm.warp(NOW + QUARTER + 7 days);
        vm.prank(at.risk);
        buyBack.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _burn(0, 0);
        vm.prank(at.risk);
        buyBack.unpause();
        _burn(0, 0);
    }

    function test_aMarketBurnsAllThatItDelivers() public {
        _useMarket(3);
        vm.warp(NOW + QUARTER);
        _attest(0, 100 ether);
        vm.warp(NOW + QUARTER + 7 days);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.TooLittleBought.selector, 120 ether, 120 ether + 1));
        _burn(0, 120 ether + 1);
        assertEq(_burn(0, 120 ether), 120 ether);
        assertEq(address(sink).balance, 120 ether);
        assertEq(address(treasury).balance, TREASURY_FUND);
    }

    function test_aMarketThatDeliversNothingBurnsNothing() public {
        _useMarket(0);
        vm.warp(NOW + QUARTER);
        _attest(0, 100 ether);
        vm.warp(NOW + QUARTER + 7 days);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.TooLittleBought.selector, 0, 0));
        _burn(0, 0);
        assertEq(buyBack.quarterly(0).burned, 0);
    }

    function test_aMarketThatCallsBackDoesNotBurnTwice() public {
        Market market = _useMarket(1);
        market.attack(buyBack);
        vm.prank(at.timelock);
        authority.grantRole(Roles.AUDIT, address(market), 0); // even as the audit committee
        vm.warp(NOW + QUARTER);
        _attest(0, 100 ether);
        vm.warp(NOW + QUARTER + 7 days);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.AlreadyBurned.selector, 0));
        _burn(0, 0);
    }

    function testFuzz_onlyTheBuyBackBuysFromTheTreasury(address account) public {
        vm.assume(account != address(buyBack));
        vm.expectRevert(abi.encodeWithSelector(IBuyer.NotBuyBack.selector, account));
        vm.prank(account);
        buyer.buy(1);
    }

    function test_coinsSentToTheBuyBackAreLeftAlone() public {
        _wrap(alice, 5 ether);
        vm.prank(alice);
        assertTrue(auc.transfer(address(buyBack), 5 ether));
        vm.warp(NOW + QUARTER);
        _attest(0, 100 ether);
        vm.warp(NOW + QUARTER + 7 days);
        assertEq(_burn(0, 0), 40 ether);
        assertEq(auc.balanceOf(address(buyBack)), 5 ether);
    }
}
