// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {RewardPool} from "../../src/rewards/RewardPool.sol";
import {FoundationFixture} from "../foundation/FoundationFixture.sol";
import {RewardTree} from "./RewardTree.sol";

import {Test} from "forge-std/Test.sol";

/// Posters whose leaves may sum to more than their total, an audit that rejects now and then, claimants.
contract RewardActors is Test {
    RewardPool private immutable _pool;
    address private immutable _audit;
    address[4] public accounts;
    uint256 public bonds;
    mapping(uint256 epoch => uint256[4] amounts) private _amounts;

    constructor(RewardPool pool, address audit, address[4] memory accounts_) {
        (_pool, _audit, accounts) = (pool, audit, accounts_);
    }

    receive() external payable {}

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 0, 5 days));
    }

    function post(uint256 epoch, uint256[4] memory amounts, uint256 total) external {
        uint256 over = _pool.epochOf(block.timestamp);
        if (over == 0) return;
        epoch = bound(epoch, 0, over - 1);
        if (_pool.epochs(epoch).root != 0) return;
        uint256 cap = _pool.capOf(epoch);
        for (uint256 i = 0; i < 4; ++i) {
            _amounts[epoch][i] = bound(amounts[i], 0, cap);
        }
        vm.deal(address(this), _pool.bond());
        _pool.post{value: _pool.bond()}(epoch, RewardTree.root(_leaves(epoch)), uint96(bound(total, 0, cap)));
        bonds += _pool.bond();
    }

    function reject(uint256 epoch) external {
        epoch = bound(epoch, 0, _pool.epochOf(block.timestamp));
        if (_pool.epochs(epoch).root == 0 || _pool.isFinal(epoch)) return;
        vm.prank(_audit);
        _pool.reject(epoch, 0);
        bonds -= _pool.bond();
    }

    function reclaim(uint256 epoch) external {
        epoch = bound(epoch, 0, _pool.epochOf(block.timestamp));
        if (!_pool.isFinal(epoch) || _pool.epochs(epoch).poster == address(0)) return;
        _pool.reclaimBond(epoch);
        bonds -= _pool.bond();
    }

    function claim(uint256 epoch, uint256 who) external {
        epoch = bound(epoch, 0, _pool.epochOf(block.timestamp));
        who %= 4;
        if (!_pool.isFinal(epoch) || _pool.hasClaimed(epoch, accounts[who])) return;
        uint256 amount = _amounts[epoch][who];
        RewardPool.Epoch memory entry = _pool.epochs(epoch);
        if (amount > entry.total - entry.claimed) return;
        _pool.claim(epoch, accounts[who], amount, RewardTree.proof(_leaves(epoch), who));
    }

    function _leaves(uint256 epoch) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](4);
        for (uint256 i = 0; i < 4; ++i) {
            leaves[i] = _pool.leafOf(epoch, accounts[i], _amounts[epoch][i]);
        }
    }
}

contract RewardPoolInvariantTest is FoundationFixture {
    RewardActors private actors;

    function setUp() public override {
        super.setUp();
        address[4] memory accounts = [makeAddr("1"), makeAddr("2"), makeAddr("3"), makeAddr("4")];
        for (uint256 i = 0; i < 4; ++i) {
            _enrol(accounts[i], type(uint64).max);
        }
        actors = new RewardActors(pool, at.audit, accounts);
        vm.warp(NOW + 14 days);
        targetContract(address(actors));
    }

    function invariant_row22_claimsNeverExceedTheTotalNorTheCap() public view {
        uint256 claimed;
        for (uint256 epoch = 0; epoch <= pool.epochOf(block.timestamp); ++epoch) {
            RewardPool.Epoch memory entry = pool.epochs(epoch);
            assertLe(entry.claimed, entry.total);
            assertLe(entry.total, pool.capOf(epoch));
            claimed += entry.claimed;
        }
        uint256 received;
        for (uint256 i = 0; i < 4; ++i) {
            received += actors.accounts(i).balance;
        }
        assertEq(received, claimed);
    }

    function invariant_thePoolHoldsItsFundLessClaimsPlusBonds() public view {
        uint256 received;
        for (uint256 i = 0; i < 4; ++i) {
            received += actors.accounts(i).balance;
        }
        assertEq(address(pool).balance, POOL_FUND - received + actors.bonds());
    }
}
