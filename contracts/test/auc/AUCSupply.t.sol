// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../../src/auc/AUC.sol";
import {AUCSupply} from "../../src/auc/AUCSupply.sol";
import {BurnSink} from "../../src/auc/BurnSink.sol";

import {Test} from "forge-std/Test.sol";

contract AUCSupplyTest is Test {
    uint256 private constant CAP = 10_000_000_000 ether;

    AUC private auc;
    BurnSink private sink;
    AUCSupply private supply;
    address private treasury = makeAddr("treasury");
    address private reserve = makeAddr("reserve");
    address private alice = makeAddr("alice");

    function setUp() public {
        sink = new BurnSink();
        auc = new AUC(payable(address(sink)));
        address[] memory locked = new address[](2);
        (locked[0], locked[1]) = (treasury, reserve);
        supply = new AUCSupply(auc, address(sink), locked);
        vm.deal(treasury, 3_000_000_000 ether);
        vm.deal(reserve, 1_000_000_000 ether);
        vm.deal(alice, 6_000_000_000 ether);
    }

    function test_row18_aucIs10BillionInAll() public view {
        assertEq(supply.cap(), 10_000_000_000 * 10 ** uint256(auc.decimals()));
        assertEq(supply.cap(), 10 ** 28);
    }

    function test_freshSupplyCirculatesExceptWhatIsLocked() public view {
        assertEq(supply.retired(), 0);
        assertEq(supply.circulating(), 6_000_000_000 ether);
        assertEq(supply.locked().length, 2);
    }

    function testFuzz_row18_capIsCirculatingPlusLockedPlusRetired(
        uint256 wrapped,
        uint256 burned,
        uint256 paid,
        uint256 forced
    ) public {
        wrapped = bound(wrapped, 0, alice.balance);
        burned = bound(burned, 0, wrapped);
        forced = bound(forced, 0, alice.balance - wrapped);
        paid = bound(paid, 0, wrapped - burned);
        vm.startPrank(alice);
        auc.deposit{value: wrapped}();
        auc.burn(burned);
        assertTrue(auc.transfer(treasury, paid));
        (bool ok,) = address(sink).call{value: forced}("");
        assertTrue(ok);
        vm.stopPrank();

        assertEq(supply.retired(), burned + forced);
        uint256 locked = treasury.balance + reserve.balance + auc.balanceOf(treasury);
        assertEq(supply.circulating() + locked + supply.retired(), CAP);
        assertEq(supply.circulating(), alice.balance + auc.balanceOf(alice));
    }

    function test_namesABoundedNumberOfLockedAccounts() public {
        uint256 most = supply.MAX_LOCKED();
        new AUCSupply(auc, address(sink), new address[](most));
        vm.expectRevert(abi.encodeWithSelector(AUCSupply.TooManyLocked.selector, most + 1));
        new AUCSupply(auc, address(sink), new address[](most + 1));
    }
}
