// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// The rule of `RewardPool` as a program, for an epoch with a handful of vehicles: what the published script
/// computes from chain data, computed here from lists.
contract ShareRule {
    /// What one vehicle did in the epoch. `owners` stands once for each record, as the owner at that record;
    /// `workshops` once for each service record; `dealers` once for each transfer by a licensed dealer.
    struct Vehicle {
        address maker;
        address[] owners;
        address[] workshops;
        address[] dealers;
    }

    address[] public accounts;
    mapping(address account => uint256 amount) public amountOf;
    uint256 public total;

    function add(Vehicle[] memory vehicles, uint256 cap, uint256 limit) external {
        uint256 sharing;
        for (uint256 i = 0; i < vehicles.length; ++i) {
            if (vehicles[i].owners.length != 0) ++sharing;
        }
        if (sharing == 0) return;
        uint256 share = cap / sharing < limit ? cap / sharing : limit;
        for (uint256 i = 0; i < vehicles.length; ++i) {
            Vehicle memory vehicle = vehicles[i];
            if (vehicle.owners.length == 0) continue;
            _split(share * 70 / 100, vehicle.owners);
            address[] memory maker = new address[](vehicle.maker == address(0) ? 0 : 1);
            if (maker.length != 0) maker[0] = vehicle.maker;
            _split(share * 10 / 100, maker);
            _split(share * 10 / 100, vehicle.workshops);
            _split(share * 10 / 100, vehicle.dealers);
        }
    }

    function count() external view returns (uint256) {
        return accounts.length;
    }

    /// Pays each account that stands in the list the part's portion that is its own.
    function _split(uint256 part, address[] memory list) private {
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 own;
            bool seen;
            for (uint256 k = 0; k < list.length; ++k) {
                if (list[k] != list[i]) continue;
                if (k < i) seen = true;
                ++own;
            }
            if (seen) continue;
            uint256 amount = part * own / list.length;
            if (amount == 0) continue;
            if (amountOf[list[i]] == 0) accounts.push(list[i]);
            amountOf[list[i]] += amount;
            total += amount;
        }
    }
}
