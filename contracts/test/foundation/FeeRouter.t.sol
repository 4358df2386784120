// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {FeeRouter} from "../../src/foundation/FeeRouter.sol";
import {IFeeRouter} from "../../src/foundation/IFeeRouter.sol";
import {FoundationFixture} from "./FoundationFixture.sol";

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// Asks for what it is owed again while it is being paid.
contract GreedyShare {
    FeeRouter private immutable _router;

    constructor(FeeRouter router) {
        _router = router;
    }

    receive() external payable {
        _router.release(address(this));
    }
}

contract FeeRouterTest is FoundationFixture {
    bytes32 private constant SERVICE = keccak256("inspection");
    uint256 private constant MOST = 10_000_000_000 ether;

    uint256 private payerKey;
    address private payer;

    function setUp() public override {
        super.setUp();
        (payer, payerKey) = makeAddrAndKey("payer");
        vm.deal(payer, MOST);
    }

    function _setRate(uint16 rate) private {
        vm.prank(at.executive);
        feeRouter.setRate(SERVICE, rate);
    }

    function _permit(uint256 value, uint256 deadline) private view returns (uint8, bytes32, bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                payer,
                address(feeRouter),
                value,
                auc.nonces(payer),
                deadline
            )
        );
        return vm.sign(payerKey, keccak256(abi.encodePacked("\x19\x01", auc.DOMAIN_SEPARATOR(), structHash)));
    }

    /// All that the shares were paid, after everything has been released.
    function _releaseAll() private returns (uint256 sum) {
        uint256 treasuryBefore = at.treasury.balance;
        feeRouter.settle();
        if (feeRouter.owed(at.executive) != 0) feeRouter.release(at.executive);
        if (feeRouter.owed(at.treasury) != 0) feeRouter.release(at.treasury);
        return at.executive.balance + at.treasury.balance - treasuryBefore;
    }

    // Payments settle in one transaction, to the wei

    function testFuzz_row20_aNativePaymentSettlesToTheWei(uint256 price, uint16 rate) public {
        price = bound(price, 0, MOST);
        rate = uint16(bound(rate, 0, 1_000));
        _setRate(rate);
        vm.expectEmit(address(feeRouter));
        emit IFeeRouter.FeePaid(SERVICE, payer, bob, price, price * rate / 10_000);
        vm.prank(payer);
        uint256 fee = feeRouter.payNative{value: price}(SERVICE, bob);
        assertEq(fee, price * rate / 10_000);
        assertEq(bob.balance + fee, price);
        assertEq(_releaseAll(), fee);
        assertEq(address(feeRouter).balance, 0);
    }

    function testFuzz_row20_aPermitPaymentSettlesToTheWeiInOneTransaction(uint256 price, uint16 rate) public {
        price = bound(price, 0, MOST);
        rate = uint16(bound(rate, 0, 1_000));
        _setRate(rate);
        vm.prank(payer);
        auc.deposit{value: price}();
        (uint8 v, bytes32 r, bytes32 s) = _permit(price, NOW);
        vm.prank(payer);
        uint256 fee = feeRouter.payWithPermit(SERVICE, bob, price, NOW, v, r, s);
        assertEq(auc.balanceOf(payer), 0);
        assertEq(auc.balanceOf(bob) + fee, price);
        assertEq(_releaseAll(), fee);
        assertEq(auc.balanceOf(address(feeRouter)), 0);
    }

    function testFuzz_row20_aWrappedPaymentSettlesToTheWei(uint256 price, uint16 rate) public {
        price = bound(price, 0, MOST);
        rate = uint16(bound(rate, 0, 1_000));
        _setRate(rate);
        vm.startPrank(payer);
        auc.deposit{value: price}();
        auc.approve(address(feeRouter), price);
        uint256 fee = feeRouter.pay(SERVICE, bob, price);
        vm.stopPrank();
        assertEq(auc.balanceOf(bob) + fee, price);
        assertEq(_releaseAll(), fee);
    }

    function test_aPermitThatSomeoneElseCarriedStillPays() public {
        vm.prank(payer);
        auc.deposit{value: 100}();
        (uint8 v, bytes32 r, bytes32 s) = _permit(100, NOW);
        auc.permit(payer, address(feeRouter), 100, NOW, v, r, s);
        vm.prank(payer);
        feeRouter.payWithPermit(SERVICE, bob, 100, NOW, v, r, s);
        assertEq(auc.balanceOf(bob), 100);
    }

    function test_aBadPermitPaysNothing() public {
        vm.prank(payer);
        auc.deposit{value: 100}();
        (uint8 v, bytes32 r, bytes32 s) = _permit(99, NOW);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        vm.prank(payer);
        feeRouter.payWithPermit(SERVICE, bob, 100, NOW, v, r, s);
    }

    function test_aPermitIsTheCallersOwn() public {
        vm.prank(payer);
        auc.deposit{value: 100}();
        (uint8 v, bytes32 r, bytes32 s) = _permit(100, NOW);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        vm.prank(bob);
        feeRouter.payWithPermit(SERVICE, bob, 100, NOW, v, r, s);
    }

    function test_aServiceWithoutARateIsFree() public {
        vm.prank(payer);
        assertEq(feeRouter.payNative{value: 1 ether}("unknown", bob), 0);
        assertEq(bob.balance, 1 ether);
    }

    function testFuzz_collectedFeesAreShared(uint256 native, uint256 wrapped) public {
        native = bound(native, 0, MOST / 2);
        wrapped = bound(wrapped, 0, MOST / 2);
        vm.startPrank(payer);
        feeRouter.collectNative{value: native}(SERVICE, bob);
        auc.deposit{value: wrapped}();
        auc.approve(address(feeRouter), wrapped);
        feeRouter.collect(SERVICE, bob, wrapped);
        vm.stopPrank();
        assertEq(_releaseAll(), native + wrapped);
    }

    // Shares

    function testFuzz_row20_sharesSumToTheFeeToTheWei(uint256 fee, uint16 first) public {
        fee = bound(fee, 0, MOST);
        FeeRouter.Share[] memory shares = _shares();
        shares[0].parts = uint16(bound(first, 0, 10_000));
        shares[1].parts = 10_000 - shares[0].parts;
        vm.prank(at.timelock);
        feeRouter.setShares(shares);
        vm.prank(payer);
        feeRouter.collectNative{value: fee}(SERVICE, payer);
        feeRouter.settle();
        assertEq(feeRouter.owed(at.executive), fee * shares[0].parts / 10_000);
        assertEq(feeRouter.owed(at.executive) + feeRouter.owed(at.treasury), fee);
        assertEq(feeRouter.totalOwed(), fee);
    }

    function test_newSharesDoNotTouchEarlierFees() public {
        vm.prank(payer);
        feeRouter.collectNative{value: 10_000}(SERVICE, payer);
        FeeRouter.Share[] memory shares = new FeeRouter.Share[](1);
        shares[0] = FeeRouter.Share(alice, 10_000);
        vm.prank(at.timelock);
        feeRouter.setShares(shares);
        vm.prank(payer);
        feeRouter.collectNative{value: 500}(SERVICE, payer);
        feeRouter.release(at.executive);
        feeRouter.release(at.treasury);
        feeRouter.release(alice);
        assertEq(at.executive.balance, 3_333);
        assertEq(at.treasury.balance, TREASURY_FUND + 6_667);
        assertEq(alice.balance, 500);
        assertEq(feeRouter.shares().length, 1);
    }

    function test_nothingOwedReverts() public {
        vm.expectRevert(abi.encodeWithSelector(FeeRouter.NothingOwed.selector, alice));
        feeRouter.release(alice);
    }

    function test_aShareThatCallsBackIsPaidOnce() public {
        GreedyShare greedy = new GreedyShare(feeRouter);
        FeeRouter.Share[] memory shares = _shares();
        shares[0].account = address(greedy);
        vm.prank(at.timelock);
        feeRouter.setShares(shares);
        vm.prank(payer);
        feeRouter.collectNative{value: 10_000}(SERVICE, payer);
        vm.expectRevert();
        feeRouter.release(address(greedy));
        feeRouter.release(at.treasury);
        assertEq(address(feeRouter).balance, 3_333);
    }

    function test_invalidSharesRevert() public {
        FeeRouter.Share[] memory shares = _shares();
        shares[0].parts += 1;
        _refuses(shares);
        shares = _shares();
        shares[0].account = address(0);
        _refuses(shares);
        shares[0].account = address(feeRouter);
        _refuses(shares);
        _refuses(new FeeRouter.Share[](0));
        shares = new FeeRouter.Share[](17);
        for (uint160 i = 0; i < 17; ++i) {
            shares[i] = FeeRouter.Share(address(i + 1), i == 16 ? 9_984 : 1);
        }
        _refuses(shares);
    }

    function _refuses(FeeRouter.Share[] memory shares) private {
        vm.expectRevert(FeeRouter.InvalidShares.selector);
        vm.prank(at.timelock);
        feeRouter.setShares(shares);
    }

    function testFuzz_aRateAboveATenthReverts(uint16 rate) public {
        rate = uint16(bound(rate, 1_001, type(uint16).max));
        vm.expectRevert(abi.encodeWithSelector(IFeeRouter.RateTooHigh.selector, rate, 1_000));
        _setRate(rate);
    }
}
