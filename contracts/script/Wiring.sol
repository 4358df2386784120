// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {VehicleWiring} from "./VehicleWiring.sol";

import {Authority} from "../src/foundation/Authority.sol";
import {BuyBack} from "../src/foundation/BuyBack.sol";
import {FeeRouter} from "../src/foundation/FeeRouter.sol";
import {Roles} from "../src/foundation/Roles.sol";
import {Stoppable} from "../src/foundation/Stoppable.sol";
import {Treasury} from "../src/foundation/Treasury.sol";
import {Licences} from "../src/members/Licences.sol";
import {Membership} from "../src/members/Membership.sol";
import {RewardPool} from "../src/rewards/RewardPool.sol";
import {TemplateFactory} from "../src/templates/TemplateFactory.sol";

/// @title The table of roles that `Authority` is constructed with
/// @notice Who holds which role, and which restricted function belongs to which role. Every function with
/// the modifier `restricted` has a row in `rules`; those of vehicles come from `VehicleWiring`.
library Wiring {
    /// @notice Where the holders of roles and the restricted contracts stand, or will stand.
    struct Addresses {
        // Holders.
        address timelock;
        address executive;
        address risk;
        address pay;
        address audit;
        address registrarAdmin;
        address title;
        address issuer;
        address emergency;
        address buyer;
        // Restricted contracts.
        address treasury;
        address feeRouter;
        address buyBack;
        address membership;
        address licences;
        address rewardPool;
        address templateFactory;
        VehicleWiring.Addresses vehicle;
    }

    /// @notice The holders of roles, none with a delay.
    function grants(Addresses memory a) internal pure returns (Authority.Grant[] memory table) {
        table = _grant(table, Roles.EXECUTIVE, a.executive);
        table = _grant(table, Roles.RISK, a.risk);
        table = _grant(table, Roles.PAY, a.pay);
        table = _grant(table, Roles.AUDIT, a.audit);
        table = _grant(table, Roles.FOUNDATION, a.timelock);
        table = _grant(table, Roles.REGISTRAR_ADMIN, a.registrarAdmin);
        table = _grant(table, Roles.TITLE, a.title);
        table = _grant(table, Roles.ISSUER, a.issuer);
        table = _grant(table, Roles.TREASURER, a.timelock);
        table = _grant(table, Roles.TREASURER, a.emergency);
        table = _grant(table, Roles.BUYER, a.buyer);
    }

    /// @notice The restricted functions and the role of each.
    function rules(Addresses memory a) internal pure returns (Authority.Rule[] memory table) {
        table = _rule(table, a.treasury, Treasury.spend.selector, Roles.TREASURER);
        table = _rule(table, a.treasury, Treasury.draw.selector, Roles.BUYER);
        table = _rule(table, a.treasury, Treasury.setBudget.selector, Roles.FOUNDATION);
        table = _rule(table, a.treasury, Treasury.setLimit.selector, Roles.FOUNDATION);
        table = _rule(table, a.treasury, Treasury.lowerLimit.selector, Roles.RISK);
        table = _rule(table, a.treasury, Stoppable.pause.selector, Roles.RISK);
        table = _rule(table, a.treasury, Stoppable.unpause.selector, Roles.RISK);
        table = _rule(table, a.feeRouter, FeeRouter.setRate.selector, Roles.EXECUTIVE);
        table = _rule(table, a.feeRouter, FeeRouter.setShares.selector, Roles.FOUNDATION);
        table = _rule(table, a.buyBack, BuyBack.attest.selector, Roles.AUDIT);
        table = _rule(table, a.buyBack, BuyBack.burn.selector, Roles.AUDIT);
        table = _rule(table, a.buyBack, BuyBack.setBuyer.selector, Roles.FOUNDATION);
        table = _rule(table, a.buyBack, Stoppable.pause.selector, Roles.RISK);
        table = _rule(table, a.buyBack, Stoppable.unpause.selector, Roles.RISK);
        table = _rule(table, a.membership, Membership.revoke.selector, Roles.ISSUER);
        table = _rule(table, a.licences, Licences.revoke.selector, Roles.ISSUER);
        table = _rule(table, a.rewardPool, RewardPool.reject.selector, Roles.AUDIT);
        table = _rule(table, a.rewardPool, Stoppable.pause.selector, Roles.RISK);
        table = _rule(table, a.rewardPool, Stoppable.unpause.selector, Roles.RISK);
        table = _rule(table, a.templateFactory, TemplateFactory.register.selector, Roles.FOUNDATION);
        table = _rule(table, a.templateFactory, TemplateFactory.retire.selector, Roles.RISK);
        Authority.Rule[] memory vehicle = VehicleWiring.rules(a.vehicle);
        for (uint256 i = 0; i < vehicle.length; ++i) {
            table = _rule(table, vehicle[i].target, vehicle[i].selector, vehicle[i].role);
        }
    }

    /// @dev The table with one more holder.
    function _grant(Authority.Grant[] memory table, uint64 role, address account)
        private
        pure
        returns (Authority.Grant[] memory longer)
    {
        longer = new Authority.Grant[](table.length + 1);
        for (uint256 i = 0; i < table.length; ++i) {
            longer[i] = table[i];
        }
        longer[table.length] = Authority.Grant(role, account, 0);
    }

    /// @dev The table with one more restricted function.
    function _rule(Authority.Rule[] memory table, address target, bytes4 selector, uint64 role)
        private
        pure
        returns (Authority.Rule[] memory longer)
    {
        longer = new Authority.Rule[](table.length + 1);
        for (uint256 i = 0; i < table.length; ++i) {
            longer[i] = table[i];
        }
        longer[table.length] = Authority.Rule(target, selector, role);
    }
}
