// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {AUC} from "../../src/auc/AUC.sol";
import {Authority} from "../../src/foundation/Authority.sol";
import {BuyBack} from "../../src/foundation/BuyBack.sol";
import {EmergencySpending} from "../../src/foundation/EmergencySpending.sol";
import {FeeRouter} from "../../src/foundation/FeeRouter.sol";
import {FoundationGovernor} from "../../src/foundation/FoundationGovernor.sol";
import {Roles} from "../../src/foundation/Roles.sol";
import {Stoppable} from "../../src/foundation/Stoppable.sol";
import {Treasury} from "../../src/foundation/Treasury.sol";
import {Membership} from "../../src/members/Membership.sol";
import {RewardPool} from "../../src/rewards/RewardPool.sol";
import {CredentialSigner} from "../members/CredentialSigner.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// What is used of Safe 1.5.
interface ISafe {
    function VERSION() external view returns (string memory);
    function nonce() external view returns (uint256);
    function getOwners() external view returns (address[] memory);
    function getThreshold() external view returns (uint256);
    function getTransactionHash(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) external view returns (bytes32);
    function execTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        bytes calldata signatures
    ) external payable returns (bool);
}

/// The committees as block 0 of the development chain holds them: Safes of three owners, two of whom sign.
contract SafesTest is CredentialSigner {
    string private constant MNEMONIC = "test test test test test test test test test test test junk";
    AUC private constant auc = AUC(payable(0x4155430000000000000000000000000000000001));
    address private constant sink = 0x4155430000000000000000000000000000000003;
    Authority private constant authority = Authority(0x4155430000000000000000000000000000000005);
    FoundationGovernor private constant governor =
        FoundationGovernor(payable(0x4155430000000000000000000000000000000007));
    Membership private constant membership = Membership(0x4155430000000000000000000000000000000008);
    Treasury private constant treasury = Treasury(payable(0x415543000000000000000000000000000000000c));
    EmergencySpending private constant emergency =
        EmergencySpending(0x415543000000000000000000000000000000000d);
    FeeRouter private constant feeRouter = FeeRouter(payable(0x415543000000000000000000000000000000000e));
    BuyBack private constant buyBack = BuyBack(0x415543000000000000000000000000000000000F);
    RewardPool private constant pool = RewardPool(0x4155430000000000000000000000000000000011);

    mapping(uint64 role => ISafe safe) private safes;
    mapping(address owner => uint256 key) private keys;
    uint256 private start;
    address private alice = makeAddr("alice");

    function setUp() public {
        string memory file = string.concat(vm.projectRoot(), "/../genesis/dev.json");
        vm.loadAllocs(file);
        string memory genesis = vm.readFile(file);
        vm.chainId(vm.parseJsonUint(genesis, ".config.chainId"));
        start = vm.parseJsonUint(genesis, ".timestamp");
        vm.warp(start);
        for (uint32 i = 0; i < 10; ++i) {
            uint256 key = vm.deriveKey(MNEMONIC, i);
            keys[vm.addr(key)] = key;
        }
        string[] memory accounts = vm.parseJsonKeys(genesis, ".alloc");
        for (uint256 i = 0; i < accounts.length; ++i) {
            for (uint64 role = Roles.EXECUTIVE; role <= Roles.AUDIT; ++role) {
                (bool holds,) = authority.hasRole(role, vm.parseAddress(accounts[i]));
                if (holds) safes[role] = ISafe(vm.parseAddress(accounts[i]));
            }
        }
    }

    /// Has a committee's Safe make a call, signed by this many of its owners.
    function _act(uint64 role, address target, bytes memory data, uint256 signers) private {
        ISafe safe = safes[role];
        bytes32 digest =
            safe.getTransactionHash(target, 0, data, 0, 0, 0, 0, address(0), address(0), safe.nonce());
        address[] memory owners = _ascending(safe.getOwners());
        bytes memory signatures;
        for (uint256 i = 0; i < signers; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[owners[i]], digest);
            signatures = abi.encodePacked(signatures, r, s, v);
        }
        safe.execTransaction(target, 0, data, 0, 0, 0, 0, address(0), address(0), signatures);
    }

    function _act(uint64 role, address target, bytes memory data) private {
        _act(role, target, data, 2);
    }

    function _ascending(address[] memory list) private pure returns (address[] memory) {
        for (uint256 i = 0; i < list.length; ++i) {
            for (uint256 k = i + 1; k < list.length; ++k) {
                if (list[k] < list[i]) (list[i], list[k]) = (list[k], list[i]);
            }
        }
        return list;
    }

    function _enrol(address member) private {
        uint256 key = vm.deriveKey(MNEMONIC, 0); // the development chain's issuer
        (uint64 expires, uint256 deadline) = (type(uint64).max, block.timestamp);
        bytes memory signature = _membershipSignature(membership, key, member, expires, deadline);
        membership.issue(member, expires, deadline, vm.addr(key), signature);
    }

    function _wrap(address account, uint256 amount) private {
        vm.deal(account, amount);
        vm.startPrank(account);
        auc.deposit{value: amount}();
        auc.delegate(account);
        vm.stopPrank();
        vm.warp(block.timestamp + 1);
    }

    function test_row25_eachCommitteeIsASafeOfItsOwn() public view {
        for (uint64 role = Roles.EXECUTIVE; role <= Roles.AUDIT; ++role) {
            assertEq(safes[role].VERSION(), "1.5.0");
            assertEq(safes[role].getThreshold(), 2);
            assertEq(safes[role].getOwners().length, 3);
            for (uint64 other = role + 1; other <= Roles.AUDIT; ++other) {
                assertNotEq(address(safes[role]), address(safes[other]));
            }
        }
    }

    function test_row25_twoOwnersActAndOneDoesNot() public {
        bytes memory call = abi.encodeCall(FeeRouter.setRate, ("service", 250));
        vm.expectRevert("GS020"); // Safe: the signatures are too short
        this.actAlone(Roles.EXECUTIVE, address(feeRouter), call);
        assertEq(feeRouter.rateOf("service"), 0);
        _act(Roles.EXECUTIVE, address(feeRouter), call);
        assertEq(feeRouter.rateOf("service"), 250);
    }

    /// External, so that a revert is the next call's.
    function actAlone(uint64 role, address target, bytes calldata data) external {
        _act(role, target, data, 1);
    }

    function test_row25_aCommitteeDoesNotDoAnothersWork() public {
        _refused(Roles.PAY);
        this.act(Roles.PAY, address(feeRouter), abi.encodeCall(FeeRouter.setRate, ("service", 250)));
        _refused(Roles.EXECUTIVE);
        this.act(Roles.EXECUTIVE, address(pool), abi.encodeCall(RewardPool.reject, (0, 0)));
        _refused(Roles.AUDIT);
        this.act(Roles.AUDIT, address(treasury), abi.encodeCall(Stoppable.pause, ()));
    }

    function _refused(uint64 role) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(safes[role]))
        );
    }

    /// External, so that a revert is the next call's.
    function act(uint64 role, address target, bytes calldata data) external {
        _act(role, target, data);
    }

    function test_row25_onePercentOfAllOnTheRealGenesisPassesNothing() public {
        _wrap(alice, 100_000_000 ether);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _raiseLimit();
        vm.prank(alice);
        uint256 id = governor.propose(targets, values, calls, "");
        vm.warp(block.timestamp + 2 days + 1);
        vm.prank(alice);
        governor.castVote(id, 1);
        vm.warp(block.timestamp + 7 days);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
    }

    function test_row25_theAuditSafeCancelsAVote() public {
        _wrap(alice, 200_000_000 ether);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _raiseLimit();
        vm.prank(alice);
        uint256 id = governor.propose(targets, values, calls, "");
        vm.warp(block.timestamp + 2 days + 1);
        vm.prank(alice);
        governor.castVote(id, 1);
        _act(
            Roles.AUDIT,
            address(governor),
            abi.encodeCall(governor.cancel, (targets, values, calls, keccak256("")))
        );
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Canceled));
    }

    function test_row25_threeSafesPayAMemberWhenTheVotersAreSilent() public {
        _enrol(alice);
        vm.warp(start + 90 days);
        _act(
            Roles.PAY,
            address(emergency),
            abi.encodeCall(EmergencySpending.propose, (Roles.PAY, alice, 5 ether, "rent"))
        );
        _act(Roles.AUDIT, address(emergency), abi.encodeCall(EmergencySpending.approve, (0, Roles.AUDIT)));
        _act(Roles.RISK, address(emergency), abi.encodeCall(EmergencySpending.approve, (0, Roles.RISK)));
        vm.warp(start + 104 days);
        emergency.execute(0);
        assertEq(alice.balance, 5 ether);
    }

    function test_row25_theRiskSafeStopsTheTreasury() public {
        _enrol(alice);
        _act(Roles.RISK, address(treasury), abi.encodeCall(Stoppable.pause, ()));
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(address(emergency));
        treasury.spend(alice, 1, 0);
    }

    function test_row21_theAuditSafeAttestsAndBurnsAQuarter() public {
        vm.warp(buyBack.start() + buyBack.QUARTER());
        _act(
            Roles.AUDIT,
            address(buyBack),
            abi.encodeCall(BuyBack.attest, (0, 1_000 ether, keccak256("report")))
        );
        vm.warp(block.timestamp + 7 days);
        _act(Roles.AUDIT, address(buyBack), abi.encodeCall(BuyBack.burn, (0, 400 ether)));
        assertEq(sink.balance, 400 ether);
        vm.expectRevert(abi.encodeWithSelector(BuyBack.AlreadyBurned.selector, 0));
        this.act(Roles.AUDIT, address(buyBack), abi.encodeCall(BuyBack.burn, (0, 0)));
    }

    function test_row22_theAuditSafeRejectsARoot() public {
        vm.warp(pool.start() + 7 days);
        uint256 bond = pool.bond();
        vm.deal(alice, bond);
        vm.prank(alice);
        pool.post{value: bond}(0, "wrong", 1);
        _act(Roles.AUDIT, address(pool), abi.encodeCall(RewardPool.reject, (0, "finding")));
        assertEq(pool.epochs(0).root, 0);
        assertEq(sink.balance, bond);
    }

    function _raiseLimit()
        private
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        (targets, values, calls) = (new address[](1), new uint256[](1), new bytes[](1));
        targets[0] = address(treasury);
        calls[0] = abi.encodeCall(Treasury.setLimit, (1));
    }
}
