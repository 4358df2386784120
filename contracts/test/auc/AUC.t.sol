// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../../src/auc/AUC.sol";
import {BurnSink} from "../../src/auc/BurnSink.sol";

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Test} from "forge-std/Test.sol";

/// Calls back into `withdraw` while it is being paid.
contract Reentrant {
    AUC private immutable _auc;
    uint256 private _again;

    constructor(AUC auc) {
        _auc = auc;
    }

    function attack(uint256 amount, uint256 again) external payable {
        _auc.deposit{value: msg.value}();
        _again = again;
        _auc.withdraw(amount);
    }

    receive() external payable {
        uint256 again = _again;
        _again = 0;
        if (again != 0) _auc.withdraw(again);
    }
}

/// Takes no coins by a plain call.
contract Refuser {
    function wrapAndUnwrap(AUC auc) external payable {
        auc.deposit{value: msg.value}();
        auc.withdraw(msg.value);
    }
}

/// Forces its coins onto an account without calling it.
contract Forcer {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}

contract AUCTest is Test {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant TRANSFER = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant RECEIVE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant CANCEL = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");
    bytes32 private constant DELEGATION =
        keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");
    uint256 private constant CAP = 10_000_000_000 ether;
    uint256 private constant NOW = 1_800_000_000;

    AUC private auc;
    BurnSink private sink;
    address private alice;
    uint256 private aliceKey;
    address private bob = makeAddr("bob");

    event Deposit(address indexed account, uint256 amount);
    event Withdrawal(address indexed account, uint256 amount);

    function setUp() public {
        vm.warp(NOW);
        sink = new BurnSink();
        auc = new AUC(payable(address(sink)));
        (alice, aliceKey) = makeAddrAndKey("alice");
        vm.deal(alice, CAP);
    }

    function _wrap(uint256 amount) private {
        vm.prank(alice);
        auc.deposit{value: amount}();
    }

    function _sign(bytes32 structHash) private view returns (uint8 v, bytes32 r, bytes32 s) {
        return vm.sign(aliceKey, keccak256(abi.encodePacked("\x19\x01", auc.DOMAIN_SEPARATOR(), structHash)));
    }

    function test_isAutochainAucWith18Decimals() public view {
        assertEq(auc.name(), "Autochain");
        assertEq(auc.symbol(), "AUC");
        assertEq(auc.decimals(), 18);
        assertEq(auc.totalSupply(), 0);
    }

    function test_domainIsThisContractOnThisChain() public {
        bytes32 typeHash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 name = keccak256("Autochain");
        bytes32 version = keccak256("1");
        assertEq(
            auc.DOMAIN_SEPARATOR(),
            keccak256(abi.encode(typeHash, name, version, block.chainid, address(auc)))
        );
        vm.chainId(4281667);
        assertEq(
            auc.DOMAIN_SEPARATOR(), keccak256(abi.encode(typeHash, name, version, 4281667, address(auc)))
        );
    }

    // Wrapping

    function testFuzz_depositAndWithdrawAreOneToOne(uint256 amount, uint256 back) public {
        amount = bound(amount, 0, CAP);
        back = bound(back, 0, amount);

        vm.expectEmit(address(auc));
        emit Deposit(alice, amount);
        _wrap(amount);
        assertEq(auc.balanceOf(alice), amount);
        assertEq(alice.balance, CAP - amount);

        vm.expectEmit(address(auc));
        emit Withdrawal(alice, back);
        vm.prank(alice);
        auc.withdraw(back);
        assertEq(auc.balanceOf(alice), amount - back);
        assertEq(alice.balance, CAP - amount + back);
        assertEq(auc.totalSupply(), amount - back);
        assertEq(address(auc).balance, amount - back);
    }

    function test_plainTransferOfCoinsWraps() public {
        vm.prank(alice);
        (bool ok,) = address(auc).call{value: 3 ether}("");
        assertTrue(ok);
        assertEq(auc.balanceOf(alice), 3 ether);
    }

    function test_withdrawBeyondBalanceReverts() public {
        _wrap(1 ether);
        vm.deal(address(auc), 5 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 1 ether, 2 ether)
        );
        vm.prank(alice);
        auc.withdraw(2 ether);
    }

    function test_withdrawToRefusingContractReverts() public {
        Refuser refuser = new Refuser();
        vm.expectRevert(Errors.FailedCall.selector);
        refuser.wrapAndUnwrap{value: 1 ether}(auc);
    }

    function test_reentrantWithdrawGainsNothing() public {
        _wrap(5 ether);
        Reentrant thief = new Reentrant(auc);
        vm.expectRevert(); // the second withdrawal asks for more than is left
        thief.attack{value: 1 ether}(1 ether, 1 ether);

        thief.attack{value: 1 ether}(0.4 ether, 0.6 ether);
        assertEq(address(thief).balance, 1 ether);
        assertEq(auc.totalSupply(), 5 ether);
        assertEq(address(auc).balance, 5 ether);
    }

    function test_forcedCoinsBackNobody() public {
        new Forcer{value: 1 ether}(payable(address(auc)));
        assertEq(auc.totalSupply(), 0);
        assertEq(address(auc).balance, 1 ether);
    }

    function test_transferToTheContractItselfReverts() public {
        _wrap(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(auc)));
        vm.prank(alice);
        auc.transfer(address(auc), 1);
    }

    function test_unknownFunctionRevertsAndKeepsNoCoins() public {
        vm.prank(alice);
        (bool ok,) =
            address(auc).call{value: 1 ether}(abi.encodeWithSignature("mint(address,uint256)", bob, 1));
        assertFalse(ok);
        assertEq(auc.totalSupply(), 0);
    }

    // Burning

    function testFuzz_burnMovesCoinsIntoTheSinkForEver(uint256 amount, uint256 burned) public {
        amount = bound(amount, 0, CAP);
        burned = bound(burned, 0, amount);
        _wrap(amount);
        vm.expectEmit(address(auc));
        emit AUC.Burn(alice, burned);
        vm.expectEmit(address(sink));
        emit BurnSink.Burned(address(auc), burned);
        vm.prank(alice);
        auc.burn(burned);
        assertEq(auc.balanceOf(alice), amount - burned);
        assertEq(auc.totalSupply(), amount - burned);
        assertEq(address(auc).balance, amount - burned);
        assertEq(address(sink).balance, burned);
    }

    function test_burningMoreThanTheBalanceReverts() public {
        _wrap(1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, alice, 1 ether, 1 ether + 1
            )
        );
        vm.prank(alice);
        auc.burn(1 ether + 1);
    }

    function test_theSinkAnswersNoCallButAPlainOne() public {
        vm.prank(alice);
        (bool ok,) = address(sink).call{value: 1 ether}(abi.encodeWithSignature("withdraw(uint256)", 1));
        assertFalse(ok);
    }

    // Permit

    function testFuzz_permitApprovesOnce(uint256 value) public {
        uint256 deadline = NOW;
        (uint8 v, bytes32 r, bytes32 s) =
            _sign(keccak256(abi.encode(PERMIT, alice, bob, value, auc.nonces(alice), deadline)));
        auc.permit(alice, bob, value, deadline, v, r, s);
        assertEq(auc.allowance(alice, bob), value);
        assertEq(auc.nonces(alice), 1);

        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        auc.permit(alice, bob, value, deadline, v, r, s);
    }

    function test_permitAfterItsDeadlineReverts() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(keccak256(abi.encode(PERMIT, alice, bob, 1, 0, NOW)));
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, NOW));
        auc.permit(alice, bob, 1, NOW, v, r, s);
    }

    function test_permitOfAnotherChainReverts() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(keccak256(abi.encode(PERMIT, alice, bob, 1, 0, NOW)));
        vm.chainId(4281668);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        auc.permit(alice, bob, 1, NOW, v, r, s);
    }

    // Votes

    function test_clockIsTheTimestamp() public {
        assertEq(auc.clock(), NOW);
        assertEq(auc.CLOCK_MODE(), "mode=timestamp");
        vm.roll(block.number + 1000);
        assertEq(auc.clock(), NOW);
        vm.warp(NOW + 13);
        assertEq(auc.clock(), NOW + 13);
    }

    function test_pastVotesAndSupplyFollowTheTimestamp() public {
        vm.prank(alice);
        auc.delegate(bob);
        _wrap(10 ether);
        assertEq(auc.getVotes(bob), 10 ether);
        vm.warp(NOW + 60);
        vm.prank(alice);
        auc.withdraw(4 ether);
        vm.warp(NOW + 120);

        assertEq(auc.getPastVotes(bob, NOW - 1), 0);
        assertEq(auc.getPastVotes(bob, NOW), 10 ether);
        assertEq(auc.getPastVotes(bob, NOW + 59), 10 ether);
        assertEq(auc.getPastVotes(bob, NOW + 60), 6 ether);
        assertEq(auc.getPastTotalSupply(NOW), 10 ether);
        assertEq(auc.getPastTotalSupply(NOW + 60), 6 ether);
    }

    function test_nativeCoinsDoNotVote() public {
        vm.prank(alice);
        auc.delegate(alice);
        assertEq(auc.getVotes(alice), 0);
    }

    function test_permitAndDelegationShareNonces() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(keccak256(abi.encode(DELEGATION, bob, 0, NOW)));
        auc.delegateBySig(bob, 0, NOW, v, r, s);
        assertEq(auc.delegates(alice), bob);
        assertEq(auc.nonces(alice), 1);
    }

    // ERC-3009

    function testFuzz_transferWithAuthorizationPaysOnce(uint256 value, bytes32 nonce) public {
        value = bound(value, 0, CAP);
        _wrap(value);
        (uint8 v, bytes32 r, bytes32 s) =
            _sign(keccak256(abi.encode(TRANSFER, alice, bob, value, NOW - 1, NOW + 1, nonce)));
        assertFalse(auc.authorizationState(alice, nonce));
        auc.transferWithAuthorization(alice, bob, value, NOW - 1, NOW + 1, nonce, v, r, s);
        assertEq(auc.balanceOf(bob), value);
        assertTrue(auc.authorizationState(alice, nonce));

        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, alice, nonce));
        auc.transferWithAuthorization(alice, bob, value, NOW - 1, NOW + 1, nonce, v, r, s);
    }

    function testFuzz_authorizationIsGoodStrictlyBetweenItsBounds(uint256 validAfter, uint256 validBefore)
        public
    {
        validAfter = bound(validAfter, NOW - 2, NOW + 2);
        validBefore = bound(validBefore, NOW - 2, NOW + 2);
        _wrap(1);
        (uint8 v, bytes32 r, bytes32 s) =
            _sign(keccak256(abi.encode(TRANSFER, alice, bob, 1, validAfter, validBefore, bytes32(0))));
        if (NOW <= validAfter || NOW >= validBefore) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ERC3009.ERC3009InvalidAuthorizationTime.selector, validAfter, validBefore
                )
            );
        }
        auc.transferWithAuthorization(alice, bob, 1, validAfter, validBefore, bytes32(0), v, r, s);
    }

    function testFuzz_alteredAuthorizationReverts(address to, uint256 value, bytes32 nonce) public {
        vm.assume(to != bob || value != 1 ether || nonce != 0);
        _wrap(1 ether);
        (uint8 v, bytes32 r, bytes32 s) =
            _sign(keccak256(abi.encode(TRANSFER, alice, bob, 1 ether, 0, NOW + 1, bytes32(0))));
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        auc.transferWithAuthorization(alice, to, value, 0, NOW + 1, nonce, v, r, s);
    }

    function test_receiveWithAuthorizationIsForThePayeeOnly() public {
        _wrap(1 ether);
        (uint8 v, bytes32 r, bytes32 s) =
            _sign(keccak256(abi.encode(RECEIVE, alice, bob, 1 ether, 0, NOW + 1, bytes32("n"))));
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, bob));
        auc.receiveWithAuthorization(alice, bob, 1 ether, 0, NOW + 1, "n", v, r, s);

        vm.startPrank(bob);
        auc.receiveWithAuthorization(alice, bob, 1 ether, 0, NOW + 1, "n", v, r, s);
        assertEq(auc.balanceOf(bob), 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, alice, bytes32("n"))
        );
        auc.receiveWithAuthorization(alice, bob, 1 ether, 0, NOW + 1, "n", v, r, s);
    }

    function test_cancelledAuthorizationPaysNothing() public {
        _wrap(1 ether);
        (uint8 v, bytes32 r, bytes32 s) = _sign(keccak256(abi.encode(CANCEL, alice, bytes32("n"))));
        auc.cancelAuthorization(alice, "n", v, r, s);
        assertTrue(auc.authorizationState(alice, "n"));

        (v, r, s) = _sign(keccak256(abi.encode(TRANSFER, alice, bob, 1 ether, 0, NOW + 1, bytes32("n"))));
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, alice, bytes32("n"))
        );
        auc.transferWithAuthorization(alice, bob, 1 ether, 0, NOW + 1, "n", v, r, s);
    }
}
