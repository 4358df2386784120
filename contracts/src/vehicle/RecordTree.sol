// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Merkle trees with places
/// @notice node = keccak256(0x01 ‖ left ‖ right); leaves carry other first bytes, so that no node passes for a
/// leaf. A tree is padded with zero words to a power of two, and the bits of a leaf's index say on which side
/// it stands at each height.
library RecordTree {
    /// @notice The leaf of a record: keccak256(0x00 ‖ counter ‖ hash).
    function recordLeaf(uint64 counter, bytes32 recordHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), counter, recordHash));
    }

    /// @notice The leaf of a part: keccak256(0x00 ‖ part).
    function partLeaf(uint256 part) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), part));
    }

    /// @notice The leaf of a header in a gateway's tree: keccak256(0x02 ‖ digest ‖ keccak256(signature)).
    function headerLeaf(bytes32 digest, bytes calldata signature) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x02), digest, keccak256(signature)));
    }

    /// @notice The root that the siblings in `proof`, from the bottom, give for `leaf` at `index`. An index
    /// beyond the tree's width gives zero, which is no root.
    function rootOf(bytes32 leaf, uint256 index, bytes32[] calldata proof) internal pure returns (bytes32) {
        if (proof.length > 64 || index >> proof.length != 0) return 0;
        bytes32 node = leaf;
        for (uint256 i = 0; i < proof.length; ++i) {
            node = (index >> i) & 1 == 0 ? _node(node, proof[i]) : _node(proof[i], node);
        }
        return node;
    }

    /// @notice The root over `nodes`, which it uses up; their number is a power of two.
    function rootOf(bytes32[] memory nodes) internal pure returns (bytes32) {
        for (uint256 width = nodes.length; width > 1; width /= 2) {
            for (uint256 i = 0; i < width; i += 2) {
                nodes[i / 2] = _node(nodes[i], nodes[i + 1]);
            }
        }
        return nodes[0];
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
