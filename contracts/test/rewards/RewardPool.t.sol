// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {IMembership} from "../../src/members/IMembership.sol";
import {RewardPool} from "../../src/rewards/RewardPool.sol";
import {FoundationFixture} from "../foundation/FoundationFixture.sol";
import {RewardTree} from "./RewardTree.sol";
import {ShareRule} from "./ShareRule.sol";

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// Claims again while it is being paid.
contract GreedyClaimant {
    RewardPool private immutable _pool;
    uint256 private _amount;

    constructor(RewardPool pool) {
        _pool = pool;
    }

    function take(uint256 amount) external {
        _amount = amount;
        _pool.claim(0, address(this), amount, new bytes32[](0));
    }

    receive() external payable {
        _pool.claim(0, address(this), _amount, new bytes32[](0));
    }
}

contract RewardPoolTest is FoundationFixture {
    uint256 private constant EPOCH = 7 days;
    bytes32[] private none;

    function setUp() public override {
        super.setUp();
        vm.deal(bob, 1_000_000 ether);
        _enrol(alice, type(uint64).max);
        vm.warp(NOW + EPOCH);
    }

    function _post(uint256 epoch, bytes32 root, uint256 total) private {
        vm.prank(bob);
        pool.post{value: BOND}(epoch, root, uint96(total));
    }

    /// Posts an epoch whose one leaf is `account`, and lets it become final.
    function _settle(uint256 epoch, address account, uint256 amount) private {
        _post(epoch, pool.leafOf(epoch, account, amount), amount);
        vm.warp(block.timestamp + 3 days);
    }

    // Caps

    function test_row22_capsHalveEveryFourYearsAndSumToNoMoreThanTheFund() public view {
        uint256 sum;
        for (uint256 era = 0; era < 100; ++era) {
            assertEq(pool.capOf(era * 208), pool.capOf(era * 208 + 207));
            assertEq(pool.capOf((era + 1) * 208), pool.capOf(era * 208) / 2);
            sum += 208 * pool.capOf(era * 208);
        }
        assertLe(sum, POOL_FUND);
        assertGe(sum, POOL_FUND - 1 ether);
        assertEq(pool.capOf(0), POOL_FUND / 416);
        assertEq(pool.capOf(type(uint256).max), 0);
    }

    function testFuzz_row22_aTotalAboveTheCapIsRefused(uint256 epoch, uint96 total) public {
        epoch = bound(epoch, 0, 1_000);
        vm.warp(NOW + (epoch + 1) * EPOCH);
        uint256 cap = pool.capOf(epoch);
        total = uint96(bound(total, cap + 1, type(uint96).max));
        vm.expectRevert(abi.encodeWithSelector(RewardPool.AboveCap.selector, total, cap));
        _post(epoch, "root", total);
        _post(epoch, "root", cap);
    }

    function test_row22_leavesThatSumToMoreThanTheTotalPayTheTotal() public {
        _enrol(bob, type(uint64).max);
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = pool.leafOf(0, alice, 60);
        leaves[1] = pool.leafOf(0, bob, 60);
        _post(0, RewardTree.root(leaves), 100);
        vm.warp(block.timestamp + 3 days);
        pool.claim(0, alice, 60, RewardTree.proof(leaves, 0));
        bytes32[] memory proof = RewardTree.proof(leaves, 1);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.AboveTotal.selector, 0, 60, 40));
        pool.claim(0, bob, 60, proof);
    }

    // Shares

    function _vehicle(uint256 records) private view returns (ShareRule.Vehicle memory vehicle) {
        vehicle.owners = new address[](records);
        for (uint256 i = 0; i < records; ++i) {
            vehicle.owners[i] = alice;
        }
    }

    /// However many devices a car has and whoever owned it, its records are worth one share together.
    function testFuzz_row22_aCarEarnsAtMostOneShare(uint8 devices, uint8 perDevice, uint8 owners, uint256 cap)
        public
    {
        devices = uint8(bound(devices, 1, 8));
        perDevice = uint8(bound(perDevice, 1, 4));
        owners = uint8(bound(owners, 1, 5));
        cap = bound(cap, 0, pool.capOf(0));
        ShareRule.Vehicle[] memory vehicles = new ShareRule.Vehicle[](1);
        vehicles[0] = _vehicle(uint256(devices) * perDevice);
        vehicles[0].maker = makeAddr("maker");
        vehicles[0].workshops = new address[](1);
        vehicles[0].workshops[0] = makeAddr("workshop");
        vehicles[0].dealers = new address[](1);
        vehicles[0].dealers[0] = makeAddr("dealer");
        for (uint256 i = 0; i < vehicles[0].owners.length; ++i) {
            vehicles[0].owners[i] = makeAddr(vm.toString(i % owners));
        }
        ShareRule rule = new ShareRule();
        rule.add(vehicles, cap, pool.SHARE_LIMIT());
        uint256 share = cap < pool.SHARE_LIMIT() ? cap : pool.SHARE_LIMIT();
        assertLe(rule.total(), share);
        assertGe(rule.total() + 8, share); // rounding, a unit for each part and owner
    }

    function testFuzz_row22_aSecondDeviceEarnsNothingMore(uint8 records) public {
        ShareRule.Vehicle[] memory vehicles = new ShareRule.Vehicle[](2);
        (vehicles[0], vehicles[1]) = (_vehicle(1), _vehicle(uint256(records) % 32 + 1));
        vehicles[1].owners[0] = bob;
        for (uint256 i = 1; i < vehicles[1].owners.length; ++i) {
            vehicles[1].owners[i] = bob;
        }
        ShareRule rule = new ShareRule();
        rule.add(vehicles, pool.capOf(0), pool.SHARE_LIMIT());
        assertEq(rule.amountOf(alice), rule.amountOf(bob));
    }

    function test_row22_theShareBelongsToTheOwnerAtEachRecord() public {
        ShareRule.Vehicle[] memory vehicles = new ShareRule.Vehicle[](1);
        vehicles[0] = _vehicle(4);
        vehicles[0].owners[3] = bob; // sold before the last record
        ShareRule rule = new ShareRule();
        rule.add(vehicles, pool.capOf(0), pool.SHARE_LIMIT());
        assertEq(rule.amountOf(alice), 70 ether * 3 / 4);
        assertEq(rule.amountOf(bob), 70 ether / 4);
    }

    function testFuzz_row22_anEpochByTheRuleIsClaimedInFullAndWithinTheCap(uint256 seed) public {
        ShareRule.Vehicle[] memory vehicles = new ShareRule.Vehicle[](6);
        for (uint256 i = 0; i < vehicles.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vehicles[i] = _vehicle(seed % 5);
            for (uint256 k = 0; k < vehicles[i].owners.length; ++k) {
                vehicles[i].owners[k] = makeAddr(vm.toString((seed >> 8 * k) % 7));
            }
            vehicles[i].maker = makeAddr(vm.toString(seed % 3));
        }
        ShareRule rule = new ShareRule();
        rule.add(vehicles, pool.capOf(0), pool.SHARE_LIMIT());
        uint256 count = rule.count();
        vm.assume(count != 0);
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            _enrol(rule.accounts(i));
            leaves[i] = pool.leafOf(0, rule.accounts(i), rule.amountOf(rule.accounts(i)));
        }
        _post(0, RewardTree.root(leaves), rule.total());
        vm.warp(block.timestamp + 3 days);
        for (uint256 i = 0; i < count; ++i) {
            address account = rule.accounts(i);
            uint256 amount = rule.amountOf(account);
            pool.claim(0, account, amount, RewardTree.proof(leaves, i));
            assertEq(account.balance, amount);
        }
        assertEq(pool.epochs(0).claimed, rule.total());
        assertLe(rule.total(), pool.capOf(0));
    }

    // Posting

    function testFuzz_anEpochIsPostedWhenItIsOver(uint256 epoch) public {
        uint256 time = vm.getBlockTimestamp();
        epoch = bound(epoch, 1, type(uint256).max);
        assertEq(pool.epochOf(time), 1);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.EpochNotOver.selector, epoch));
        _post(epoch, "root", 0);
    }

    function test_noEpochIsOverBeforeTheFirstBegins() public {
        vm.warp(NOW - 1);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.EpochNotOver.selector, 0));
        _post(0, "root", 0);
    }

    function testFuzz_thePosterPutsUpTheBond(uint256 sent) public {
        sent = bound(sent, 0, bob.balance);
        vm.assume(sent != BOND);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.WrongBond.selector, sent, BOND));
        vm.prank(bob);
        pool.post{value: sent}(0, "root", 0);
    }

    function test_anEmptyRootIsRefused() public {
        vm.expectRevert(RewardPool.EmptyRoot.selector);
        _post(0, 0, 0);
    }

    function test_anEpochHasOneRootAtATime() public {
        _post(0, "root", 1);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.AlreadyPosted.selector, 0));
        _post(0, "other", 1);
        vm.warp(block.timestamp + 365 days);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.AlreadyPosted.selector, 0));
        _post(0, "other", 1);
    }

    function test_theBondGoesBackOnceTheRootStands() public {
        uint256 before = bob.balance;
        _post(0, "root", 1);
        assertEq(bob.balance, before - BOND);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.NotFinal.selector, 0));
        pool.reclaimBond(0);
        vm.warp(block.timestamp + 3 days);
        vm.expectEmit(address(pool));
        emit RewardPool.BondReclaimed(0, bob);
        pool.reclaimBond(0);
        assertEq(bob.balance, before);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.NoBond.selector, 0));
        pool.reclaimBond(0);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.NotFinal.selector, 1));
        pool.reclaimBond(1);
    }

    // Rejecting

    function test_auditRejectsAndTheBondBurns() public {
        _post(0, "wrong", 1);
        vm.warp(block.timestamp + 3 days - 1);
        vm.expectEmit(address(pool));
        emit RewardPool.RootRejected(0, bob, "wrong", "finding");
        vm.prank(at.audit);
        pool.reject(0, "finding");
        assertEq(address(sink).balance, BOND);
        assertEq(pool.epochs(0).root, 0);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.NotFinal.selector, 0));
        pool.reclaimBond(0);
        _post(0, "right", 1);
        assertEq(pool.epochs(0).root, "right");
    }

    function test_aRootThatStandsIsRejectedByNobody() public {
        _post(0, "root", 1);
        vm.warp(block.timestamp + 3 days);
        assertTrue(pool.isFinal(0));
        vm.startPrank(at.audit);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.NotRejectable.selector, 0));
        pool.reject(0, 0);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.NotRejectable.selector, 1));
        pool.reject(1, 0);
    }

    function testFuzz_onlyAuditRejects(address account) public {
        vm.assume(account != at.audit);
        _post(0, "root", 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account));
        vm.prank(account);
        pool.reject(0, 0);
    }

    // Claiming

    function testFuzz_anAccountClaimsOnceAfterThreeDays(uint256 amount) public {
        amount = bound(amount, 0, pool.capOf(0));
        _post(0, pool.leafOf(0, alice, amount), amount);
        vm.warp(block.timestamp + 3 days - 1);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.NotFinal.selector, 0));
        pool.claim(0, alice, amount, none);
        vm.warp(block.timestamp + 1);
        vm.expectEmit(address(pool));
        emit RewardPool.Claimed(0, alice, amount);
        vm.prank(bob); // anyone calls
        pool.claim(0, alice, amount, none);
        assertEq(alice.balance, amount);
        assertTrue(pool.hasClaimed(0, alice));
        assertFalse(pool.hasClaimed(1, alice));
        vm.expectRevert(abi.encodeWithSelector(RewardPool.AlreadyClaimed.selector, 0, alice));
        pool.claim(0, alice, amount, none);
    }

    function testFuzz_anotherLeafProvesNothing(uint256 epoch, address account, uint256 amount) public {
        epoch = bound(epoch, 0, 1);
        vm.assume(epoch != 0 || account != alice || amount != 5);
        vm.warp(NOW + 2 * EPOCH);
        _post(0, pool.leafOf(0, alice, 5), 5);
        _settle(1, bob, 5);
        vm.assume(epoch != 1 || account != bob || amount != 5);
        vm.expectRevert(abi.encodeWithSelector(RewardPool.InvalidProof.selector, epoch, account, amount));
        pool.claim(epoch, account, amount, none);
    }

    function test_aLeafIsGoodOnOneChainAndPoolOnly() public {
        RewardPool other = new RewardPool(at.timelock, membership, payable(address(sink)), BOND, NOW);
        assertNotEq(other.leafOf(0, alice, 5), pool.leafOf(0, alice, 5));
        bytes32 here = pool.leafOf(0, alice, 5);
        assertEq(
            here, keccak256(bytes.concat(keccak256(abi.encode(block.chainid, address(pool), 0, alice, 5))))
        );
        vm.chainId(4281668);
        assertNotEq(pool.leafOf(0, alice, 5), here);
    }

    /// The epoch of epoch.json, which the published script's own test computes too.
    function test_row22_thePublishedScriptsEpochIsTheRules() public {
        string memory json = vm.readFile(string.concat(vm.projectRoot(), "/test/rewards/epoch.json"));
        ShareRule.Vehicle[] memory vehicles = new ShareRule.Vehicle[](3);
        for (uint256 i = 0; i < vehicles.length; ++i) {
            string memory vehicle = string.concat(".vehicles[", vm.toString(i), "]");
            address[] memory maker = vm.parseJsonAddressArray(json, string.concat(vehicle, ".maker"));
            vehicles[i] = ShareRule.Vehicle({
                maker: maker.length == 0 ? address(0) : maker[0],
                owners: vm.parseJsonAddressArray(json, string.concat(vehicle, ".owners")),
                workshops: vm.parseJsonAddressArray(json, string.concat(vehicle, ".workshops")),
                dealers: vm.parseJsonAddressArray(json, string.concat(vehicle, ".dealers"))
            });
        }
        ShareRule rule = new ShareRule();
        rule.add(vehicles, vm.parseJsonUint(json, ".cap"), vm.parseJsonUint(json, ".limit"));
        assertEq(rule.total(), vm.parseJsonUint(json, ".total"));

        RewardPool there = RewardPool(vm.parseJsonAddress(json, ".pool"));
        vm.etch(address(there), address(pool).code);
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        address[] memory accounts = vm.parseJsonAddressArray(json, ".accounts");
        uint256[] memory due = vm.parseJsonUintArray(json, ".amounts");
        assertEq(rule.count(), accounts.length);
        bytes32[] memory leaves = new bytes32[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            assertEq(rule.amountOf(accounts[i]), due[i]);
            leaves[i] = there.leafOf(vm.parseJsonUint(json, ".epoch"), accounts[i], due[i]);
        }
        assertEq(RewardTree.root(RewardTree.sorted(leaves)), vm.parseJsonBytes32(json, ".root"));
    }

    function test_row24_theUnvettedClaimNothingUntilTheyAreVetted() public {
        address carol = makeAddr("carol");
        _settle(0, carol, 5);
        vm.expectRevert(abi.encodeWithSelector(IMembership.NotMember.selector, carol));
        pool.claim(0, carol, 5, none);
        _enrol(carol);
        pool.claim(0, carol, 5, none);
        assertEq(carol.balance, 5);
    }

    function test_aClaimantThatCallsBackIsPaidOnce() public {
        GreedyClaimant greedy = new GreedyClaimant(pool);
        _enrol(address(greedy));
        _settle(0, address(greedy), 5);
        vm.expectRevert();
        greedy.take(5);
        assertEq(address(greedy).balance, 0);
        assertFalse(pool.hasClaimed(0, address(greedy)));
    }

    function test_riskStopsPostsAndClaimsButNotRejectionsAndBonds() public {
        _settle(0, alice, 5);
        vm.warp(NOW + 2 * EPOCH + 3 days);
        _post(1, "wrong", 5);
        vm.prank(at.risk);
        pool.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        pool.claim(0, alice, 5, none);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _post(2, "root", 5);
        pool.reclaimBond(0);
        vm.prank(at.audit);
        pool.reject(1, 0);
        vm.prank(at.risk);
        pool.unpause();
        pool.claim(0, alice, 5, none);
    }

    function testFuzz_claimsOfManyEpochsDoNotDisturbEachOther(uint16[8] memory epochs) public {
        vm.warp(NOW + 70_000 * EPOCH);
        for (uint256 i = 0; i < epochs.length; ++i) {
            if (pool.epochs(epochs[i]).root != 0) continue;
            _post(epochs[i], pool.leafOf(epochs[i], alice, 0), 0);
        }
        vm.warp(block.timestamp + 3 days);
        for (uint256 i = 0; i < epochs.length; ++i) {
            if (pool.hasClaimed(epochs[i], alice)) continue;
            pool.claim(epochs[i], alice, 0, none);
            assertTrue(pool.hasClaimed(epochs[i], alice));
        }
    }
}
