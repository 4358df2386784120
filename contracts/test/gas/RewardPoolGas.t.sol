// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {FoundationFixture} from "../foundation/FoundationFixture.sol";

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// What a whole transaction costs: isolated calls, base cost and calldata included. "First" is an account's
/// first claim in 256 epochs, the other figure every later one.
/// forge-config: default.isolate = true
contract RewardPoolGasTest is FoundationFixture {
    /// A leaf of a tree of 2^20 leaves has as many siblings.
    uint256 private constant DEPTH = 20;

    function _spent(string memory what, uint256 ceiling) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint(what, gas);
        assertLe(gas, ceiling, what);
        assertGe(gas, 21_000, "not isolated");
    }

    function test_gasOfClaimingAt2To20Leaves() public {
        _enrol(alice, type(uint64).max);
        vm.deal(alice, 1);
        vm.deal(bob, 100_000 ether);
        vm.warp(NOW + 70 days);
        bytes32[] memory proof = new bytes32[](DEPTH);
        for (uint256 i = 0; i < DEPTH; ++i) {
            proof[i] = keccak256(abi.encode(i));
        }
        for (uint256 epoch = 0; epoch < 3; ++epoch) {
            uint256 amount = 123.456789123456789 ether + epoch;
            bytes32 node = pool.leafOf(epoch, alice, amount);
            for (uint256 i = 0; i < DEPTH; ++i) {
                node = Hashes.commutativeKeccak256(node, proof[i]);
            }
            uint96 total = uint96(pool.capOf(epoch));
            vm.prank(bob);
            pool.post{value: BOND}(epoch, node, total);
            _spent("post", 120_000);
            vm.warp(vm.getBlockTimestamp() + 3 days);
            pool.claim(epoch, alice, amount, proof);
            _spent(epoch == 0 ? "claim, first" : "claim", epoch == 0 ? 100_000 : 80_000);
        }
        pool.reclaimBond(0);
        _spent("bond reclaimed", 60_000);
    }
}
