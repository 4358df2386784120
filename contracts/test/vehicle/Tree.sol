// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// Merkle trees as a device builds them, written apart from the contract's own.
library Tree {
    function recordLeaf(uint64 counter, bytes32 hash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(0), counter, hash));
    }

    function partLeaf(uint256 part) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(0), part));
    }

    /// The level above.
    function up(bytes32[] memory nodes) internal pure returns (bytes32[] memory above) {
        above = new bytes32[](nodes.length / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            above[i] = keccak256(abi.encodePacked(uint8(1), nodes[2 * i], nodes[2 * i + 1]));
        }
    }

    /// The root over leaves whose number is a power of two.
    function rootOf(bytes32[] memory nodes) internal pure returns (bytes32) {
        while (nodes.length > 1) nodes = up(nodes);
        return nodes[0];
    }

    /// The siblings on the way from leaf `index` to the root, from the bottom.
    function proofOf(bytes32[] memory nodes, uint256 index) internal pure returns (bytes32[] memory proof) {
        uint256 height = 0;
        while (nodes.length >> height > 1) ++height;
        proof = new bytes32[](height);
        for (uint256 i = 0; i < height; ++i) {
            proof[i] = nodes[index ^ 1];
            (nodes, index) = (up(nodes), index / 2);
        }
    }

    /// `leaves` with zero words to the next power of two.
    function padded(bytes32[] memory leaves) internal pure returns (bytes32[] memory list) {
        uint256 width = 1;
        while (width < leaves.length) width *= 2;
        list = new bytes32[](width);
        for (uint256 i = 0; i < leaves.length; ++i) {
            list[i] = leaves[i];
        }
    }
}
