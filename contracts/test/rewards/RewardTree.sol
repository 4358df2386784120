// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// A Merkle tree over a list of leaves: neighbours are paired from the left, an odd one at the end climbs alone.
library RewardTree {
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            level = _above(level);
        }
        return level[0];
    }

    /// The leaves in ascending order, as the published script has them.
    function sorted(bytes32[] memory leaves) internal pure returns (bytes32[] memory) {
        for (uint256 i = 0; i < leaves.length; ++i) {
            for (uint256 k = i + 1; k < leaves.length; ++k) {
                if (leaves[k] < leaves[i]) (leaves[i], leaves[k]) = (leaves[k], leaves[i]);
            }
        }
        return leaves;
    }

    function proof(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory siblings) {
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            uint256 sibling = index ^ 1;
            if (sibling < level.length) siblings = _append(siblings, level[sibling]);
            (level, index) = (_above(level), index / 2);
        }
    }

    function _above(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < level.length; i += 2) {
            above[i / 2] =
                i + 1 < level.length ? Hashes.commutativeKeccak256(level[i], level[i + 1]) : level[i];
        }
    }

    function _append(bytes32[] memory list, bytes32 word) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = word;
    }
}
