// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Authority} from "../../src/foundation/Authority.sol";
import {IFeeRouter} from "../../src/foundation/IFeeRouter.sol";
import {Roles} from "../../src/foundation/Roles.sol";
import {DataLicence} from "../../src/templates/DataLicence.sol";
import {Escrow} from "../../src/templates/Escrow.sol";
import {Template} from "../../src/templates/ITemplateFactory.sol";
import {Lease} from "../../src/templates/Lease.sol";
import {Loan} from "../../src/templates/Loan.sol";
import {Rental} from "../../src/templates/Rental.sol";
import {TemplateFactory} from "../../src/templates/TemplateFactory.sol";
import {Fees} from "../market/MarketFixture.sol";
import {VehicleFixture} from "../vehicle/VehicleFixture.sol";

/// The vehicle side with the factory and its five templates, and alice's car.
abstract contract TemplateFixture is VehicleFixture {
    TemplateFactory internal factory;
    Fees internal fees = new Fees();
    address internal timelock = makeAddr("foundation");
    address internal risk = makeAddr("risk");
    uint256 internal car;

    function setUp() public virtual override {
        super.setUp();
        Authority.Grant[] memory roles = new Authority.Grant[](2);
        roles[0] = Authority.Grant(Roles.FOUNDATION, timelock, 0);
        roles[1] = Authority.Grant(Roles.RISK, risk, 0);
        Authority.Rule[] memory rules = new Authority.Rule[](2);
        // The factory stands where the register of encumbrances looks for it.
        factory = TemplateFactory(address(templates));
        rules[0] = Authority.Rule(address(factory), TemplateFactory.register.selector, Roles.FOUNDATION);
        rules[1] = Authority.Rule(address(factory), TemplateFactory.retire.selector, Roles.RISK);
        address[5] memory implementations = [
            address(new Escrow(encumbrances, registry)),
            address(new Rental(encumbrances, registry, grants)),
            address(new Lease(encumbrances, registry, grants)),
            address(new Loan(encumbrances, registry)),
            address(new DataLicence(encumbrances, registry, grants, IFeeRouter(address(fees))))
        ];
        address authority = address(new Authority(timelock, roles, rules));
        deployCodeTo("TemplateFactory.sol", abi.encode(authority, implementations), address(factory));
        fees.setRate(250);
        car = _register("car", alice.account);
        vm.deal(alice.account, 1_000_000 ether);
        vm.deal(bob.account, 1_000_000 ether);
    }

    function _create(Template kind, bytes memory terms) internal returns (address) {
        return factory.create(kind, 1, keccak256(terms), terms);
    }

    /// Approves the instance for the car, as an owner does before the other side commits itself.
    function _approve(address instance) internal {
        vm.prank(alice.account);
        registry.approve(instance, car);
    }

    function _withdraw(address instance, address who) internal returns (uint256 amount) {
        vm.prank(who);
        return Escrow(instance).withdraw(payable(who));
    }

    function _isHeld(address instance) internal view returns (bool) {
        return encumbrances.isLive(car, instance);
    }
}
